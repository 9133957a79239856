/**
 * What a look tells of a server beside its pulse: replication, binary log, counters.
 *
 * They have a connection of their own. These statements wait for locks that a stuck commit or a full disk can
 * hold for good (the binary log's, the relay log's), and a server whose details are stuck still answers: it must
 * be seen as what it is, not as silent. At most one set of statements is under way; until it returns, the last
 * words stand.
 */
import type { Beats } from './beats.ts';
import type { Endpoint, Link } from './connection.ts';
import { MysqlFailure, sawOf } from './errors.ts';
import { type Heard, type Hearing, hear, heardAgo } from './heard.ts';
import { readHeartbeat } from './heartbeat.ts';
import { keep, onKept } from './kept.ts';
import { nowMs, within } from './limit.ts';
import {
  type Channel,
  type Counters,
  isCaughtUp,
  type Pulse,
  type Row,
  readBinaryLog,
  readChannel,
  readCounters,
} from './status.ts';

export interface DetailWords {
  /** `null`: no replication is configured. `'unread'`: the server never told. */
  readonly channel: Channel | null | 'unread';
  /** Whether `channel` was read by this look. */
  readonly fresh: boolean;
  readonly heardAgoMs: number | null;
  /** The lag by the heartbeat row, in milliseconds; null where it does not tell. */
  readonly beatLagMs: number | null;
  readonly binaryLog: { readonly file: string; readonly offset: number };
  readonly counters: Counters;
}

export interface Details {
  /**
   * Reads the details, waiting at most `limitMs`; with `follows`, also the heartbeat row of its source. Throws a
   * `MysqlFailure` only when the server refuses to tell (a missing grant).
   */
  read(pulse: Pulse, follows: boolean, limitMs: number): Promise<DetailWords>;
  drop(): void;
}

/** The pair's other node: the source of this one's replication. */
export interface Peer {
  readonly node: string;
  readonly address: string;
  /** The heartbeats that this probe has committed there. */
  readonly beats: Beats;
}

/** The details of the node at this endpoint, which replicates from `peer`. */
export function createDetails(endpoint: Endpoint, peer: Peer): Details {
  const kept = keep(endpoint);
  let underWay: Promise<void> | null = null;
  let heard: Heard | null = null;
  let channel: Channel | null | 'unread' = 'unread';
  let fresh = false;
  let stampMs: number | null = null;
  let binaryLog = { file: '', offset: 0 };
  let counters: Counters = { uptimeSeconds: 0, connections: 0, heartbeats: null };

  async function refresh(pulse: Pulse, follows: boolean, link: Link): Promise<void> {
    const { dialect } = link;
    const ask = (sql: string) => link.queryWithoutLimit(sql, []);
    counters = readCounters(await ask(dialect.counters));
    const seen = readChannel(await ask(dialect.replicaStatus), pulse, peer.address);
    stampMs = seen !== null && follows ? await readHeartbeat(link, peer.node) : null;
    const heartbeats = seen === null ? null : await heartbeatsOf(link, seen, counters);
    heard = seen === null ? null : hear(heard, hearingOf(seen, pulse, heartbeats, stampMs), nowMs());
    channel = seen;
    fresh = true;
    binaryLog = readBinaryLog(await ask(dialect.binaryLogStatus));
  }

  return {
    async read(pulse, follows, limitMs) {
      fresh = false;
      const begunEarlier = underWay !== null;
      underWay ??= onKept(kept, limitMs, (link) => refresh(pulse, follows, link)).finally(() => {
        underWay = null;
      });
      try {
        // One that is stuck since an earlier look is not waited for again, but its answer may just have come.
        await within(underWay, begunEarlier ? 0 : limitMs);
      } catch (error) {
        if (error instanceof MysqlFailure && sawOf(error).kind === 'locked-out') throw error;
      }
      const atMs = nowMs();
      const beatLagMs = peer.beats.lagMs(stampMs, atMs);
      return { channel, fresh, heardAgoMs: heardAgo(heard, atMs), beatLagMs, binaryLog, counters };
    },
    drop: () => kept.drop(),
  };
}

function hearingOf(
  channel: Channel,
  pulse: Pulse,
  heartbeats: number | null,
  stampMs: number | null,
): Hearing {
  const { received, sourceAddress } = channel;
  return { received, sourceAddress, heartbeats, stampMs, caughtUp: isCaughtUp(channel, pulse.workers) };
}

/** The counter is told by the channel's row, by a counter of the server, or by performance_schema; else null. */
async function heartbeatsOf(link: Link, channel: Channel, counters: Counters): Promise<number | null> {
  if (link.dialect.heartbeats === null) return channel.heartbeats ?? counters.heartbeats;
  const rows = await link
    .queryWithoutLimit(link.dialect.heartbeats, [channel.name])
    // Without a grant on performance_schema, positions alone show that the channel hears its source.
    .catch((): readonly Row[] => []);
  return rows[0] === undefined ? null : Number(rows[0].heartbeats);
}

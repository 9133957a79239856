/**
 * What a look tells of a server beside its pulse: replication, binary log, counters.
 *
 * They have a connection of their own. These statements wait for locks that a stuck commit or a full disk can
 * hold for good (the binary log's, the relay log's), and a server whose details are stuck still answers: it must
 * be seen as what it is, not as silent. At most one set of statements is under way; until it returns, the last
 * words stand.
 */
import type { Endpoint, Link } from './connection.ts';
import { MysqlFailure, sawOf } from './errors.ts';
import { type Heard, hear, heardAgo } from './heard.ts';
import { keep, onKept } from './kept.ts';
import { nowMs, within } from './limit.ts';
import {
  type Channel,
  type Counters,
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
  readonly binaryLog: { readonly file: string; readonly offset: number };
  readonly counters: Counters;
}

export interface Details {
  /**
   * Reads the details, waiting at most `limitMs`. Throws a `MysqlFailure` only when the server refuses to tell
   * (a missing grant).
   */
  read(pulse: Pulse, limitMs: number): Promise<DetailWords>;
  drop(): void;
}

/** The details of the node at this endpoint, replicating from the pair's other node at `peerAddress`. */
export function createDetails(endpoint: Endpoint, peerAddress: string): Details {
  const kept = keep(endpoint);
  let underWay: Promise<void> | null = null;
  let heard: Heard | null = null;
  let channel: Channel | null | 'unread' = 'unread';
  let fresh = false;
  let binaryLog = { file: '', offset: 0 };
  let counters: Counters = { uptimeSeconds: 0, connections: 0, heartbeats: null };

  async function refresh(pulse: Pulse, link: Link): Promise<void> {
    const { dialect } = link;
    const ask = (sql: string) => link.queryWithoutLimit(sql, []);
    counters = readCounters(await ask(dialect.counters));
    const seen = readChannel(await ask(dialect.replicaStatus), pulse, peerAddress);
    const heartbeats = seen === null ? null : await heartbeatsOf(link, seen, counters);
    heard = seen === null ? null : hear(heard, seen, heartbeats, nowMs());
    channel = seen;
    fresh = true;
    binaryLog = readBinaryLog(await ask(dialect.binaryLogStatus));
  }

  return {
    async read(pulse, limitMs) {
      fresh = false;
      const begunEarlier = underWay !== null;
      underWay ??= onKept(kept, limitMs, (link) => refresh(pulse, link)).finally(() => {
        underWay = null;
      });
      try {
        // One that is stuck since an earlier look is not waited for again, but its answer may just have come.
        await within(underWay, begunEarlier ? 0 : limitMs);
      } catch (error) {
        if (error instanceof MysqlFailure && sawOf(error).kind === 'locked-out') throw error;
      }
      return { channel, fresh, heardAgoMs: heardAgo(heard, nowMs()), binaryLog, counters };
    },
    drop: () => kept.drop(),
  };
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

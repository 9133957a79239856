/**
 * What a look reads of a channel: its whole row, or what it hears (`Dialect.ear`) where that is enough; the lag of our
 * heartbeats behind it; and when it heard its source.
 */
import { type Channel, isCaughtUp, isStranger, readChannel, type Source } from './channel-rows.ts';
import type { StatusRow } from './columns.ts';
import type { MysqlLink } from './connection.ts';
import type { Counters } from './counter-rows.ts';
import type { Dialect } from './dialect.ts';
import { byEar, type Ear, readEar } from './ear.ts';
import type { BeatLag, HeartbeatLag } from './heartbeat-lag.ts';
import { readHeartbeat } from './heartbeat-row.ts';
import type { Pulse } from './pulse-row.ts';
import { type Heard, type Hearing, hear, heardAgo, receivedAgo } from './source-contact.ts';
import { nowMs } from './waiting.ts';

export interface ChannelWords {
  /** `null`: no replication is configured. `'unread'`: the server never told. */
  readonly channel: Channel | null | 'unread';
  /** Whether `channel` was read lately: nothing is stuck. */
  readonly fresh: boolean;
  readonly heardAgoMs: number | null;
  readonly receivedAgoMs: number | null;
  /** The lag by the heartbeat row; null where it does not tell. */
  readonly beatLag: BeatLag | null;
}

/** How much of the channel is read. */
interface Part {
  /** Its source commits heartbeats: their row is read here. */
  readonly follows: boolean;
  /** Everything is due, and not only what a witness hears. */
  readonly all: boolean;
  /** Its whole row. */
  readonly isWhole: boolean;
}

/** The pair's other node: the source of this one's replication. */
export interface Peer {
  readonly node: string;
  readonly address: string;
  /** Who answered there last; null while nobody has. */
  identity(): string | null;
  /** The heartbeats that this probe has committed there. */
  readonly beats: HeartbeatLag;
}

/**
 * How often a channel's whole row, and the end of the binary log, are read where GTIDs and `Dialect.ear` give the rest
 * in between. Those do not show a lag, so `late` counts while the row showed one. Milliseconds.
 */
const WHOLE_MS = { inTime: 9900, late: 2900 } as const;

/** On a slow path a set of statements takes longer than a look: its last answers count for this long. Milliseconds. */
const FRESH_MS = 1500;

/** The channel of one node, which replicates from `peer`. */
export class ChannelReader {
  readonly #peer: Peer;
  #channel: Channel | null | 'unread' = 'unread';
  #channelAtMs = Number.NEGATIVE_INFINITY;
  /** When the channel's whole row was read. */
  #wholeAtMs = Number.NEGATIVE_INFINITY;
  #heard: Heard | null = null;
  #beatLag: BeatLag | null = null;
  /** The stamp of the source's heartbeat row, as the node has it. */
  #stampMs: number | null = null;
  /** Something was applied since the stamp was read. */
  #isStampDue = true;

  constructor(peer: Peer) {
    this.#peer = peer;
  }

  /** What is known of the channel by now. */
  words(atMs: number): ChannelWords {
    return {
      channel: this.#channel,
      fresh: atMs - this.#channelAtMs <= FRESH_MS,
      heardAgoMs: heardAgo(this.#heard, atMs),
      receivedAgoMs: receivedAgo(this.#heard, atMs),
      beatLag: this.#beatLag,
    };
  }

  /** How often the whole row must be read: each time where GTIDs and `Dialect.ear` do not give the rest. */
  wholeMs({ ear }: Dialect, { executed }: Pulse): number {
    if (ear === null || executed === null) return 0;
    const isLate = this.#channel !== null && this.#channel !== 'unread' && this.#channel.lagSeconds !== 0;
    return isLate ? WHOLE_MS.late : WHOLE_MS.inTime;
  }

  /** How long ago the whole row was read. */
  get wholeAgoMs(): number {
    return nowMs() - this.#wholeAtMs;
  }

  /** Reads the channel, the lag of our heartbeats behind it, and with both what it hears. Gives back the channel. */
  async read(
    pulse: Pulse,
    { follows, all, isWhole }: Part,
    counters: Counters,
    link: MysqlLink,
  ): Promise<Channel | null> {
    const source: Source = { address: this.#peer.address, identity: this.#peer.identity() };
    const before = this.#channel;
    const { channel: seen, heartbeats } = await this.#readSeen(pulse, isWhole, counters, link, source);
    const isPeers = seen !== null && !isStranger(seen, source);
    const isByEar = seen?.isByEar === true;
    if (!isPeers || !follows) {
      this.#stampMs = null;
      this.#beatLag = null;
    } else {
      this.#isStampDue ||= !isAsBefore(before, seen, pulse);
      if (this.#isStampDue && (all || !isByEar)) {
        this.#stampMs = await readHeartbeat(link, this.#peer.node);
        this.#isStampDue = false;
      }
      // What has come in since was applied: until it is read, the lag is what it was.
      if (!this.#isStampDue) this.#beatLag = this.#peer.beats.lag(this.#stampMs, nowMs());
    }
    // A sign of life that is noticed late makes a dead source look alive. Without `ear`, the stamp is read with every
    // look, and counts as a sign. With `ear`, the GTIDs already show that the heartbeat's row came in, so the stamp
    // does not count.
    const sign = isByEar ? null : this.#stampMs;
    this.#heard = seen === null ? null : hear(this.#heard, hearingOf(seen, pulse, heartbeats, sign), nowMs());
    this.#channel = seen;
    this.#channelAtMs = nowMs();
    return seen;
  }

  /** The channel by its last whole row and what was heard since, where that is enough; else by its whole row, read anew. */
  async #readSeen(
    pulse: Pulse,
    isWhole: boolean,
    counters: Counters,
    link: MysqlLink,
    source: Source,
  ): Promise<Seen> {
    const last = this.#channel === 'unread' ? null : this.#channel;
    const ear = isWhole || last === null ? null : await earOf(link, last.name);
    const heard = last === null ? null : byEar(last, ear, pulse);
    if (heard !== null) return { channel: heard, heartbeats: ear?.heartbeats ?? null };
    const seen = readChannel(await link.queryWithoutLimit(link.dialect.replicaStatus, []), pulse, source);
    this.#wholeAtMs = nowMs();
    if (seen === null) return { channel: null, heartbeats: null };
    const heartbeatSeconds = await heartbeatPeriodOf(link, seen, counters);
    return { channel: { ...seen, heartbeatSeconds }, heartbeats: await heartbeatsOf(link, seen, counters) };
  }
}

function hearingOf(
  channel: Channel,
  pulse: Pulse,
  heartbeats: number | null,
  stampMs: number | null,
): Hearing {
  const { received, name, sourceAddress, sourceIdentity } = channel;
  return {
    received,
    name,
    sourceAddress,
    sourceIdentity,
    heartbeats,
    stampMs,
    isByEar: channel.isByEar === true,
    caughtUp: isCaughtUp(channel, pulse.workers),
  };
}

/** Nothing has come in since, and all that had come in was applied: so no row has changed by replication. */
function isAsBefore(before: Channel | null | 'unread', now: Channel, { workers }: Pulse): boolean {
  if (before === null || before === 'unread' || now.isByEar !== true) return false;
  const isCaught = isCaughtUp(before, workers) && isCaughtUp(now, workers);
  return isCaught && before.received.gtid === now.received.gtid;
}

/** What was read of a channel, and how often it heard a heartbeat of replication. */
interface Seen {
  readonly channel: Channel | null;
  readonly heartbeats: number | null;
}

/** The counter is in the channel's row, in a counter of the server, or in performance_schema; else null. */
async function heartbeatsOf(link: MysqlLink, channel: Channel, counters: Counters): Promise<number | null> {
  if (link.dialect.ear === null) return channel.heartbeats ?? counters.heartbeats;
  return (await earOf(link, channel.name))?.heartbeats ?? null;
}

/** In the channel's row, among the counters of the server, or in performance_schema. */
async function heartbeatPeriodOf(
  link: MysqlLink,
  channel: Channel,
  counters: Counters,
): Promise<number | null> {
  const { heartbeatPeriod } = link.dialect;
  if (heartbeatPeriod === null) return channel.heartbeatSeconds ?? counters.heartbeatSeconds;
  const rows = await link
    .queryAgain(heartbeatPeriod, [channel.name], null)
    .catch((): readonly StatusRow[] => []);
  const seconds = rows[0]?.s;
  return seconds === undefined || seconds === null ? null : Number(seconds);
}

/** Null where the server has no such words, or does not let us read them. */
async function earOf(link: MysqlLink, channel: string): Promise<Ear | null> {
  if (link.dialect.ear === null) return null;
  const rows = await link
    .queryAgain(link.dialect.ear, [channel], null)
    // Without a grant on performance_schema, positions alone show that the channel hears its source.
    .catch((): readonly StatusRow[] => []);
  return readEar(rows[0]);
}

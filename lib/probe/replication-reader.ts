/**
 * What a look reads of a server besides its pulse: replication, binary log, counters.
 *
 * These reads have a connection of their own. Their statements wait for locks that a stuck commit or a full disk can
 * hold for good (the binary log's, the relay log's). A server whose details are stuck still answers: it must be seen as
 * what it is, not as silent. At most one set of statements is under way; until it returns, the last answers stay.
 *
 * Every look at a node that may be a witness reads what its channel hears. All else is read once a second: the
 * conditions that it shows last for seconds, and with many pairs these statements are most of what the probe does. What
 * a channel hears is a short answer where the server has one (`Dialect.ear`); its whole row is read with all else, and
 * with every look that is urgent.
 */
import { noPlace } from '../core/evidence/log-place.ts';
import { type Channel, isCaughtUp, isStranger, readChannel, type Source } from './channel-rows.ts';
import type { StatusRow } from './columns.ts';
import type { MysqlLink } from './connection.ts';
import { type Counters, readBinaryLog, readCounters } from './counter-rows.ts';
import { byEar, type Ear, readEar } from './ear.ts';
import { MysqlFailure, sawOf } from './errors.ts';
import type { BeatLag, HeartbeatLag } from './heartbeat-lag.ts';
import { readHeartbeat } from './heartbeat-row.ts';
import { KeptConnection, type Lent } from './kept-connection.ts';
import type { Logins } from './logins.ts';
import type { Pulse } from './pulse-row.ts';
import { type Heard, type Hearing, hear, heardAgo, receivedAgo } from './source-contact.ts';
import { startSecondOf } from './start-second.ts';
import { noTroubles, TroubleReader, type Troubles } from './troubles.ts';
import { nowMs, within } from './waiting.ts';

export interface DetailWords {
  /** `null`: no replication is configured. `'unread'`: the server never told. */
  readonly channel: Channel | null | 'unread';
  /** Whether `channel` was read lately: nothing is stuck. */
  readonly fresh: boolean;
  readonly heardAgoMs: number | null;
  readonly receivedAgoMs: number | null;
  /** The lag by the heartbeat row; null where it does not tell. */
  readonly beatLag: BeatLag | null;
  readonly binaryLog: { readonly file: string; readonly offset: number };
  /**
   * The server says that it has no binary log, even if `@@log_bin` is on: a server switches its log off when it cannot
   * write it.
   */
  readonly logIsOff: boolean;
  readonly counters: Counters;
  /** `Server.startSecond`; null while it is not known. */
  readonly startSecond: number | null;
  readonly troubles: Troubles;
}

/** What a look wants to know of its node. */
export interface Wanted {
  /** It may be a witness: what its channel hears is read with every look. */
  readonly witness: boolean;
  /** Its source commits heartbeats: their row is read here. */
  readonly follows: boolean;
  /** Something is suspected: everything must be read now, and in full. */
  readonly urgent: boolean;
}

/** How often all is read. Milliseconds: a little less than a second, because looks are not on the dot. */
const EVERY_MS = 900;

/**
 * How often a channel's whole row, and the end of the binary log, are read where GTIDs and `Dialect.ear` give the rest
 * in between. Those do not show a lag, so `late` counts while the row showed one. Milliseconds.
 */
const WHOLE_MS = { inTime: 9900, late: 2900 } as const;

/** On a slow path a set of statements takes longer than a look: its last answers count for this long. Milliseconds. */
const FRESH_MS = 1500;

/** The pair's other node: the source of this one's replication. */
export interface Peer {
  readonly node: string;
  readonly address: string;
  /** Who answered there last; null while nobody has. */
  identity(): string | null;
  /** The heartbeats that this probe has committed there. */
  readonly beats: HeartbeatLag;
}

/** What the look has read before, and when that was answered. */
interface ReadPulse {
  readonly pulse: Pulse;
  readonly atMs: number;
}

/** The details of the node that these logins lead to, and which replicates from `peer`. */
export class ReplicationReader {
  readonly #peer: Peer;
  readonly #kept: KeptConnection;
  readonly #troubleReader = new TroubleReader();
  /** The statements that have not returned yet. */
  #underWay: Promise<void> | null = null;
  #refusal: MysqlFailure | null = null;
  #readAtMs = Number.NEGATIVE_INFINITY;

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

  #binaryLog = noPlace;
  #logIsOff = false;
  #logAtMs = Number.NEGATIVE_INFINITY;
  #countersAtMs = Number.NEGATIVE_INFINITY;
  #counters: Counters = { uptimeSeconds: 0, connections: 0, heartbeats: null, semiSync: null };
  #startSecond: number | null = null;
  /** A connection is to one process. */
  #startSecondBy: MysqlLink | null = null;
  #troubles = noTroubles;

  constructor(logins: Logins, peer: Peer) {
    this.#kept = new KeptConnection(logins);
    this.#peer = peer;
  }

  /**
   * Reads what is due of the details, waiting at most `limitMs`. Throws a `MysqlFailure` only when the server refuses
   * to tell (a missing grant).
   */
  async read(pulse: Pulse, wanted: Wanted, limitMs: number): Promise<DetailWords> {
    const beganAtMs = nowMs();
    const begunEarlier = this.#underWay !== null;
    if (begunEarlier || wanted.witness || this.#isDue) {
      this.#underWay ??= this.#begin({ pulse, atMs: beganAtMs }, wanted, limitMs);
      // Statements that are stuck since an earlier look are not waited for again, but their answer may just have come.
      await within(this.#underWay, begunEarlier ? 0 : limitMs);
    }
    if (this.#refusal !== null) throw this.#refusal;
    const atMs = nowMs();
    // Beside GTIDs of now, the end of the log as it was at an earlier look would be a place that the server had left.
    const isLogOfNow = pulse.executed === null || this.#logAtMs >= beganAtMs;
    return {
      channel: this.#channel,
      fresh: atMs - this.#channelAtMs <= FRESH_MS,
      heardAgoMs: heardAgo(this.#heard, atMs),
      receivedAgoMs: receivedAgo(this.#heard, atMs),
      beatLag: this.#beatLag,
      binaryLog: isLogOfNow ? this.#binaryLog : noPlace,
      logIsOff: this.#logIsOff,
      counters: this.#countersAt(atMs),
      startSecond: this.#startSecond,
      troubles: this.#troubles,
    };
  }

  /** Its connection for a command, unless statements are under way on it. */
  lend(): Lent | null {
    return this.#underWay === null ? this.#kept.lend() : null;
  }

  drop(): void {
    this.#kept.drop();
  }

  /**
   * The uptime goes on while a statement is stuck: its connection is to the process that said it. One that stood still would look
   * like that of a process which has started since.
   */
  #countersAt(atMs: number): Counters {
    const { uptimeSeconds } = this.#counters;
    if (this.#underWay === null || uptimeSeconds === 0) return this.#counters;
    const sinceSeconds = Math.floor((atMs - this.#countersAtMs) / 1000);
    return { ...this.#counters, uptimeSeconds: uptimeSeconds + sinceSeconds };
  }

  async #refreshCounters({ pulse, atMs }: ReadPulse, link: MysqlLink): Promise<void> {
    const askedAtMs = nowMs();
    this.#counters = readCounters(await link.queryAgain(link.dialect.counters, [], null));
    this.#countersAtMs = nowMs();
    const { uptimeSeconds } = this.#counters;
    const [sinceMs, tookMs] = [this.#countersAtMs - atMs, this.#countersAtMs - askedAtMs];
    const known = this.#startSecondBy === link ? this.#startSecond : null;
    this.#startSecond = known ?? startSecondOf(pulse, { uptimeSeconds, sinceMs, tookMs });
    this.#startSecondBy = link;
  }

  get #isDue(): boolean {
    return nowMs() - this.#readAtMs >= EVERY_MS;
  }

  /** Begins a set of statements. A refusal is remembered until the server answers again. */
  #begin(read: ReadPulse, wanted: Wanted, limitMs: number): Promise<void> {
    return this.#kept
      .use(limitMs, (link) => this.#refresh(read, wanted, link))
      .then(
        () => {
          this.#refusal = null;
        },
        (error: unknown) => {
          this.#refusal = isRefusal(error) ? error : null;
        },
      )
      .finally(() => {
        this.#underWay = null;
      });
  }

  async #refresh(read: ReadPulse, { follows, urgent }: Wanted, link: MysqlLink): Promise<void> {
    const { dialect } = link;
    const { pulse } = read;
    const all = this.#isDue;
    // Where the server has nothing better, the counters show whether the channel heard its source.
    if (all || dialect.ear === null) await this.#refreshCounters(read, link);
    const wholeMs = dialect.ear !== null && mayHear(pulse) ? wholeMsOf(this.#channel) : 0;
    const isWhole = urgent || (all && nowMs() - this.#wholeAtMs >= wholeMs);
    const seen = await this.#refreshChannel(pulse, { follows, all, isWhole }, link);
    if (!all) return;
    if (urgent || nowMs() - this.#logAtMs >= wholeMs) {
      const log = await link.queryWithoutLimit(dialect.binaryLogStatus, []);
      this.#binaryLog = readBinaryLog(log);
      this.#logIsOff = log.length === 0;
      this.#logAtMs = nowMs();
    }
    this.#readAtMs = nowMs();
    const caughtUp = seen === null || isCaughtUp(seen, pulse.workers);
    this.#troubles = await this.#troubleReader.read(link, seen, this.#counters, caughtUp);
  }

  /** Reads the channel, the lag of our heartbeats behind it, and with both what it hears. Gives back the channel. */
  async #refreshChannel(
    pulse: Pulse,
    {
      follows,
      all,
      isWhole,
    }: { readonly follows: boolean; readonly all: boolean; readonly isWhole: boolean },
    link: MysqlLink,
  ): Promise<Channel | null> {
    const source: Source = { address: this.#peer.address, identity: this.#peer.identity() };
    const before = this.#channel;
    const { channel: seen, heartbeats } = await this.#readSeen(pulse, isWhole, link, source);
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
  async #readSeen(pulse: Pulse, isWhole: boolean, link: MysqlLink, source: Source): Promise<Seen> {
    const last = this.#channel === 'unread' ? null : this.#channel;
    const ear = isWhole || last === null ? null : await earOf(link, last.name);
    const heard = last === null ? null : byEar(last, ear, pulse);
    if (heard !== null) return { channel: heard, heartbeats: ear?.heartbeats ?? null };
    const seen = readChannel(await link.queryWithoutLimit(link.dialect.replicaStatus, []), pulse, source);
    this.#wholeAtMs = nowMs();
    return {
      channel: seen,
      heartbeats: seen === null ? null : await heartbeatsOf(link, seen, this.#counters),
    };
  }
}

/** The server lets us in, but refuses to answer a question: a missing grant. A refused login is reported elsewhere. */
function isRefusal(error: unknown): error is MysqlFailure {
  return error instanceof MysqlFailure && error.during === 'query' && sawOf(error).kind === 'locked-out';
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

function wholeMsOf(channel: Channel | null | 'unread'): number {
  const isLate = channel !== null && channel !== 'unread' && channel.lagSeconds !== 0;
  return isLate ? WHOLE_MS.late : WHOLE_MS.inTime;
}

/** Whether GTIDs say what was received and applied. */
function mayHear({ executed }: Pulse): boolean {
  return executed !== null;
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

/** Null where the server has no such words, or does not let us read them. */
async function earOf(link: MysqlLink, channel: string): Promise<Ear | null> {
  if (link.dialect.ear === null) return null;
  const rows = await link
    .queryAgain(link.dialect.ear, [channel], null)
    // Without a grant on performance_schema, positions alone show that the channel hears its source.
    .catch((): readonly StatusRow[] => []);
  return readEar(rows[0]);
}

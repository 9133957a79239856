/** One node, looked at again and again on connections that are kept open. */
import { CONNECTIONS_PER_VANTAGE } from '../core/evidence/connection-count.ts';
import type { Heartbeat, Inbound, Saw, Server } from '../core/evidence/sighting.ts';
import type { NodeName } from '../core/names.ts';
import { Bustle } from './bustle.ts';
import type { Peer } from './channel-reader.ts';
import { inboundOf } from './channel-rows.ts';
import type { NodeEndpoint } from './connection.ts';
import { DetailsReader, type DetailWords } from './details-reader.ts';
import { MysqlFailure, sawOf } from './errors.ts';
import type { BeatLag, HeartbeatLag } from './heartbeat-lag.ts';
import { HeartbeatWriter } from './heartbeat-writer.ts';
import type { Lent } from './kept-connection.ts';
import type { Refusal } from './login-history.ts';
import { Logins } from './logins.ts';
import { PulseReader } from './pulse-reader.ts';
import { clockOffOf, type Pulse } from './pulse-row.ts';
import { type Alarm, nowMs } from './waiting.ts';

/**
 * How old an answer may be for the next look to follow on it: held looks follow each other within a moment. Milliseconds.
 */
const LATELY_MS = 1500;

/** One node of a pair, as this probe watches it. */
interface WatchedNode {
  readonly node: NodeName;
  readonly endpoint: NodeEndpoint;
  /** The heartbeats that this probe has committed on it. */
  readonly beats: HeartbeatLag;
  readonly peer: Peer;
  /** Called with the server's identity at every look that is answered. */
  onIdentity(identity: string): void;
}

/** What a look has to know of its node's part in the pair. */
export interface Part {
  readonly isHolder: boolean;
  /** Whether the pair has the table `keepalambda.heartbeat`: the holder commits a row there, the standby's is read. */
  readonly writeProbe: boolean;
  /** Something is suspected of one of the nodes, so everything is read that a decision may depend on. */
  readonly urgent: boolean;
  /** Called when the server has answered, before its details and its commit are there. */
  readonly onPulse?: () => void;
}

/** Watches one node. Pulse, details and write probe have a connection each, all made by the same logins. */
export class NodeWatcher {
  readonly #logins: Logins;
  readonly #pulse: PulseReader;
  readonly #details: DetailsReader;
  readonly #writer: HeartbeatWriter;
  readonly #bustle = new Bustle();
  readonly #onIdentity: (identity: string) => void;
  #underWay: Promise<Saw> | null = null;
  /** When the last look was answered; null when it was not. */
  #answeredAtMs: number | null = null;
  /** Whether the server has let it in at all. */
  #wasIn = false;

  constructor({ node, endpoint, beats, peer, onIdentity }: WatchedNode) {
    this.#logins = new Logins(endpoint);
    this.#pulse = new PulseReader(this.#logins);
    this.#details = new DetailsReader(this.#logins, peer);
    this.#writer = new HeartbeatWriter(this.#logins, node, beats);
    this.#onIdentity = onIdentity;
  }

  /**
   * One look, ended within `limitMs`; twice that when a kept connection was lost and a fresh one had to tell
   * why. A look that is under way is shared. Never throws for anything that a server or a network can do.
   */
  look(limitMs: number, part: Part): Promise<Saw> {
    this.#underWay ??= this.#lookOnce(limitMs, part).finally(() => {
      this.#underWay = null;
    });
    return this.#underWay;
  }

  /** Goes off when the kept connection is lost. */
  get lost(): Alarm {
    return this.#pulse.lost;
  }

  /** Whether the last look was answered, and a moment ago. */
  get answeredLately(): boolean {
    return this.#answeredAtMs !== null && nowMs() - this.#answeredAtMs <= LATELY_MS;
  }

  /** A kept connection for a command whose own login is refused; null when none is free. */
  lend(): Lent | null {
    // The pulse's connection last: it is what shows that the server lives.
    const pulseIfIdle = () => (this.#underWay === null ? this.#pulse.lend() : null);
    return this.#writer.lend() ?? this.#details.lend() ?? pulseIfIdle();
  }

  /** Throws all connections away. */
  drop(): void {
    for (const each of [this.#pulse, this.#details, this.#writer, this.#logins]) each.drop();
  }

  async #lookOnce(limitMs: number, part: Part): Promise<Saw> {
    try {
      const saw = await this.#see(limitMs, part);
      this.#answeredAtMs = nowMs();
      this.#wasIn = true;
      return saw;
    } catch (error) {
      this.#answeredAtMs = null;
      if (!(error instanceof MysqlFailure)) throw error;
      const saw = sawOf(error);
      this.#pulse.dropUnlessWaiting();
      if (saw.kind === 'refused') this.#dropEvidence();
      if (saw.kind === 'unanswered') return this.#bustle.wasBusyAt(nowMs()) ? { ...saw, wasBusy: true } : saw;
      const isShutOut = saw.kind === 'saturated' || saw.kind === 'locked-out';
      return isShutOut && error.during === 'login' && !this.#wasIn ? { ...saw, isFresh: true } : saw;
    }
  }

  /** What hangs on the other connections may be the evidence of a stuck server; a dead one leaves none. */
  #dropEvidence(): void {
    this.#pulse.dropLateAnswers();
    this.#details.drop();
    this.#writer.drop();
  }

  /** Throws a `MysqlFailure` when the server does not answer, or refuses to. */
  async #see(limitMs: number, part: Part): Promise<Saw> {
    const startMs = nowMs();
    const { pulse, isOnOtherLink } = await this.#pulse.read(limitMs);
    // What hangs on the writer's connection may hang on the path that the old one was lost on: only a commit on a
    // connection made since shows whether the server is stuck.
    if (isOnOtherLink) this.#writer.drop();
    part.onPulse?.();
    this.#onIdentity(pulse.identity);
    this.#bustle.take(pulse.executed, pulse.identity, nowMs());
    const roundTripMs = Math.round(nowMs() - startMs);
    const clockOffMs = clockOffOf(pulse, Date.now(), roundTripMs);
    const [words, heartbeat] = await this.#readBeside(pulse, part, Math.max(0, limitMs - roundTripMs));
    this.#logins.check();
    const loginRefused = refusedBy(this.#logins.refusal()) ?? fullOf(words, pulse);
    const { flavor } = this.#pulse;
    return answered(pulse, words, { heartbeat, loginRefused, flavor, roundTripMs, clockOffMs });
  }

  /** The details and the write probe, side by side. */
  #readBeside(pulse: Pulse, part: Part, leftMs: number): Promise<[DetailWords, Heartbeat]> {
    const { isHolder, writeProbe, urgent } = part;
    const isBeating = isHolder && writeProbe && pulse.writable;
    if (!isBeating) this.#writer.drop();
    return Promise.all([
      this.#details.read(pulse, { witness: !isHolder, follows: !isHolder && writeProbe, urgent }, leftMs),
      isBeating ? this.#writer.beat(leftMs) : ({ kind: 'not-tried' } as const),
    ]);
  }
}

type LoginRefused = Server['loginRefused'];

/** ER_TOO_MANY_USER_CONNECTIONS, ER_USER_LIMIT_REACHED: limits of our own account. */
const ownLimits = new Set([1203, 1226]);

function refusedBy(refusal: Refusal | null): LoginRefused {
  if (refusal === null) return null;
  const { errno, message } = refusal;
  if (!ownLimits.has(errno)) return { errno, message };
  const needed = `keepalambda needs ${CONNECTIONS_PER_VANTAGE} connections for each of its vantages`;
  return { errno, message: `${message} (a limit of our account: ${needed})` };
}

/**
 * A full connection table, although we are in: accounts with SUPER or CONNECTION_ADMIN have one connection more
 * than `max_connections` (MySQL manual, "max_connections"), so error 1040 would not come to us.
 */
function fullOf({ counters, fresh }: DetailWords, pulse: Pulse): LoginRefused {
  if (!fresh || counters.connections < pulse.maxConnections) return null;
  return {
    errno: 1040,
    message: `${counters.connections} of ${pulse.maxConnections} connections are in use`,
  };
}

/** What this look found besides the server's own answers. */
interface Found
  extends Pick<Server, 'heartbeat' | 'loginRefused' | 'flavor' | 'roundTripMs' | 'clockOffMs'> {}

function answered(pulse: Pulse, words: DetailWords, found: Found): Extract<Saw, { kind: 'answered' }> {
  const { identity, version, writable, halfClosed, offline, executed, serverId } = pulse;
  const { semiSync, events, globalLock, areCompared } = words.troubles;
  return {
    kind: 'answered',
    server: {
      identity,
      version,
      writable,
      halfClosed,
      ...found,
      ...(offline ? { offline } : {}),
      ...(areCompared ? {} : { isEarly: true }),
      ...(serverId === null ? {} : { serverId }),
      binaryLog: words.logIsOff ? 'off' : pulse.binaryLog,
      semiSync,
      events,
      globalLock,
      uptimeSeconds: words.counters.uptimeSeconds,
      ...(words.startSecond === null ? {} : { startSecond: words.startSecond }),
      inbound: inboundNow(pulse, words),
      executed: { gtid: executed, ...words.binaryLog },
    },
  };
}

/**
 * Replication as this look read it. Where the statement is stuck, the last answer stays, but without what may have
 * changed since: the lag is unknown and nothing is caught up.
 */
function inboundNow(pulse: Pulse, words: DetailWords): Inbound {
  const { channel, fresh, beatLag } = words;
  if (channel === 'unread') return { kind: 'unread' };
  const inbound = inboundOf(channel, pulse, { ...words, applierBlocked: words.troubles.applierBlocked });
  if (inbound.kind !== 'configured') return inbound;
  if (fresh) return { ...inbound, lagSeconds: lagOf(inbound.lagSeconds, beatLag) };
  return { ...inbound, lagSeconds: null, caughtUp: false, unanswered: true };
}

/**
 * The lag by the heartbeat, to a tenth of a second, where that is exact; else the longer of the two, because the server
 * does not know what it has not received yet. An unknown lag stays unknown.
 */
function lagOf(seconds: number | null, beatLag: BeatLag | null): number | null {
  if (seconds === null || beatLag === null) return seconds;
  const beatSeconds = Math.round(beatLag.ms / 100) / 10;
  return beatLag.isExact ? beatSeconds : Math.max(seconds, beatSeconds);
}

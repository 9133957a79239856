/** One node, looked at again and again on connections that are kept open. */
import { CONNECTIONS_PER_VANTAGE } from '../core/evidence/connection-count.ts';
import type { Inbound, Saw, Server } from '../core/evidence/sighting.ts';
import type { NodeName } from '../core/names.ts';
import { inboundOf } from './channel-rows.ts';
import type { NodeEndpoint } from './connection.ts';
import { isLost, MysqlFailure, sawOf } from './errors.ts';
import type { BeatLag, HeartbeatLag } from './heartbeat-lag.ts';
import { HeartbeatWriter } from './heartbeat-writer.ts';
import { keep, type Lent, onKept } from './kept-connection.ts';
import { type LateAnswer, LateAnswers } from './late-answers.ts';
import type { Refusal } from './login-history.ts';
import { Logins } from './logins.ts';
import { clockOffOf, type Pulse, readPulse } from './pulse-row.ts';
import { type DetailWords, type Peer, ReplicationReader } from './replication-reader.ts';
import { type Alarm, createBell, nowMs, pause } from './waiting.ts';

/** Time until a dropped connection is made again; doubled each time. Milliseconds. */
const FIRST_REDIAL_MS = 10;

export interface Observed {
  readonly node: NodeName;
  readonly endpoint: NodeEndpoint;
  /** The heartbeats that this probe has committed on it. */
  readonly beats: HeartbeatLag;
  readonly peer: Peer;
  /** Called with who answers, with every look that is answered. */
  onIdentity(identity: string): void;
}

/** What a look is to know of its node's part in the pair. */
export interface Part {
  readonly isHolder: boolean;
  /** Whether the pair has the table `keepalambda.heartbeat`: the holder commits a row there, the standby's is read. */
  readonly writeProbe: boolean;
  /** Something is suspected of one of the nodes, so that all is read of which something may be decided. */
  readonly urgent: boolean;
  /** Called when the server has answered, before its details and its commit are there. */
  readonly onPulse?: () => void;
}

export interface NodeWatcher {
  /**
   * One look, ended within `limitMs`; twice that when a kept connection was lost and a fresh one had to tell
   * why. A look that is under way is shared. Never throws for anything that a server or a network can do.
   */
  look(limitMs: number, part: Part): Promise<Saw>;
  /** Goes off when the kept connection is lost. */
  readonly lost: Alarm;
  /** A kept connection for a command whose own login is refused; null when none is free. */
  lend(): Lent | null;
  /** Throws all connections away. */
  drop(): void;
}

export function createNodeWatcher({ node, endpoint, beats, peer, onIdentity }: Observed): NodeWatcher {
  const lost = createBell();
  const logins = new Logins(endpoint);
  const pulses = keep(logins, lost.ring);
  const lateAnswers = new LateAnswers(logins);
  const details = new ReplicationReader(logins, peer);
  const writer = new HeartbeatWriter(logins, node, beats);
  let underWay: Promise<Saw> | null = null;

  /** On the kept connection; while there is none, or an answer on it is overdue, on a fresh one too. */
  async function askOnce(limitMs: number): Promise<LateAnswer> {
    if (!lateAnswers.isWaiting && pulses.current() !== null)
      return onKept(pulses, limitMs, (link) => lateAnswers.ask(link, limitMs));
    const answer = await lateAnswers.askAnew(limitMs);
    pulses.adopt(answer.link);
    return answer;
  }

  /**
   * A server that dies closes its connections a moment before its port: a fresh connection that is dropped is
   * tried again, a little later each time, until the port says whether anybody is there.
   */
  async function askPulse(limitMs: number): Promise<Pulse> {
    const before = pulses.current();
    const deadlineMs = nowMs() + limitMs;
    for (let waitMs = FIRST_REDIAL_MS; ; waitMs *= 2) {
      try {
        const { link, row } = await askOnce(limitMs);
        // What hangs on the writer's connection may hang on the path that the old one was lost on: only a commit on a
        // connection made since shows whether the server is stuck.
        if (link !== before) writer.drop();
        return readPulse(row);
      } catch (error) {
        if (!(error instanceof MysqlFailure) || !isLost(error) || nowMs() + waitMs > deadlineMs) throw error;
      }
      await pause(waitMs);
    }
  }

  async function lookOnce(limitMs: number, part: Part): Promise<Saw> {
    const startMs = nowMs();
    try {
      const pulse = await askPulse(limitMs);
      part.onPulse?.();
      onIdentity(pulse.identity);
      const roundTripMs = Math.round(nowMs() - startMs);
      const clockOffMs = clockOffOf(pulse, Date.now(), roundTripMs);
      const leftMs = Math.max(0, limitMs - roundTripMs);
      const { isHolder, writeProbe, urgent } = part;
      const isBeating = isHolder && writeProbe && pulse.writable;
      if (!isBeating) writer.drop();
      const [words, heartbeat] = await Promise.all([
        details.read(pulse, { witness: !isHolder, follows: !isHolder && writeProbe, urgent }, leftMs),
        isBeating ? writer.beat(leftMs) : ({ kind: 'not-tried' } as const),
      ]);
      logins.check();
      const loginRefused = refusedBy(logins.refusal()) ?? fullOf(words, pulse);
      return answered(pulse, words, { heartbeat, loginRefused, flavor: flavor(), roundTripMs, clockOffMs });
    } catch (error) {
      if (!(error instanceof MysqlFailure)) throw error;
      const saw = sawOf(error);
      if (!lateAnswers.isWaiting) pulses.drop();
      // What hangs on the other connections may be the evidence of a stuck server; a dead one leaves none.
      if (saw.kind === 'refused') for (const each of [lateAnswers, details, writer]) each.drop();
      return saw;
    }
  }

  const flavor = () => pulses.current()?.dialect.flavor ?? 'mysql';

  return {
    look(limitMs, part) {
      underWay ??= lookOnce(limitMs, part).finally(() => {
        underWay = null;
      });
      return underWay;
    },
    lost: lost.alarm,
    // The pulse's connection last: it is what shows that the server lives.
    lend: () =>
      writer.lend() ?? details.lend() ?? (lateAnswers.isWaiting || underWay !== null ? null : pulses.lend()),
    drop() {
      for (const each of [lateAnswers, pulses, details, writer, logins]) each.drop();
    },
  };
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

/** What this look found beside the server's own words. */
interface Found
  extends Pick<Server, 'heartbeat' | 'loginRefused' | 'flavor' | 'roundTripMs' | 'clockOffMs'> {}

function answered(pulse: Pulse, words: DetailWords, found: Found): Extract<Saw, { kind: 'answered' }> {
  const { identity, version, writable, halfClosed, offline, executed } = pulse;
  const { semiSync, events, globalLock } = words.troubles;
  return {
    kind: 'answered',
    server: {
      identity,
      version,
      writable,
      halfClosed,
      ...found,
      ...(offline ? { offline } : {}),
      binaryLog: words.logIsOff ? 'off' : pulse.binaryLog,
      semiSync,
      events,
      globalLock,
      uptimeSeconds: words.counters.uptimeSeconds,
      inbound: inboundNow(pulse, words),
      executed: { gtid: executed, ...words.binaryLog },
    },
  };
}

/**
 * Replication as this look read it. Where the statement is stuck, the last words stand, but without what may have
 * changed since: the lag is unknown and nothing is caught up. A channel that was never read is neither proven
 * running nor stopped nor unconfigured: `connecting` is no fault, and an unknown lag is unfit.
 */
function inboundNow(pulse: Pulse, words: DetailWords): Inbound {
  const { channel, fresh, beatLag } = words;
  if (channel !== 'unread') {
    const inbound = inboundOf(channel, pulse, { ...words, applierBlocked: words.troubles.applierBlocked });
    if (inbound.kind === 'unconfigured') return inbound;
    if (fresh) return { ...inbound, lagSeconds: lagOf(inbound.lagSeconds, beatLag) };
    return { ...inbound, lagSeconds: null, caughtUp: false };
  }
  const nowhere = { gtid: null, file: '', offset: 0 };
  return {
    kind: 'configured',
    io: 'connecting',
    sql: 'yes',
    lagSeconds: null,
    ioError: null,
    sqlError: null,
    sourceAddress: '',
    sourceIdentity: null,
    delaySeconds: 0,
    retrySeconds: 60,
    applierBlocked: null,
    received: nowhere,
    applied: nowhere,
    caughtUp: false,
    heardAgoMs: null,
    receivedAgoMs: null,
  };
}

/**
 * The heartbeat's word, to a tenth of a second, where it is exact; else the longer of the two, because the server does
 * not know what it has not received yet. An unknown lag stays unknown.
 */
function lagOf(seconds: number | null, beatLag: BeatLag | null): number | null {
  if (seconds === null || beatLag === null) return seconds;
  const beatSeconds = Math.round(beatLag.ms / 100) / 10;
  return beatLag.isExact ? beatSeconds : Math.max(seconds, beatSeconds);
}

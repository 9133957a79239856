/** Asynchronous replication into one node from the other: what was received, what was applied, what it says. */
import type { Inbound, Position, ReplicationError, ThreadState } from '../../../lib/core/sighting.ts';
import type { CommitLog } from './log.ts';

/** Far more than clients commit, so that a healthy replica works off any pile. */
export const usualApplyPerMs = 4;
/** A source sends a heartbeat this often while it has nothing else to send. */
const sourceHeartbeatMs = 500;

/**
 * The IO thread's connection. `stalled`: it is there, and the other end says nothing (hung, or cut off), which
 * the thread does not notice before `slave_net_timeout`.
 */
export type Link = 'flowing' | 'stalled' | 'connecting' | 'stopped';

const ioOf = {
  flowing: 'yes',
  stalled: 'yes',
  connecting: 'connecting',
  stopped: 'no',
} as const satisfies Record<Link, ThreadState>;

/** What a channel says of its source. */
export interface Source {
  readonly address: string;
  readonly identity: string;
  positionAt(count: number): Position;
}

export class Channel {
  configured = true;
  /** Whether the IO thread is meant to run; `STOP REPLICA` and errors end that. */
  ioWanted = true;
  sqlWanted = true;
  ioError: ReplicationError | null = null;
  sqlError: ReplicationError | null = null;
  /** The source refuses the channel's login: it says `Connecting`, lag NULL, for as long as that lasts. */
  loginRefused = false;
  /** It hears its source, receives nothing that was committed, and does not know its lag. */
  muffled = false;
  link: Link = 'flowing';
  /** Where the link is going by itself, and a number that voids the timers of all earlier plans. */
  heading: Link | null = null;
  /** Since when its packets are lost; null while they arrive. */
  cutSinceMs: number | null = null;
  generation = 0;
  /** From the source's commit to here. */
  transportMs = 2;
  /** From here to applied, while nothing piles up. */
  applyMs = 3;
  /** How many transactions are applied in a millisecond when some have piled up. */
  applyPerMs = usualApplyPerMs;
  received = 0;
  /** Counts up by fractions while a pile is worked off. */
  applied = 0;
  #advancedMs = 0;
  #flowingSinceMs = 0;
  #heardMs = 0;
  #receivedMs = 0;
  readonly #source: CommitLog;

  constructor(source: CommitLog) {
    this.#source = source;
  }

  /** Brings received and applied up to now, under the state that has held since the last time. */
  advance(nowMs: number, applies: boolean): void {
    const forMs = nowMs - this.#advancedMs;
    if (forMs <= 0) return;
    this.#advancedMs = nowMs;
    if (this.flowing) {
      if (!this.muffled) this.#receive(nowMs);
      this.#heardMs = nowMs - ((nowMs - this.#flowingSinceMs) % sourceHeartbeatMs);
    }
    if (!applies || !this.sqlWanted || this.applied >= this.received) return;
    const due = Math.min(this.received, this.#source.countAt(nowMs - this.transportMs - this.applyMs));
    const target = this.flowing ? due : this.received;
    this.applied = Math.max(this.applied, Math.min(target, this.applied + forMs * this.applyPerMs));
  }

  #receive(nowMs: number): void {
    const count = this.#source.countAt(nowMs - this.transportMs);
    if (count <= this.received) return;
    this.received = count;
    this.#receivedMs = this.#source.committedAtMs(count, nowMs) + this.transportMs;
  }

  /** The connection enters another state. */
  enter(nowMs: number, link: Link): void {
    if (link === this.link) return;
    this.link = link;
    if (link !== 'flowing') return;
    this.cutSinceMs = null;
    this.#flowingSinceMs = nowMs;
    this.#heardMs = nowMs;
    this.#receivedMs = nowMs;
  }

  /** Whether events come in: connected to a source that is alive. */
  get flowing(): boolean {
    return this.link === 'flowing';
  }

  /** What `SHOW REPLICA STATUS` prints for the IO thread. */
  get io(): ThreadState {
    return ioOf[this.link];
  }

  /** A crash of the receiving server: what was received but not applied is fetched again. */
  crash(nowMs: number): void {
    this.applied = Math.floor(this.applied);
    this.received = this.applied;
    // The first look at it afterwards knows no better.
    this.#heardMs = nowMs;
    this.#receivedMs = nowMs;
  }

  get appliedCount(): number {
    return Math.floor(this.applied);
  }

  get caughtUp(): boolean {
    return this.appliedCount >= this.received;
  }

  /** `Seconds_Behind_Master`: NULL unless both threads run and are connected. */
  lagSeconds(nowMs: number): number | null {
    if (this.io !== 'yes' || !this.sqlWanted || this.muffled) return null;
    if (this.caughtUp) return 0;
    return Math.max(0, Math.floor((nowMs - this.#source.committedAtMs(this.appliedCount + 1, nowMs)) / 1000));
  }

  /** How long ago the channel heard of its source. */
  heardAgoMs(nowMs: number): number {
    return nowMs - this.#heardMs;
  }

  /** What a look at the server shows of this channel. */
  inbound(nowMs: number, source: Source): Inbound {
    if (!this.configured) return { kind: 'unconfigured' };
    return {
      kind: 'configured',
      io: this.io,
      sql: this.sqlWanted ? 'yes' : 'no',
      lagSeconds: this.lagSeconds(nowMs),
      ioError: this.ioError,
      sqlError: this.sqlError,
      sourceAddress: source.address,
      sourceIdentity: source.identity,
      delaySeconds: 0,
      applierBlocked: null,
      received: source.positionAt(this.received),
      applied: source.positionAt(this.appliedCount),
      caughtUp: this.caughtUp,
      heardAgoMs: this.heardAgoMs(nowMs),
      receivedAgoMs: nowMs - this.#receivedMs,
    };
  }
}

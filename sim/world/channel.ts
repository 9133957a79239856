/** Asynchronous replication into one node from the other: its connection, its two threads, and what they say. */
import type { Attaching } from '../../lib/core/evidence/probe-results.ts';
import type { ReplicationError, ThreadState } from '../../lib/core/evidence/sighting.ts';
import { type LastTry, noTry } from './last-try.ts';
import type { CommitLog } from './log.ts';
import { RelayLog } from './relay-log.ts';

/** Far more than clients commit, so that a healthy replica works off any pile. */
export const usualApplyPerMs = 4;
/**
 * The IO thread's connection. `stalled`: it is there, and the other end says nothing (hung, or cut off), which
 * the thread does not notice before `slave_net_timeout`.
 */
export type ChannelLink = 'flowing' | 'stalled' | 'connecting' | 'stopped';

const ioOf = {
  flowing: 'yes',
  stalled: 'yes',
  connecting: 'connecting',
  stopped: 'no',
} as const satisfies Record<ChannelLink, ThreadState>;

export class Channel {
  readonly relayLog: RelayLog;
  configured = true;
  /** Whether the IO thread is meant to run; `STOP REPLICA` and errors end that. */
  ioWanted = true;
  sqlWanted = true;
  /** Whether a command stopped it, and whose: no error shows, and a restart of mysqld starts it again. */
  stoppedBy: 'keepalambda' | 'person' | null = null;
  /** The identity of a stranger that it follows instead of the pair's other node; null as it should be. */
  stranger: string | null = null;
  ioError: ReplicationError | null = null;
  sqlError: ReplicationError | null = null;
  /** keepalambda has detached it: whoever starts it, its source refuses its account until it is attached. */
  barred = false;
  /** keepalambda holds back what it has received: whoever starts its applier, nothing is applied until it is attached. */
  held = false;
  /** The source refuses the channel's login: it says `Connecting`, lag NULL, for as long as that lasts. */
  loginRefused = false;
  /** What came of its last try to connect, while it is not connected. */
  lastTry: LastTry = noTry;
  /** It hears its source, receives nothing that was committed, and does not know its lag. */
  muffled = false;
  link: ChannelLink = 'flowing';
  /** Where the link is going by itself, and a number that voids the timers of all earlier plans. */
  heading: ChannelLink | null = null;
  /** Since when its packets are lost; null while they arrive. */
  cutSinceMs: number | null = null;
  generation = 0;
  /** A source sends a heartbeat this often while it has nothing else to send. */
  heartbeatMs = 500;
  /** From the source's commit to here. */
  transportMs = 2;
  /** From here to applied, while nothing piles up. */
  applyMs = 3;
  /** How many transactions are applied in a millisecond when some have piled up. */
  applyPerMs = usualApplyPerMs;
  /** How much more its server's clock was ahead than its source's when it connected. Milliseconds. */
  clockAheadMs = 0;
  #advancedMs = 0;
  #flowingSinceMs = 0;
  #heardMs = 0;
  #receivedMs = 0;
  /** Which of the source's binary logs it reads. */
  #log = 0;
  readonly #source: CommitLog;

  constructor(source: CommitLog, gtid: boolean) {
    this.#source = source;
    this.relayLog = new RelayLog(source, gtid);
  }

  /** Brings received and applied up to now, under the state that has held since the last time. */
  advance(nowMs: number, applies: boolean): void {
    const forMs = nowMs - this.#advancedMs;
    if (forMs <= 0) return;
    this.#advancedMs = nowMs;
    if (this.flowing) {
      const { names } = this.#source;
      const sent = Math.min(this.#source.countAt(nowMs - this.transportMs), names.endOf(this.#log));
      if (this.#isFollowed && this.relayLog.receive(sent))
        this.#receivedMs = this.#source.committedAtMs(sent, nowMs) + this.transportMs;
      const beatMs = nowMs - ((nowMs - this.#flowingSinceMs) % this.heartbeatMs);
      this.#heardMs = Math.max(beatMs, this.#receivedMs);
    }
    const { received, applied } = this.relayLog;
    if (!applies || !this.applies || applied >= received) return;
    const due = Math.min(received, this.#source.countAt(nowMs - this.transportMs - this.applyMs));
    this.relayLog.apply(this.flowing ? due : received, forMs * this.applyPerMs);
  }

  /** The connection enters another state. */
  enter(nowMs: number, link: ChannelLink): void {
    if (link === this.link) return;
    const isNew = this.link !== 'stalled';
    this.link = link;
    if (link !== 'flowing') return;
    if (isNew && this.stranger === null) {
      this.#log = this.#source.names.log;
      this.relayLog.goOn();
    }
    this.cutSinceMs = null;
    this.#flowingSinceMs = nowMs;
    this.#heardMs = nowMs;
    this.#receivedMs = nowMs;
  }

  /** Its server's data are removed, and its channel stopped. */
  empty(): void {
    this.relayLog.empty();
    this.ioError = this.sqlError = this.stranger = null;
    this.barred = this.held = false;
    this.stop('person', 'both');
  }

  /** Its server is a copy of its source as that is now, and goes on from there. */
  fill(nowMs: number): void {
    this.relayLog.fill(nowMs);
    this.ioError = null;
  }

  /**
   * Whether its source's log was reset under it: the sending thread finds no next log. So it was seen at once on 9.7 and MariaDB,
   * and with the next commit on 5.6; in the first file of a log nothing is said until that is as long as it was.
   */
  get isLeftBehind(): boolean {
    return this.stranger === null && this.#source.names.log > this.#log;
  }

  /** Whether the pair's other node is what it listens to, and what it brings. */
  get #isFollowed(): boolean {
    return !this.muffled && this.stranger === null;
  }

  /** Whether a commit of the source is received, so that the source need not wait for it. */
  get acknowledges(): boolean {
    return this.flowing && this.#isFollowed;
  }

  /** Whether its applier goes on with what was received. */
  get applies(): boolean {
    return this.sqlWanted && !this.held;
  }

  /** Whether events come in: connected to a source that is alive. */
  get flowing(): boolean {
    return this.link === 'flowing';
  }

  /** What `SHOW REPLICA STATUS` prints for the IO thread. */
  get io(): ThreadState {
    return ioOf[this.link];
  }

  /** A crash of the receiving server. */
  crash(nowMs: number): void {
    this.relayLog.throwAway();
    // The first look at it afterwards knows no better.
    this.#heardMs = nowMs;
    this.#receivedMs = nowMs;
  }

  /** Its connection is ended, and its thread begins anew: at once, without what it waits for. */
  breakOff(): void {
    this.generation++;
    this.heading = null;
    this.link = 'stopped';
  }

  /** A command stops it: no error shows. */
  stop(by: 'keepalambda' | 'person', threads: 'io' | 'both'): void {
    this.stoppedBy = by;
    this.ioWanted = false;
    if (threads === 'both') this.sqlWanted = false;
  }

  /** keepalambda stops it for good; what is not applied is held back, because barring the channel could drop it. */
  detach(threads: 'receiver' | 'both'): void {
    if (this.ioWanted || threads === 'both') this.stop('keepalambda', threads === 'both' ? 'both' : 'io');
    if (this.relayLog.caughtUp) this.barred = true;
    else if (threads === 'both') this.held = true;
  }

  /**
   * Ends what `detach` began, and starts both threads. What was held back is fetched again, if the source still has it; one that
   * was refused by the mark on its account tries anew, at once. `afresh`: it no longer names what it has received.
   */
  attach(attaching: Attaching): void {
    if (this.barred) this.link = 'stopped';
    this.barred = false;
    if (this.held || attaching === 'afresh') this.relayLog.throwAway();
    this.held = false;
    if (attaching === 'afresh') {
      this.relayLog.forgetReceived();
      this.ioError = null;
    }
    this.startAgain();
  }

  /** The receiving server has come up: what a command had stopped runs again. */
  restart(): void {
    if (this.stoppedBy !== null) this.startAgain();
  }

  /** `START REPLICA`: an error that has not gone away stops it again. */
  startAgain(): void {
    this.stoppedBy = null;
    if (this.ioError === null) this.ioWanted = true;
    if (this.sqlError === null) this.sqlWanted = true;
  }

  /**
   * The lag: by a heartbeat of ours, or `Seconds_Behind_Master`, which is wrong by what the clocks of the two servers have
   * come apart since it connected. NULL unless both threads run and are connected.
   */
  lagSeconds(nowMs: number, clocksMs = 0): number | null {
    if (this.io !== 'yes' || !this.applies || this.muffled) return null;
    const { relayLog } = this;
    if (relayLog.caughtUp || this.stranger !== null) return 0;
    const next = relayLog.appliedCount + 1;
    const committedAtMs = this.#source.committedAtMs(next, nowMs, relayLog.incarnationOf(next));
    return Math.max(0, Math.floor((nowMs - committedAtMs + clocksMs) / 1000));
  }

  /** How long ago the channel heard of its source. */
  heardAgoMs(nowMs: number): number {
    return nowMs - this.#heardMs;
  }

  /** How long ago the channel received something that was committed. */
  receivedAgoMs(nowMs: number): number {
    return nowMs - this.#receivedMs;
  }
}

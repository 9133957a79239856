/** Asynchronous replication into one node from the other: what was received, what was applied, what it says. */
import type { Attaching } from '../../lib/core/evidence/probe-results.ts';
import type { ReplicationError, ThreadState } from '../../lib/core/evidence/sighting.ts';
import { type LastTry, noTry } from './last-try.ts';
import type { CommitLog, Kept } from './log.ts';
import { type Known, knowsAll } from './names.ts';
import { Gaps, type Held, Lives } from './received-numbers.ts';

/** Far more than clients commit, so that a healthy replica works off any pile. */
export const usualApplyPerMs = 4;
/** A source sends a heartbeat this often while it has nothing else to send. */
const sourceHeartbeatMs = 500;

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
  /** From the source's commit to here. */
  transportMs = 2;
  /** From here to applied, while nothing piles up. */
  applyMs = 3;
  /** How many transactions are applied in a millisecond when some have piled up. */
  applyPerMs = usualApplyPerMs;
  received = 0;
  /** Names of the source's that its own server does not know to have: it came to be without them, or its log was reset. */
  known: Known = knowsAll;
  /** Its server has no data: it would have to begin with all that its source ever wrote. */
  isEmpty = false;
  /** How much more its server's clock was ahead than its source's when it connected. Milliseconds. */
  clockAheadMs = 0;
  /** Counts up by fractions while a pile is worked off. */
  applied = 0;
  #advancedMs = 0;
  #flowingSinceMs = 0;
  #heardMs = 0;
  #receivedMs = 0;
  #lives = new Lives();
  /** Which of the source's binary logs it reads. */
  #log = 0;
  /** Names up to this one were received, and are no longer named as such. */
  #unnamed = 0;
  /** What it took for known by its name, and has never received. */
  #gaps = new Gaps();
  readonly #source: CommitLog;
  readonly #gtid: boolean;

  constructor(source: CommitLog, gtid: boolean) {
    this.#source = source;
    this.#gtid = gtid;
  }

  /** Brings received and applied up to now, under the state that has held since the last time. */
  advance(nowMs: number, applies: boolean): void {
    const forMs = nowMs - this.#advancedMs;
    if (forMs <= 0) return;
    this.#advancedMs = nowMs;
    if (this.flowing) {
      const sent = Math.min(
        this.#source.countAt(nowMs - this.transportMs),
        this.#source.names.endOf(this.#log),
      );
      if (this.#isFollowed) this.#receive(nowMs, sent);
      this.#heardMs = nowMs - ((nowMs - this.#flowingSinceMs) % sourceHeartbeatMs);
    }
    if (!applies || !this.applies || this.applied >= this.received) return;
    const due = Math.min(this.received, this.#source.countAt(nowMs - this.transportMs - this.applyMs));
    const target = this.flowing ? due : this.received;
    this.applied = Math.max(this.applied, Math.min(target, this.applied + forMs * this.applyPerMs));
  }

  #receive(nowMs: number, count: number): void {
    if (count <= this.received) return;
    this.#receivedMs = this.#source.committedAtMs(count, nowMs) + this.transportMs;
    const { incarnation } = this.#source;
    this.#lives.note(this.received, incarnation);
    this.received = count;
  }

  /** The life of the source's log that the transaction of that number was received from. */
  incarnationOf(number: number): number {
    return this.#lives.of(number);
  }

  /** What was applied of the numbers that this life of the source's log gave away. */
  heldOf(incarnation: number): Held {
    return this.#lives.heldOf(incarnation, this.appliedCount);
  }

  /** The connection enters another state. */
  enter(nowMs: number, link: ChannelLink): void {
    if (link === this.link) return;
    const isNew = this.link !== 'stalled';
    this.link = link;
    if (link !== 'flowing') return;
    if (isNew && this.stranger === null) this.#goOn();
    this.cutSinceMs = null;
    this.#flowingSinceMs = nowMs;
    this.#heardMs = nowMs;
    this.#receivedMs = nowMs;
  }

  /** A new connection: what has a name that it knows already is not sent. */
  #goOn(): void {
    const { names } = this.#source;
    this.#log = names.log;
    if (!this.#gtid || this.#isOfPresentLog) return;
    const upTo = names.numberOf(this.receivedName);
    if (upTo <= this.received) return;
    this.#gaps.note(this.received, upTo);
    if (this.caughtUp) this.applied = upTo;
    this.received = upTo;
  }

  get #isOfPresentLog(): boolean {
    const { names } = this.#source;
    return this.received === 0 || names.placeOf(this.received).log === names.log;
  }

  /** By which names it says what it has received. */
  get namesReceived(): Known {
    return { ...this.known, forgotten: this.#unnamed };
  }

  /** The highest name of the source's that it names when it connects: of those received, or known to its own server. */
  get receivedName(): number {
    const name = this.#source.names.highest(this.received, this.known.since);
    return name > Math.min(this.#unnamed, this.known.forgotten) ? name : 0;
  }

  /** Whether it skipped the transaction of that number for its name. */
  skipped(number: number): boolean {
    return this.#gaps.has(number);
  }

  /** Its server's data are removed, and its channel stopped. */
  empty(): void {
    this.received = this.applied = 0;
    this.#lives = new Lives();
    this.#gaps = new Gaps();
    this.known = knowsAll;
    this.#unnamed = 0;
    this.isEmpty = true;
    this.ioError = this.sqlError = this.stranger = null;
    this.barred = this.held = false;
    this.stop('person', 'both');
  }

  /** Its server is a copy of its source as that is now, and goes on from there. */
  fill(nowMs: number): void {
    this.received = this.applied = this.#source.countAt(nowMs);
    this.#lives = this.#source.lives();
    this.#gaps = new Gaps();
    this.known = { forgotten: 0, since: this.#source.names.log };
    this.#unnamed = 0;
    this.isEmpty = false;
    this.ioError = null;
  }

  /** What a copy of its server has of the source's log. */
  get kept(): Kept {
    const { appliedCount: count, known } = this;
    const name = this.#source.names.highest(count, known.since);
    const { forgotten } = known;
    return { count, name, forgotten, lives: this.#lives.copy(), gaps: this.#gaps.copy() };
  }

  /** The first number above that one which it has not received. */
  firstLackingAbove(count: number): number {
    return this.#gaps.firstAbove(count) ?? Math.max(this.received, count) + 1;
  }

  /** How many of so many transactions of its source it has skipped. */
  skippedOf(count: number): number {
    return this.#gaps.countUpTo(count);
  }

  /** Its own server's log was reset: by their names, nothing that it applied is known any more. */
  forget(): void {
    const { since } = this.known;
    this.known = { forgotten: this.#source.names.highest(this.appliedCount, since), since };
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

  /** What was received but not applied is fetched again. */
  #throwAway(): void {
    this.applied = Math.floor(this.applied);
    this.received = this.applied;
    this.#lives.forgetAbove(this.received);
    this.#gaps.forgetAbove(this.received);
  }

  /** A crash of the receiving server. */
  crash(nowMs: number): void {
    this.#throwAway();
    // The first look at it afterwards knows no better.
    this.#heardMs = nowMs;
    this.#receivedMs = nowMs;
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
    if (this.caughtUp) this.barred = true;
    else if (threads === 'both') this.held = true;
  }

  /**
   * Ends what `detach` began, and starts both threads. What was held back is fetched again, if the source still has it; one that
   * was refused by the mark on its account tries anew, at once. `afresh`: it no longer names what it has received.
   */
  attach(attaching: Attaching): void {
    if (this.barred) this.link = 'stopped';
    this.barred = false;
    if (this.held || attaching === 'afresh') this.#throwAway();
    this.held = false;
    if (attaching === 'afresh') this.#forgetReceived();
    this.startAgain();
  }

  /** Only what its own server knows to have is named to the source then. */
  #forgetReceived(): void {
    this.#unnamed = this.#source.names.highest(this.received, this.known.since);
    this.ioError = null;
  }

  /**
   * Whether the source no longer has what this channel was to go on from. Where positions are those of a file, any
   * loss is noticed, because the file ends before them; with GTIDs only while the source has given fewer numbers away
   * than this channel has.
   */
  isAheadOf(nowMs: number): boolean {
    const { incarnation, names } = this.#source;
    if (!this.#isOfPresentLog) {
      if (!this.#gtid) return true;
      return this.receivedName > names.nameOf(this.#source.countAt(nowMs));
    }
    if (this.received === 0 || this.incarnationOf(this.received) === incarnation) return false;
    return this.received > (this.#gtid ? this.#source.countAt(nowMs) : this.#source.baseOf(incarnation));
  }

  /** Whether it would ask for what its source has deleted long ago, because its own server does not know that it has it. */
  get asksForAll(): boolean {
    return this.isEmpty || (this.#gtid && this.known.forgotten > this.#source.names.forgotten);
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

  get appliedCount(): number {
    return Math.floor(this.applied);
  }

  get caughtUp(): boolean {
    return this.appliedCount >= this.received;
  }

  /**
   * The lag: by a heartbeat of ours, or `Seconds_Behind_Master`, which is wrong by what the clocks of the two servers have
   * come apart since it connected. NULL unless both threads run and are connected.
   */
  lagSeconds(nowMs: number, clocksMs = 0): number | null {
    if (this.io !== 'yes' || !this.applies || this.muffled) return null;
    if (this.caughtUp || this.stranger !== null) return 0;
    const next = this.appliedCount + 1;
    const committedAtMs = this.#source.committedAtMs(next, nowMs, this.incarnationOf(next));
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

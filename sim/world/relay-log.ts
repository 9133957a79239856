/** What a node has received of the other's transactions, what it has applied of that, and by which names it knows them. */
import type { CommitLog, Kept } from './log.ts';
import { type Known, knowsAll } from './names.ts';
import { Gaps, type Held, Lives } from './received-numbers.ts';

export class RelayLog {
  received = 0;
  /** Counts up by fractions while a pile is worked off. */
  applied = 0;
  /** Names of the source's that its own server does not know to have: it came to be without them, or its log was reset. */
  known: Known = knowsAll;
  /** Its server has no data: it would have to begin with all that its source ever wrote. */
  isEmpty = false;
  #lives = new Lives();
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

  /** The source has sent so many. Gives back whether there were new ones among them. */
  receive(count: number): boolean {
    if (count <= this.received) return false;
    this.#lives.note(this.received, this.#source.incarnation);
    this.received = count;
    return true;
  }

  /** Applies `most` transactions at the most, up to that number. */
  apply(upTo: number, most: number): void {
    this.applied = Math.max(this.applied, Math.min(upTo, this.applied + most));
  }

  get appliedCount(): number {
    return Math.floor(this.applied);
  }

  get caughtUp(): boolean {
    return this.appliedCount >= this.received;
  }

  /** How many are received and not applied. */
  get pile(): number {
    return this.received - this.applied;
  }

  /** A new connection: what has a name that it knows already is not sent. */
  goOn(): void {
    if (!this.#gtid || this.#isOfPresentLog) return;
    const upTo = this.#source.names.numberOf(this.receivedName);
    if (upTo <= this.received) return;
    this.#gaps.note(this.received, upTo);
    if (this.caughtUp) this.applied = upTo;
    this.received = upTo;
  }

  get #isOfPresentLog(): boolean {
    const { names } = this.#source;
    return this.received === 0 || names.placeOf(this.received).log === names.log;
  }

  /** The life of the source's log that the transaction of that number was received from. */
  incarnationOf(number: number): number {
    return this.#lives.of(number);
  }

  /** What was applied of the numbers that this life of the source's log gave away. */
  heldOf(incarnation: number): Held {
    return this.#lives.heldOf(incarnation, this.appliedCount);
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

  /** How many of so many transactions of its source it has skipped. */
  skippedOf(count: number): number {
    return this.#gaps.countUpTo(count);
  }

  /** The first number above that one which it has not received. */
  firstLackingAbove(count: number): number {
    return this.#gaps.firstAbove(count) ?? Math.max(this.received, count) + 1;
  }

  /** Its server's data are removed. */
  empty(): void {
    this.received = this.applied = 0;
    this.#lives = new Lives();
    this.#gaps = new Gaps();
    this.known = knowsAll;
    this.#unnamed = 0;
    this.isEmpty = true;
  }

  /** Its server is a copy of its source as that is now. */
  fill(nowMs: number): void {
    this.received = this.applied = this.#source.countAt(nowMs);
    this.#lives = this.#source.lives();
    this.#gaps = new Gaps();
    this.known = { forgotten: 0, since: this.#source.names.log };
    this.#unnamed = 0;
    this.isEmpty = false;
  }

  /** What a copy of its server has of the source's log. */
  get kept(): Kept {
    const { appliedCount: count, known } = this;
    const name = this.#source.names.highest(count, known.since);
    const { forgotten } = known;
    return { count, name, forgotten, lives: this.#lives.copy(), gaps: this.#gaps.copy() };
  }

  /** Its own server's log was reset: by their names, nothing that it applied is known any more. */
  forgetNames(): void {
    const { since } = this.known;
    this.known = { forgotten: this.#source.names.highest(this.appliedCount, since), since };
  }

  /** Only what its own server knows to have is named to the source from now on. */
  forgetReceived(): void {
    this.#unnamed = this.#source.names.highest(this.received, this.known.since);
  }

  /** What was received but not applied is fetched again. */
  throwAway(): void {
    this.applied = Math.floor(this.applied);
    this.received = this.applied;
    this.#lives.forgetAbove(this.received);
    this.#gaps.forgetAbove(this.received);
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
}

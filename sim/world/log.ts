/**
 * What a node has committed of its own, as a function of time. Clients commit at fixed times while they can, so that
 * hours of writes are a few lines here and cost nothing until somebody asks.
 *
 * Transactions are numbered from 1. A server that comes back with less than it had gives the lost numbers away again:
 * each such return begins a new **incarnation** of the log, and a number alone no longer says which transaction it is.
 *
 * Numbers are the world's own. By which names servers know them is in `names.ts`.
 */
import { Names } from './names.ts';
import { type Gaps, type Held, Lives } from './received-numbers.ts';

/** A client commits every 20 ms. */
export const clientIntervalMs = 20;

/**
 * Which clients write here: those that follow the VIP at once (`prompt`), and those whose network still
 * leads to the old place for a while after a move (`late`), who commit halfway between.
 */
export interface Writers {
  readonly prompt: boolean;
  readonly late: boolean;
}

/**
 * Who committed a transaction. `old`: before the history began. `client`: an application, through the VIP. `heartbeat`:
 * keepalambda, into a row of its own. `person`: somebody by hand, beside the VIP.
 */
export type Author = 'old' | 'client' | 'heartbeat' | 'person';

/** One transaction as the world knows it. */
export interface Transaction {
  readonly number: number;
  readonly incarnation: number;
  readonly committedAtMs: number;
  readonly by: Author;
  /** When its author was told that it is committed; null if that never happened (it waited for a standby). */
  readonly acknowledgedAtMs: number | null;
}

/** A part of the log: from one change of who writes to the next. */
interface Stretch {
  readonly fromMs: number;
  /** Transactions committed up to `fromMs`, included. */
  readonly count: number;
  readonly writers: Writers;
  /** Who committed, at `fromMs`, what came on top of the stretch before. */
  readonly by: Author;
}

/** What another server has of this log: a copy of that one brings it back. */
export interface Kept {
  readonly count: number;
  /** The highest name among these. */
  readonly name: number;
  /** Names up to this one it does not know any more. */
  readonly forgotten: number;
  readonly lives: Lives;
  readonly gaps: Gaps;
}

/** One life of the log: it begins with the numbers up to `base`, which it has from the life before, or from a copy. */
interface Incarnation {
  readonly base: number;
  /** The place of its first stretch. */
  readonly start: number;
  /** What the copy brought of earlier lives; null where it goes on from the life before. */
  readonly kept: Kept | null;
}

/** Numbers that were given away twice: `from` to `to`, the second time by this incarnation. */
export interface Reused {
  readonly from: number;
  readonly to: number;
  readonly incarnation: number;
}

const nobody: Writers = { prompt: false, late: false };

export class CommitLog {
  readonly #stretches: Stretch[] = [
    { fromMs: Number.NEGATIVE_INFINITY, count: 0, writers: nobody, by: 'old' },
  ];
  readonly #incarnations: Incarnation[] = [{ base: 0, start: 0, kept: null }];
  readonly names = new Names();
  /** How often its binary log was reset, and how often when a copy last made that good. */
  resets = 0;
  resetsMadeGood = 0;
  /** It came back with less than it had given away. */
  hasLost = false;
  /** When those that had to wait for a standby's word were acknowledged: by incarnation and number. */
  readonly #waited = new Map<string, number | null>();

  /** Who writes from now on. */
  write(atMs: number, writers: Writers): void {
    const last = this.#last();
    if (last.writers.prompt === writers.prompt && last.writers.late === writers.late) return;
    this.#stretches.push({ fromMs: atMs, count: this.countAt(atMs), writers, by: 'client' });
  }

  /** Transactions beside the clients' steady ones. */
  add(atMs: number, count: number, by: Author): void {
    this.#stretches.push({
      fromMs: atMs,
      count: this.countAt(atMs) + count,
      writers: this.#last().writers,
      by,
    });
  }

  /** A commit that is in the log, and whose author waits until a standby has it. Gives back its number. */
  addWaiting(atMs: number, by: Author): number {
    this.add(atMs, 1, by);
    const { count } = this.#last();
    this.#waited.set(keyOf(this.incarnation, count), null);
    return count;
  }

  /** The author of a commit hears that it is done; null: and does not, for now. */
  acknowledge(atMs: number | null, number: number): void {
    this.#waited.set(keyOf(this.incarnation, number), atMs);
  }

  /** The server has come back without its last transactions: their numbers will be given away again. */
  loseLast(atMs: number, lost: number): void {
    this.#beginLife(atMs, Math.max(this.names.above, this.countAt(atMs) - lost), null);
    this.hasLost = true;
  }

  /** The binary log is reset: what was committed stays, and what comes is named from 1 on. */
  reset(atMs: number): void {
    this.resets++;
    this.names.begin(this.countAt(atMs));
  }

  /** All data are removed from the server. */
  empty(atMs: number): void {
    this.names.beginEmpty(this.countAt(atMs));
    this.#beginLife(atMs, 0, null);
  }

  /** After `empty`: a copy of another server has brought what that one has. */
  fill(atMs: number, kept: Kept): void {
    this.names.fill(kept.count, kept.name, kept.forgotten);
    this.#beginLife(atMs, kept.count, kept);
    this.resetsMadeGood = this.resets;
    this.hasLost = false;
  }

  #beginLife(atMs: number, base: number, kept: Kept | null): void {
    this.#incarnations.push({ base, start: this.#stretches.length, kept });
    this.#stretches.push({ fromMs: atMs, count: base, writers: nobody, by: 'old' });
  }

  /** The life that the log is in: 0 until it first lost something. */
  get incarnation(): number {
    return this.#incarnations.length - 1;
  }

  /** How many there were at that time. Times before now are answered too. */
  countAt(atMs: number): number {
    let index = this.#stretches.length - 1;
    while (index > 0 && (this.#stretches[index] as Stretch).fromMs > atMs) index--;
    return countIn(this.#stretches[index] as Stretch, atMs);
  }

  /** When the transaction of that number (counted from 1) was committed; now at the latest. */
  committedAtMs(number: number, nowMs: number, incarnation = this.incarnation): number {
    const { index } = this.#find(number, incarnation);
    const stretch = this.#stretches[index] as Stretch;
    const next = this.#stretches[index + 1];
    const perTick = Number(stretch.writers.prompt) + Number(stretch.writers.late);
    if (perTick === 0) return Math.min(next?.fromMs ?? nowMs, nowMs);
    const atMs = stretch.fromMs + ((number - stretch.count) * clientIntervalMs) / perTick;
    return Math.min(atMs, next?.fromMs ?? nowMs, nowMs);
  }

  /** The transaction of that number, as that incarnation of the log has it (the current one when left out). */
  transaction(number: number, nowMs: number, incarnation = this.incarnation): Transaction {
    const { index, life } = this.#find(number, incarnation);
    const committedAtMs = this.committedAtMs(number, nowMs, incarnation);
    const stretch = this.#stretches[index] as Stretch;
    const next = this.#stretches[index + 1];
    // Committed by clients while the stretch lasted, unless the jump to the next one brought it.
    const jumped = next !== undefined && number > countIn(stretch, next.fromMs);
    const by = jumped ? next.by : 'client';
    const waited = this.#waited.get(keyOf(life, number));
    const acknowledgedAtMs = waited === undefined ? committedAtMs : waited;
    return { number, incarnation: life, committedAtMs, by, acknowledgedAtMs };
  }

  /** The last number that this incarnation gave away. */
  endOf(incarnation: number, nowMs: number): number {
    const next = this.#incarnations[incarnation + 1];
    if (next === undefined) return this.countAt(nowMs);
    const last = this.#stretches[next.start - 1] as Stretch;
    return countIn(last, (this.#stretches[next.start] as Stretch).fromMs);
  }

  /** The last number that this incarnation has from the one before; 0 for the first. */
  baseOf(incarnation: number): number {
    return this.#incarnations[incarnation]?.base ?? 0;
  }

  /** Which numbers of that life the server still has; of the present one, all. */
  heldOf(incarnation: number, life = this.incarnation): Held {
    if (incarnation === life) return { above: 0, upTo: Number.POSITIVE_INFINITY };
    const { base, kept } = this.#incarnations[life] as Incarnation;
    if (kept !== null) return kept.lives.heldOf(incarnation, base);
    const held = this.heldOf(incarnation, life - 1);
    return { ...held, upTo: Math.min(held.upTo, base) };
  }

  /** From which life each number is that the server has. */
  lives(life = this.incarnation): Lives {
    if (life === 0) return new Lives();
    const { base, kept } = this.#incarnations[life] as Incarnation;
    const lives = kept === null ? this.lives(life - 1) : kept.lives.copy();
    lives.note(base, life);
    return lives;
  }

  /** Whether the last copy of another server has left the transaction of that number out. */
  isLeftOut(number: number): boolean {
    return this.#lastCopy?.gaps.has(number) ?? false;
  }

  /** The first number above that one which the last copy has left out; null when none is. */
  firstLeftOutAbove(number: number): number | null {
    return this.#lastCopy?.gaps.firstAbove(number) ?? null;
  }

  get #lastCopy(): Kept | null {
    return this.#incarnations.findLast(({ kept }) => kept !== null)?.kept ?? null;
  }

  /** Numbers that were given away more than once. */
  reused(nowMs: number): readonly Reused[] {
    const reused: Reused[] = [];
    let highest = this.endOf(0, nowMs);
    for (let incarnation = 1; incarnation <= this.incarnation; incarnation++) {
      const end = this.endOf(incarnation, nowMs);
      const to = Math.min(end, highest);
      const from = this.baseOf(incarnation) + 1;
      if (to >= from) reused.push({ from, to, incarnation });
      highest = Math.max(highest, end);
    }
    return reused;
  }

  /** The stretch in which that number was given away (or whose end brought it), and in which life. */
  #find(number: number, incarnation: number): { readonly index: number; readonly life: number } {
    let life = incarnation;
    while (life > 0 && number <= this.baseOf(life))
      life = this.#incarnations[life]?.kept?.lives.of(number) ?? life - 1;
    let low = this.#incarnations[life]?.start ?? 0;
    let high = (this.#incarnations[life + 1]?.start ?? this.#stretches.length) - 1;
    // The last stretch that begins below the number.
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#stretches[middle] as Stretch).count < number) low = middle;
      else high = middle - 1;
    }
    return { index: low, life };
  }

  #last(): Stretch {
    return this.#stretches[this.#stretches.length - 1] as Stretch;
  }
}

function keyOf(incarnation: number, number: number): string {
  return `${incarnation}:${number}`;
}

function countIn({ fromMs, count, writers }: Stretch, atMs: number): number {
  let total = count;
  if (writers.prompt) total += ticks(fromMs, atMs, 0);
  if (writers.late) total += ticks(fromMs, atMs, clientIntervalMs / 2);
  return total;
}

/** How often a client of this phase commits after `fromMs`, up to and including `toMs`. */
function ticks(fromMs: number, toMs: number, phaseMs: number): number {
  return Math.floor((toMs - phaseMs) / clientIntervalMs) - Math.floor((fromMs - phaseMs) / clientIntervalMs);
}

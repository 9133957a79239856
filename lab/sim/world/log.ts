/**
 * How many transactions a node has committed of its own, as a function of time. Clients commit at fixed
 * times while they can, so that hours of writes are a few lines here and cost nothing until somebody asks.
 */

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

interface Stretch {
  readonly fromMs: number;
  /** Transactions committed up to `fromMs`, included. */
  readonly count: number;
  readonly writers: Writers;
}

const nobody: Writers = { prompt: false, late: false };

export class CommitLog {
  readonly #stretches: Stretch[] = [{ fromMs: Number.NEGATIVE_INFINITY, count: 0, writers: nobody }];

  /** Who writes from now on. */
  write(atMs: number, writers: Writers): void {
    const last = this.#last();
    if (last.writers.prompt === writers.prompt && last.writers.late === writers.late) return;
    this.#stretches.push({ fromMs: atMs, count: this.countAt(atMs), writers });
  }

  /** Transactions beside the clients': a heartbeat, a stray write. */
  add(atMs: number, count: number): void {
    this.#stretches.push({ fromMs: atMs, count: this.countAt(atMs) + count, writers: this.#last().writers });
  }

  /** How many there were at that time. Times before now are answered too. */
  countAt(atMs: number): number {
    let index = this.#stretches.length - 1;
    while (index > 0 && (this.#stretches[index] as Stretch).fromMs > atMs) index--;
    return countIn(this.#stretches[index] as Stretch, atMs);
  }

  /** When the transaction of that number (counted from 1) was committed; now at the latest. */
  committedAtMs(number: number, nowMs: number): number {
    let index = this.#stretches.length - 1;
    while (index > 0 && (this.#stretches[index] as Stretch).count >= number) index--;
    const stretch = this.#stretches[index] as Stretch;
    const next = this.#stretches[index + 1];
    const perTick = Number(stretch.writers.prompt) + Number(stretch.writers.late);
    if (perTick === 0) return Math.min(next?.fromMs ?? nowMs, nowMs);
    const atMs = stretch.fromMs + ((number - stretch.count) * clientIntervalMs) / perTick;
    return Math.min(atMs, next?.fromMs ?? nowMs, nowMs);
  }

  #last(): Stretch {
    return this.#stretches[this.#stretches.length - 1] as Stretch;
  }
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

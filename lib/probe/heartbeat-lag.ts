/**
 * The heartbeats that this probe has committed on one node, to measure the lag of the other node by them.
 *
 * `Seconds_Behind_Master` compares the clock with the event that the SQL thread is at, so it knows nothing of what the
 * IO thread has not received yet, and counts whole seconds. A row that we committed ourselves, and that the standby
 * does not have yet, shows the lag by one clock: ours.
 *
 * The node's clock may be set back, and then newer rows have smaller stamps. Stamps are compared as if it had gone on.
 */

/**
 * One heartbeat by two clocks: the node's, as in its row but as if that clock was never set back; and the probe's.
 * Milliseconds.
 */
interface Beat {
  readonly stampMs: number;
  readonly atMs: number;
}

/** From one setting of the node's clock to the next. Milliseconds. */
interface Era {
  /** The newest stamp before this era. */
  readonly fromMs: number;
  /** By how much the clock has been set back in all. */
  readonly backMs: number;
}

const firstEra: Era = { fromMs: Number.NEGATIVE_INFINITY, backMs: 0 };

/** For how long the oldest heartbeat that is not on the standby has been committed; 0 when all are there. */
export interface BeatLag {
  readonly ms: number;
  /** Whether the standby has one of ours. If not, it may lack writes that are older than the first of them. */
  readonly isExact: boolean;
}

/** Another vantage commits the same row, and may overtake by a moment between reading the clock and committing. */
const OVERTAKEN_MS = 200;
/** How many settings of a clock are known. */
const ERAS_MAX = 8;
/** More than an hour of heartbeats: a standby that lags by that is far beyond any limit. */
const KEPT_MAX = 4000;

/** Begins without any heartbeat. */
export class HeartbeatLag {
  /** Those that may not be on the standby yet, oldest first. */
  #open: Beat[] = [];
  /** The stamp of the first one. */
  #firstMs: number | null = null;
  #newest: Beat | null = null;
  #eras: readonly Era[] = [firstEra];
  /** The newest stamp that was seen on the standby. */
  #reachedMs = Number.NEGATIVE_INFINITY;

  /** A heartbeat with this stamp was committed; `atMs` is when its commit was begun. */
  note(stampMs: number, atMs: number): void {
    this.#eras = nextEras(this.#eras, this.#newest, { stampMs, atMs });
    this.#newest = { stampMs: stampMs + (this.#eras.at(-1) ?? firstEra).backMs, atMs };
    this.#firstMs ??= this.#newest.stampMs;
    this.#open.push(this.#newest);
    if (this.#open.length > KEPT_MAX) this.#open.shift();
  }

  /**
   * The lag of the standby whose row has the stamp `appliedMs`. Null when nothing is known: no row there yet, or no
   * heartbeat of ours.
   */
  lag(appliedMs: number | null, atMs: number): BeatLag | null {
    if (this.#firstMs === null || appliedMs === null) return null;
    const upToMs = straightened(appliedMs, this.#eras, this.#reachedMs);
    this.#reachedMs = Math.max(this.#reachedMs, upToMs);
    this.#open = this.#open.filter(({ stampMs }) => stampMs > upToMs + OVERTAKEN_MS);
    const [oldest] = this.#open;
    return { ms: oldest === undefined ? 0 : atMs - oldest.atMs, isExact: upToMs >= this.#firstMs };
  }

  /** The node takes no heartbeats any more: those that never reached the other node are not waited for. */
  forget(): void {
    this.#open = [];
    this.#firstMs = null;
    this.#newest = null;
    this.#eras = [firstEra];
    this.#reachedMs = Number.NEGATIVE_INFINITY;
  }
}

/** A stamp that is smaller than the one before: the clock was set back. Our own clock shows by how much. */
function nextEras(eras: readonly Era[], before: Beat | null, { stampMs, atMs }: Beat): readonly Era[] {
  const { backMs } = eras.at(-1) ?? firstEra;
  if (before === null || stampMs + backMs >= before.stampMs - OVERTAKEN_MS) return eras;
  const goesOnAtMs = before.stampMs + Math.max(0, atMs - before.atMs);
  return [...eras, { fromMs: before.stampMs, backMs: goesOnAtMs - stampMs }].slice(-ERAS_MAX);
}

/**
 * A stamp of the row, as if the clock was never set back. It belongs to the first era that fits, because what is
 * applied only grows.
 */
function straightened(stampMs: number, eras: readonly Era[], reachedMs: number): number {
  for (const [index, { fromMs, backMs }] of eras.entries()) {
    const atMs = stampMs + backMs;
    const untilMs = eras[index + 1]?.fromMs ?? Number.POSITIVE_INFINITY;
    const leastMs = Math.max(fromMs, reachedMs) - OVERTAKEN_MS;
    if (atMs >= leastMs && atMs <= untilMs + OVERTAKEN_MS) return atMs;
  }
  return stampMs + (eras.at(-1) ?? firstEra).backMs;
}

/**
 * The heartbeats that this probe has committed on one node, so that the other's replication can be timed by them.
 *
 * `Seconds_Behind_Master` compares the clock with the event that the SQL thread is at, so it knows nothing of what
 * the IO thread has not received yet, and counts whole seconds. A row that we committed ourselves, and that is not
 * there on the standby, says it by one clock: ours.
 */

/** One heartbeat: by the node's clock, which stands in the row, and by the probe's. Milliseconds. */
interface Beat {
  readonly stampMs: number;
  readonly atMs: number;
}

export interface Beats {
  /** A heartbeat with this stamp was committed; `atMs` is when its commit was begun. */
  note(stampMs: number, atMs: number): void;
  /**
   * For how long the oldest heartbeat that is not on the standby has been committed, in milliseconds; 0 when all
   * are there. `appliedMs` is the stamp in the standby's row. Null when nothing is known: no row there yet, or no
   * heartbeat of ours.
   */
  lagMs(appliedMs: number | null, atMs: number): number | null;
  /** The node takes no heartbeats any more: what of them never reached the other is not waited for. */
  forget(): void;
}

/** Another vantage commits the same row, and may overtake by a moment between reading the clock and committing. */
const OVERTAKEN_MS = 200;
/** An hour and more of them: whoever lags by that is far beyond any limit. */
const KEPT_MAX = 4000;

/** None yet. */
export function createBeats(): Beats {
  let open: Beat[] = [];
  let isKnown = false;
  return {
    note(stampMs, atMs) {
      isKnown = true;
      open.push({ stampMs, atMs });
      if (open.length > KEPT_MAX) open.shift();
    },
    lagMs(appliedMs, atMs) {
      if (!isKnown || appliedMs === null) return null;
      open = open.filter(({ stampMs }) => stampMs > appliedMs + OVERTAKEN_MS);
      const [oldest] = open;
      return oldest === undefined ? 0 : atMs - oldest.atMs;
    },
    forget() {
      isKnown = false;
      open = [];
    },
  };
}

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

/** For how long the oldest heartbeat that is not on the standby has been committed; 0 when all are there. */
export interface BeatLag {
  readonly ms: number;
  /** Whether one of ours has got there: else what is missing may be older than the first of them. */
  readonly isExact: boolean;
}

export interface HeartbeatLag {
  /** A heartbeat with this stamp was committed; `atMs` is when its commit was begun. */
  note(stampMs: number, atMs: number): void;
  /**
   * The lag of the standby whose row has the stamp `appliedMs`. Null when nothing is known: no row there yet, or no
   * heartbeat of ours.
   */
  lag(appliedMs: number | null, atMs: number): BeatLag | null;
  /** The node takes no heartbeats any more: what of them never reached the other is not waited for. */
  forget(): void;
}

/** Another vantage commits the same row, and may overtake by a moment between reading the clock and committing. */
const OVERTAKEN_MS = 200;
/** An hour and more of them: whoever lags by that is far beyond any limit. */
const KEPT_MAX = 4000;

/** None yet. */
export function createHeartbeatLag(): HeartbeatLag {
  let open: Beat[] = [];
  let firstMs: number | null = null;
  return {
    note(stampMs, atMs) {
      firstMs ??= stampMs;
      open.push({ stampMs, atMs });
      if (open.length > KEPT_MAX) open.shift();
    },
    lag(appliedMs, atMs) {
      if (firstMs === null || appliedMs === null) return null;
      open = open.filter(({ stampMs }) => stampMs > appliedMs + OVERTAKEN_MS);
      const [oldest] = open;
      return { ms: oldest === undefined ? 0 : atMs - oldest.atMs, isExact: appliedMs >= firstMs };
    },
    forget() {
      firstMs = null;
      open = [];
    },
  };
}

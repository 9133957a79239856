import type { Court, Invariant } from './court.ts';

/** The bound of the design. Milliseconds. */
const silentAfterMs = 60_000;
/** A save that failed so lately is still failing. Milliseconds. */
const stillMs = 10_000;

/**
 * Invariant W8. While a pair cannot be acted for, its dead man's switch is silent.
 *
 * A pair cannot be acted for while the table takes none of its memory: nothing may be begun that is not saved first. When no
 * save of it has succeeded for 60 s since one failed, and one has failed in the last 10 s, no leader sends a heartbeat
 * (the metric that the alarm listens for). There are no excuses: the alarm is for what nobody thought of. That the table takes
 * nothing from a leader whose lease somebody else has taken since is as it must be, and no failure.
 */
export function deadManInvariant(court: Court): Invariant {
  const { world } = court;
  let failingSinceMs: number | null = null;
  let failedMs = 0;
  return {
    saved() {
      failingSinceMs = null;
    },
    unsaved(process) {
      if (court.epochOf(process) < (world.table.lease?.epoch ?? 0)) return;
      failingSinceMs ??= world.nowMs;
      failedMs = world.nowMs;
    },
    beat(process) {
      const { nowMs } = world;
      if (failingSinceMs === null || nowMs - failedMs >= stillMs) return;
      const failingMs = Math.round(nowMs - failingSinceMs);
      if (failingMs < silentAfterMs) return;
      court.accuse(
        'W8 dead-man-silent',
        `${process.name} says that it is at work, and has not been able to save for ${failingMs} ms`,
      );
    },
  };
}

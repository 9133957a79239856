/** When a server's process started, by the server's own clock: who that is, whatever clocks are set or leaders change. */
import type { Pulse } from './pulse-row.ts';

/** A clock that was read beside an uptime that took longer may be of another second. Milliseconds. */
const SURE_MS = 500;

/**
 * `Server.startSecond`. A server prints as its uptime its clock less that second, so the second stays where it is when the clock
 * is set, also to before it. `sinceMs`: how long ago the pulse's clock was read. `tookMs`: how long the uptime took. Null where
 * it is not known.
 */
export function startSecondOf(
  { clockMs }: Pick<Pulse, 'clockMs'>,
  { ageSeconds, sinceMs, tookMs }: { ageSeconds: number | null; sinceMs: number; tookMs: number },
): number | null {
  if (clockMs === null || ageSeconds === null || tookMs > SURE_MS) return null;
  return Math.floor((clockMs + sinceMs) / 1000) - ageSeconds;
}

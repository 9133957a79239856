/** Whether a server that answers now is the process that was seen before. */
import type { Settled } from './memory.ts';
import type { Verdict } from './verdict.ts';

/**
 * A start is computed by the clock of the leader of that time, and uptimes are in whole seconds: two starts that differ by
 * less can be one. Milliseconds.
 */
const SAME_START_MS = 25_000;

/** A process only grows older, whatever the clocks say; and its start stays where it was, as far as they agree. */
export function isSameProcess(before: Settled, { server, seenAtMs }: Verdict): boolean {
  if (server === null || server.uptimeSeconds === 0) return false;
  if (before.uptimeSeconds !== undefined && server.uptimeSeconds < before.uptimeSeconds) return false;
  return Math.abs(seenAtMs - server.uptimeSeconds * 1000 - before.startedAtMs) <= SAME_START_MS;
}

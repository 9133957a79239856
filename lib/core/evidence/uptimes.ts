/**
 * Restarts that one leader sees itself. What is remembered of a process is compared across leaders, whose clocks differ, and so
 * takes two starts within 25 s for one; a server that dies again and again starts as often.
 */
import type { NodeName } from '../names.ts';
import { CLOCK_OFF_MS } from './clock-off.ts';
import { isSameStart, startOf, UPTIME_SLACK_MS } from './same-process.ts';
import type { Verdict } from './verdict.ts';

/** How long a server had run when it last said so, and by how much its clock was off then. */
export interface Uptime {
  /** Null where this leader has only seen it stopped, so far, and where its clock was set back to before its start. */
  readonly seconds: number | null;
  /** When it said so. Where a vantage loses sight of it, what another one saw before stands, and is older. */
  readonly atMs: number;
  readonly clockOffMs: number | null;
  /** `Server.startSecond`. Absent where it was not read. */
  readonly startSecond?: number;
  /** When it last was stopped since then; absent where it was not. */
  readonly stoppedAtMs?: number;
}

type Uptimes = Readonly<Record<NodeName, Uptime>>;

/** The last that each node said, and whether it was stopped since. */
export function nextUptimes(uptimes: Uptimes, verdicts: readonly Verdict[]): Uptimes {
  const next = new Map(Object.entries(uptimes));
  for (const { node, server, kind, seenAtMs } of verdicts) {
    const before = uptimes[node] ?? { seconds: null, atMs: seenAtMs, clockOffMs: null };
    if (kind === 'stopped') next.set(node, { ...before, stoppedAtMs: seenAtMs });
    if (server === null || isOlder(before, seenAtMs)) continue;
    const { uptimeSeconds, clockOffMs, startSecond } = server;
    if (uptimeSeconds === 0 && startSecond === undefined) continue;
    const seconds = uptimeSeconds === 0 ? null : uptimeSeconds;
    const second = startSecond === undefined ? {} : { startSecond };
    next.set(node, { seconds, atMs: seenAtMs, clockOffMs, ...second });
  }
  return Object.fromEntries(next);
}

/**
 * It has restarted since the look before: it has run for less time than then, and its clock was not set; or it has started since
 * it was seen stopped. A port that a firewall refuses leaves the process that was there.
 */
export function hasRestarted(uptimes: Uptimes, verdict: Verdict): boolean {
  const { node, server } = verdict;
  const [before, startedAtMs] = [uptimes[node], startOf(verdict)];
  if (before === undefined || server === null || isOlder(before, verdict.seenAtMs)) return false;
  const isSame = isSameStart(before, server);
  if (isSame !== null) return !isSame;
  if (startedAtMs === null) return false;
  const { seconds, stoppedAtMs = Number.POSITIVE_INFINITY } = before;
  const isYounger = startedAtMs >= stoppedAtMs - UPTIME_SLACK_MS;
  if (seconds === null) return isYounger;
  const setMs = Math.abs((server.clockOffMs ?? 0) - (before.clockOffMs ?? 0));
  // Two vantages may read one uptime a second apart.
  const wasStartedAtMs = before.atMs - seconds * 1000;
  const hasLess = server.uptimeSeconds < seconds && startedAtMs - wasStartedAtMs > UPTIME_SLACK_MS;
  return setMs <= CLOCK_OFF_MS && (hasLess || isYounger);
}

function isOlder(before: Uptime | undefined, seenAtMs: number): boolean {
  return before !== undefined && seenAtMs < before.atMs;
}

/**
 * Restarts that one leader sees itself. What is remembered of a process is compared across leaders, whose clocks differ, and so
 * takes two starts within 25 s for one; a server that dies again and again starts as often.
 */
import type { NodeName } from '../names.ts';
import { CLOCK_OFF_MS } from './clock-off.ts';
import type { Verdict } from './verdict.ts';

/** How long a server had run when it last said so, and by how much its clock was off then. */
export interface Uptime {
  readonly seconds: number;
  readonly clockOffMs: number | null;
}

type Uptimes = Readonly<Record<NodeName, Uptime>>;

/** The last that each node said. */
export function nextUptimes(uptimes: Uptimes, verdicts: readonly Verdict[]): Uptimes {
  const next = new Map(Object.entries(uptimes));
  for (const { node, server } of verdicts) {
    if (server === null || server.uptimeSeconds === 0) continue;
    next.set(node, { seconds: server.uptimeSeconds, clockOffMs: server.clockOffMs });
  }
  return Object.fromEntries(next);
}

/** The node has run for less time than before, and its clock was not set: it has restarted since the look before. */
export function hasRestarted(uptimes: Uptimes, { node, server }: Verdict): boolean {
  const before = uptimes[node];
  if (before === undefined || server === null || server.uptimeSeconds === 0) return false;
  const setMs = Math.abs((server.clockOffMs ?? 0) - (before.clockOffMs ?? 0));
  return server.uptimeSeconds < before.seconds && setMs <= CLOCK_OFF_MS;
}

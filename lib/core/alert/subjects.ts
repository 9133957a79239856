/**
 * Whom a condition is about. One alert may speak of both nodes, and that people know of the first one says nothing of the second:
 * each begins and ends by itself.
 */
import type { NodeName } from '../names.ts';

/** Null while the condition is on for that node; else since when it is over. Milliseconds since 1970. */
export type Subjects = Readonly<Record<NodeName, number | null>>;

/** The same object comes back while nothing has changed. */
export function subjectsNow(
  before: Subjects | undefined,
  about: readonly NodeName[],
  nowMs: number,
): Subjects {
  const were = before ?? {};
  const now: Record<NodeName, number | null> = {};
  for (const [node, overSinceMs] of Object.entries(were)) now[node] = overSinceMs ?? nowMs;
  for (const node of about) now[node] = null;
  const nodes = Object.keys(now);
  const isSame = nodes.every((node) => node in were && were[node] === now[node]);
  return isSame && before !== undefined ? before : now;
}

/** The condition is on for a node of which nobody was alerted, or that was well for `endedMs` meanwhile. */
export function isAboutAnother(
  before: Subjects | undefined,
  about: readonly NodeName[],
  nowMs: number,
  endedMs: number,
): boolean {
  // A record of an older release does not say whom it was about.
  if (before === undefined) return false;
  return about.some((node) => {
    const overSinceMs = before[node];
    return overSinceMs === undefined || (overSinceMs !== null && nowMs - overSinceMs >= endedMs);
  });
}

/** It is on for a node of which nobody has been alerted lately. */
export function isOfNew(before: Subjects | undefined, about: readonly NodeName[]): boolean {
  return before !== undefined && about.some((node) => before[node] === undefined);
}

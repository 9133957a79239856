/** What a failover may have lost. */
import { countOf, parseSet, renderSet, subtract, withoutOrigin } from '../evidence/gtid.ts';
import { isUnplaced, placeOf } from '../evidence/log-place.ts';
import type { Position } from '../evidence/sighting.ts';
import type { Loss } from '../memory/memory.ts';
import { plural } from '../plural.ts';

/** What a set of transactions has that another lacks. */
export interface Missing {
  readonly count: number;
  /** As the server prints sets. */
  readonly set: string;
}

/**
 * What `has` holds and `lacks` does not; null where GTIDs are off. `except` is the identity of the server that lacks it:
 * what that one wrote itself is not missing there.
 */
export function missingOf(has: Position, lacks: Position, except: string | null): Missing | null {
  if (has.gtid === null || lacks.gtid === null) return null;
  const all = subtract(parseSet(has.gtid), parseSet(lacks.gtid));
  const missing = except === null ? all : withoutOrigin(all, except);
  return { count: countOf(missing), set: renderSet(missing) };
}

/** What was lost, in words, with what is not known about it. `freshMs`: an older last look says nothing. */
export function describeLoss(
  { old, lastSeen, lastSeenAgoMs = null, kept, keptBy, because }: Omit<Loss, 'atMs'>,
  freshMs: number,
): string {
  if (because !== undefined) return `unknown (${because})${atLeast(lastSeen, kept, keptBy)}`;
  if (lastSeen === null || kept === null) return `unknown (a position of ${old} was never read)`;
  const missing = missingOf(lastSeen, kept, keptBy);
  if (missing === null) {
    const where = isUnplaced(lastSeen)
      ? `where the log of ${old} ended was not read`
      : `${old} was last seen at ${placeOf(lastSeen)} of its own log`;
    return `unknown (GTIDs are off; ${where})`;
  }
  const { count, set } = missing;
  if (lastSeenAgoMs === 0) return count === 0 ? 'none' : `${transactions(count)}: ${set}`;
  if (lastSeenAgoMs === null || lastSeenAgoMs > freshMs) {
    const when = lastSeenAgoMs === null ? 'at an unknown time' : `${(lastSeenAgoMs / 1000).toFixed(1)} s`;
    return `unknown (the last position of ${old} was read ${when} before it was lost)${atLeast(lastSeen, kept, keptBy)}`;
  }
  const read = `the last position of ${old} was read ${(lastSeenAgoMs / 1000).toFixed(1)} s before it was lost`;
  // What it committed after that, nobody has seen.
  return count === 0 ? `none seen (${read})` : `at least ${transactions(count)} (${read}): ${set}`;
}

/** What is known to be missing, beside what is not known. */
function atLeast(lastSeen: Position | null, kept: Position | null, keptBy: string | null): string {
  const missing = lastSeen === null || kept === null ? null : missingOf(lastSeen, kept, keptBy);
  if (missing === null || missing.count === 0) return '';
  return `; at least ${transactions(missing.count)}: ${missing.set}`;
}

/** The same in two or three words, for a subject. */
export function briefLoss(
  { lastSeen, lastSeenAgoMs = null, kept, keptBy, because }: Omit<Loss, 'atMs'>,
  freshMs: number,
): string {
  const missing = lastSeen === null || kept === null ? null : missingOf(lastSeen, kept, keptBy);
  if (because !== undefined || missing === null || lastSeenAgoMs === null || lastSeenAgoMs > freshMs)
    return 'loss unknown';
  const isWhole = lastSeenAgoMs === 0;
  if (missing.count > 0) return `${isWhole ? '' : 'at least '}${transactions(missing.count)} lost`;
  return isWhole ? 'nothing lost' : 'no loss seen';
}

/** `1 transaction`, `12 transactions`. */
export function transactions(count: number): string {
  return plural(count, 'transaction');
}

/** Whether a server is written to all the time, as its pulses show: then silence in its replica's channel is no rest of its clients. */
import { countOf, originatedBy, parseSet } from '../core/evidence/gtid.ts';

/** Two looks that are further apart hide what clients did in between. Milliseconds. */
const APART_MS = 600;
/** How long it must have gone on. Milliseconds. */
const FOR_MS = 2500;
/** For how long that counts. Milliseconds. */
const RECENT_MS = 10_000;
/** Between two looks, a few commits may be heartbeats of ours, from each of the vantages. Transactions. */
const OURS_MAX = 4;

/** Counts what a server commits itself from look to look. */
export class Bustle {
  #last: { readonly count: number; readonly atMs: number } | null = null;
  #sinceMs: number | null = null;

  /** Takes in what a look saw: the GTIDs of all that was executed, and who the server is. */
  take(executed: string | null, identity: string, atMs: number): void {
    const count = ownCount(executed, identity);
    const before = this.#last;
    this.#last = count === null ? null : { count, atMs };
    const isSeen = before !== null && count !== null && atMs - before.atMs <= APART_MS;
    const isActive = isSeen && count - before.count > OURS_MAX;
    this.#sinceMs = isActive ? (this.#sinceMs ?? before.atMs) : null;
  }

  /** Whether more than our heartbeats were committed between all looks of the seconds before the last one that was answered, a moment ago. */
  wasBusyAt(atMs: number): boolean {
    if (this.#sinceMs === null || this.#last === null) return false;
    return atMs - this.#last.atMs <= RECENT_MS && this.#last.atMs - this.#sinceMs >= FOR_MS;
  }
}

/** How many transactions the server has given names of its own; null where GTIDs do not say. */
function ownCount(executed: string | null, identity: string): number | null {
  return executed === null ? null : countOf(originatedBy(parseSet(executed), identity));
}

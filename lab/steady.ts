/** Waiting until keepalambda has all well in hand, by what it remembers. */
import { setTimeout as delay } from 'node:timers/promises';
import { triedOnce } from '../lib/core/decision/conditions.ts';
import type { Memory } from '../lib/core/memory/memory.ts';
import type { PairName } from '../lib/core/names.ts';
import type { StorePort } from '../lib/watch/ports/store.ts';
import { LabError } from './errors.ts';

/**
 * Whether the standby was seen fit, and nothing is on or under way. An incident may be open in which all is over, and all may be
 * tried anew: one whose standby was unfit again and again ends ten minutes later.
 */
export function isSteady({ readiness, incident, plan, reports }: Memory): boolean {
  const isOver = Object.values(reports).every(({ overSinceMs }) => overSinceMs !== null);
  const mayTryAnew = incident?.told.every((code) => !triedOnce.includes(code));
  return readiness?.fit === true && plan === null && (incident === null || (isOver && mayTryAnew === true));
}

/**
 * Resolves when each of the pairs was steady once. Throws a `LabError` after `limitMs`, with what is remembered of the one that is
 * not. A store that does not answer is asked again: on a busy machine the lab's is slow at times, as DynamoDB is.
 */
export async function untilSteady(
  store: StorePort,
  pairs: readonly PairName[],
  limitMs: number,
): Promise<void> {
  const deadlineMs = Date.now() + limitMs;
  for (const pair of pairs) {
    for (;;) {
      const seen = await store.readMemory(pair).catch((error: unknown) => error as Error);
      if (!(seen instanceof Error) && isSteady(seen)) break;
      if (Date.now() > deadlineMs) {
        throw notSteady(pair, limitMs, seen);
      }
      await delay(100);
    }
  }
}

/** What is remembered is for who looks for a bug. */
function notSteady(pair: PairName, limitMs: number, seen: Memory | Error): LabError {
  const cause = seen instanceof Error ? seen : new Error(JSON.stringify(seen));
  return new LabError(
    {
      got: `${pair}, which did not become steady in ${limitMs / 1000} s`,
      want: 'a leader that sees the standby fit',
      remedy: 'try it on a machine that is less busy (the lab keeps two cores busy), or with --cpu whole',
    },
    { cause },
  );
}

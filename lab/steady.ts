/** Waiting until keepalambda has all well in hand, by what it remembers. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Memory } from '../lib/core/memory.ts';
import type { PairName } from '../lib/core/names.ts';
import type { StorePort } from '../lib/watch/ports.ts';

/** Whether the standby was seen fit, and nothing is open or under way. */
export function isSteady({ readiness, incident, plan }: Memory): boolean {
  return readiness?.fit === true && incident === null && plan === null;
}

/**
 * Resolves when each of the pairs was steady once. Throws after `limitMs`, with what is remembered of the one that is
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
        const what = seen instanceof Error ? seen.message : JSON.stringify(seen);
        throw new Error(`${pair} did not become steady: ${what}`);
      }
      await delay(100);
    }
  }
}

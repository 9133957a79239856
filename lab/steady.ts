/** Waiting until keepalambda has all well in hand, by what it remembers. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Memory } from '../lib/core/memory.ts';
import type { PairName } from '../lib/core/names.ts';
import type { StorePort } from '../lib/shell/ports.ts';

/** Whether the standby was seen fit, and nothing is open or under way. */
export function isSteady({ readiness, incident, plan }: Memory): boolean {
  return readiness?.fit === true && incident === null && plan === null;
}

/** Resolves when each of the pairs was steady once. Throws after `limitMs`, with what is remembered of the one that is not. */
export async function untilSteady(
  store: StorePort,
  pairs: readonly PairName[],
  limitMs: number,
): Promise<void> {
  const deadlineMs = Date.now() + limitMs;
  for (const pair of pairs) {
    for (;;) {
      // The store has the functions' own short limits, which a busy machine may miss now and then.
      const memory = await store.readMemory(pair).catch(() => null);
      if (memory !== null && isSteady(memory)) break;
      if (Date.now() > deadlineMs)
        throw new Error(`${pair} did not become steady: ${JSON.stringify(memory)}`);
      await delay(100);
    }
  }
}

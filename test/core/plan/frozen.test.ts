/** For how long a live holder is kept closed counts over all leaders, whatever their clocks say. */
import { expect, it } from 'vitest';
import { emptyMemory } from '../../../lib/core/memory/memory.ts';
import { noteFrozenTime, takenUp } from '../../../lib/core/plan/frozen.ts';
import type { PlanRecord } from '../../../lib/core/plan/plan.ts';
import { failover, NOW_MS, recordOf } from '../world.ts';

const next = { epoch: 8, unwatchedSinceMs: NOW_MS - 4000 };
const frozen = (changes: Partial<PlanRecord>) =>
  recordOf(failover, { epoch: 7, wasWritable: true, ...changes });

it.each<[what: string, changes: Partial<PlanRecord>, frozenAtMs: number | null | undefined]>([
  ['by a clock that is ahead', { frozenAtMs: NOW_MS + 60_000, frozenForMs: 6000 }, NOW_MS - 10_000],
  ['by a clock that is behind', { frozenAtMs: NOW_MS - 60_000, frozenForMs: 6000 }, NOW_MS - 60_000],
  ['for a time that was not stored', { frozenAtMs: NOW_MS + 60_000 }, NOW_MS - 4000],
  ['not at all', { frozenAtMs: null }, null],
  ['by this leader itself', { epoch: 8, frozenAtMs: NOW_MS - 100, frozenForMs: 50 }, NOW_MS - 100],
])('a holder that was frozen %s', (_, changes, frozenAtMs) => {
  const taken = takenUp(frozen(changes), next);
  expect([taken.frozenAtMs, taken.epoch]).toEqual([frozenAtMs, 8]);
  expect(takenUp(taken, next)).toEqual(taken);
});

it('a step of which nobody knows whether it froze the holder was not later than the last leader', () => {
  expect(takenUp(frozen({ frozenAtMs: null, steppedAtMs: NOW_MS + 9000 }), next).steppedAtMs).toBe(
    NOW_MS - 4000,
  );
});

it('three leaders in a row, each with a clock of its own, count on', () => {
  let memory = { ...emptyMemory, plan: frozen({ frozenAtMs: NOW_MS }) };
  const leave = (by: typeof next, nowMs: number) => {
    memory = noteFrozenTime(memory, by, nowMs) as typeof memory;
  };
  leave({ epoch: 7, unwatchedSinceMs: 0 }, NOW_MS + 3000);
  // Its clock is a minute behind.
  leave({ epoch: 8, unwatchedSinceMs: NOW_MS - 57_000 }, NOW_MS - 55_000);
  expect(memory.plan.frozenForMs).toBe(5000);
  leave({ epoch: 9, unwatchedSinceMs: NOW_MS - 100_000 }, NOW_MS - 99_000);
  expect(memory.plan.frozenForMs).toBe(6000);
});

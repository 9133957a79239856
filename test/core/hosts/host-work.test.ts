/** Goals → the next step; and when hosts may be worked on at all. */
import { expect, it } from 'vitest';
import { type Goal, nextStep, planOf, reportOf, whyNotNow } from '../../../lib/core/hosts/host-work.ts';
import { emptyMemory, type Memory } from '../../../lib/core/memory/memory.ts';

const goal = (name: string, state: Goal['state'], node: string | null = 'db1'): Goal => ({
  name,
  node,
  does: `Does ${name}.`,
  state,
});
const refusal = { got: 'a', want: 'b', remedy: 'c' };

it('takes the first goal that is not met', () => {
  const goals = [goal('one', 'met'), goal('two', 'open'), goal('three', 'unknown')];
  expect(nextStep(goals)).toEqual({ kind: 'step', goal: goals[1] });
});

it('refuses before any step, however late in the work the refusal is', () => {
  const goals = [goal('one', 'open'), goal('two', refusal)];
  expect(nextStep(goals)).toEqual({ kind: 'refused', goal: goals[1], refusal });
});

it('is done when every goal is met', () => {
  expect(nextStep([goal('one', 'met'), goal('two', 'met', null)])).toEqual({ kind: 'done' });
});

it('reports what was met at once, what was carried out, and nothing of what is open', () => {
  const goals = [goal('one', 'met'), goal('two', 'met'), goal('three', 'open')];
  const results = reportOf(goals, new Map([['two on db1', 40]])).map(({ name, result }) => [name, result]);
  expect(results).toEqual([
    ['one', 'already'],
    ['two', 'changed'],
  ]);
  expect(planOf(goals).map(({ result }) => result)).toEqual(['already', 'already', 'planned']);
});

const pause = { untilMs: 2000, by: 'ann', why: 'work' } as Memory['pause'];
const plan = { id: 'p1', kind: 'failover' } as Memory['plan'];
it.each([
  ['observed, idle', 'observe', emptyMemory, null],
  ['acted for, not paused', 'act', emptyMemory, "mode 'act', and no pause"],
  ['acted for, paused', 'act', { ...emptyMemory, pause }, null],
  [
    'acted for, with a pause that is over',
    'act',
    { ...emptyMemory, pause: { ...pause, untilMs: 999 } },
    "mode 'act', and no pause",
  ],
  ['paused, with a plan in flight', 'act', { ...emptyMemory, pause, plan }, 'a failover in flight (plan p1)'],
  ['observed, with a plan in flight', 'observe', { ...emptyMemory, plan }, 'a failover in flight (plan p1)'],
] as const)('%s', (_, mode, memory, got) => {
  const why = whyNotNow({ mode, name: 'orders' }, memory as Memory, 1000, true);
  expect(why?.got ?? null).toBe(got);
});

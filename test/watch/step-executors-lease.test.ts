import { describe, expect, it, test } from 'vitest';
import { failoverPlan } from '../../lib/core/plan/plans.ts';
import type { Step } from '../../lib/core/plan/step.ts';
import { CutShort } from '../../lib/watch/step-context.ts';
import { carryOutStep } from '../../lib/watch/step-executors.ts';
import { pairWith, position, UUID1 } from '../core/world.ts';
import { executionOn, newWorld, type World } from './pair.ts';
import { catchUp, failing, fenced, onDb2, released, steps } from './steps.ts';

describe('what the rest of the plan has to know', () => {
  test.each<[what: string, step: Step, world: Partial<World>, learned: object]>([
    [
      'where the old holder was fenced, and that it took writes until now',
      steps.fence,
      {},
      { fencedAt: position(`${UUID1}:1-100`), wasWritable: true, frozenAtMs: 1_000_000 },
    ],
    [
      'where it was frozen, a second time too',
      steps.freeze,
      { writable: {} },
      { fencedAt: position(`${UUID1}:1-100`) },
    ],
    ['which groups were taken', steps.isolate, {}, { isolatedFrom: ['sg-old'] }],
    [
      'what the new holder has',
      catchUp,
      {},
      { kept: position(`${UUID1}:1-100`), receivedAt: position(`${UUID1}:1-100`) },
    ],
    ['that the VIP moved', steps['move-vip'], {}, { vipMoved: true }],
    ['that the VIP had moved', steps['move-vip'], onDb2, { vipMoved: true }],
    [
      'that the VIP moved, although the answer was lost',
      steps['move-vip'],
      { after: failing('timeout') },
      { vipMoved: true },
    ],
  ])('%s', async (_, step, changes, learned) => {
    expect((await carryOutStep(step, executionOn(newWorld(changes)))).learned).toEqual(learned);
  });

  it('keeps the groups that were noted before a cut: what EC2 shows now is the quarantine', async () => {
    const world = newWorld({ groups: [] });
    expect((await carryOutStep(steps.isolate, executionOn(world, released))).learned).toEqual({
      isolatedFrom: ['sg-1', 'sg-2'],
    });
  });

  it('catches up to where the old holder was fenced', async () => {
    const world = newWorld();
    await carryOutStep({ ...catchUp, source: 'db1' }, executionOn(world, fenced));
    expect(world.calls).toEqual([`catch up db2 to ${UUID1}:1-100`]);
  });
});

describe('the lease', () => {
  const looking = ['catch-up', 'inspect', 'verify'];
  const mutating = Object.values(steps).filter(({ kind }) => !looking.includes(kind));
  test.each(mutating)(
    'without it $kind changes nothing, and the plan is left to the next leader',
    async (step) => {
      const world = newWorld();
      const guard = () => {
        throw new CutShort('the lease ran out');
      };
      await expect(carryOutStep(step, executionOn(world, { ...released, guard }))).rejects.toThrow(CutShort);
      expect(world.calls).toEqual([]);
    },
  );

  it('is asked for before each of the throttled calls', async () => {
    let asked = 0;
    const guard = () => {
      asked += 1;
    };
    const world = newWorld({ before: failing('throttled') });
    await carryOutStep(steps['move-vip'], executionOn(world, { guard }));
    expect(asked).toBe(6);
    expect(world.clock.nowMs()).toBe(1_000_000 + 5 * 500);
  });
});

it('lets a bug go up: only what ports throw becomes an outcome', async () => {
  const broken = newWorld({
    before: () => {
      throw new TypeError('undefined is not a function');
    },
  });
  for (const step of Object.values(steps))
    await expect(carryOutStep(step, executionOn(broken, released))).rejects.toThrow(
      'undefined is not a function',
    );
});

it('has an executor for every step that a plan can hold', () => {
  const pair = pairWith({ fencing: 'stop-instance', hostAddress: 'ssm' });
  const plan = failoverPlan(pair, 'db2', {
    holderAnswers: true,
    acceptLoss: false,
    undoIfHolderServes: false,
  });
  for (const step of [...plan.stages.flat(), ...plan.undo]) expect(Object.keys(steps)).toContain(step.kind);
});

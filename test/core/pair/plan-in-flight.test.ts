import { describe, expect, it, test } from 'vitest';
import {
  hasPassed,
  isBeforeMove,
  isDown,
  reasonToUndo,
  whyUnwanted,
} from '../../../lib/core/pair/plan-in-flight.ts';
import { outcomeKey, type Plan, type PlanRecord, stageOf } from '../../../lib/core/plan/plan.ts';
import { attachPlan, failoverPlan, openHolderPlan, switchoverPlan } from '../../../lib/core/plan/plans.ts';
import type { Step } from '../../../lib/core/plan/step.ts';
import {
  type Change,
  failover,
  hears2,
  holder,
  instance,
  pairWith,
  recordOf,
  refused,
  seen,
  standby,
  steady,
  unanswered,
  vipAt,
} from '../world.ts';

const terms = { holderAnswers: false, acceptLoss: false, undoIfHolderServes: false };
const wantedByAPerson = failoverPlan(pairWith(), 'db2', terms);
const switchover = switchoverPlan(pairWith(), 'db2');
const dead = holder(refused);
const isOnNobody = vipAt({ kind: 'nowhere' });

/** The plan with every step done, up to the stage of this one. */
function upTo(plan: Plan, kind: Step['kind'], changes: Partial<PlanRecord> = {}): PlanRecord {
  const done = plan.stages
    .slice(0, stageOf(plan, kind))
    .flatMap((steps, stage) =>
      steps.map((_, step) => [outcomeKey(stage, step), { kind: 'done', changed: '' }]),
    );
  return recordOf(plan, { outcomes: Object.fromEntries(done), ...changes });
}

describe('a plan that was cut short is undone', () => {
  test.each<[what: string, plan: Plan, changes: readonly Change[], because: string | null]>([
    ['when the old holder serves again', failover, [], 'db1 serves again'],
    ['not while it is dead', failover, [dead], null],
    ['not by that, when a person asked for it', wantedByAPerson, [], null],
    ['when its new holder is dead too', failover, [dead, standby(refused)], 'db2 is stopped'],
  ])('%s', (_, plan, changes, because) => {
    const reason = reasonToUndo(recordOf(plan), seen(steady, ...changes));
    expect(reason).toEqual(because === null ? null : expect.stringContaining(because));
  });
});

describe('a plan that waits is no longer wanted', () => {
  test.each<[what: string, plan: Plan, changes: readonly Change[], because: string | null]>([
    ['when the old holder serves again', failover, [], 'db1 serves again'],
    ['not while it is dead', failover, [dead], null],
    [
      'when the VIP is no longer on the holder that it opens',
      openHolderPlan(pairWith(), 'db1'),
      [vipAt({ kind: 'node', node: 'db2' })],
      'the VIP is on db2 now',
    ],
    ['not while it is there', openHolderPlan(pairWith(), 'db1'), [], null],
  ])('%s', (_, plan, changes, because) => {
    expect(whyUnwanted(recordOf(plan), seen(steady, ...changes))).toBe(because);
  });
});

it('a VIP that is on nobody after the move may have begun was taken from the new holder', () => {
  expect(hasPassed(upTo(failover, 'move-vip'), seen(steady, dead, isOnNobody))).toBe(true);
  expect(hasPassed(recordOf(failover), seen(steady, dead, isOnNobody))).toBe(false);
  expect(hasPassed(upTo(failover, 'move-vip'), seen(steady, dead))).toBe(false);
  expect(hasPassed(upTo(failover, 'move-vip', { phase: 'undoing' }), seen(steady, dead, isOnNobody))).toBe(
    false,
  );
});

test.each<[what: string, plan: PlanRecord, expected: boolean]>([
  ['a failover that has just begun', recordOf(failover), true],
  ['one that may have moved the VIP', upTo(failover, 'move-vip'), false],
  ['one that has moved it', recordOf(failover, { vipMoved: true }), false],
  ['a switchover that has just begun', recordOf(switchover), true],
  ['a plan that moves nothing', recordOf(attachPlan('db1', 'db2')), false],
])('before its move: %s', (_, plan, expected) => {
  expect(isBeforeMove(plan)).toBe(expected);
});

test.each<[what: string, changes: readonly Change[], expected: boolean]>([
  ['it serves', [], false],
  ['its port refuses us, and its peer hears it', [dead], false],
  [
    'its port refuses us, and its peer does not hear it',
    [dead, standby(hears2({ heardAgoMs: 60_000 }))],
    true,
  ],
  ['it is silent, and EC2 has stopped its instance', [holder(unanswered), instance('db1', 'stopped')], true],
])('a node is proven to be down: %s', (_, changes, expected) => {
  expect(isDown(seen(steady, ...changes), 'db1')).toBe(expected);
});

import { describe, expect, it, test } from 'vitest';
import type { Pair } from '../../../lib/core/config/config.ts';
import type { Plan } from '../../../lib/core/plan/plan.ts';
import {
  attachPlan,
  closeStandbyPlan,
  detachPlan,
  failoverPlan,
  GONE_FENCE_MS,
  openHolderPlan,
  reattachPlan,
  releasePlan,
  repairPlan,
  switchoverPlan,
} from '../../../lib/core/plan/plans.ts';
import type { Step } from '../../../lib/core/plan/step.ts';
import { renderOutcomes, renderStages } from '../../../lib/core/text/steps-text.ts';
import { STATEMENT_LIMIT_MS } from '../../../lib/core/time-budget.ts';
import { failover, isolating, pairWith, recordOf } from '../world.ts';

const gone = { holderAnswers: false, acceptLoss: false, undoIfHolderServes: true };
const answering = { holderAnswers: true, acceptLoss: false, undoIfHolderServes: false };

/** `fence db1 + catch-up db2 → open db2`: stages by arrows, steps side by side by plus signs. */
function order(stages: Plan['stages']): string {
  return stages.map((stage) => stage.map(name).join(' + ')).join(' → ');
}

function name(step: Step): string {
  const node = 'node' in step ? step.node : step.to;
  return step.kind === 'catch-up' && step.source
    ? `catch-up ${node} to ${step.source}`
    : `${step.kind} ${node}`;
}

describe('failover', () => {
  const end = 'move-vip db2 → verify db2';
  test.each<[what: string, pair: Pair, terms: typeof gone, stages: string]>([
    [
      'the holder is gone',
      pairWith(),
      gone,
      `fence db1 + catch-up db2 → catch-up db2 to db1 → detach db2 → open db2 → ${end}`,
    ],
    [
      'the holder answers',
      pairWith(),
      answering,
      `fence db1 → catch-up db2 to db1 → detach db2 → open db2 → ${end}`,
    ],
    ['untouched', pairWith({ writability: 'untouched' }), gone, `catch-up db2 → detach db2 → ${end}`],
    [
      'untouched, the holder answers',
      pairWith({ writability: 'untouched' }),
      answering,
      `catch-up db2 → detach db2 → ${end}`,
    ],
    [
      'isolate',
      pairWith(isolating),
      gone,
      `fence db1 + catch-up db2 → catch-up db2 to db1 → isolate db1 → detach db2 → open db2 → ${end}`,
    ],
    [
      'isolate, untouched',
      pairWith({ ...isolating, writability: 'untouched' }),
      gone,
      `fence db1 + catch-up db2 → isolate db1 → detach db2 → ${end}`,
    ],
    [
      'stop-instance',
      pairWith({ fencing: 'stop-instance' }),
      answering,
      `fence db1 → catch-up db2 to db1 → stop-instance db1 → detach db2 → open db2 → ${end}`,
    ],
    [
      'bound through SSM',
      pairWith({ hostAddress: 'ssm' }),
      gone,
      'fence db1 + catch-up db2 → catch-up db2 to db1 → detach db2 → open db2 → move-vip db2 → bind-vip db2 → verify db2',
    ],
  ])('%s', (_, pair, terms, stages) => {
    const plan = failoverPlan(pair, 'db2', terms);
    expect(order(plan.stages)).toBe(stages);
    expect([plan.kind, plan.from, plan.to]).toEqual(['failover', 'db1', 'db2']);
  });

  it('undoes by closing the new one, then opening the old one; untouched, only the channel is started', () => {
    expect(order([failover.undo])).toBe('close db2 + attach db2 + open db1 + verify db1');
    expect(failoverPlan(pairWith({ writability: 'untouched' }), 'db2', gone).undo).toEqual([
      { kind: 'attach', node: 'db2', source: 'db1' },
    ]);
  });

  it('waits for a holder that is gone no longer than clients can; for one that answers, as for any statement', () => {
    const fenceOf = (plan: Plan) => plan.stages[0]?.find((step) => step.kind === 'fence');
    expect(fenceOf(failover)).toMatchObject({ limitMs: GONE_FENCE_MS });
    expect(GONE_FENCE_MS).toBeLessThan(STATEMENT_LIMIT_MS);
    expect(fenceOf(failoverPlan(pairWith(), 'db2', answering))).toMatchObject({
      limitMs: STATEMENT_LIMIT_MS,
    });
  });

  it('catches up within the limit of the settings, and notes what an operator accepts', () => {
    const pair = pairWith({ settings: { catchUpLimitMs: 1234 } });
    const plan = failoverPlan(pair, 'db1', { ...gone, acceptLoss: true });
    const catchUp = plan.stages.flat().find((step) => step.kind === 'catch-up');
    expect(catchUp).toEqual({
      kind: 'catch-up',
      node: 'db1',
      source: null,
      ifFenced: false,
      limitOf: 'wait',
      limitMs: 1234,
      acceptLoss: true,
    });
    expect(plan.from).toBe('db2');
  });

  test.each<[what: string, terms: typeof gone, limitOf: string, limitMs: number]>([
    ['gone: as long as it makes progress', gone, 'progress', 30_000],
    ['that answers: as long as writes may rest', answering, 'freeze', 10_000],
    ['the same, where a loss is accepted', { ...answering, acceptLoss: true }, 'freeze', 10_000],
  ])('catches up behind a holder %s', (_, terms, limitOf, limitMs) => {
    const [first] = failoverPlan(pairWith(), 'db2', terms)
      .stages.flat()
      .filter((step) => step.kind === 'catch-up');
    expect([first?.limitOf, first?.limitMs]).toEqual([limitOf, limitMs]);
  });
});

describe('switchover', () => {
  const start = 'inspect db1 → catch-up db2 → freeze db1 → catch-up db2 to db1';
  test.each<[what: string, pair: Pair, stages: string, undo: string]>([
    [
      'managed',
      pairWith(),
      `${start} → open db2 → move-vip db2 → verify db2`,
      'close db2 + open db1 + verify db1',
    ],
    [
      'untouched: both take writes again once the VIP has moved',
      pairWith({ writability: 'untouched' }),
      `${start} → move-vip db2 → open db1 → verify db2`,
      'open db1 + verify db1',
    ],
    [
      'bound through SSM',
      pairWith({ hostAddress: 'ssm' }),
      `${start} → open db2 → move-vip db2 → bind-vip db2 → verify db2`,
      'close db2 + open db1 + verify db1',
    ],
    [
      'fencing is for holders that do not answer',
      pairWith(isolating),
      `${start} → open db2 → move-vip db2 → verify db2`,
      'close db2 + open db1 + verify db1',
    ],
  ])('%s', (_, pair, stages, undo) => {
    const plan = switchoverPlan(pair, 'db2');
    expect(order(plan.stages)).toBe(stages);
    expect(order([plan.undo])).toBe(undo);
  });

  test.each([
    [false, 'once-closed'],
    [true, 'to-close'],
  ])('ends sessions that keep the holder open only where it was asked to: %s', (killLong, kills) => {
    const steps = switchoverPlan(pairWith(), 'db2', killLong).stages.flat();
    expect(steps.find(({ kind }) => kind === 'freeze')).toMatchObject({ kills });
    expect(steps[0]).toEqual({ kind: 'inspect', node: 'db1', killLong });
  });

  it('never accepts a loss, and keeps writes frozen no longer than the settings say', () => {
    const catchUps = switchoverPlan(pairWith({ settings: { freezeLimitMs: 4321 } }), 'db2')
      .stages.flat()
      .filter((step) => step.kind === 'catch-up');
    expect(catchUps.map(({ limitMs, acceptLoss }) => [limitMs, acceptLoss])).toEqual([
      [30_000, false],
      [4321, false],
    ]);
  });
});

describe('the smaller plans', () => {
  const ssm = pairWith({ hostAddress: 'ssm' });
  test.each<[what: string, plan: Plan, stages: string]>([
    ['reattach', reattachPlan(pairWith(), 'db1', false), 'open db1 → move-vip db1 → verify db1'],
    [
      'reattach, the other takes writes',
      reattachPlan(pairWith(), 'db1', true),
      'close db2 → open db1 → move-vip db1 → verify db1',
    ],
    [
      'reattach, both take writes: one that cannot be closed does not keep the VIP away',
      reattachPlan(pairWith(), 'db1', true, { isOpen: true }),
      'fence db2 → open db1 → move-vip db1 → verify db1',
    ],
    [
      'reattach, untouched',
      reattachPlan(pairWith({ writability: 'untouched' }), 'db1', true),
      'move-vip db1 → verify db1',
    ],
    [
      'reattach, through SSM',
      reattachPlan(ssm, 'db1', false),
      'open db1 → move-vip db1 → bind-vip db1 → verify db1',
    ],
    [
      'reattach, to a node to which the VIP was moved by hand',
      reattachPlan(pairWith(), 'db1', true, { wasElsewhere: true }),
      'fence db2 → catch-up db1 to db2 → detach db1 → open db1 → move-vip db1 → verify db1',
    ],
    ['open the holder', openHolderPlan(pairWith(), 'db1'), 'open db1 → verify db1'],
    [
      'open the holder, to which the VIP was moved by hand',
      openHolderPlan(pairWith(), 'db1', { wasElsewhere: true }),
      'fence db2 → catch-up db1 to db2 → detach db1 → open db1 → verify db1',
    ],
    [
      'the same, where the host has to be told',
      openHolderPlan(pairWith({ hostAddress: 'ssm' }), 'db1', { wasElsewhere: true }),
      'fence db2 → catch-up db1 to db2 → detach db1 → open db1 → bind-vip db1 → verify db1',
    ],
    ['detach', detachPlan('db1', 'db2'), 'detach db1'],
    [
      'detach, the other takes writes',
      detachPlan('db1', 'db2', { closesSource: true }),
      'fence db2 → detach db1',
    ],
    ['close the standby', closeStandbyPlan(pairWith(), 'db2'), 'close db2'],
    ['repair mysqld', repairPlan(pairWith({ repair: ['mysqld'] }), 'db2'), 'repair db2'],
    [
      'repair both, one after the other',
      repairPlan(pairWith({ repair: ['mysqld', 'keepalived'] }), 'db2'),
      'repair db2 → repair db2',
    ],
    ['release', releasePlan('db1'), 'release db1'],
    ['attach the channel', attachPlan('db2', 'db1'), 'attach db2'],
  ])('%s', (_, plan, stages) => {
    expect(order(plan.stages)).toBe(stages);
    expect(plan.undo).toEqual([]);
    expect(plan.undoIfHolderServes).toBe(false);
  });
});

describe('in words', () => {
  it('prints a line a stage, as the dry run shows it', () => {
    expect(renderStages(failoverPlan(pairWith(isolating), 'db2', gone))).toEqual([
      '1. fence db1 and, at the same time, catch up db2',
      '2. catch up db2 to the end of db1, if it was fenced',
      '3. isolate db1 (quarantine security group, if it was not fenced)',
      '4. detach db2 from db1 (unless its last write is applied)',
      '5. open db2',
      '6. move the VIP to db2',
      '7. verify db2 through the VIP',
    ]);
  });

  it('prints what came of each step, as far as the plan came', () => {
    const record = recordOf(failover, {
      outcomes: {
        '0.0': { kind: 'missed', because: 'no answer' },
        '0.1': { kind: 'failed', because: 'it waits' },
        'undo.0': { kind: 'already', found: 'db2 is read-only' },
      },
    });
    expect(renderOutcomes(record)).toEqual([
      'fence db1: not possible, the plan goes on (no answer)',
      'catch up db2: failed (it waits)',
      'undo: close db2: already done (db2 is read-only)',
    ]);
  });
});

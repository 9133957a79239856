/** What is remembered once a plan has ended, and what an operator is answered. */
import { describe, expect, it, test } from 'vitest';
import { emptyMemory, type Memory, mayHaveLeftCalls } from '../../../lib/core/memory/memory.ts';
import { answer, type Ending, endPlan } from '../../../lib/core/plan/end-plan.ts';
import type { Plan, PlanRecord } from '../../../lib/core/plan/plan.ts';
import {
  attachPlan,
  failoverPlan,
  openHolderPlan,
  reattachPlan,
  releasePlan,
  switchoverPlan,
} from '../../../lib/core/plan/plans.ts';
import type { StepOutcome } from '../../../lib/core/plan/step.ts';
import { failover, isolating, NOW_MS, pairWith, recordOf } from '../world.ts';
import { close, completed, end, gone, incident, incomplete, pair, undone } from './ended.ts';

describe('what is remembered', () => {
  test.each<[what: string, ending: Ending, changes: Partial<PlanRecord>, lastHolder: string]>([
    ['the VIP moved', completed, { vipMoved: true }, 'db2'],
    ['the VIP moved, then a step failed', incomplete, { vipMoved: true }, 'db2'],
    ['undone before it moved', undone, {}, 'db1'],
  ])('%s', (_, ending, changes, lastHolder) => {
    expect(end(failover, ending, changes).lastHolder).toBe(lastHolder);
  });

  it('drops a readiness that was about the new holder', () => {
    const readiness = { node: 'db2', fit: true, reasons: [], atMs: NOW_MS };
    expect(end(failover, completed, { vipMoved: true }, { readiness }).readiness).toBeNull();
    expect(end(failover, undone, {}, { readiness }).readiness).toEqual(readiness);
  });

  it('keeps the groups of an isolated node until it is released', () => {
    const groups = ['sg-1'];
    expect(end(failover, undone, { isolatedFrom: groups }).quarantine).toEqual({ node: 'db1', groups });
    const quarantine = { node: 'db1', groups };
    expect(end(releasePlan('db1'), undone, { isolatedFrom: groups }, { quarantine }).quarantine).toEqual(
      quarantine,
    );
    expect(
      end(releasePlan('db1'), completed, { isolatedFrom: groups }, { quarantine }).quarantine,
    ).toBeNull();
  });

  it('keeps none of a node that was released when the plan was undone', () => {
    const plan = failoverPlan(pairWith(isolating), 'db2', gone);
    const place = plan.undo.findIndex(({ kind }) => kind === 'release');
    const left = (outcome: StepOutcome) =>
      end(plan, undone, { isolatedFrom: ['sg-1'], outcomes: { [`undo.${place}`]: outcome } }).quarantine;
    expect(left({ kind: 'done', changed: 'db1 has its security groups back' })).toBeNull();
    expect(left({ kind: 'failed', because: 'no permission' })).toEqual({ node: 'db1', groups: ['sg-1'] });
  });

  test.each<[what: string, quarantine: Memory['quarantine'], groups: readonly string[]]>([
    ['the groups that were noted then', { node: 'db1', groups: ['sg-1'] }, ['sg-1']],
    ['or, where the note was lost, the configured ones', null, ['sg-0000000000000000b']],
  ])('finds a node isolated before: keeps %s', (_, quarantine, groups) => {
    const record = recordOf(failover, { isolatedFrom: [] });
    const before = { ...emptyMemory, incident, plan: record, quarantine };
    expect(endPlan(before, pairWith(isolating), record, undone, close).quarantine).toEqual({
      node: 'db1',
      groups,
    });
  });
});

describe('the answer to an order', () => {
  const order = { requestId: 'eeee0001', by: 'eva', row: 'O-failover' };
  test.each<[ending: Ending, ok: boolean, text: string]>([
    [completed, true, 'failover to db2 done in 2.0 s'],
    [undone, false, 'failover to db2 undone: db2 has not caught up. No change: db1 still holds the VIP.'],
    [incomplete, false, 'failover to db2 not completed: nobody answers through the VIP'],
  ])('$0.kind', (ending, ok, text) => {
    const [given] = end(failover, ending, { ...order, vipMoved: ending !== undone }).answers;
    expect(given).toMatchObject({ requestId: 'eeee0001', ok, atMs: NOW_MS });
    expect(given?.text).toContain(text);
  });

  it('is not given where nobody asked', () => {
    expect(end(failover, completed, { vipMoved: true }).answers).toEqual([]);
  });

  it('is kept for the last twenty orders', () => {
    const given = Array.from({ length: 22 }, (_, index) => ({
      requestId: `r${index}`,
      ok: true,
      text: '',
      atMs: 0,
    }));
    const kept = given.reduce(answer, emptyMemory).answers.map(({ requestId }) => requestId);
    expect(kept).toEqual(given.slice(2).map(({ requestId }) => requestId));
  });
});

test.each<[what: string, plan: Plan, changes: Partial<PlanRecord>, counts: number]>([
  ['a switchover of our own that moved the VIP', switchoverPlan(pair, 'db2'), { vipMoved: true }, 1],
  ['a switchover of our own that was undone', switchoverPlan(pair, 'db2'), {}, 0],
  [
    'a switchover that was asked for',
    switchoverPlan(pair, 'db2'),
    { vipMoved: true, requestId: 'f00d0001' },
    0,
  ],
  ['a failover that moved the VIP', failover, { vipMoved: true }, 1],
  ['a failover that was undone', failover, {}, 0],
  ['a failover that was asked for', failover, { vipMoved: true, requestId: 'f00d0001' }, 0],
])('for the flap guard, %s', (_, plan, changes, counts) => {
  const after = end(plan, changes.vipMoved ? completed : undone, changes);
  expect(after.failoversAtMs).toHaveLength(counts);
  expect(after.triedAtMs).toBe(changes.vipMoved ? null : NOW_MS);
});

test.each<[ending: Ending, before: Partial<Memory>, mayHave: boolean]>([
  [completed, { incident: null }, false],
  [completed, { incident: null, failedPlan: { kind: 'failover', to: 'db2' } }, false],
  // The incident of a failover lasts until all is well again.
  [completed, { incident }, true],
  [undone, { incident: null }, true],
  [incomplete, { incident: null }, true],
])('what an order leaves under way for the next leader: %o after %o', (ending, before, mayHave) => {
  const after = end(switchoverPlan(pair, 'db2'), ending, { requestId: 'f00d0001' }, before);
  expect(mayHaveLeftCalls(after)).toBe(mayHave);
});

test('a plan in flight may have calls under way, and a new pair has none', () => {
  expect(mayHaveLeftCalls({ ...emptyMemory, plan: recordOf(failover, {}) })).toBe(true);
  expect(mayHaveLeftCalls(emptyMemory)).toBe(false);
});

describe('a channel that was detached', () => {
  const stopped = { '2.0': { kind: 'done', changed: 'db2 receives nothing more' } } as const;
  test.each<[what: string, ending: Ending, changes: Partial<PlanRecord>, detached: boolean]>([
    ['is remembered', completed, { vipMoved: true, outcomes: stopped }, true],
    ['also where the plan was not completed', incomplete, { vipMoved: true, outcomes: stopped }, true],
    [
      'not where undoing has attached it',
      undone,
      { outcomes: { ...stopped, 'undo.1': { kind: 'done', changed: 'it receives' } } },
      false,
    ],
    [
      'but where undoing has not',
      undone,
      { outcomes: { ...stopped, 'undo.1': { kind: 'failed', because: 'timeout' } } },
      true,
    ],
    [
      'not where the end of the old holder was reached',
      completed,
      { vipMoved: true, outcomes: { '2.0': { kind: 'skipped', because: 'it is applied' } } },
      false,
    ],
  ])('%s', (_, ending, changes, detached) => {
    expect(end(failover, ending, changes).detached).toEqual(
      detached ? { node: 'db2', from: 'db1', atMs: NOW_MS, missing: null } : null,
    );
  });

  it('is forgotten when it is attached, and people are told', () => {
    const before = { detached: { node: 'db2', from: 'db1', atMs: 0, missing: '' } };
    const after = end(attachPlan('db2', 'db1'), completed, {}, before);
    expect([after.detached, after.outbox[0]?.code]).toEqual([null, 'channel-attached']);
    expect(end(attachPlan('db2', 'db1'), incomplete, {}, before).detached).toEqual(before.detached);
  });

  it('is remembered beside the one that an earlier failover detached, until each is attached', () => {
    const earlier = { node: 'db1', from: 'db2', atMs: 0, missing: '3 transactions: a:1-3', hasServed: true };
    const outcomes = { '2.0': { kind: 'done', changed: 'db2 receives nothing more' } } as const;
    const both = end(failover, completed, { vipMoved: true, outcomes }, { detached: earlier });
    const newest = { node: 'db2', from: 'db1', atMs: NOW_MS, missing: null };
    expect(both.detached).toEqual({ ...newest, earlier });
    expect(end(attachPlan('db2', 'db1'), completed, {}, both).detached).toEqual(earlier);
    expect(end(attachPlan('db1', 'db2'), completed, {}, both).detached).toEqual(newest);
    const again = end(
      failover,
      completed,
      { vipMoved: true, outcomes },
      { detached: { ...newest, atMs: 0 } },
    );
    expect(again.detached).toEqual(newest);
  });

  it('is remembered of a plan that takes the VIP from no node, too', () => {
    const plan = reattachPlan(pair, 'db2', false, { wasElsewhere: true });
    const outcomes: PlanRecord['outcomes'] = {
      '0.0': { kind: 'missed', because: 'no answer' },
      '2.0': { kind: 'done', changed: 'db2 receives nothing more' },
    };
    const after = end(plan, completed, { outcomes, vipMoved: true });
    expect(after.detached).toMatchObject({ node: 'db2', from: 'db1' });
    expect(after.outbox[0]?.done).toContain('db1 was not closed (no answer)');
  });
});

it('remembers the move, so that one who asks for the way back within a minute is asked twice', () => {
  expect(end(switchoverPlan(pair, 'db2'), completed, { vipMoved: true }).moved).toEqual({
    from: 'db1',
    to: 'db2',
    atMs: NOW_MS,
  });
});

describe('a holder that could not be opened', () => {
  const open = openHolderPlan(pair, 'db1');
  const reattach = reattachPlan(pair, 'db1', false, {});
  const failed: StepOutcome = { kind: 'failed', because: 'db1 did not answer the statement within 2500 ms' };
  const keyOf = (plan: Plan, kind: string) => {
    for (const [stage, steps] of plan.stages.entries())
      for (const [index, step] of steps.entries()) if (step.kind === kind) return `${stage}.${index}`;
    throw new Error(`no step ${kind}`);
  };

  test.each<[what: string, plan: Plan, ending: Ending, step: string | null, notOpened: string | null]>([
    ['its opening failed', open, undone, 'open', 'db1'],
    ['its opening failed, before the VIP was to come back to it', reattach, undone, 'open', 'db1'],
    ['it was opened, and nobody answers through the VIP', open, incomplete, 'verify', null],
    ['it was opened', open, completed, null, null],
    ['a failover from it was undone: its turn comes again', failover, undone, 'open', null],
  ])('%s', (_, plan, ending, step, notOpened) => {
    const outcomes = step === null ? {} : { [keyOf(plan, step)]: failed };
    expect(end(plan, ending, { outcomes }, { notOpened: 'db1' }).notOpened).toBe(notOpened);
  });
});

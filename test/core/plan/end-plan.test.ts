import { describe, expect, it, test } from 'vitest';
import { tellCondition } from '../../../lib/core/alert/alerts.ts';
import type { EventCode } from '../../../lib/core/alert/events.ts';
import type { Incident } from '../../../lib/core/alert/incident.ts';
import { emptyMemory, type Memory, mayHaveLeftCalls } from '../../../lib/core/memory/memory.ts';
import { answer, type Ending, endPlan } from '../../../lib/core/plan/end-plan.ts';
import type { Plan, PlanRecord } from '../../../lib/core/plan/plan.ts';
import {
  attachPlan,
  closeStandbyPlan,
  failoverPlan,
  openHolderPlan,
  reattachPlan,
  releasePlan,
  repairPlan,
  repointPlan,
  switchoverPlan,
} from '../../../lib/core/plan/plans.ts';
import type { StepOutcome } from '../../../lib/core/plan/step.ts';
import { failover, isolating, NOW_MS, pairWith, position, recordOf, UUID1, UUID2 } from '../world.ts';

const pair = pairWith();
const completed: Ending = { kind: 'completed' };
const undone: Ending = { kind: 'undone', because: 'db2 has not caught up' };
const incomplete: Ending = { kind: 'incomplete', because: 'nobody answers through the VIP' };
const close = { nowMs: NOW_MS, identity: UUID2, incidentId: 'cccc0001' };
const incident: Incident = { id: '41c', openedAtMs: NOW_MS - 5000, row: 'D10', told: ['failover-started'] };

function end(plan: Plan, ending: Ending, changes: Partial<PlanRecord> = {}, before: Partial<Memory> = {}) {
  const record = recordOf(plan, changes);
  return endPlan(
    { ...emptyMemory, lastHolder: 'db1', incident, plan: record, ...before },
    pair,
    record,
    ending,
    close,
  );
}

const gone = { holderAnswers: false, acceptLoss: false, undoIfHolderServes: true };

describe('who is told, by plan and ending', () => {
  const switchover = switchoverPlan(pair, 'db2');
  const reattach = reattachPlan(pair, 'db1', false);
  const repair = repairPlan(pairWith({ repair: ['mysqld'] }), 'db2');
  test.each<[plan: Plan, ending: Ending, code: EventCode | null]>([
    [failover, completed, 'failover-done'],
    [failover, undone, 'failover-aborted'],
    [failover, incomplete, 'plan-incomplete'],
    [switchover, completed, 'switchover-done'],
    [switchover, undone, 'switchover-undone'],
    [switchover, incomplete, 'plan-incomplete'],
    [reattach, completed, 'vip-reattached'],
    [reattach, undone, 'plan-incomplete'],
    [openHolderPlan(pair, 'db1'), completed, 'holder-opened'],
    [openHolderPlan(pair, 'db1'), undone, 'plan-incomplete'],
    [closeStandbyPlan(pair, 'db2'), completed, 'standby-closed'],
    [closeStandbyPlan(pair, 'db2'), undone, 'plan-incomplete'],
    [repair, completed, 'repaired'],
    [repair, undone, 'repaired'],
    [releasePlan('db1'), completed, null],
    [releasePlan('db1'), undone, null],
  ])('$0.kind $1.kind', (plan, ending, code) => {
    const after = end(plan, ending, { vipMoved: ending === completed });
    expect(after.outbox.map((alert) => alert.code)).toEqual(code === null ? [] : [code]);
    expect(after.plan).toBeNull();
  });

  it('tells once an incident what the next tick tries again', () => {
    const once = end(reattach, undone);
    const again = end(reattach, undone, {}, { incident: once.incident, reports: once.reports });
    expect([once.outbox.length, again.outbox.length]).toEqual([1, 0]);
    const aborted = end(failover, undone, {}, { incident: { ...incident, told: ['failover-aborted'] } });
    expect(aborted.outbox).toHaveLength(1);
  });

  it('leaves a VIP that came over while the plan was being undone as one that was moved by hand', () => {
    const movedByHand = (phase: PlanRecord['phase']) =>
      end(failover, incomplete, { phase, vipMoved: true }).movedByHand;
    expect(movedByHand('undoing')).toEqual({ from: 'db1', to: 'db2', atMs: NOW_MS });
    expect(movedByHand('running')).toBeNull();
  });

  it('opens an incident for an order only where a person is needed', () => {
    const order = { requestId: 'eeee0001', by: 'eva', row: 'O-switchover' };
    const none = { incident: null };
    expect(end(switchover, completed, { ...order, vipMoved: true }, none).incident).toBeNull();
    expect(end(switchover, undone, order, none).incident).toBeNull();
    expect(end(switchover, incomplete, { ...order, vipMoved: true }, none).incident).toMatchObject({
      id: 'cccc0001',
      row: 'O-switchover',
    });
  });

  it('does not page about the old holder after failover-done, which says it already', () => {
    const after = end(failover, completed, { vipMoved: true });
    const page = (afterMs: number) =>
      tellCondition(after, 'orders', 'standby-unfit', { happened: '', done: '' }, NOW_MS + afterMs);
    expect(page(20_000).outbox).toHaveLength(1);
    expect(page(6 * 60_000).outbox).toHaveLength(2);
  });

  it('pages about it after an order, of which no incident says so', () => {
    const order = { requestId: 'eeee0001', by: 'eva', row: 'O-failover', vipMoved: true };
    const after = end(failover, completed, order, { incident: null });
    const paged = tellCondition(after, 'orders', 'standby-unfit', { happened: '', done: '' }, NOW_MS + 2000);
    expect(paged.outbox.map(({ code }) => code)).toEqual(['failover-done', 'standby-unfit']);
  });
});

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

describe('what a failover may have lost', () => {
  const answering = failoverPlan(pair, 'db2', {
    holderAnswers: true,
    acceptLoss: false,
    undoIfHolderServes: false,
  });
  const caughtUp = { '1.0': { kind: 'done', changed: 'db2 has applied all' } } as const;
  const fencedAt = position(`${UUID1}:1-105`);
  const kept = position(`${UUID1}:1-98`);

  test.each<
    [what: string, plan: Plan, ending: Ending, changes: Partial<PlanRecord>, lastSeen: string | null]
  >([
    [
      'the holder was gone: as it was last seen',
      failover,
      completed,
      { vipMoved: true, kept },
      `${UUID1}:1-100`,
    ],
    [
      'it was fenced: as it was then',
      failover,
      completed,
      { vipMoved: true, kept, fencedAt },
      `${UUID1}:1-105`,
    ],
    [
      'fenced, and caught up to its end: nothing',
      answering,
      completed,
      { vipMoved: true, kept, fencedAt, outcomes: caughtUp },
      null,
    ],
    [
      'caught up, but fencing was missed: its end is not known',
      answering,
      completed,
      { vipMoved: true, kept, outcomes: caughtUp },
      `${UUID1}:1-100`,
    ],
    ['moved, not completed', failover, incomplete, { vipMoved: true, kept }, `${UUID1}:1-100`],
    ['never moved', failover, undone, { kept }, null],
    ['a switchover loses nothing', switchoverPlan(pair, 'db2'), completed, { vipMoved: true, kept }, null],
  ])('%s', (_, plan, ending, changes, lastSeen) => {
    const { loss } = end(plan, ending, changes);
    expect(loss?.lastSeen?.gtid ?? null).toBe(lastSeen);
    if (lastSeen !== null) expect(loss).toMatchObject({ old: 'db1', kept, keptBy: UUID2, atMs: NOW_MS });
  });

  test.each<[what: string, plan: Plan, changes: Partial<PlanRecord>, text: string]>([
    [
      'read a moment before',
      failover,
      { kept, lastSeenAtMs: NOW_MS - 3200 },
      `Data loss: 2 transactions (the last position of db1 was read 0.2 s before it was lost): ${UUID1}:99-100.`,
    ],
    [
      'read long before: not known',
      failover,
      { kept: position(`${UUID1}:1-100`), lastSeenAtMs: NOW_MS - 9000 },
      'Data loss: unknown (the last position of db1 was read 6.0 s before it was lost).',
    ],
    [
      'fenced, and not caught up to its end',
      failover,
      { kept, fencedAt },
      `Data loss: 7 transactions: ${UUID1}:99-105.`,
    ],
    [
      'nothing',
      answering,
      { kept, fencedAt, outcomes: caughtUp },
      'Data loss: none (db2 had applied the last write of db1).',
    ],
    [
      'and that nothing keeps the old holder from writing',
      failover,
      { kept, outcomes: { '0.0': { kind: 'missed', because: 'no answer' } } },
      'db1 was not closed (no answer). If it is alive, clients that reach it directly can still write to it.',
    ],
    [
      'and that the stop of its instance is no more than ordered',
      failoverPlan(pairWith({ fencing: 'stop-instance' }), 'db2', gone),
      {
        kept,
        outcomes: {
          '0.0': { kind: 'missed', because: 'no answer' },
          '2.0': { kind: 'done', changed: 'the stop is ordered' },
        },
      },
      'db1 was not closed (no answer). The stop of its instance is ordered. Until EC2 shows it as stopped, clients that reach it',
    ],
    [
      'and that the old holder is not ours to close',
      failover,
      { kept, outcomes: { '0.0': { kind: 'skipped', because: 'writability is untouched' } } },
      'db1 was not closed (writability is untouched).',
    ],
  ])('and is said in the alert: %s', (_, plan, changes, text) => {
    const { done, cost } = end(plan, completed, { vipMoved: true, ...changes }).outbox[0] ?? {};
    expect(`${done} ${cost}`).toContain(text);
  });
});

describe('the words', () => {
  const lines = (plan: Plan, ending: Ending, changes: Partial<PlanRecord> = {}) =>
    end(plan, ending, changes).outbox[0];

  it('say how long it took, who did it and by which rule', () => {
    expect(lines(failover, completed, { vipMoved: true })).toMatchObject({
      happened: 'db1 is stopped.',
      headline: 'FAILED OVER db1 -> db2 in 3.0 s, loss unknown',
      done: expect.stringMatching(
        /^The VIP 10\.0\.1\.10 is on db2 now, verified by a commit through it\. The failover took 2\.0 s \(D10, by keepalambda\)\./,
      ),
      cost: expect.stringMatching(/^No write was possible for about 3\.0 s, counted from the first sign/),
      holder: 'db2',
    });
  });

  it.each<[what: string, unservedSinceMs: number | null | undefined, text: string]>([
    ['as an older release noted it', undefined, 'for about 3.0 s, counted from the first sign of the fault'],
    ['since an earlier leader saw it begin', NOW_MS - 74_000, 'for about 74 s, counted from the first sign'],
    [
      'of a holder that served until then',
      null,
      'for about 2.0 s, counted from the beginning of the failover',
    ],
  ])('say for how long nobody could write: %s', (_, unservedSinceMs, text) => {
    const given = unservedSinceMs === undefined ? {} : { unservedSinceMs };
    expect(lines(failover, completed, { vipMoved: true, ...given })?.cost).toContain(text);
  });

  it('say what stopped it, and claim to have undone only what can be undone', () => {
    expect(lines(failover, undone, { phase: 'undoing' })?.done).toBe(
      'Stopped (D10, by keepalambda): db2 has not caught up. No change: the VIP stays on db1, which was not taking writes.',
    );
    expect(lines(failover, undone, { phase: 'undoing', wasWritable: true })?.done).toContain(
      'No change: db1 still holds the VIP and takes writes, verified by a commit.',
    );
    expect(lines(failover, undone)?.done).toContain('No change: db1 still holds the VIP.');
    expect(lines(reattachPlan(pair, 'db1', false), undone)?.done).toBe(
      'Stopped (D10, by keepalambda): db2 has not caught up.',
    );
    expect(lines(failover, incomplete, { vipMoved: true })?.done).toContain(
      'Not completed (D10, by keepalambda): nobody answers through the VIP.',
    );
  });

  it('carry every step', () => {
    const outcomes = { '0.0': { kind: 'missed', because: 'no answer' } } as const;
    expect(lines(failover, undone, { outcomes })?.steps).toEqual([
      'fence db1: not possible, the plan goes on (no answer)',
    ]);
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

describe('the chain replicas of an old holder', () => {
  const withReplica = pairWith({ replicas: [{ name: 'r01', address: '10.0.1.31' }] });
  const left = { leftBehind: { node: 'db1', atMs: 1 } };
  const plan = repointPlan(withReplica, 'db2', 'db1');
  const withPair = (changes: Partial<PlanRecord>, of = failover, before: Partial<Memory> = {}) =>
    endPlan({ ...emptyMemory, ...before }, withReplica, recordOf(of, changes), completed, close);

  it('are to be looked at once a failover has left it, and never where there are none', () => {
    expect(withPair({ vipMoved: true }).leftBehind).toEqual({ node: 'db1', atMs: NOW_MS });
    expect(end(failover, completed, { vipMoved: true }).leftBehind).toBeNull();
    expect(withPair({ vipMoved: false }).leftBehind).toBeNull();
  });

  test.each<[what: string, outcome: StepOutcome, code: EventCode | undefined]>([
    ['pointed at the new one', { kind: 'done', changed: 'r01 follows db2' }, 'replicas-repointed'],
    ['left where it is', { kind: 'missed', because: 'it has more' }, 'replicas-left-behind'],
    ['there already', { kind: 'already', found: 'r01 follows db2' }, undefined],
    ['of somebody else', { kind: 'skipped', because: 'r01 does not follow db1' }, undefined],
  ])('%s', (_, outcome, code) => {
    const after = withPair({ outcomes: { '0.0': outcome } }, plan, left);
    expect([after.leftBehind, after.outbox[0]?.code]).toEqual([null, code]);
  });
});

test.each<[ending: Ending, before: Partial<Memory>, mayHave: boolean]>([
  [completed, { incident: null }, false],
  [completed, { incident: null, lastPlanFailed: true }, false],
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
  const failed: StepOutcome = { kind: 'failed', because: 'db1 did not answer the statement within 2500 ms' };
  const keyOf = (plan: Plan, kind: string) => {
    for (const [stage, steps] of plan.stages.entries())
      for (const [index, step] of steps.entries()) if (step.kind === kind) return `${stage}.${index}`;
    throw new Error(`no step ${kind}`);
  };

  test.each<[what: string, plan: Plan, ending: Ending, step: string | null, notOpened: string | null]>([
    ['its opening failed', open, undone, 'open', 'db1'],
    ['it was opened, and nobody answers through the VIP', open, incomplete, 'verify', null],
    ['it was opened', open, completed, null, null],
    ['a failover from it was undone: its turn comes again', failover, undone, 'open', null],
  ])('%s', (_, plan, ending, step, notOpened) => {
    const outcomes = step === null ? {} : { [keyOf(plan, step)]: failed };
    expect(end(plan, ending, { outcomes }, { notOpened: 'db1' }).notOpened).toBe(notOpened);
  });
});

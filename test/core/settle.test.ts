import { describe, expect, it, test } from 'vitest';
import type { EventCode } from '../../lib/core/events.ts';
import { emptyMemory, type Incident, type Memory } from '../../lib/core/memory.ts';
import type { Plan, PlanRecord } from '../../lib/core/plan.ts';
import {
  closeStandbyPlan,
  failoverPlan,
  openHolderPlan,
  reattachPlan,
  releasePlan,
  repairPlan,
  switchoverPlan,
} from '../../lib/core/plans.ts';
import { answer, type Ending, settle } from '../../lib/core/settle.ts';
import { failover, isolating, NOW_MS, pairWith, position, recordOf, UUID1, UUID2 } from './world.ts';

const pair = pairWith();
const completed: Ending = { kind: 'completed' };
const undone: Ending = { kind: 'undone', because: 'db2 has not caught up' };
const incomplete: Ending = { kind: 'incomplete', because: 'nobody answers through the VIP' };
const close = { nowMs: NOW_MS, identity: UUID2, incidentId: 'cccc0001' };
const incident: Incident = { id: '41c', openedAtMs: NOW_MS - 5000, row: 'D10', told: ['failover-started'] };

function end(plan: Plan, ending: Ending, changes: Partial<PlanRecord> = {}, before: Partial<Memory> = {}) {
  const record = recordOf(plan, changes);
  return settle(
    { ...emptyMemory, lastHolder: 'db1', incident, plan: record, ...before },
    pair,
    record,
    ending,
    close,
  );
}

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
    const again = end(reattach, undone, {}, { incident: { ...incident, told: ['plan-incomplete'] } });
    expect(again.outbox).toEqual([]);
    const aborted = end(failover, undone, {}, { incident: { ...incident, told: ['failover-aborted'] } });
    expect(aborted.outbox).toHaveLength(1);
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
    const told = end(failover, completed, { vipMoved: true }).incident?.told;
    expect(told).toEqual(['failover-started', 'failover-done', 'standby-unfit']);
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

  test.each<[what: string, quarantine: Memory['quarantine'], groups: readonly string[]]>([
    ['the groups that were noted then', { node: 'db1', groups: ['sg-1'] }, ['sg-1']],
    ['or, where the note was lost, the configured ones', null, ['sg-0000000000000000b']],
  ])('finds a node isolated before: keeps %s', (_, quarantine, groups) => {
    const record = recordOf(failover, { isolatedFrom: [] });
    const before = { ...emptyMemory, incident, plan: record, quarantine };
    expect(settle(before, pairWith(isolating), record, undone, close).quarantine).toEqual({
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
    ['so far as was seen', failover, { kept }, `2 transactions lost: ${UUID1}:99-100.`],
    [
      'nothing',
      answering,
      { kept, fencedAt, outcomes: caughtUp },
      'Nothing was lost: db2 had applied the last write.',
    ],
  ])('and is said in the alert: %s', (_, plan, changes, text) => {
    expect(end(plan, completed, { vipMoved: true, ...changes }).outbox[0]?.done).toContain(text);
  });
});

describe('the words', () => {
  const lines = (plan: Plan, ending: Ending, changes: Partial<PlanRecord> = {}) =>
    end(plan, ending, changes).outbox[0];

  it('say how long it took, who did it and by which rule', () => {
    expect(lines(failover, completed, { vipMoved: true })).toMatchObject({
      happened: 'db1 is stopped.',
      done: expect.stringMatching(
        /^VIP 10\.0\.1\.10 leads to db2 now: verified through it\. The failover took 2\.0 s, 3\.0 s after the first bad look \(D10, by keepalambda\)\./,
      ),
    });
  });

  it('say what stopped it, and claim to have undone only what can be undone', () => {
    expect(lines(failover, undone)?.done).toBe(
      'Stopped, and undone (D10, by keepalambda): db2 has not caught up.',
    );
    expect(lines(reattachPlan(pair, 'db1', false), undone)?.done).toBe(
      'Stopped (D10, by keepalambda): db2 has not caught up.',
    );
    expect(lines(failover, incomplete, { vipMoved: true })?.done).toContain(
      'Not completed (D10, by keepalambda): nobody answers through the VIP.',
    );
  });

  it('carry every step', () => {
    const outcomes = { '0.0': { kind: 'missed', because: 'no answer' } } as const;
    expect(lines(failover, undone, { outcomes })?.steps).toEqual(['fence db1: missed (no answer)']);
  });
});

describe('the answer to an order', () => {
  const order = { requestId: 'eeee0001', by: 'eva', row: 'O-failover' };
  test.each<[ending: Ending, ok: boolean, text: string]>([
    [completed, true, 'failover to db2 done in 2.0 s'],
    [undone, false, 'failover to db2 undone, the pair is as it was: db2 has not caught up'],
    [incomplete, false, 'failover to db2 not completed: nobody answers through the VIP'],
  ])('$0.kind', (ending, ok, text) => {
    const [given] = end(failover, ending, { ...order, vipMoved: ending !== undone }).answers;
    expect(given).toMatchObject({ requestId: 'eeee0001', ok, atMs: NOW_MS });
    expect(given?.text).toContain(text);
  });

  it('is not given where nobody asked', () => {
    expect(end(failover, completed, { vipMoved: true }).answers).toEqual([]);
  });

  it('is kept for the last ten orders', () => {
    const given = Array.from({ length: 12 }, (_, index) => ({
      requestId: `r${index}`,
      ok: true,
      text: '',
      atMs: 0,
    }));
    const kept = given.reduce(answer, emptyMemory).answers.map(({ requestId }) => requestId);
    expect(kept).toEqual(given.slice(2).map(({ requestId }) => requestId));
  });
});

test.each<[what: string, changes: Partial<PlanRecord>, counts: number]>([
  ['of our own that moved the VIP', { vipMoved: true }, 1],
  ['of our own that was undone', {}, 0],
  ['that an operator asked for', { vipMoved: true, requestId: 'f00d0001' }, 0],
])('for the flap guard, a switchover %s', (_, changes, counts) => {
  const ending = changes.vipMoved ? completed : undone;
  expect(end(switchoverPlan(pair, 'db2'), ending, changes).failoversAtMs).toHaveLength(counts);
});

/** Who is alerted of the end of a plan, and in which words. */
import { describe, expect, it, test } from 'vitest';
import { endConditions, tellCondition } from '../../../lib/core/alert/alerts.ts';
import type { EventCode } from '../../../lib/core/alert/events.ts';
import { emptyMemory, type Memory } from '../../../lib/core/memory/memory.ts';
import { type Ending, endPlan } from '../../../lib/core/plan/end-plan.ts';
import type { Plan, PlanRecord } from '../../../lib/core/plan/plan.ts';
import {
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
import { failover, NOW_MS, pairWith, position, recordOf, UUID1, UUID2 } from '../world.ts';
import { close, completed, end, gone, incident, incomplete, pair, undone } from './ended.ts';

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

describe('a plan that fails again and again', () => {
  const opens = openHolderPlan(pair, 'db1');
  /** It fails, nothing shows that for a moment, and 9 s later the next one fails, which began after `beganMs`. */
  const told = (next: Plan, beganMs: number, between: (memory: Memory) => Memory = (memory) => memory) => {
    const failed = end(opens, undone);
    const before = between(endConditions(failed, [], NOW_MS + 100));
    const record = recordOf(next, { startedAtMs: NOW_MS + beganMs });
    const after = endPlan({ ...before, plan: record }, pair, record, undone, {
      ...close,
      nowMs: NOW_MS + 9000,
    });
    return after.outbox.length - failed.outbox.length;
  };

  test.each<[what: string, news: number, next: Plan, beganMs: number]>([
    ['is no news, however long it takes', 0, opens, 300],
    ['is news when it begins later', 1, opens, 5200],
    ['is news where it is another plan', 1, closeStandbyPlan(pair, 'db2'), 300],
    ['is news where it is for another node', 1, openHolderPlan(pair, 'db2'), 300],
  ])('%s', (_, news, next, beganMs) => {
    expect(told(next, beganMs)).toBe(news);
  });

  it('is news after one that was completed', () => {
    const completing = (memory: Memory) => {
      const record = recordOf(opens, { startedAtMs: NOW_MS + 200 });
      const plan = { ...memory, plan: record };
      const { outbox } = memory;
      return { ...endPlan(plan, pair, record, completed, { ...close, nowMs: NOW_MS + 250 }), outbox };
    };
    expect(told(opens, 300, completing)).toBe(1);
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
      { kept, lastSeenAtMs: NOW_MS - 3200, holderGone: true },
      `Data loss: at least 2 transactions (the last position of db1 was read 0.2 s before it was lost): ${UUID1}:99-100.`,
    ],
    [
      'read long before: not known',
      failover,
      { kept: position(`${UUID1}:1-100`), lastSeenAtMs: NOW_MS - 9000, holderGone: true },
      'Data loss: unknown (the last position of db1 was read 6.0 s before it was lost).',
    ],
    [
      'read a moment before, of a holder that may have gone on: not known',
      failover,
      { kept: position(`${UUID1}:1-100`), lastSeenAtMs: NOW_MS - 3200 },
      'Data loss: unknown (db1 could not be closed, and may have gone on taking writes).',
    ],
    [
      'the same, with what is known to be missing',
      failover,
      { kept, lastSeenAtMs: NOW_MS - 3200, outcomes: { '0.0': { kind: 'missed', because: 'no answer' } } },
      'Data loss: unknown (db1 could not be closed, and may have gone on taking writes); at least 2 transactions',
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
      happened: 'At 02:46:38 UTC: db1 is stopped.',
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

  it.each<[what: string, changes: Partial<PlanRecord>]>([
    ['undone', { phase: 'undoing' }],
    ['never begun', {}],
  ])('do not say that the VIP stays where EC2 does not show it: %s', (_, changes) => {
    expect(end(failover, undone, changes, {}, { vipOn: null }).outbox[0]).toMatchObject({
      headline: 'FAILOVER TO db2 FAILED, EC2 does not show the VIP on db1',
      done: 'Stopped (D10, by keepalambda): db2 has not caught up. EC2 does not show the VIP on db1.',
    });
  });

  it('carry every step', () => {
    const outcomes = { '0.0': { kind: 'missed', because: 'no answer' } } as const;
    expect(lines(failover, undone, { outcomes })?.steps).toEqual([
      'fence db1: not possible, the plan goes on (no answer)',
    ]);
  });
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

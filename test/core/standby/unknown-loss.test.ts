/**
 * After writes without a binary log, a reset of it, or a return with less, GTIDs show nothing missing. No alert says then that
 * nothing is lost: it says that this is unknown, and why.
 */
import { describe, expect, it, test } from 'vitest';
import type { Memory } from '../../../lib/core/memory/memory.ts';
import { noteReturn } from '../../../lib/core/memory/notes.ts';
import { beginPlan } from '../../../lib/core/plan/begin-plan.ts';
import { endPlan } from '../../../lib/core/plan/end-plan.ts';
import type { Plan, PlanRecord } from '../../../lib/core/plan/plan.ts';
import { failoverPlan, switchoverPlan } from '../../../lib/core/plan/plans.ts';
import { describePlanLoss } from '../../../lib/core/standby/plan-loss.ts';
import { Leader } from '../leader.ts';
import {
  answers1,
  answers2,
  type Change,
  changed,
  db2,
  holder,
  memory,
  NOW_MS,
  pairWith,
  position,
  refused,
  seen,
  standby,
  steady,
  UUID1,
  UUID2,
} from '../world.ts';

const UNLOGGED = 'unknown (db1 took writes without a binary log, and these have never got to db2';
const RESET = 'unknown (the binary log of db1 was reset (RESET MASTER) or lost its end';
const LESS = 'unknown (db2 came back without writes that it had taken before: 5 transactions';

const unlogged = memory({ unlogged: { node: 'db1', atMs: NOW_MS - 60_000 } });
const reset = (node: 'db1' | 'db2', forgotten = '') =>
  memory({
    logReset: { node, standby: node === 'db1' ? 'db2' : 'db1', lack: '', forgotten, atMs: NOW_MS - 60_000 },
  });
const less: Change = (world) =>
  changed(
    world,
    memory({ behind: { db2: `5 transactions: ${UUID2}:5-9` } }),
    holder(answers1({ executed: position(`${UUID1}:1-100,${UUID2}:1-9`) })),
    standby(answers2({ executed: position(`${UUID1}:1-100,${UUID2}:1-4`) })),
  );
const dead = holder(refused);

/** What the plan leaves in memory when all of it was carried out. */
function endOf(plan: Plan, changes: readonly Change[], record: Partial<PlanRecord> = {}): Memory {
  const world = changed(steady, ...changes);
  const begun = beginPlan(world.memory, seen(steady, ...changes), {
    plan,
    row: 'O-failover',
    because: 'eva asked for it',
    by: 'eva',
    requestId: 'r1',
    epoch: 3,
    planId: 'p1',
    incidentId: 'i1',
    lastSeen: position(`${UUID1}:1-100`),
    lastSeenAtMs: NOW_MS - 200,
  });
  const carriedOut = {
    ...(begun.plan as PlanRecord),
    kept: position(`${UUID1}:1-100`),
    vipMoved: true,
    ...record,
  };
  const close = { nowMs: NOW_MS + 3000, identity: UUID2, incidentId: 'i1', vipOn: 'db2' };
  return endPlan({ ...begun, plan: carriedOut }, world.pair, carriedOut, { kind: 'completed' }, close);
}

const alertOf = (after: Memory) => after.outbox.at(-1);
const forced = (holderAnswers: boolean) =>
  failoverPlan(pairWith(), 'db2', { holderAnswers, acceptLoss: true, undoIfHolderServes: false });
/** The old holder was closed, and the new one applied its last write. */
const atTheEnd = (plan: Plan): Partial<PlanRecord> => ({
  fencedAt: position(`${UUID1}:1-100`),
  outcomes: Object.fromEntries(
    plan.stages.flatMap((stage, index) =>
      stage.map((_, place) => [`${index}.${place}`, { kind: 'done' as const, changed: '' }]),
    ),
  ),
});

const cases: readonly [what: string, why: Change, text: string][] = [
  ['writes without a binary log', unlogged, UNLOGGED],
  ['a reset of the binary log', reset('db1'), RESET],
  ['a return with less', less, LESS],
];

describe.each(cases)('a forced failover after %s', (_, why, text) => {
  it('from a holder that is dead', () => {
    const alert = alertOf(endOf(forced(false), [why, dead]));
    expect(alert?.code).toBe('failover-done');
    expect(alert?.cost).toContain(`Data loss: ${text}`);
    expect(alert?.headline).toContain('loss unknown');
  });

  it('from one that is closed, and whose last write is applied', () => {
    const plan = forced(true);
    const after = endOf(plan, [why], atTheEnd(plan));
    expect(after.loss).toBeNull();
    expect(alertOf(after)?.cost).toContain(`Data loss: ${text}`);
    expect(alertOf(after)?.headline).toContain('loss unknown');
  });

  it('says so before it begins', () => {
    expect(describePlanLoss(seen(steady, why, dead), 'failover', true)).toContain(text);
    expect(describePlanLoss(seen(steady, why), 'failover', false)).toContain(text);
  });

  it('and a switchover', () => {
    expect(describePlanLoss(seen(steady, why), 'switchover', false)).toContain(text);
    expect(alertOf(endOf(switchoverPlan(pairWith(), 'db2', false), [why]))?.cost).toContain(text);
  });
});

test('without any of these, nothing is lost where the last write is applied', () => {
  const plan = forced(true);
  expect(alertOf(endOf(plan, [], atTheEnd(plan)))?.cost).toContain('Data loss: none');
});

test('what is missing beside what nobody knows is named', () => {
  const after = endOf(forced(false), [dead, reset('db1')], { kept: position(`${UUID1}:1-90`) });
  expect(alertOf(after)?.cost).toContain(`; at least 10 transactions: ${UUID1}:91-100.`);
});

test('what a new holder has forgotten, and has the rows of, is not lost', () => {
  const kept = position(`${UUID1}:96-100`);
  const after = endOf(forced(false), [dead, reset('db2', `${UUID1}:1-95`)], { kept });
  expect(alertOf(after)?.cost).toContain('Data loss: none');
});

test('the old holder is back: that its GTIDs are all there does not say that nothing is missing', () => {
  const { loss } = endOf(forced(false), [dead, unlogged]);
  const back = [
    holder(answers1({ writable: false })),
    standby(answers2({ writable: true })),
    memory({ lastHolder: 'db2', loss }),
    (world: typeof steady) => ({
      ...world,
      evidence: {
        ...world.evidence,
        vip: world.evidence.vip && {
          ...world.evidence.vip,
          place: { kind: 'node' as const, node: 'db2' },
        },
      },
    }),
  ];
  const after = noteReturn(changed(steady, ...back).memory, seen(steady, ...back));
  expect(after.outbox.at(-1)?.happened).toContain(`db1 is back. Missing on db2 now: ${UNLOGGED}`);
});

describe('writes without a binary log', () => {
  const off = answers1({ binaryLog: 'off' });
  const well2 = answers2({});

  it('are remembered when the log is on again', () => {
    const leader = new Leader();
    leader.looks(8, 1000, off, well2);
    leader.looks(8, 1000, answers1({}), well2);
    expect(leader.memory.unlogged).toMatchObject({ node: 'db1' });
  });

  it('until the standby is another server', () => {
    const leader = new Leader();
    leader.looks(8, 1000, off, well2);
    leader.looks(8, 1000, answers1({}), answers2({ identity: '33333333-3333-3333-3333-333333333333' }));
    expect(leader.memory.unlogged).toBeNull();
  });

  it('are none of a holder that is closed', () => {
    const leader = new Leader();
    leader.looks(8, 1000, answers1({ binaryLog: 'off', writable: false }), answers2({ ...db2 }));
    expect(leader.memory.unlogged).toBeNull();
  });
});

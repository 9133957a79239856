/** What the alert at the end of a plan says is true of every kind of plan, however it ended. */
import { describe, expect, it, test } from 'vitest';
import type { Alert } from '../../../lib/core/alert/incident.ts';
import type { Ending } from '../../../lib/core/plan/end-plan.ts';
import type { Plan, PlanRecord } from '../../../lib/core/plan/plan.ts';
import {
  attachPlan,
  closeStandbyPlan,
  detachPlan,
  openHolderPlan,
  reattachPlan,
  releasePlan,
  repairPlan,
  repointPlan,
  switchoverPlan,
} from '../../../lib/core/plan/plans.ts';
import { headlineOf, writesOf } from '../../../lib/core/text/alert-text.ts';
import { place } from '../text/place.ts';
import { failover, pairWith } from '../world.ts';
import { completed, end, incomplete, pair, undone } from './ended.ts';

const chained = pairWith({ replicas: [{ name: 'r01', address: '10.0.1.31' }] });
const switchover = switchoverPlan(pair, 'db2');
const others: readonly Plan[] = [
  reattachPlan(pair, 'db1', false),
  openHolderPlan(pair, 'db1'),
  closeStandbyPlan(pair, 'db2'),
  repairPlan(pairWith({ repair: ['mysqld'] }), 'db2'),
  releasePlan('db2'),
  attachPlan('db1', 'db2'),
  detachPlan('db1', 'db2'),
  repointPlan(chained, 'db1', 'db2'),
];

function alertOf(plan: Plan, ending: Ending, changes: Partial<PlanRecord> = {}): Alert | undefined {
  return end(plan, ending, changes).outbox[0];
}

const cases = [...others, failover, switchover].flatMap((plan) =>
  [completed, undone, incomplete].map((ending) => [plan.kind, ending.kind, plan, ending] as const),
);

test.each(cases)('%s, %s: names what was done in words, and when it began', (_, __, plan, ending) => {
  const alert = alertOf(plan, ending, { vipMoved: ending === completed && plan.kind.endsWith('over') });
  if (alert === undefined) return;
  const said = [headlineOf(alert, place), alert.happened, alert.done].join('\n');
  expect(said).not.toMatch(/reattach-vip|open-holder|close-standby|repair-node|(at|de)tach-channel|repoint-/);
  expect(alert.happened).toMatch(/^At \d\d:\d\d:\d\d UTC: /);
});

test.each(others.map((plan) => [plan.kind, plan] as const))(
  '%s, undone: does not say where the VIP stays, because it was not to move the roles',
  (_, plan) => {
    const alert = alertOf(plan, undone);
    if (alert !== undefined) expect(headlineOf(alert, place)).toMatch(/^FAILED: (?!.*the VIP stays)/);
  },
);

it('says which node a service was restarted on, and nothing of one that was not', () => {
  const plan = repairPlan(pairWith({ repair: ['mysqld'] }), 'db2');
  const done = { '0.0': { kind: 'done', changed: 'started' } } as const;
  expect(alertOf(plan, completed, { outcomes: done, unservedSinceMs: null })).toMatchObject({
    headline: 'mysqld was restarted on db2',
    writes: 'yes',
  });
  expect(alertOf(plan, completed)?.headline).toBe('nothing was restarted on db2');
  const skipped = {
    '0.0': { kind: 'skipped', because: 'mysqld answers on its own host: left alone' },
  } as const;
  expect(alertOf(plan, completed, { outcomes: skipped })).toMatchObject({
    headline: 'nothing was restarted on db2',
    todo: expect.stringContaining('find out what keeps keepalambda from it'),
  });
});

it('says into which node replication was started', () => {
  expect(alertOf(attachPlan('db2', 'db1'), completed)?.headline).toBe('db2 receives from db1 again');
  expect(alertOf(attachPlan('db2', 'db1'), completed, { row: 'channel-gave-up' })?.headline).toBe(
    'replication from db1 into db2 was started again',
  );
});

describe('a move that was undone', () => {
  test.each<[what: string, changes: Partial<PlanRecord>, writes: string]>([
    [
      'the holder was opened again, and a commit has shown it',
      { phase: 'undoing', wasWritable: true },
      'yes',
    ],
    ['the holder took no writes before', { phase: 'undoing', wasWritable: false }, 'no'],
    ['nothing was changed of a holder that served', { unservedSinceMs: null }, 'yes'],
    ['nothing was changed of a holder that was lost', { unservedSinceMs: 1 }, 'unknown'],
  ])('says whether clients can write: %s', (_, changes, writes) => {
    for (const plan of [failover, switchover]) {
      const alert = alertOf(plan, undone, changes);
      expect(alert && writesOf(alert)).toBe(writes);
    }
  });

  it('gives no command that loses writes where the holder takes them again', () => {
    const alert = alertOf(failover, undone, { phase: 'undoing', wasWritable: true });
    expect(alert?.commands?.join(' ')).not.toContain('--force');
    expect(alert?.todo).toContain('db1 takes writes again');
  });
});

describe('what a failover leaves to do', () => {
  test.each<[row: string, todo: RegExp]>([
    ['holder-lost', /^Find out why db1 was lost, and bring it back/],
    ['holder-fails-check', /^Fix replication into db1\./],
    ['holder-stuck', /^Find out why db1 commits nothing\./],
    ['holder-behind', /^Rebuild db1, which has lost writes\./],
    ['holder-stays-closed', /^Find out why db1 could not be opened\./],
    ['vip-unheld-holder-closed', /^Find out why db1 could not be opened\./],
  ])('after %s', (row, todo) => {
    expect(alertOf(failover, completed, { vipMoved: true, row })?.todo).toMatch(todo);
  });

  it('after an order: the old holder was not lost', () => {
    const order = { vipMoved: true, row: 'O-failover', requestId: 'eeee0001', by: 'eva' };
    expect(alertOf(failover, completed, order)?.todo).toMatch(/^See that db1 comes back as standby\./);
  });
});

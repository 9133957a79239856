import { describe, expect, it, test } from 'vitest';
import { allSafeguards } from '../../../lib/core/decision/safeguards.ts';
import { lastPositionIn, newPair } from '../../../lib/core/pair/pair-state.ts';
import { beginPlan, type Claim, mayTry, TRY_AGAIN_MS } from '../../../lib/core/plan/begin-plan.ts';
import {
  closeStandbyPlan,
  openHolderPlan,
  releasePlan,
  switchoverPlan,
} from '../../../lib/core/plan/plans.ts';
import type { HolderEnd } from '../../../lib/core/standby/readiness.ts';
import { behind, closedByHand, restartedReadOnly, untouched } from '../changes.ts';
import {
  answers1,
  type Change,
  changed,
  db1,
  failingFor,
  failover,
  hears1,
  holder,
  lasting,
  memory,
  NOW_MS,
  pairWith,
  position,
  refused,
  seen,
  steady,
  UUID1,
  vipAt,
} from '../world.ts';

const wanted: Claim = {
  plan: failover,
  row: 'D10',
  because: 'db1 is stopped: its port refuses connections',
  by: 'keepalambda',
  requestId: null,
  epoch: 7,
  planId: 'aaaa0001',
  incidentId: 'cccc0001',
  lastSeen: position(`${UUID1}:1-100`),
};
const unserved = (forMs: number): Change => lasting({ unservedSinceMs: NOW_MS - forMs });
const failing = holder(hears1({ sql: 'no' }), 9000, 3_600_000);
const lost = seen(steady, holder(refused));
const ordered = { ...wanted, row: 'O-failover', by: 'eva', requestId: 'eeee0001' };

describe('an automatic failover that is taken up', () => {
  const after = beginPlan(steady.memory, lost, wanted);

  it('is in memory, whole, with whom and why', () => {
    expect(after.plan).toMatchObject({
      ...failover,
      id: 'aaaa0001',
      epoch: 7,
      row: 'D10',
      by: 'keepalambda',
      phase: 'running',
      outcomes: {},
      startedAtMs: NOW_MS,
      badSinceMs: NOW_MS - 10_000,
      vipMoved: false,
      fencedAt: null,
      lastSeen: position(`${UUID1}:1-100`),
      wasWritable: false,
    });
  });

  it('opens an incident and tells that it has begun; it counts for the flap guard only when it moves the VIP', () => {
    expect(after.incident).toEqual({
      id: 'cccc0001',
      openedAtMs: NOW_MS,
      row: 'D10',
      told: ['failover-started'],
      alerts: 1,
      criticalAtMs: NOW_MS,
    });
    expect(after.failoversAtMs).toEqual([]);
    expect(
      after.outbox.map(({ code, incident, happened, done }) => [code, incident, happened, done]),
    ).toEqual([
      [
        'failover-started',
        'cccc0001',
        'db1 is stopped: its port refuses connections.',
        'Failing over from db1 to db2 (D10, by keepalambda).',
      ],
    ]);
  });

  it('keeps the incident that is open', () => {
    const incident = { id: 'cccc0000', openedAtMs: 5, row: 'D23', told: ['standby-unfit' as const] };
    const open = beginPlan({ ...steady.memory, incident }, lost, wanted).incident;
    const told = ['standby-unfit', 'failover-started'];
    expect(open).toEqual({ ...incident, told, alerts: 1, criticalAtMs: NOW_MS });
  });
});

it('an ordered failover tells, but opens no incident and does not count for the flap guard', () => {
  const after = beginPlan(steady.memory, lost, ordered);
  expect(after.incident).toBeNull();
  expect(after.failoversAtMs).toEqual([]);
  expect(after.outbox.map(({ code, incident }) => [code, incident])).toEqual([['failover-started', null]]);
});

it('a switchover tells nothing before its end, and remembers that the holder took writes', () => {
  const plan = switchoverPlan(pairWith(), 'db2');
  const after = beginPlan(steady.memory, seen(steady), { ...ordered, plan });
  expect(after.outbox).toEqual([]);
  expect(after.plan?.wasWritable).toBe(true);
});

it.each<[what: string, changes: readonly Change[], wasWritable: boolean]>([
  ['that its start has closed is opened', [restartedReadOnly], true],
  ['that somebody closed by hand is opened: from now on it is closed by the plan', [closedByHand], true],
  ['that came back with less is not', [behind], false],
  ['of a pair whose writability is untouched is not', [restartedReadOnly, untouched], false],
])('where a switchover is undone, a holder %s', (_, changes, wasWritable) => {
  const plan = switchoverPlan(pairWith(), 'db2');
  const begun = (wanted: Claim) =>
    beginPlan(steady.memory, seen(steady, ...changes), wanted).plan?.wasWritable;
  expect(begun({ ...ordered, plan })).toBe(wasWritable);
  expect(begun(ordered)).toBe(false);
});

it('an automatic plan other than a failover opens an incident and tells at its end', () => {
  const after = beginPlan(steady.memory, seen(steady), {
    ...wanted,
    row: 'D19',
    plan: closeStandbyPlan(pairWith(), 'db2'),
  });
  expect([after.incident?.row, after.outbox, after.failoversAtMs]).toEqual(['D19', [], []]);
});

it('forgets who was seen open only of nodes that the plan closes, and the other way round', () => {
  const { settled } = steady.memory;
  const opened = beginPlan(steady.memory, seen(steady), {
    ...wanted,
    plan: openHolderPlan(pairWith(), 'db1'),
  });
  expect(opened.settled).toEqual(settled);
  const closing = { ...wanted, plan: closeStandbyPlan(pairWith(), 'db1') };
  const either = (node: 'db1' | 'db2') => ({ [node]: { ...settled[node], is: 'either' } });
  expect(beginPlan(steady.memory, seen(steady), closing).settled).toEqual({ ...settled, ...either('db1') });
  expect(beginPlan(steady.memory, lost, wanted).settled).toEqual({ ...either('db1'), ...either('db2') });
});

it('a release knows the security groups to give back; no other plan does', () => {
  const quarantine = { node: 'db1', groups: ['sg-1', 'sg-2'] };
  const isolated = changed(steady, memory({ quarantine })).memory;
  const release = beginPlan(isolated, seen(steady), { ...ordered, plan: releasePlan('db1') });
  expect(release.plan?.isolatedFrom).toEqual(['sg-1', 'sg-2']);
  expect(beginPlan(isolated, lost, wanted).plan?.isolatedFrom).toBeNull();
});

describe('since when clients could not write', () => {
  it.each<[what: string, changes: readonly Change[], agoMs: number | null]>([
    ['refused: since the first refusal', [holder(refused, 10, 7000)], 7000],
    [
      'a new leader sees a loss that an earlier one saw begin',
      [holder(refused, 3, 1200), unserved(74_000)],
      74_000,
    ],
    ['fails the check, and takes writes: not yet', [failing, failingFor(12_000)], null],
    ['serves, and the VIP is on no node', [vipAt({ kind: 'nowhere' }), unserved(9000)], 9000],
  ])('%s', (_, changes, agoMs) => {
    const { plan } = beginPlan(steady.memory, seen(steady, ...changes), wanted);
    expect(plan?.unservedSinceMs).toBe(agoMs === null ? null : NOW_MS - agoMs);
  });
});

describe('since when the holder has been bad', () => {
  it.each<[what: string, changes: readonly Change[], agoMs: number]>([
    ['refused: since the first refusal', [holder(refused, 10, 7000)], 7000],
    ['fails the check: since it does, however long it has answered', [failing, failingFor(12_000)], 12_000],
    ['serves, and an operator wants it so: since now', [holder(answers1(), 9000, 3_600_000)], 0],
  ])('%s', (_, changes, agoMs) => {
    const { plan } = beginPlan(steady.memory, seen(steady, ...changes), wanted);
    expect(NOW_MS - (plan?.badSinceMs ?? 0)).toBe(agoMs);
  });
});

test.each<[what: string, plan: Claim['plan'], agoMs: number | null, may: boolean]>([
  ['nothing was tried', failover, null, true],
  ['a try was undone just now', failover, TRY_AGAIN_MS - 1, false],
  ['a try was undone some seconds ago', failover, TRY_AGAIN_MS, true],
  ['what does not move the VIP', closeStandbyPlan(pairWith(), 'db2'), 0, true],
])('a plan of our own may begin: %s', (_, plan, agoMs, may) => {
  const triedAtMs = agoMs === null ? null : NOW_MS - agoMs;
  expect(mayTry({ ...steady.memory, triedAtMs }, plan, NOW_MS)).toBe(may);
});

describe('where the old holder was last', () => {
  const ends = { needed: null, proof: null };
  const last: HolderEnd = { node: 'db1', position: position(`${UUID1}:1-90`), sinceMs: 1, untilMs: 2 };
  const state = (noted: HolderEnd) =>
    newPair({
      pair: pairWith(),
      safeguards: allSafeguards,
      vantages: ['a'],
      nextId: 'id-1',
      nowMs: NOW_MS,
      memory: changed(steady, memory({ lastEnds: { ...ends, last: noted } })).memory,
      epoch: 1,
      unwatchedSinceMs: NOW_MS,
    });

  it('is what this leader saw', () => {
    const servers = { db1: { server: db1, atMs: 7 } };
    expect(lastPositionIn({ ...state(last), servers }, 'db1')).toEqual({ position: db1.executed, atMs: 7 });
  });

  it('is what an earlier leader noted of it when it was lost, and of no other node', () => {
    expect(lastPositionIn(state(last), 'db1')).toEqual({ position: last.position, atMs: 2 });
    expect(lastPositionIn(state({ ...last, node: 'db2' }), 'db1')).toBeNull();
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, deedOf, type Measure, rows } from '../../lib/core/decision.ts';
import type { PlanKind } from '../../lib/core/plan.ts';
import type { Saw, VipPlace } from '../../lib/core/sighting.ts';
import type { Situation } from '../../lib/core/situation.ts';
import {
  answers1,
  answers2,
  blindFor,
  type Change,
  configured,
  failingFor,
  full,
  hears1,
  hears2,
  holder,
  inFlight,
  instance,
  lockedOut,
  memory,
  NOW_MS,
  noRoom,
  refused,
  rememberedUnfit,
  seen,
  standby,
  steady,
  unanswered,
  unheardOf,
  vipAt,
  vipBlindFor,
} from './world.ts';

const beat = (forMs: number) =>
  ({ kind: 'failed', forMs, because: 'disk full', cause: 'disk-full', blocker: null }) as const;
const absent: readonly Saw[] = [refused, unanswered, full, lockedOut];
const saws1: readonly Saw[] = [
  answers1(),
  answers1({ writable: false }),
  answers1({ heartbeat: beat(6000) }),
  hears1({ io: 'no' }),
  hears1({ lagSeconds: 500 }),
  hears1({ io: 'connecting', lagSeconds: null }),
  ...absent,
];
const saws2: readonly Saw[] = [
  answers2(),
  answers2({ writable: true }),
  answers2({ inbound: { kind: 'unconfigured' } }),
  hears2({ io: 'connecting', lagSeconds: null, heardAgoMs: 4000 }),
  hears2({ io: 'no', lagSeconds: null }),
  hears2({ sql: 'no', lagSeconds: null }),
  hears2({ lagSeconds: null }),
  hears2({ lagSeconds: 500 }),
  ...absent,
];
const places: readonly VipPlace[] = [
  { kind: 'node', node: 'db1' },
  { kind: 'node', node: 'db2' },
  { kind: 'nowhere' },
  { kind: 'foreign', eniId: 'eni-9' },
];
const incident = (told: readonly 'repaired'[]) =>
  memory({ incident: { id: '41c', openedAtMs: NOW_MS - 60_000, row: 'D8', told } });

/** Things that may be so beside what the looks show, each of them seldom. */
const extras: readonly Change[] = [
  inFlight,
  memory({ pause: { untilMs: NOW_MS + 1000, by: 'eva', why: 'kernel' } }),
  memory({ failoversAtMs: [NOW_MS - 1000] }),
  memory({ failoversAtMs: [NOW_MS - 3_000_000, NOW_MS - 2_000_000, NOW_MS - 1_000_000] }),
  memory({ lastHolder: null }),
  memory({ lastHolder: 'db2' }),
  memory({ readiness: null }),
  memory({ readiness: { node: 'db1', fit: true, reasons: [], atMs: NOW_MS - 1000 } }),
  rememberedUnfit('it lags'),
  incident([]),
  incident(['repaired']),
  memory({ detached: { node: 'db1', from: 'db2', atMs: NOW_MS, missing: '' } }),
  memory({ detached: { node: 'db1', from: 'db2', atMs: NOW_MS, missing: '3 transactions: a:1-3' } }),
  noRoom('db2'),
  instance('db1', 'stopped'),
  instance('db1', 'stopping'),
  instance('db2', 'stopped'),
  unheardOf('db1'),
  unheardOf('db2'),
  blindFor(1000),
  blindFor(60_000),
  vipBlindFor(10_000),
  vipBlindFor(60_000),
];

const times = fc.constantFrom<readonly [looks: number, forMs: number]>(
  [1, 0],
  [2, 300],
  [3, 1000],
  [20, 20_000],
);
const usually = <T>(first: T, ...others: readonly T[]) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(first) }, fc.constantFrom(first, ...others));

/** Any situation that evidence, memory and settings can amount to. */
const situations: fc.Arbitrary<Situation> = fc
  .record({
    settings: fc.record({
      writability: usually<'managed' | 'untouched'>('managed', 'untouched'),
      holderReplicationFault: usually<'failover' | 'page'>('failover', 'page'),
      repair: usually<('mysqld' | 'keepalived')[]>([], ['mysqld'], ['mysqld', 'keepalived']),
    }),
    db1: fc.tuple(fc.constantFrom(...saws1), times),
    db2: fc.tuple(fc.constantFrom(...saws2), times),
    place: usually<VipPlace>({ kind: 'node', node: 'db1' }, ...places),
    vipLooks: fc.constantFrom(1, 3, 10),
    faultsForMs: fc.constantFrom(0, 10_000),
    besides: fc.uniqueArray(fc.constantFrom(...extras), { maxLength: 2 }),
  })
  .map(({ settings, db1, db2, place, vipLooks, faultsForMs, besides }) =>
    seen(
      steady,
      configured(settings),
      holder(db1[0], ...db1[1]),
      standby(db2[0], ...db2[1]),
      vipAt(place, vipLooks),
      failingFor(faultsForMs),
      ...besides,
    ),
  );

/** The same situations at every run: what is said about all of them must not depend on luck. */
const samples = fc.sample(situations, { numRuns: 20_000, seed: 20_260_814 });

const acts = samples.flatMap((situation) => {
  const { row, measure } = decide(situation);
  return measure.kind === 'act' ? [{ situation, row, plan: measure.plan }] : [];
});

describe('the decision table over every kind of situation', () => {
  it('has no row that cannot be reached', () => {
    const reached = new Set(samples.map((situation) => decide(situation).row.id));
    expect(rows.map(({ id }) => id).filter((id) => !reached.has(id))).toEqual([]);
  });

  it('does for each row exactly what the row says that it does', () => {
    const done = new Map<string, Set<string>>();
    for (const situation of samples) {
      const { row, measure } = decide(situation);
      done.set(row.id, (done.get(row.id) ?? new Set()).add(deedOf(measure)));
    }
    for (const { id, does } of rows)
      expect([id, [...(done.get(id) ?? [])].sort()]).toEqual([id, [...does].sort()]);
  });

  it('comes to every kind of measure, and to every plan but those for operators alone', () => {
    const measures: Record<Measure['kind'], true> = {
      observe: true,
      stay: true,
      resume: true,
      act: true,
      'all-clear': true,
    };
    expect(new Set(samples.map((situation) => decide(situation).measure.kind))).toEqual(
      new Set(Object.keys(measures)),
    );
    const plans: Record<Exclude<PlanKind, 'release-node'>, true> = {
      failover: true,
      switchover: true,
      'reattach-vip': true,
      'open-holder': true,
      'close-standby': true,
      'repair-node': true,
      'attach-channel': true,
    };
    expect(new Set(acts.map(({ plan }) => plan.kind))).toEqual(new Set(Object.keys(plans)));
  });

  it('always matches, and the same situation always comes to the same', () => {
    fc.assert(
      fc.property(situations, (situation) => {
        expect(decide(situation)).toEqual(decide(situation));
      }),
    );
  });

  const failovers = acts.filter(({ plan }) => plan.kind === 'failover');

  it('begins nothing while paused, blind, in the middle of a plan, or not knowing where the VIP is', () => {
    expect(acts.length).toBeGreaterThan(1000);
    for (const { situation } of acts) {
      expect([situation.paused, situation.blind, situation.memory.plan]).toEqual([false, null, null]);
      expect(situation.vip).not.toBe('unknown');
    }
  });

  it('fails over only to a fit standby, past no flap guard, from no holder that a witness hears', () => {
    expect(failovers.length).toBeGreaterThan(100);
    for (const { situation, plan } of failovers) {
      expect(plan.to).toBe(situation.standby.node);
      expect(situation.fitness).toEqual({ fit: true, reasons: [] });
      expect(situation.standby.kind).toBe('serving');
      expect(situation.flapGuard).toBeNull();
      expect(situation.vip).not.toBe('blind');
      expect(situation.holder.kind === 'silent' && situation.witness === 'hears').toBe(false);
    }
  });

  it('moves away from a holder that serves only when its instance is on its way out', () => {
    const switchovers = acts.filter(({ plan }) => plan.kind === 'switchover');
    expect(switchovers.length).toBeGreaterThan(10);
    for (const { situation } of switchovers) {
      expect(situation.holder.kind).toBe('serving');
      expect(situation.holderInstance).toBe('stopping');
      expect(situation.fitness).toEqual({ fit: true, reasons: [] });
      expect(situation.flapGuard).toBeNull();
    }
  });

  it('never fails over because of our own login, a full table, or a node that nobody saw', () => {
    const alive = new Set(['locked-out', 'saturated', 'unseen']);
    for (const { situation } of failovers) expect(alive.has(situation.holder.kind)).toBe(false);
  });

  it('never fails back: a holder that serves and passes the check stays the holder', () => {
    for (const { situation } of failovers) {
      expect(situation.holder.kind === 'serving' && situation.holderFaults.length === 0).toBe(false);
    }
  });

  it('changes who takes writes only where that is managed', () => {
    const ofWritability = new Set(['open-holder', 'close-standby']);
    for (const { situation, plan } of acts) {
      if (ofWritability.has(plan.kind)) expect(situation.pair.writability).toBe('managed');
    }
  });
});

/** A loss of service that no incident shows by itself: beside a plan, behind a row, or while EC2 is waited for. */
import { describe, expect, it, test } from 'vitest';
import { type Detection, presets } from '../../../lib/core/config/settings.ts';
import { decide } from '../../../lib/core/decision/decision.ts';
import { nextBesidePlan, noDurations } from '../../../lib/core/decision/situation.ts';
import { tellUnserved } from '../../../lib/core/decision/unserved.ts';
import type { Saw } from '../../../lib/core/evidence/sighting.ts';
import { noteBesidePlan, noteDecision } from '../../../lib/core/memory/note-decision.ts';
import type { Plan } from '../../../lib/core/plan/plan.ts';
import { attachPlan, openHolderPlan, reattachPlan, repairPlan } from '../../../lib/core/plan/plans.ts';
import { Leader } from '../leader.ts';
import {
  answered,
  answers1,
  type Change,
  configured,
  db1,
  db2,
  failover,
  hears2,
  holder,
  lasting,
  memory,
  NOW_MS,
  pairWith,
  recordOf,
  refused,
  seen,
  standby,
  steady,
  unanswered,
  unheardOf,
  vipAt,
} from '../world.ts';

const silent = holder(unanswered);
const unservedFor = (forMs: number): Change => lasting({ unservedSinceMs: NOW_MS - forMs });

describe('a loss of service beside a plan', () => {
  test.each([
    ['of a plan that does not end it, after 5 s', attachPlan('db2', 'db1'), 5000, true],
    ['not before', attachPlan('db2', 'db1'), 4999, false],
    ['of a plan that is to end it, after 10 s', failover, 10_000, true],
    ['not before', failover, 9999, false],
  ])('is told: %s', (_, plan, forMs, isTold) => {
    const situation = seen(steady, silent, unservedFor(forMs));
    const after = tellUnserved(steady.memory, situation, plan, 'cccc0001');
    expect(after.outbox.map(({ code, incident }) => [code, incident])).toEqual(
      isTold ? [['service-lost', 'cccc0001']] : [],
    );
    if (!isTold) expect(after).toBe(steady.memory);
  });

  it('is not told again by the failover that a person orders at last, for its first 10 s', () => {
    const told = { sinceMs: NOW_MS - 70_000, overSinceMs: null, times: 1, heldBack: 0 };
    const begunAgo = (ms: number) => ({
      ...steady.memory,
      plan: recordOf(failover, { startedAtMs: NOW_MS - ms }),
      unservedSinceMs: NOW_MS - 74_000,
      reports: { 'holder-lost': { ...told, toldAtMs: [NOW_MS - 70_000] } },
    });
    const situation = seen(steady, silent, unservedFor(74_000));
    expect(tellUnserved(begunAgo(9999), situation, failover, 'cccc0001').outbox).toEqual([]);
    const [alert] = tellUnserved(begunAgo(10_000), situation, failover, 'cccc0001').outbox;
    expect(alert?.code).toBe('service-lost');
    // It has lasted all the time.
    expect(alert?.happened).not.toContain('It comes and goes');
  });

  it('is over when clients can write again: the next one is another, and stays long enough to be alerted', () => {
    const told = {
      sinceMs: NOW_MS - 9000,
      overSinceMs: null,
      times: 1,
      toldAtMs: [NOW_MS - 9000],
      heldBack: 0,
    };
    const reports = { 'holder-lost': told, blind: told };
    const plan = recordOf(openHolderPlan(pairWith(), 'db1'));
    const beside = (...changes: readonly Change[]) => {
      const situation = seen(steady, memory({ plan, reports }), ...changes);
      const after = noteBesidePlan(situation.memory, situation, noDurations, 'cccc0001');
      return [after.reports['holder-lost']?.overSinceMs, after.reports.blind?.overSinceMs];
    };
    expect(beside()).toEqual([NOW_MS, null]);
    expect(beside(silent)).toEqual([null, null]);
  });

  it('is told once while it lasts', () => {
    const situation = seen(steady, silent, unservedFor(20_000));
    const once = tellUnserved(steady.memory, situation, failover, 'cccc0001');
    expect(tellUnserved(once, situation, failover, 'cccc0002').outbox).toHaveLength(1);
  });
});
describe('what goes on beside a plan', () => {
  const dead = [holder(refused), standby(hears2({ io: 'connecting', lagSeconds: null, heardAgoMs: 5000 }))];
  const besides = (plan: Plan) => {
    const situation = seen(steady, ...dead, memory({ plan: recordOf(plan) }));
    const durations = nextBesidePlan(noDurations, situation);
    return { durations, after: noteBesidePlan(situation.memory, situation, durations, 'cccc0001') };
  };

  it('the death of a holder that is to stay one is remembered: its standby was not watched for as long', () => {
    const { durations, after } = besides(reattachPlan(pairWith(), 'db1', false));
    expect([durations.doubtSinceMs, after.lostAtMs]).toEqual([NOW_MS, NOW_MS]);
  });

  it('that of one that is left is known', () => {
    const { durations, after } = besides(failover);
    expect([durations.doubtSinceMs, after.lostAtMs]).toEqual([null, null]);
  });

  it('the end of a holder that is to stay one is kept', () => {
    const situation = seen(steady, memory({ plan: recordOf(reattachPlan(pairWith(), 'db1', false)) }));
    expect(nextBesidePlan(noDurations, situation).ends).toMatchObject([{ node: 'db1', untilMs: NOW_MS }]);
  });
});
describe('a heartbeat that is barred beside a plan', () => {
  const barred = holder(answers1({ heartbeat: { kind: 'barred', because: 'no table', blocker: null } }));
  const repair = repairPlan(pairWith(), 'db2');
  const besides = (plan: Plan, forMs: number) => {
    const since = lasting({ heartbeat: { kind: 'barred', sinceMs: NOW_MS - forMs } });
    const situation = seen(steady, barred, since, memory({ plan: recordOf(plan) }));
    const after = noteBesidePlan(situation.memory, situation, noDurations, 'cccc0001');
    return after.outbox.map(({ code, happened }) => [code, happened]);
  };

  test.each([
    ['is alerted after 5 s', repair, 5000, [['heartbeat-barred', 'db1: no table.']]],
    ['not before', repair, 4999, []],
    ['nor where the holder is left', failover, 60_000, []],
  ])('%s', (_, plan, forMs, alerts) => {
    expect(besides(plan, forMs)).toEqual(alerts);
  });

  it.each([
    ['is counted', repair, { kind: 'barred', sinceMs: NOW_MS }],
    ['not where the holder is left', failover, null],
  ])('%s', (_, plan, heartbeat) => {
    const situation = seen(steady, barred, memory({ plan: recordOf(plan) }));
    expect(nextBesidePlan(noDurations, situation).heartbeat).toEqual(heartbeat);
  });
});
describe('a loss of service behind a row that was alerted before', () => {
  const hidden = (toldMsAgo: number, forMs: number) => {
    const toldAtMs = NOW_MS - toldMsAgo;
    const report = { sinceMs: toldAtMs, overSinceMs: null, times: 1, toldAtMs: [toldAtMs], heldBack: 0 };
    const reports = { 'writability-changed': report };
    const situation = seen(steady, silent, unservedFor(forMs), memory({ reports }));
    const because = 'db1 was made read-only by hand';
    const measure = { kind: 'stay', page: 'writability-changed', because } as const;
    const decision = { ...decide(situation), measure };
    const after = noteDecision(situation.memory, decision, situation, noDurations, 'cccc0001');
    return after.outbox.map(({ code }) => code);
  };

  test.each([
    ['is told', 60_000, 5000, ['service-lost']],
    ['is not told before it has lasted', 60_000, 4999, []],
    ['is not told where the row was alerted since it began', 3000, 5000, []],
  ])('%s', (_, toldMsAgo, forMs, codes) => {
    expect(hidden(toldMsAgo, forMs)).toEqual(codes);
  });
});
describe('a loss of service while its row only waits for EC2', () => {
  const unknown = vipAt({ kind: 'nowhere' }, 1);
  const known = memory({ lastHolder: 'db1' });
  const alertsOf = (...changes: readonly Change[]) => {
    const situation = seen(steady, known, unknown, ...changes);
    const decision = decide(situation);
    const after = noteDecision(situation.memory, decision, situation, noDurations, 'cccc0001');
    return [decision.row.name, ...after.outbox.map(({ code, incident }) => `${code} ${incident}`)];
  };
  const report = { sinceMs: NOW_MS - 4000, overSinceMs: null, times: 1, heldBack: 0 };
  const told = memory({ reports: { 'both-lost': { ...report, toldAtMs: [NOW_MS - 4000] } } });

  test.each<[what: string, changes: readonly Change[], alerts: readonly string[]]>([
    ['is alerted after 5 s', [unservedFor(5000)], ['service-lost cccc0001']],
    ['not before', [unservedFor(4999)], []],
    ['not where something was alerted since it began', [unservedFor(5000), told], []],
    ['nor of a holder that was never seen', [unservedFor(5000), memory({ lastHolder: null })], []],
  ])('%s', (_, changes, alerts) => {
    expect(alertsOf(silent, ...changes)).toEqual(['vip-unknown', ...alerts]);
  });
});
describe('for how long clients have found nobody to write to', () => {
  test.each<[what: string, changes: readonly Change[], sinceMs: number | null]>([
    ['begins with the first look that shows it', [silent], NOW_MS],
    ['goes on', [silent, unservedFor(3000)], NOW_MS - 3000],
    ['ends', [holder(answers1()), unservedFor(3000)], null],
    ['stays as it is where nothing is seen', [unheardOf('db1'), unservedFor(3000)], NOW_MS - 3000],
    ['is not about the standby', [standby(unanswered)], null],
  ])('%s', (_, changes, sinceMs) => {
    const world = changes.reduce((so, change) => change(so), steady);
    expect(nextBesidePlan(world.durations, seen(world)).unservedSinceMs).toBe(sinceMs);
  });
});
describe('a holder that refuses us, and may serve its clients', () => {
  const saturated: Saw = { kind: 'saturated', message: 'Too many connections', errno: 1040 };
  const lockedOut: Saw = { kind: 'locked-out', message: 'Access denied', errno: 1227 };

  it.each([
    ['our grants come and go', lockedOut],
    ['its connection table is full', saturated],
  ])('is no loss of service: %s', (_, saw) => {
    const leader = new Leader();
    leader.looks(8, 250, answered(db1), answered(db2));
    for (let times = 0; times < 5; times++) {
      leader.looks(30, 250, saw, answered(db2));
      leader.looks(4, 250, answered(db1), answered(db2));
    }
    expect(leader.memory.outbox.map(({ code }) => code)).not.toContain('service-lost');
  });

  it('does not end one either', () => {
    const leader = new Leader();
    leader.looks(8, 250, answered(db1), answered(db2));
    leader.looks(8, 250, answers1({ writable: false }), answered(db2));
    const { situation } = leader.looks(8, 250, lockedOut, answered(db2));
    expect(situation.unservedForMs).toBeGreaterThan(3000);
  });
});

describe('a loss of service that is over', () => {
  it.each<[what: string, detection: Detection, looks: number, codes: readonly string[]]>([
    ['may have been 5 s long, by looks that are 250 ms apart', 'normal', 17, ['service-lost']],
    ['was shorter', 'normal', 15, []],
    ['may have been as long, by looks that are 500 ms apart', 'patient', 7, ['service-lost']],
    ['was shorter, by such looks', 'patient', 6, []],
  ])('%s', (_, detection, looks, codes) => {
    const preset = presets[detection];
    const leader = new Leader(configured({ settings: { ...pairWith().settings, ...preset } }));
    leader.looks(8, preset.lookIntervalMs, answered(db1), answered(db2));
    leader.looks(looks, preset.lookIntervalMs, answers1({ writable: false }), answered(db2));
    leader.looks(1, preset.lookIntervalMs, answered(db1), answered(db2));
    expect(leader.memory.outbox.map(({ code }) => code)).toEqual(codes);
  });
});

import { describe, expect, it, test } from 'vitest';
import { decide } from '../../../lib/core/decision/decision.ts';
import { nextBesidePlan, noDurations } from '../../../lib/core/decision/situation.ts';
import { noteLeaving, noteUnserved, tellUnserved } from '../../../lib/core/decision/unserved.ts';
import type { Saw } from '../../../lib/core/evidence/sighting.ts';
import { noteBesidePlan, noteDecision } from '../../../lib/core/memory/note-decision.ts';
import type { Plan } from '../../../lib/core/plan/plan.ts';
import { attachPlan, openHolderPlan, reattachPlan, repairPlan } from '../../../lib/core/plan/plans.ts';
import { Leader } from '../leader.ts';
import {
  answered,
  answers1,
  type Change,
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

describe('a loss of service that goes on under another leader', () => {
  const begunBefore = memory({ unservedSinceMs: NOW_MS - 60_000 });

  it('counts from where it began', () => {
    const { durations } = [silent, begunBefore].reduce((so, change) => change(so), steady);
    expect(nextBesidePlan(durations, seen(steady, silent, begunBefore)).unservedSinceMs).toBe(
      NOW_MS - 60_000,
    );
  });

  it('has lasted at least as long as that one said, if its clock was ahead', () => {
    const ahead = memory({ unservedSinceMs: NOW_MS + 2000, unservedForMs: 2500 });
    expect(nextBesidePlan(noDurations, seen(steady, silent, ahead)).unservedSinceMs).toBe(NOW_MS - 2500);
    const noted = seen(steady, silent, unservedFor(3000));
    expect(noteUnserved(noted.memory, noted)).toMatchObject({ unservedForMs: 3000 });
    const over = seen(steady, ahead);
    expect(noteUnserved(over.memory, over)).toMatchObject({ unservedSinceMs: null, unservedForMs: 0 });
  });

  it('is not a loss without a cause before the first looks are confirmed', () => {
    const once = seen(steady, holder(refused, 1, 0), begunBefore, unservedFor(60_000));
    expect(decide(once).row.name).toBe('awaiting-confirmation');
  });

  test.each<[what: string, changes: readonly Change[], sinceMs: number | null]>([
    ['is noted after 2.5 s', [silent, unservedFor(2500)], NOW_MS - 2500],
    ['not before', [silent, unservedFor(2499)], null],
    ['as it was noted first', [silent, begunBefore, unservedFor(7000)], NOW_MS - 60_000],
    ['until it is over', [begunBefore, unservedFor(7000)], null],
    ['and not where nothing is seen', [unheardOf('db1'), begunBefore], NOW_MS - 60_000],
  ])('%s', (_, changes, sinceMs) => {
    const situation = seen(steady, ...changes);
    expect(noteUnserved(situation.memory, situation).unservedSinceMs).toBe(sinceMs);
  });
});

describe('a loss of service that ends while nobody leads', () => {
  const noted = memory({ unservedSinceMs: NOW_MS - 8000, unservedForMs: 2500 });
  const nobodyLedFor = (forMs: number) => lasting({ unwatchedSinceMs: NOW_MS - forMs });
  const alertsOf = (...changes: readonly Change[]) => {
    const situation = seen(steady, ...changes);
    const after = noteDecision(situation.memory, decide(situation), situation, noDurations, 'cccc0001');
    return after.outbox.map(({ code, happened }) => `${code}: ${happened}`);
  };
  const upTo = (seconds: number) =>
    `service-lost: no write through the VIP was possible for up to ${seconds} s; db1 takes writes again, and since when is not known, because the leader of keepalambda changed meanwhile.`;
  const told = {
    sinceMs: NOW_MS - 7000,
    overSinceMs: null,
    times: 1,
    toldAtMs: [NOW_MS - 7000],
    heldBack: 0,
  };

  test.each<[what: string, changes: readonly Change[], alerts: readonly string[]]>([
    ['is alerted by the first look of the next leader', [noted, nobodyLedFor(3500)], [upTo(8)]],
    [
      'whatever its clock shows',
      [memory({ unservedSinceMs: NOW_MS + 2000, unservedForMs: 2500 }), nobodyLedFor(3500)],
      [upTo(6)],
    ],
    [
      'not where it was too short all the same',
      [memory({ unservedSinceMs: NOW_MS - 3000, unservedForMs: 3000 }), nobodyLedFor(0)],
      [],
    ],
    [
      'nor where people know of it',
      [noted, nobodyLedFor(3500), memory({ reports: { 'both-lost': told } })],
      [],
    ],
    ['nor by a leader that has looked before', [noted], []],
  ])('%s', (_, changes, alerts) => {
    expect(alertsOf(...changes)).toEqual(alerts);
  });

  test.each<[what: string, changes: readonly Change[], forMs: number]>([
    ['is noted however short it is', [silent, unservedFor(400)], 400],
    ['as long as it is by then', [silent, noted, unservedFor(8000)], 8000],
    [
      'also where nothing was seen of it since the leader before',
      [unheardOf('db1'), noted, nobodyLedFor(3500)],
      8000,
    ],
    ['not where there is none', [], 0],
    ['nor where this look shows its end', [unservedFor(400)], 0],
  ])('by who leaves, %s', (_, changes, forMs) => {
    const situation = seen(steady, ...changes);
    const left = noteLeaving(situation.memory, situation);
    expect(left.unservedForMs).toBe(forMs);
    if (forMs === 0) expect(left).toBe(situation.memory);
    else expect(left.unservedSinceMs).toBe(NOW_MS - forMs);
  });
});

describe('a path to the holder that is cut under two leaders', () => {
  const cut = [holder(unanswered, 3, 1000), standby(hears2({ heardAgoMs: 0 }))];
  const reportAfter = (overForMs: number) => {
    const report = { sinceMs: 0, overSinceMs: NOW_MS - overForMs, times: 1, toldAtMs: [0], heldBack: 0 };
    const situation = seen(steady, ...cut, memory({ reports: { blind: report } }));
    return noteDecision(situation.memory, decide(situation), situation, noDurations, 'cccc0001').reports
      .blind;
  };

  it('was alerted, and goes on: the next leader does not alert it anew', () => {
    expect(reportAfter(2000)?.overSinceMs).toBeNull();
  });

  it('is another one where the next leader finds it over, and nobody may have led for 5 s', () => {
    const blind = { sinceMs: 0, overSinceMs: null, times: 1, toldAtMs: [0], heldBack: 0 };
    const found = (...changes: readonly Change[]) => {
      const begun = lasting({ unwatchedSinceMs: NOW_MS - 9000 });
      const situation = seen(steady, begun, memory({ reports: { blind } }), ...changes);
      return noteDecision(situation.memory, decide(situation), situation, noDurations, 'cccc0001').reports
        .blind?.overSinceMs;
    };
    expect([found(), found(holder(unanswered, 1, 0))]).toEqual([NOW_MS - 9000, NOW_MS]);
  });

  it('is another one where it was over for 5 s', () => {
    expect(reportAfter(5000)?.overSinceMs).toBe(NOW_MS - 5000);
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

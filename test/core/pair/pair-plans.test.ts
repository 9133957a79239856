/** A pair whose plan is carried out, and what is made of the looks beside it and after it. */
import { describe, expect, it } from 'vitest';
import type { Memory } from '../../../lib/core/memory/memory.ts';
import { leaving } from '../../../lib/core/pair/pair-work.ts';
import {
  answers1,
  answers2,
  failover,
  NOW_MS,
  position,
  recordOf,
  refused,
  steady,
  UUID1,
  unanswered,
} from '../world.ts';
import { Bench, order } from './bench.ts';

describe('after a plan', () => {
  function afterFailover(): Bench {
    const bench = new Bench().begin();
    const { save } = bench.lose();
    bench.store(save);
    // It has just been seen, and the plan asks EC2 for what it needs.
    expect(bench.take({ kind: 'plan', is: 'begun' }).hurries).toBe(false);
    expect(bench.report(refused).looks.a).toEqual({ kind: 'soon', afterMs: 500, graceMs: 250 });
    bench.store({ ...bench.state.memory, lastHolder: 'db2' });
    bench.take({ kind: 'plan', is: 'over' }, 1000);
    return bench;
  }

  it('all is looked at anew, and what was asked for before it does not count', () => {
    const bench = afterFailover();
    expect(bench.state.looks.a).toEqual({ kind: 'now' });
    bench.take({ kind: 'done' });
    const { evidence } = bench.state;
    bench.report(refused, answers2(), 100, bench.nowMs - 10);
    bench.take({
      kind: 'ec2',
      sighting: { kind: 'blind', atMs: 0, because: '' },
      askedMs: bench.nowMs - 5000,
    });
    expect(bench.state.evidence).toBe(evidence);
    expect(bench.state.looks.a).toEqual({ kind: 'now' });
    bench.report(refused);
    expect(bench.state.looks.a?.kind).toBe('soon');
  });

  it('that has moved the VIP, what lasted at the old holder has ended', () => {
    const { durations } = afterFailover().state;
    expect(durations.judgedAtMs).toBeNull();
  });
});

describe('a leader that leaves as its plan ends, and takes no input any more', () => {
  function left(holder: string) {
    const bench = new Bench().begin();
    bench.store(bench.lose().save);
    bench.take({ kind: 'plan', is: 'begun' });
    return leaving(
      { ...bench.state, memory: { ...bench.state.memory, lastHolder: holder, plan: null } },
      NOW_MS,
    );
  }

  it('notes nothing for the next one of what lasted under the old roles, or was seen of them', () => {
    const { durations, evidence } = left('db2');
    expect(durations).toMatchObject({ received: null, ends: [], doubtSinceMs: null });
    expect(evidence.words).toEqual({ db1: {}, db2: {} });
  });

  it('notes what lasts where the roles are as they were', () => {
    const { durations, evidence } = left('db1');
    expect(durations.received).not.toBeNull();
    expect(evidence.words.db2).not.toEqual({});
  });
});

describe('an old holder that a plan has closed', () => {
  const closed = (upTo: number) => answers1({ writable: false, executed: position(`${UUID1}:1-${upTo}`) });
  const hears = answers2({ writable: true });

  /** A switchover to db2; a look after it was closed shows db1 at its 100th transaction. */
  function moved(): Bench {
    const bench = new Bench().begin();
    bench.store(bench.take(order('switchover', 's1')).save);
    bench.take({ kind: 'plan', is: 'begun' });
    bench.report(closed(100));
    return bench;
  }

  /** The plan ends; what is alerted of the looks after it. */
  function alertsAfter(bench: Bench, ...upTo: readonly number[]): readonly string[] {
    bench.store({ ...bench.state.memory, plan: null, lastHolder: 'db2' });
    bench.take({ kind: 'plan', is: 'over' }, 1000);
    bench.settle(bench.take({ kind: 'done' }));
    bench.settle(bench.ec2('db2'));
    for (const each of upTo) bench.settle(bench.report(closed(each), hears));
    return bench.state.memory.outbox.map(({ code }) => code);
  }

  // 5.6 and MariaDB: our own account may write on a closed server, and a heartbeat was on its way when it was closed.
  it.each([
    ['once the plan is over', () => {}],
    [
      'while the VIP is moved',
      (bench: Bench) => {
        bench.store({ ...bench.state.memory, lastHolder: 'db2' });
        bench.ec2('db2');
        bench.report(closed(101), hears);
      },
    ],
  ])('is not said to be written to by a heartbeat that arrives late, %s', (_, then) => {
    const bench = moved();
    then(bench);
    expect(alertsAfter(bench, 101, 101)).not.toContain('standby-writes');
  });

  it('is said to be written to, when that goes on after the plan', () => {
    expect(alertsAfter(moved(), 101, 102)).toContain('standby-writes');
  });
});

describe('a plan in flight', () => {
  const inFlight: Memory = { ...steady.memory, plan: recordOf(failover) };

  it('goes on once both nodes were looked at, and rests a second after each try', () => {
    const bench = new Bench(inFlight);
    expect(bench.ec2().run).toBeNull();
    const first = bench.report(refused);
    expect(first.run).toMatchObject({ kind: 'resume', waits: false });
    bench.store(first.save);
    for (const is of ['begun', 'over'] as const) bench.take({ kind: 'plan', is });
    bench.take({ kind: 'done' });
    bench.ec2();
    expect(bench.report(refused, answers2(), 500).run).toBeNull();
    expect(bench.report(refused, answers2(), 500).run).toMatchObject({ kind: 'resume' });
  });

  it('that waits for 5 s is alerted: it is not seen, or this leader may not act', () => {
    const bench = new Bench(inFlight);
    bench.take({
      kind: 'report',
      startedMs: NOW_MS,
      report: { kind: 'blind', vantage: 'a', atMs: NOW_MS, because: 'x' },
    });
    const blind = bench.take(
      {
        kind: 'report',
        startedMs: NOW_MS,
        report: { kind: 'blind', vantage: 'a', atMs: NOW_MS, because: 'x' },
      },
      5000,
    );
    expect(blind.run).toMatchObject({
      kind: 'tell-waits',
      because: expect.stringMatching(/is not seen: a: x/),
    });
    bench.settle(blind);
    expect(bench.report(refused).run).toMatchObject({ kind: 'resume', waits: true });
  });

  it('beside which nobody can write: that is noted, once at a time', () => {
    const bench = new Bench(inFlight);
    bench.ec2();
    bench.settle(bench.report(unanswered));
    bench.take({ kind: 'plan', is: 'begun' });
    expect(bench.take({ kind: 'tick' }, 1000).besidePlan).toBeNull();
    bench.take({ kind: 'tick' }, 15_000);
    const late = bench.ready.filter(({ besidePlan }) => besidePlan !== null);
    expect(late).toHaveLength(1);
    expect(late[0]?.besidePlan?.situation.unservedForMs).toBeGreaterThanOrEqual(2500);
    expect(bench.take({ kind: 'tick' }, 1000).besidePlan).toBeNull();
    bench.take({ kind: 'noted' });
    expect(bench.take({ kind: 'tick' }, 1000).besidePlan).not.toBeNull();
  });
});

/** One pair from input to input: what is ready, and when it is judged. */
import { describe, expect, it } from 'vitest';
import { allSafeguards } from '../../../lib/core/decision/safeguards.ts';
import type { Misconfiguration, Saw, VipPlace, VipSighting } from '../../../lib/core/evidence/sighting.ts';
import { emptyMemory, type Memory } from '../../../lib/core/memory/memory.ts';
import type { Order } from '../../../lib/core/operator/order.ts';
import { type Input, step } from '../../../lib/core/pair/pair.ts';
import { beatingNode, isCaredFor, newPair, type PairState } from '../../../lib/core/pair/pair-state.ts';
import type { Ready } from '../../../lib/core/pair/ready.ts';
import {
  answers1,
  answers2,
  failover,
  hears2,
  NOW_MS,
  pairWith,
  position,
  recordOf,
  refused,
  steady,
  UUID1,
  unanswered,
} from '../world.ts';

/** The standby no longer hears the holder. */
const deaf = hears2({ io: 'connecting', heardAgoMs: 4000 });

/** A leader of one pair with one vantage, whose store takes everything at once if nothing else is said. */
class Bench {
  state: PairState;
  nowMs = NOW_MS;
  /** What was ready, step by step. */
  readonly ready: Ready[] = [];

  constructor(memory: Memory = steady.memory) {
    this.state = newPair({
      pair: pairWith(),
      safeguards: allSafeguards,
      vantages: ['a'],
      memory,
      nextId: 'aaaa0001',
      unwatchedSinceMs: NOW_MS,
      nowMs: NOW_MS,
    });
  }

  /** Takes the input when time has passed, with a tick in each whole second of it. */
  take(input: Input, afterMs = 0): Ready {
    for (let restMs = afterMs; restMs > 1000; restMs -= 1000) {
      this.nowMs += 1000;
      this.step({ kind: 'tick' });
    }
    this.nowMs += afterMs > 0 ? afterMs - Math.ceil(afterMs / 1000 - 1) * 1000 : 0;
    return this.step(input);
  }

  step(input: Input): Ready {
    const { state, ready } = step(this.state, input, this.nowMs);
    this.state = state;
    this.ready.push(ready);
    return ready;
  }

  report(db1: Saw, db2: Saw = answers2(), afterMs = 250, startedMs = this.nowMs + afterMs): Ready {
    const sightings = [
      { node: 'db1', saw: db1 },
      { node: 'db2', saw: db2 },
    ];
    const report = { kind: 'saw', vantage: 'a', atMs: this.nowMs + afterMs, sightings } as const;
    return this.take({ kind: 'report', report, startedMs }, afterMs);
  }

  ec2(node = 'db1', wrong: readonly Misconfiguration[] = []): Ready {
    const instances = { db1: 'running', db2: 'running' } as const;
    const place = { kind: 'node', node } as const;
    const sighting = {
      kind: 'saw',
      atMs: this.nowMs,
      place,
      instances,
      room: { db1: true, db2: true },
      wrong,
    } as const;
    return this.take({ kind: 'ec2', sighting, askedMs: this.nowMs });
  }

  store(memory: Memory | null, newId = 'bbbb0002'): void {
    if (memory !== null) this.take({ kind: 'stored', memory, newId });
  }

  /** EC2 and looks of some seconds have been heard, and what was worth saving is saved. */
  begin(): this {
    this.settle(this.ec2());
    for (let looks = 0; looks < 8; looks += 1) this.settle(this.report(answers1(), answers2(), 1000));
    return this;
  }

  settle({ save, run }: Ready): Ready {
    this.store(save);
    return save === null && run === null ? (this.ready.at(-1) as Ready) : this.take({ kind: 'done' });
  }

  /** The holder dies; what is ready when that is sure. */
  lose(): Ready {
    let ready = this.report(refused, deaf);
    for (let looks = 1; looks < 8 && ready.run === null; looks += 1) {
      this.settle(ready);
      ready = this.report(refused, deaf);
    }
    return ready;
  }
}

const order = (action: 'pause' | 'switchover', id: string): Input => {
  const said = { pair: 'orders', by: 'ann', why: 'a test' };
  const asked: Order =
    action === 'pause'
      ? { action, ...said, minutes: 5 }
      : { action, ...said, to: 'db2', force: false, killLong: false };
  return { kind: 'order', order: { id, atMs: NOW_MS, order: asked } };
};

describe('a pair', () => {
  it('is judged at each report, and is left alone when nothing is worth doing', () => {
    const bench = new Bench().begin();
    const ready = bench.report(answers1());
    expect(ready).toMatchObject({
      save: null,
      run: null,
      log: null,
      looks: { a: { kind: 'held', forMs: 5000 } },
    });
    expect(bench.state).toMatchObject({ work: { kind: 'none' }, isNews: false });
  });

  it('whose holder dies: memory is saved and the failover begins, in one', () => {
    const bench = new Bench().begin();
    const ready = bench.lose();
    expect(ready.run).toMatchObject({
      kind: 'begin',
      wanted: {
        plan: { kind: 'failover', to: 'db2' },
        row: 'holder-lost',
        by: 'keepalambda',
        requestId: null,
      },
    });
    expect(ready.save?.lostAtMs).toBe(bench.nowMs);
    expect(ready.log).toMatchObject({
      row: 'holder-lost',
      does: 'plan failover',
      because: expect.stringContaining('db1 is stopped: its port refuses connections'),
      holderIs: 'stopped',
      standbyIs: 'serving',
    });
  });

  it('is not judged while a save is in flight: what comes in is judged after it', () => {
    const bench = new Bench().begin();
    const { save } = bench.lose();
    const beside = bench.report(answers1());
    expect(beside).toMatchObject({ save: null, run: null });
    expect(bench.state.isNews).toBe(true);
    bench.store(save);
    expect(bench.take({ kind: 'done' }).save).not.toBeNull();
    expect(bench.state.isNews).toBe(false);
  });

  it('that may not be acted for yet is looked at again soon, and then acted for', () => {
    const bench = new Bench().begin();
    const { save } = bench.lose();
    bench.store(save);
    expect(bench.take({ kind: 'not-yet' }).looks.a).toEqual({ kind: 'soon', afterMs: 250, graceMs: 250 });
    expect(bench.report(refused, deaf).run).toMatchObject({ kind: 'begin' });
  });

  it('that was not stored is judged again by what the store has, after the failure was waited for', () => {
    const bench = new Bench().begin();
    bench.lose();
    expect(bench.take({ kind: 'failed' }).looks.a).toEqual({ kind: 'soon', afterMs: 1000, graceMs: 250 });
    expect(bench.report(refused, deaf)).toMatchObject({ save: null, run: null });
    expect(bench.state.memory.lostAtMs).toBeNull();
    const again = bench.take({ kind: 'done' });
    expect(again.run).toMatchObject({ kind: 'begin' });
    expect(again.save?.lostAtMs).not.toBeNull();
  });

  it('whose record cannot be read says why, and is judged again after a while', () => {
    const bench = new Bench({ ...emptyMemory, failoversAtMs: null as never });
    expect(bench.ec2().failure).toMatch(/TypeError/);
    expect(bench.state.work).toEqual({ kind: 'failing' });
    expect(bench.report(answers1()).failure).toBeNull();
    expect(bench.take({ kind: 'done' }).failure).toMatch(/TypeError/);
  });

  it('counts as cared for while judgements and steps of plans end', () => {
    const bench = new Bench().begin();
    bench.take({ kind: 'tick' }, 9000);
    expect(isCaredFor(bench.state, bench.nowMs)).toBe(true);
    expect(isCaredFor(bench.state, bench.nowMs + 1000)).toBe(false);
    bench.take({ kind: 'plan', is: 'stage' }, 5000);
    expect(isCaredFor(bench.state, bench.nowMs + 9000)).toBe(true);
    const { save } = bench.lose();
    expect(save).not.toBeNull();
    bench.take({ kind: 'failed' });
    bench.take({ kind: 'done' }, 10_000);
    expect(isCaredFor(bench.state, bench.nowMs)).toBe(false);
  });
});

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

describe('the node that is asked to commit', () => {
  const seenAt = (place: VipPlace) => {
    const { state } = new Bench().begin();
    const vip = state.evidence.vip as Extract<VipSighting, { kind: 'saw' }>;
    return beatingNode({ ...state, evidence: { ...state.evidence, vip: { ...vip, place } } }, NOW_MS);
  };

  it.each<[place: VipPlace, node: string]>([
    [{ kind: 'node', node: 'db2' }, 'db2'],
    // A holder that hangs would look well, just because somebody took its VIP away.
    [{ kind: 'nowhere' }, 'db1'],
    [{ kind: 'foreign', eniId: 'eni-1' }, 'db1'],
  ])('where the VIP is %o: %s', (place, node) => {
    expect(seenAt(place)).toBe(node);
  });
});

describe('a leader that was frozen', () => {
  it('takes nothing that it saw before for what is, and looks again at once', () => {
    const bench = new Bench().begin();
    bench.report(refused, deaf);
    expect(bench.state.evidence.words.db1?.a?.saw.kind).toBe('refused');
    bench.nowMs += 4000;
    const ready = bench.step({ kind: 'tick' });
    expect(bench.state.evidence.words).toEqual({ db1: {}, db2: {} });
    expect(bench.state.evidence.vip).toBeNull();
    expect(ready.looks.a?.kind).toBe('now');
    // It was asked before.
    expect(bench.report(refused, deaf, 250, bench.nowMs - 1000).run).toBeNull();
    expect(bench.state.evidence.words.db1).toEqual({});
  });

  it('is not one whose tick comes a second late', () => {
    const bench = new Bench().begin();
    const { words } = bench.state.evidence;
    bench.nowMs += 2000;
    bench.step({ kind: 'tick' });
    expect(bench.state.evidence.words).toEqual(words);
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

describe('orders', () => {
  it('are carried out once each, one after the other', () => {
    const bench = new Bench().begin();
    const first = bench.take(order('pause', 'one'));
    expect(first.run).toMatchObject({ kind: 'answer', said: { decided: 'note', order: { id: 'one' } } });
    bench.take(order('pause', 'one'));
    bench.take(order('pause', 'two'));
    expect(bench.state.orders.map(({ id }) => id)).toEqual(['one', 'two']);
    if (first.run?.kind === 'answer') bench.store(first.run.memory);
    expect(bench.take({ kind: 'done' }).run).toMatchObject({ said: { order: { id: 'two' } } });
    bench.take(order('pause', 'one'));
    expect(bench.state.orders.map(({ id }) => id)).toEqual(['two']);
  });

  it('wait while this leader may not act, and are dropped when they could not be stored', () => {
    const bench = new Bench().begin();
    expect(bench.take(order('switchover', 'one')).run).toMatchObject({
      kind: 'begin',
      wanted: { row: 'O-switchover', by: 'ann', requestId: 'one' },
    });
    bench.take({ kind: 'not-yet' });
    expect(bench.state.orders).toHaveLength(1);
    bench.report(answers1());
    bench.take({ kind: 'failed' });
    expect(bench.state.orders).toEqual([]);
  });

  describe('that come when one look shows a silent holder', () => {
    const heard = hears2({ heardAgoMs: 200 });
    const asked = () => {
      const bench = new Bench().begin();
      bench.settle(bench.report(unanswered, heard));
      const ready = bench.take(order('switchover', 'one'));
      expect(ready.run).toBeNull();
      bench.settle(ready);
      return bench;
    };

    const untilRun = (bench: Bench, db1: (look: number) => Saw): Ready => {
      let ready = bench.report(db1(0), heard);
      for (let look = 1; look < 40 && ready.run === null; look += 1) {
        bench.settle(ready);
        ready = bench.report(db1(look), heard);
      }
      return ready;
    };

    it('wait, and are carried out when the next look takes it back', () => {
      const bench = asked();
      bench.settle(bench.report(unanswered, heard));
      expect(bench.report(answers1(), heard).run).toMatchObject({
        kind: 'begin',
        wanted: { requestId: 'one' },
      });
      expect(bench.state.orderSettlesSinceMs).toBeNull();
    });

    it('are refused as soon as it is confirmed', () => {
      const { run } = untilRun(asked(), () => unanswered);
      expect(run).toMatchObject({ kind: 'answer', said: { decided: 'refuse' } });
      expect(run?.kind === 'answer' && run.memory.answers.at(-1)?.text).not.toContain('not confirmed');
    });

    it('are refused after 5 s where it is never confirmed, and are told so', () => {
      const { run } = untilRun(asked(), (look) => (look % 2 === 0 ? refused : unanswered));
      expect(run?.kind === 'answer' && run.memory.answers.at(-1)).toMatchObject({
        ok: false,
        isRefusal: true,
      });
      expect(run?.kind === 'answer' && run.memory.answers.at(-1)?.text).toContain('(not confirmed in 5 s)');
    });

    it('and come twice with one id, get one answer', () => {
      const bench = asked();
      bench.take(order('switchover', 'one'));
      const ready = untilRun(bench, () => unanswered);
      if (ready.run?.kind === 'answer') bench.store(ready.run.memory);
      bench.settle({ ...ready, save: null });
      bench.take(order('switchover', 'one'));
      expect(bench.state.orders).toEqual([]);
      expect(bench.ready.filter((ready) => ready.run?.kind === 'answer')).toHaveLength(1);
    });

    it('are refused at once where no look could take it back', () => {
      const bench = new Bench().begin();
      bench.settle(bench.report(unanswered, heard));
      const asks = { action: 'release', pair: 'orders', node: 'db3', by: 'ann', why: 'a test' } as const;
      const { run } = bench.take({ kind: 'order', order: { id: 'one', atMs: NOW_MS, order: asks } });
      expect(run).toMatchObject({ kind: 'answer', said: { decided: 'refuse' } });
    });
  });

  describe('that come while the standby takes writes', () => {
    const opened = answers2({ writable: true });
    const asked = (): [Bench, Ready] => {
      const bench = new Bench();
      bench.settle(bench.report(answers1(), opened));
      bench.take(order('switchover', 'one'));
      return [bench, bench.ec2()];
    };
    const closes = { kind: 'begin', said: null, wanted: { row: 'two-writers' } };
    const obeys = { kind: 'begin', wanted: { requestId: 'one' } };
    /** The plan is carried out; what is ready at the next look. */
    const carriedOut = (bench: Bench, { save }: Ready, db2: Saw): Ready => {
      bench.store(save);
      bench.take({ kind: 'plan', is: 'begun' });
      bench.take({ kind: 'plan', is: 'over' }, 100);
      bench.take({ kind: 'done' });
      bench.report(answers1(), db2);
      return bench.ec2();
    };

    it('wait until it is closed, and are carried out then', () => {
      const [bench, ready] = asked();
      expect(ready.run).toMatchObject(closes);
      expect(carriedOut(bench, ready, answers2()).run).toMatchObject(obeys);
      expect(bench.state.orderSettlesSinceMs).toBeNull();
    });

    it('are carried out after 5 s where it cannot be closed', () => {
      const [bench, first] = asked();
      let ready = first;
      const beganMs = bench.nowMs;
      while (bench.nowMs - beganMs < 10_000 && ready.run?.kind === 'begin' && ready.run.said === null)
        ready = carriedOut(bench, ready, opened);
      expect(ready.run).toMatchObject(obeys);
      expect(bench.nowMs - beganMs).toBeGreaterThanOrEqual(5000);
    });
  });

  it('are refused once it is sure that the ids are wrong, and no heartbeat is committed', () => {
    const bench = new Bench().begin();
    expect(beatingNode(bench.state, bench.nowMs)).toBe('db1');
    const what = [
      { subject: 'db1', got: 'eni-1 is attached to i-2', want: 'it should be i-1', remedy: 'exchange them' },
    ];
    const look = () => bench.settle(bench.ec2('db2', what));
    look();
    expect(beatingNode(bench.state, bench.nowMs)).toBeNull();
    look();
    expect(bench.take(order('switchover', 'one')).run).toBeNull();
    expect(bench.ec2('db2', what).run).toMatchObject({
      kind: 'answer',
      said: { decided: 'refuse', order: { id: 'one' } },
    });
  });

  it('wait for EC2’s answer', () => {
    const bench = new Bench();
    bench.settle(bench.report(answers1()));
    expect(bench.take(order('pause', 'one')).run).toBeNull();
    expect(bench.ec2().run).toMatchObject({ kind: 'answer' });
  });
});

describe('what is stored', () => {
  it('uses an incident’s id up when it opens one', () => {
    const bench = new Bench().begin();
    const { memory } = bench.state;
    bench.store(
      { ...memory, incident: { id: 'aaaa0001', openedAtMs: 0, row: 'both-lost', told: [] } },
      'cccc0003',
    );
    expect(bench.state.nextId).toBe('cccc0003');
    bench.store({ ...bench.state.memory }, 'dddd0004');
    expect(bench.state.nextId).toBe('cccc0003');
  });

  it('leaves out an alert that was published, at the next judgement', () => {
    const alert = {
      id: 'it',
      code: 'both-lost',
      pair: 'orders',
      incident: null,
      atMs: 0,
      steps: [],
    } as const;
    const outbox = [{ ...alert, happened: '', done: '', todo: '' }];
    const bench = new Bench({ ...steady.memory, outbox }).begin();
    expect(bench.take({ kind: 'published', id: 'it' }).save).toBeNull();
    const { save } = bench.report(answers1());
    expect(save?.outbox).toEqual([]);
    bench.store(save);
    expect(bench.state.published).toEqual([]);
  });
});

describe('doctor', () => {
  const finding = { id: 'errors-skipped', severity: 'danger', subject: 'db2' } as const;
  const findings = [{ ...finding, got: 'ALL', want: 'OFF', why: 'it loses writes', fix: 'restart' }];
  const asks = (bench: Bench, afterMs = 0) => bench.take({ kind: 'tick' }, afterMs).examine;

  it('is asked when all is well, and again after an hour; what it finds is alerted once', () => {
    const bench = new Bench({ ...steady.memory, examined: null }).begin();
    expect(asks(bench)).toBe(true);
    const { save } = bench.take({ kind: 'examined', findings }, 2000);
    expect(save?.outbox.map(({ code }) => code)).toEqual(['doctor-found']);
    expect(save?.examined).toEqual({ atMs: bench.nowMs, dangers: ['db2 errors-skipped'] });
    bench.store(save);
    bench.take({ kind: 'done' });
    expect(asks(bench, 30 * 60_000)).toBe(false);
    expect(asks(bench, 30 * 60_000)).toBe(true);
    expect(bench.take({ kind: 'examined', findings }).save?.outbox).toHaveLength(1);
  });

  it('is asked again after five minutes where it could not look, and never in an incident', () => {
    const bench = new Bench({ ...steady.memory, examined: null }).begin();
    expect([asks(bench), asks(bench, 299_000), asks(bench, 1000)]).toEqual([true, false, true]);
    const incident = { id: 'a', openedAtMs: 0, row: 'holder-lost', told: [] };
    const busy = new Bench({ ...steady.memory, examined: null, incident });
    busy.report(refused);
    expect(asks(busy, 1000)).toBe(false);
  });
});

describe('a tick', () => {
  it('publishes the gauges every 10 s', () => {
    const bench = new Bench().begin();
    const gauges = bench.take({ kind: 'tick' }).gauges;
    expect(gauges.map(({ metric, value }) => [metric, value])).toEqual([
      ['Holder', 0],
      ['StandbyUnfit', 0],
      ['LagSeconds', 0],
    ]);
    expect(bench.take({ kind: 'tick' }, 9000).gauges).toEqual([]);
    expect(bench.take({ kind: 'tick' }, 1000).gauges).toHaveLength(3);
  });

  it('asks nobody while no answer of EC2 has ever fitted the environment file', () => {
    const bench = new Bench({ ...steady.memory, lastHolder: null });
    const sighting = { kind: 'blind', atMs: NOW_MS, because: 'throttled' } as const;
    expect(bench.take({ kind: 'ec2', sighting, askedMs: bench.nowMs }).ask).toBeNull();
    expect(bench.take({ kind: 'tick' }, 1000).ask).toBeNull();
  });

  it('asks who answers through the VIP while EC2 does not say, one question at a time', () => {
    const bench = new Bench().begin();
    const asked = bench.take({
      kind: 'ec2',
      sighting: { kind: 'blind', atMs: NOW_MS, because: 'throttled' },
      askedMs: bench.nowMs,
    });
    expect(asked.ask).toEqual({ askedMs: bench.nowMs });
    expect(bench.take({ kind: 'tick' }, 1000).ask).toBeNull();
    bench.take({ kind: 'through-vip', said: { kind: 'unknown' }, askedMs: bench.nowMs });
    expect(bench.take({ kind: 'tick' }, 1000).ask).toEqual({ askedMs: bench.nowMs });
  });
});

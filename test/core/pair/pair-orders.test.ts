/** Operators' orders for a pair: when they are carried out, and when they wait. */
import { describe, expect, it } from 'vitest';
import type { Saw } from '../../../lib/core/evidence/sighting.ts';
import { beatingNode } from '../../../lib/core/pair/pair-state.ts';
import type { Ready } from '../../../lib/core/pair/ready.ts';
import { answers1, answers2, hears2, NOW_MS, refused, unanswered } from '../world.ts';
import { Bench, order } from './bench.ts';

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

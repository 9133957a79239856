/** What judges make of a reset log and of `offline_mode`: what could be known, and what lies just beyond it. */
import { describe, expect, it } from 'vitest';
import { reattachPlan } from '../../../lib/core/plan/plans.ts';
import type { InvariantName } from '../../../sim/invariants/court.ts';
import { breakIt } from '../breaking.ts';
import { type Stage, setStage } from '../stage.ts';
import { alert, begin, end, failover, lead } from './by-hand.ts';

type Verdict = InvariantName | undefined;

const verdictOf = ({ session }: Stage): Verdict => session.court.violation?.invariant;

describe('W1: a failover after the holder’s binary log was reset', () => {
  it.each<[what: string, seenForMs: number, verdict: Verdict]>([
    ['long ago, in our sight: what was written since is lost', 30_000, 'W1 bounded-loss'],
    ['a moment before it died: it looks like one that has lost its writes', 2000, undefined],
  ])('%s', async (_, seenForMs, verdict) => {
    const stage = setStage();
    await stage.pass(5000);
    breakIt(stage, 'log-reset', 'holder');
    await stage.pass(seenForMs);
    breakIt(stage, 'mysqld-kill', 'holder');
    // The loss is judged against the last moment at which the holder lived.
    await stage.pass(1000);
    await lead(stage);
    await begin(stage, failover(stage));
    await stage.settle(stage.one.vip.assign(stage.pair, 'db2'));
    expect(verdictOf(stage)).toBe(verdict);
  });

  it('by which its standby skipped rows, although its channel runs again', async () => {
    const stage = setStage();
    breakIt(stage, 'log-reset', 'holder', 30_000, 0.9);
    await stage.pass(60_000);
    expect(stage.world.master('db2').channel.io).toBe('yes');
    breakIt(stage, 'mysqld-kill', 'holder');
    await lead(stage);
    await begin(stage, failover(stage));
    await stage.settle(stage.one.vip.assign(stage.pair, 'db2'));
    expect(verdictOf(stage)).toBe('W1 bounded-loss');
  });
});

describe('W6: a holder that is restarted, and stays closed', () => {
  it.each<[what: string, seenForMs: number, verdict: Verdict]>([
    ['whose log was reset in our sight has lost nothing', 30_000, 'W6 service-returns'],
    ['whose log was reset a moment before looks as if it had', 1000, undefined],
  ])('%s', async (_, seenForMs, verdict) => {
    const stage = setStage();
    await lead(stage);
    await stage.pass(5000);
    breakIt(stage, 'log-reset', 'holder');
    await stage.pass(seenForMs);
    breakIt(stage, 'mysqld-restart', 'holder', 1000);
    await alert(stage, 'holder-lost');
    await stage.pass(63_000);
    expect(verdictOf(stage)).toBe(verdict);
  });

  it('and a standby whose own log was reset is not awaited: it would name its writes as older ones were', async () => {
    const stage = setStage();
    await lead(stage);
    await stage.pass(10_000);
    breakIt(stage, 'log-reset', 'standby');
    await stage.pass(10_000);
    breakIt(stage, 'mysqld-kill', 'holder');
    await alert(stage, 'holder-lost');
    await stage.pass(63_000);
    expect(verdictOf(stage)).toBeUndefined();
  });
});

describe('offline_mode', () => {
  it('on the holder is for a person to end, and alerted', async () => {
    const stage = setStage();
    await lead(stage);
    await stage.pass(10_000);
    breakIt(stage, 'offline-mode', 'holder');
    await stage.pass(20_000);
    await alert(stage, 'holder-refuses-writes');
    await stage.pass(63_000);
    expect(verdictOf(stage)).toBeUndefined();
  });

  it('W4: and is a loss of service', async () => {
    const stage = setStage();
    await lead(stage);
    await stage.pass(10_000);
    breakIt(stage, 'offline-mode', 'holder');
    await stage.pass(40_000);
    expect(verdictOf(stage)).toBe('W4 loss-alerted');
  });

  it.each<[what: string, isOffline: boolean]>([
    ['in offline_mode', true],
    ['that serves', false],
  ])('4: no failover begins from a holder %s', async (_, isOffline) => {
    const stage = setStage();
    await lead(stage);
    await stage.pass(10_000);
    if (isOffline) breakIt(stage, 'offline-mode', 'holder');
    await stage.pass(20_000);
    await begin(stage, failover(stage));
    expect(verdictOf(stage)).toBe(4);
  });

  it.each<[what: string, isOffline: boolean, verdict: Verdict]>([
    ['keeps clients out of the node', true, undefined],
    ['does not: nobody else does either, and the VIP is not there', false, 3],
  ])('3: the VIP is attached again, and nobody writes, where it %s', async (_, isOffline, verdict) => {
    const stage = setStage();
    await lead(stage);
    await stage.pass(5000);
    breakIt(stage, 'vip-removed', 'holder');
    if (isOffline) breakIt(stage, 'offline-mode', 'holder');
    await stage.pass(1000);
    const begun = await begin(stage, reattachPlan(stage.pair, 'db1', false));
    const done = {
      id: 'done',
      code: 'vip-reattached' as const,
      pair: 'orders',
      incident: null,
      atMs: 0,
      happened: '',
      done: '',
      todo: '',
      steps: [],
    };
    await end(stage, { ...begun, outbox: [done] });
    expect(verdictOf(stage)).toBe(verdict);
  });
});

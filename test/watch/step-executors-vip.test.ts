/** The steps that move the VIP and verify it: when EC2 is asked, and how long an answer is waited for. */
import { describe, expect, test, vi } from 'vitest';
import { moveStageOf } from '../../lib/core/plan/plan.ts';
import type { StepOutcome } from '../../lib/core/plan/step.ts';
import type { StepContext } from '../../lib/watch/step-context.ts';
import { carryOutStep } from '../../lib/watch/step-executors.ts';
import { failover, pairWith, recordOf, UUID1, UUID2 } from '../core/world.ts';
import { executionOn, newWorld } from './pair.ts';
import { expectOutcome, failing, fromWriter, onDb2, type StepCase, steps, untouched } from './steps.ts';

describe('the VIP is moved and verified', () => {
  test.each<StepCase>([
    ['verify', steps.verify, {}, {}, 'done', 'db1 answers through the VIP, heartbeat committed'],
    [
      'verify, somebody else answers',
      steps.verify,
      { impostor: UUID2 },
      {},
      'failed',
      `got identity ${UUID2}, want ${UUID1} (db1)`,
    ],
    [
      'verify, whom we never saw',
      steps.verify,
      { impostor: UUID2 },
      { identityOf: () => null },
      'done',
      'answers through the VIP',
    ],
    [
      'verify, where only our own table is in the way',
      steps.verify,
      { barred: 'INSERT command denied' },
      {},
      'done',
      'takes writes; our heartbeat could not be written: INSERT command denied',
    ],
    [
      'verify, our own table in the way of a read-only node',
      steps.verify,
      { barred: 'INSERT command denied', writable: {} },
      {},
      'failed',
      'no heartbeat could be committed',
    ],
    [
      'verify, nothing committed',
      steps.verify,
      { writable: {} },
      {},
      'failed',
      'no heartbeat could be committed',
    ],
    [
      'verify, nothing committed, untouched',
      steps.verify,
      { writable: {} },
      untouched,
      'failed',
      'no heartbeat could be committed',
    ],
    [
      'verify, nothing committed, no write probe',
      steps.verify,
      { writable: {} },
      { pair: pairWith({ writeProbe: false }) },
      'done',
      'db1 answers',
    ],
    [
      'verify, nobody answers',
      steps.verify,
      { before: failing('timeout') },
      {},
      'failed',
      'verify is timeout',
    ],
    ['move the VIP', steps['move-vip'], {}, {}, 'done', 'the VIP is on db2'],
    ['move the VIP, there already', steps['move-vip'], onDb2, fromWriter, 'already', 'the VIP is on db2'],
    [
      'move the VIP, the answer is lost',
      steps['move-vip'],
      { after: failing('timeout') },
      {},
      'done',
      'although EC2 answered',
    ],
    [
      'move the VIP, refused by us',
      steps['move-vip'],
      { before: failing('refused') },
      {},
      'failed',
      'assign db2 is refused',
    ],
    [
      'move the VIP, denied by EC2',
      steps['move-vip'],
      { before: failing('denied') },
      {},
      'failed',
      'assign db2 is denied',
    ],
    [
      'move the VIP, no answer to anything',
      steps['move-vip'],
      { before: failing('timeout'), ec2Blind: true },
      {},
      'blocked',
      'assign db2 is timeout',
    ],
    [
      'move the VIP, denied, and EC2 is silent',
      steps['move-vip'],
      { before: failing('denied'), ec2Blind: true },
      {},
      'blocked',
      'assign db2 is denied',
    ],
    [
      'move the VIP, throttled for good',
      steps['move-vip'],
      { before: failing('throttled') },
      {},
      'blocked',
      'assign db2 is throttled',
    ],
  ])('%s', expectOutcome);

  test.each<[what: string, ageMs: number, kind: StepOutcome['kind'], calls: readonly string[]]>([
    ['what EC2 said as the plan began is believed', 1000, 'already', []],
    ['when it is old, EC2 is asked again', 1001, 'done', ['assign db2']],
  ])('move the VIP: %s', async (_, ageMs, kind, calls) => {
    const world = newWorld();
    const place = { kind: 'node', node: 'db2' } as const;
    const atMs = world.clock.nowMs() - ageMs;
    const located = Promise.resolve({
      kind: 'saw',
      atMs,
      place,
      instances: {},
      room: {},
      wrong: [],
    } as const);
    const { outcome } = await carryOutStep(steps['move-vip'], executionOn(world, { located, ...fromWriter }));
    expect(outcome.kind).toBe(kind);
    expect(world.calls).toEqual(calls);
  });

  test.each<[what: string, execution: Partial<StepContext>, asked: number]>([
    ['asks EC2 before it moves it from a holder that takes writes', fromWriter, 1],
    ['asks nothing where the holder is gone: its clients wait', {}, 0],
    ['asks EC2 where the plan is taken up: it may have moved it', { located: Promise.resolve(undefined) }, 1],
  ])('move the VIP: %s', async (_, changes, asked) => {
    const execution = executionOn(newWorld(), changes);
    const locate = vi.spyOn(execution.ports.vip, 'locate');
    const { outcome } = await carryOutStep(steps['move-vip'], execution);
    expect([outcome.kind, locate.mock.calls.length]).toEqual(['done', asked]);
  });

  test('move the VIP: says when its call goes out', async () => {
    const world = newWorld();
    const said: (readonly string[])[] = [];
    await carryOutStep(
      steps['move-vip'],
      executionOn(world, { onMove: () => void said.push([...world.calls]) }),
    );
    expect([said, world.calls]).toEqual([[[]], ['assign db2']]);
  });

  test('move the VIP: not for a holder that serves again by the time EC2 has said where it is', async () => {
    const world = newWorld();
    const execution = executionOn(world, { unwanted: () => 'db1 serves again' });
    const { outcome } = await carryOutStep(steps['move-vip'], execution);
    expect([outcome, world.calls]).toEqual([{ kind: 'failed', because: 'db1 serves again' }, []]);
  });
});

describe('how long an answer through the VIP is waited for', () => {
  const impostor = newWorld({ impostor: 'a stranger' });
  /** The plan had moved the VIP so long before, by the clock of who did. */
  const movedAgo = (agoMs: number) => ({ agoMs });
  const recordWhereMoved = (agoMs: number) => {
    const startedAtMs = impostor.clock.nowMs() - agoMs - 1000;
    return recordOf(failover, { startedAtMs, endedAfterMs: { [`${moveStageOf(failover)}.0`]: 1000 } });
  };
  test.each<[what: string, changes: Partial<StepContext> | ReturnType<typeof movedAgo>, limitMs: number]>([
    ['10 s after a move', {}, 10_000],
    ['what is left of that where an earlier leader has waited', movedAgo(4000), 6000],
    ['3 s at least', movedAgo(60_000), 3000],
    ['10 s at the most, whatever the clock of the one before', movedAgo(-5000), 10_000],
    ['5 s while a plan is undone', { record: recordOf(failover, { phase: 'undoing' }) }, 5000],
    ['not where the plan is no longer wanted', { unwanted: () => 'the VIP is on db2 now' }, 250],
  ])('%s', async (_, changes, limitMs) => {
    const beganMs = impostor.clock.nowMs();
    const context = 'agoMs' in changes ? { record: recordWhereMoved(changes.agoMs) } : changes;
    const { outcome } = await carryOutStep(steps.verify, executionOn(impostor, context));
    expect(outcome.kind).toBe('failed');
    const tookMs = impostor.clock.nowMs() - beganMs;
    expect(tookMs).toBeLessThan(limitMs);
    expect(tookMs).toBeGreaterThanOrEqual(limitMs - 500);
  });
});

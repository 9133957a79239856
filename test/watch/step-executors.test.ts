import { describe, expect, test, vi } from 'vitest';
import { moveStageOf } from '../../lib/core/plan/plan.ts';
import type { Step, StepOutcome } from '../../lib/core/plan/step.ts';
import type { StepContext } from '../../lib/watch/step-context.ts';
import { carryOutStep } from '../../lib/watch/step-executors.ts';
import { failover, pairWith, recordOf, UUID1, UUID2 } from '../core/world.ts';
import { executionOn, newWorld, type World } from './pair.ts';
import { catchUp, failing, fenced, fromWriter, onDb2, released, steps, untouched } from './steps.ts';

describe('every step has an executor, which looks before it acts', () => {
  test.each<
    [
      what: string,
      step: Step,
      world: Partial<World>,
      changes: Partial<StepContext>,
      kind: StepOutcome['kind'],
      text: string,
    ]
  >([
    ['fence', steps.fence, {}, {}, 'done', 'db1 is read-only, 3 connections killed'],
    ['fence, closed already', steps.fence, { writable: { db1: false } }, {}, 'already', 'db1 is read-only'],
    ['fence, no answer', steps.fence, { before: failing('timeout') }, {}, 'missed', 'close db1 is timeout'],
    ['fence, untouched', steps.fence, {}, untouched, 'skipped', 'writability is untouched'],
    ['freeze', steps.freeze, {}, {}, 'done', 'db1 is read-only, 3 connections killed'],
    [
      'freeze, untouched all the same: writes must rest',
      steps.freeze,
      {},
      untouched,
      'done',
      'db1 is read-only',
    ],
    ['freeze, no answer', steps.freeze, { before: failing('timeout') }, {}, 'failed', 'close db1 is timeout'],
    ['isolate', steps.isolate, {}, {}, 'done', 'db1 is in the quarantine group'],
    ['isolate, fenced already', steps.isolate, {}, fenced, 'skipped', 'db1 is fenced'],
    ['isolate, denied', steps.isolate, { before: failing('denied') }, {}, 'failed', 'isolate db1 is denied'],
    [
      'stop the instance',
      steps['stop-instance'],
      {},
      {},
      'done',
      'the stop of the instance of db1 is ordered, and EC2 has begun with it',
    ],
    ['stop the instance, fenced already', steps['stop-instance'], {}, fenced, 'skipped', 'db1 is fenced'],
    ['catch up', catchUp, {}, {}, 'done', 'db2 has applied all that it received'],
    ['catch up, too slow', catchUp, { lags: () => true }, {}, 'failed', 'db2 has not caught up: it lags'],
    [
      'catch up, too slow, loss accepted',
      { ...catchUp, acceptLoss: true },
      { lags: () => true },
      {},
      'missed',
      'it lags; loss accepted',
    ],
    ['open', steps.open, {}, {}, 'done', 'db2 takes writes'],
    ['open, open already', steps.open, { writable: { db2: true } }, {}, 'already', 'db2 takes writes'],
    ['open, no answer', steps.open, { before: failing('timeout') }, {}, 'failed', 'open db2 is timeout'],
    ['close', steps.close, {}, {}, 'done', 'db1 is read-only'],
    ['close, closed already', steps.close, { writable: {} }, {}, 'already', 'db1 is read-only'],
    ['bind', steps['bind-vip'], {}, {}, 'done', 'db2 accepts the VIP'],
    [
      'bind, the old host does not answer',
      steps['bind-vip'],
      { before: failing('timeout', 'unbind') },
      {},
      'done',
      'db2 accepts the VIP',
    ],
    [
      'bind, the new host does not answer',
      steps['bind-vip'],
      { before: failing('timeout', 'bind') },
      {},
      'failed',
      'bind-vip on db2 is timeout',
    ],
    ['repoint', steps.repoint, {}, {}, 'done', 'r01 follows db2'],
    ['repoint, done already', steps.repoint, { followed: '10.0.1.12' }, {}, 'already', 'r01 follows db2'],
    [
      'repoint, it follows somebody else',
      steps.repoint,
      { followed: '10.0.1.99' },
      {},
      'skipped',
      'r01 does not follow db1',
    ],
    [
      'repoint, only looked at',
      { ...steps.repoint, change: false } as Step,
      {},
      {},
      'missed',
      'point it at db2 (10.0.1.12) by GTID',
    ],
    [
      'repoint, it has more than the holder',
      steps.repoint,
      { apart: 'it has 1 transaction (a:1) that the holder lacks' },
      {},
      'missed',
      'r01 still follows db1: it has 1 transaction (a:1) that the holder lacks',
    ],
    [
      'repoint, behind a node whose log was reset: it would skip what has names that it knows',
      steps.repoint,
      {},
      { logReset: { node: 'db2', standby: 'db1', lack: '2 transactions', forgotten: '', atMs: 0 } },
      'missed',
      'the binary log of db2 was reset (RESET MASTER), so GTIDs do not say what r01 has of it',
    ],
    [
      'repoint, it does not answer',
      steps.repoint,
      { before: failing('unsuccessful') },
      {},
      'missed',
      'look at r01 is unsuccessful',
    ],
    [
      'repoint, taken out of the settings',
      steps.repoint,
      {},
      { pair: pairWith() },
      'skipped',
      'not configured',
    ],
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
    ['repair', steps.repair, {}, {}, 'done', 'mysqld restarted on db2: ok'],
    [
      'repair, without success',
      steps.repair,
      { before: failing('unsuccessful') },
      {},
      'failed',
      'restart-mysqld on db2 is unsuccessful',
    ],
    ['release', steps.release, {}, released, 'done', 'db1 has its security groups back: sg-1, sg-2'],
    [
      'release, of what nobody knows',
      steps.release,
      {},
      {},
      'failed',
      'its old security groups are not known',
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
  ])('%s', async (_, step, changes, execution, kind, text) => {
    const { outcome } = await carryOutStep(step, executionOn(newWorld(changes), execution));
    expect(outcome.kind).toBe(kind);
    expect(Object.values(outcome).join(' ')).toContain(text);
  });

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

  test.each(Object.values(steps))('$kind can be carried out again', async (step) => {
    const world = newWorld({ groups: ['sg-1'] });
    const execution = executionOn(world, released);
    const first = await carryOutStep(step, execution);
    const state = structuredClone({ writable: world.writable, place: world.place });
    const second = await carryOutStep(step, execution);
    expect(['done', 'already']).toContain(first.outcome.kind);
    expect(['done', 'already']).toContain(second.outcome.kind);
    expect({ writable: world.writable, place: world.place }).toEqual(state);
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

import { describe, expect, it, test } from 'vitest';
import type { Position } from '../../lib/core/evidence/sighting.ts';
import type { PlanRecord } from '../../lib/core/plan/plan.ts';
import { failoverPlan } from '../../lib/core/plan/plans.ts';
import type { StepContext } from '../../lib/watch/step-context.ts';
import { carryOutStep } from '../../lib/watch/step-executors.ts';
import { failover, pairWith, position, recordOf, UUID1 } from '../core/world.ts';
import { ending, leader } from './leader.ts';
import { executionOn, newWorld, type World } from './pair.ts';
import { catchUp, failing, steps } from './steps.ts';

/** Carries the step out on this world; gives back what came of it and how long it took. */
async function carriedOut(step: typeof catchUp, world: World, changes: Partial<StepContext> = {}) {
  const beganMs = world.clock.nowMs();
  const { outcome } = await carryOutStep(step, executionOn(world, changes));
  return { outcome, tookMs: world.clock.nowMs() - beganMs };
}

/** It needs this long, and applies one transaction more with every look. */
function slow(forMs: number): World {
  const world = newWorld();
  const beganMs = world.clock.nowMs();
  let count = 0;
  world.lags = () => world.clock.nowMs() - beganMs < forMs;
  world.applied = () => {
    count += 1;
    return position(`${UUID1}:1-${count}`);
  };
  return world;
}

const step = { ...catchUp, limitMs: 30_000 };

describe('catching up', () => {
  test.each<[what: string, limitOf: typeof catchUp.limitOf, kind: string, tookMs: number]>([
    ['goes on as long as it makes progress, behind a holder that is gone', 'progress', 'done', 100_000],
    ['ends at its limit otherwise', 'wait', 'failed', 30_000],
  ])('%s', async (_, limitOf, kind, tookMs) => {
    const after = await carriedOut({ ...step, limitOf }, slow(100_000));
    expect([after.outcome.kind, after.tookMs]).toEqual([kind, tookMs]);
  });

  it('ends after its limit without progress', async () => {
    const world = newWorld({ lags: () => true });
    const after = await carriedOut({ ...step, limitOf: 'progress' }, world);
    expect([after.outcome.kind, after.tookMs]).toEqual(['failed', 30_000]);
  });

  it('asks for no answer for which the time is too short: what that failed of would hide the reason', async () => {
    const world = newWorld({ lags: () => true });
    const { ports } = executionOn(world);
    const limits: number[] = [];
    const catchUpFast: typeof ports.database.catchUp = async (pair, node, goal, limitMs) => {
      limits.push(limitMs);
      return ports.database.catchUp(pair, node, goal, limitMs - 50);
    };
    const database = { ...ports.database, catchUp: catchUpFast };
    const { outcome } = await carriedOut({ ...step, limitMs: 2000 }, world, {
      ports: { ...ports, database },
    });
    expect(outcome).toEqual({ kind: 'failed', because: 'db2 has not caught up: it lags' });
    expect(limits).toEqual([1000, 1000]);
  });

  it('does not wait for GTIDs that the node has forgotten, because its binary log was reset', async () => {
    const world = newWorld();
    const { ports } = executionOn(world);
    const goals: (string | null | undefined)[] = [];
    const heard: typeof ports.database.catchUp = (pair, node, goal, limitMs) => {
      goals.push(goal.upTo?.gtid);
      return ports.database.catchUp(pair, node, goal, limitMs);
    };
    const record = recordOf(failover, { fencedAt: position(`${UUID1}:1-100`) });
    const logReset = { node: 'db2', standby: 'db1', lack: '', forgotten: `${UUID1}:1-40`, atMs: 0 };
    const changes = {
      record,
      logReset,
      ports: { ...ports, database: { ...ports.database, catchUp: heard } },
    };
    await carriedOut({ ...step, source: 'db1' }, world, changes);
    expect(goals).toEqual([`${UUID1}:41-100`]);
  });

  it('ends when the plan is no longer wanted', async () => {
    const unwanted = () => 'db1 serves again';
    const { outcome, tookMs } = await carriedOut({ ...step, limitOf: 'progress' }, slow(100_000), {
      unwanted,
    });
    expect([outcome, tookMs]).toEqual([
      { kind: 'failed', because: 'db2 has not caught up: db1 serves again' },
      1000,
    ]);
  });

  test.each<[frozenForMs: number, tookMs: number]>([
    [0, 10_000],
    [7000, 3000],
    [12_000, 500],
    // By the clock of another leader, which is ahead.
    [-5000, 10_000],
  ])(
    'counts a freeze from its first moment: frozen for %i ms, it waits %i ms more',
    async (frozenForMs, tookMs) => {
      const world = newWorld({ lags: () => true });
      const frozenAtMs = world.clock.nowMs() - frozenForMs;
      const record = recordOf(failover, { fencedAt: position(`${UUID1}:1-100`), frozenAtMs });
      const frozen = { ...step, source: 'db1', limitOf: 'freeze', limitMs: 10_000 } as const;
      expect((await carriedOut(frozen, world, { record })).tookMs).toBe(tookMs);
    },
  );

  it('to what was received is needless once the holder is closed: its end follows, and clients are waiting', async () => {
    const record = recordOf(failover, { fencedAt: position(`${UUID1}:1-100`) });
    const world = newWorld();
    expect((await carriedOut(step, world, { record })).outcome.kind).toBe('skipped');
    expect(world.calls).toEqual([]);
  });

  it('ends when the fence beside it has closed the holder: its end follows', async () => {
    const managed = failoverPlan(pairWith(), 'db2', {
      holderAnswers: false,
      acceptLoss: false,
      undoIfHolderServes: false,
    });
    const beside = { record: recordOf(managed), closedBeside: () => true };
    expect((await carriedOut({ ...step, limitOf: 'progress' }, slow(100_000), beside)).outcome.kind).toBe(
      'skipped',
    );
  });

  it('goes on where no stage waits for the end of the holder', async () => {
    const untouched = pairWith({ writability: 'untouched' });
    const plan = failoverPlan(untouched, 'db2', {
      holderAnswers: false,
      acceptLoss: false,
      undoIfHolderServes: false,
    });
    const beside = { record: recordOf(plan), closedBeside: () => true };
    const { outcome, tookMs } = await carriedOut({ ...step, limitOf: 'progress' }, slow(100_000), beside);
    expect([outcome.kind, tookMs]).toEqual(['done', 100_000]);
  });

  test.each<[what: string, received: Position | null, changes: Partial<typeof catchUp>, kind: string]>([
    ['fails where what was received has been thrown away', position(`${UUID1}:1-120`), {}, 'failed'],
    ['does not ask where that is not known', null, {}, 'done'],
    ['is done with all that was received', position(`${UUID1}:1-99`), {}, 'done'],
    ['goes on where the loss is accepted', position(`${UUID1}:1-120`), { acceptLoss: true }, 'missed'],
    ['goes on beside a holder that can send it again', position(`${UUID1}:1-120`), { source: 'db1' }, 'done'],
  ])('%s', async (_, receivedWhenLost, changes, kind) => {
    const { outcome } = await carriedOut({ ...step, ...changes }, newWorld(), { receivedWhenLost });
    expect(outcome.kind).toBe(kind);
  });

  const reset = `${UUID1}:1-3`;
  const all = `${UUID1}:1-100`;
  const whole = { acceptLoss: false, wasWritable: true };
  const why = `it has events of db1 that db1 does not know (97 transactions: ${UUID1}:4-100): the binary log of db1 was reset (RESET MASTER) a moment ago`;
  test.each<[what: string, fencedAt: string, now: string, changes: typeof whole, outcome: object]>([
    [
      'fails behind a log that was reset',
      reset,
      reset,
      whole,
      { kind: 'failed', because: `db2 has not caught up: ${why}` },
    ],
    ['goes on, where it ends later now', reset, all, whole, { kind: 'done' }],
    [
      'goes on, where a person accepts that',
      reset,
      reset,
      { ...whole, acceptLoss: true },
      { kind: 'missed', because: `${why}; loss accepted` },
    ],
    [
      'goes on, where the old holder took no writes: it may have lost its own end',
      reset,
      reset,
      { ...whole, wasWritable: false },
      { kind: 'done' },
    ],
  ])('to the end of the old holder %s', async (_, fencedAt, now, { acceptLoss, wasWritable }, outcome) => {
    const world = newWorld();
    const { ports } = executionOn(world);
    const close: typeof ports.database.close = async (...args) => ({
      ...(await ports.database.close(...args)),
      position: position(now),
    });
    const record = { ...recordOf(failover, { fencedAt: position(fencedAt) }), wasWritable };
    const after = await carriedOut({ ...step, source: 'db1', acceptLoss }, world, {
      record,
      ports: { ...ports, database: { ...ports.database, close } },
    });
    expect(after.outcome).toMatchObject(outcome);
  });

  it('asks for the channel of the old holder, by its identity', async () => {
    const goals: unknown[] = [];
    const world = newWorld();
    const execution = executionOn(world);
    const database = {
      ...execution.ports.database,
      catchUp: async (...args: Parameters<typeof execution.ports.database.catchUp>) => {
        goals.push(args[2]);
        return execution.ports.database.catchUp(...args);
      },
    };
    await carryOutStep(step, { ...execution, ports: { ...execution.ports, database } });
    expect(goals).toEqual([{ upTo: null, source: UUID1 }]);
  });
});

describe('detaching the channel from the old holder', () => {
  const end = position(`${UUID1}:1-100`);
  const lateCatchUp = { '1.0': { kind: 'done', changed: 'db2 has applied all' } } as const;
  const missed = { '1.0': { kind: 'missed', because: 'it lags; loss accepted' } } as const;
  test.each<[what: string, record: PlanRecord, calls: readonly string[]]>([
    ['is needed where its end is not known', recordOf(failover, { receivedAt: end }), ['detach db2']],
    [
      'is needless where it was fenced late and its end is applied',
      recordOf(failover, { fencedAt: end, outcomes: lateCatchUp }),
      [],
    ],
    [
      'stops the applier too where its end was given up: what is left must not come over newer rows',
      recordOf(failover, { fencedAt: end, receivedAt: end, outcomes: missed }),
      ['detach db2 and its applier'],
    ],
    [
      'applies first what came in meanwhile',
      recordOf(failover, { receivedAt: position(`${UUID1}:1-98`) }),
      ['detach db2', 'catch up db2'],
    ],
  ])('%s', async (_, record, calls) => {
    const world = newWorld();
    const { outcome } = await carryOutStep(steps.detach, executionOn(world, { record }));
    expect([world.calls, outcome.kind]).toEqual([calls, calls.length > 0 ? 'done' : 'skipped']);
  });

  it('comes after catching up and before the new holder is opened', async () => {
    const world = newWorld({ before: failing('timeout', 'close db1') });
    const plan = failoverPlan(pairWith(), 'db2', {
      holderAnswers: false,
      acceptLoss: false,
      undoIfHolderServes: true,
    });
    expect(ending(await leader(world, plan).carryOn())).toBe('completed');
    expect(world.calls).toEqual(['catch up db2', 'detach db2', 'open db2', 'assign db2', 'verify']);
  });

  it('does not stand in the way of a failover where our account may not do it; the outcome says so', async () => {
    const world = newWorld({ before: failing('denied', 'detach') });
    const { outcome } = await carryOutStep(steps.detach, executionOn(world));
    expect(outcome).toEqual({
      kind: 'missed',
      because: 'db2 may still receive from db1: detach db2 is denied',
    });
  });
});

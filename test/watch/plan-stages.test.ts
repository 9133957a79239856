import type { EC2Client } from '@aws-sdk/client-ec2';
import { describe, expect, it, test } from 'vitest';
import { createVip } from '../../lib/aws/ec2/vip.ts';
import { without } from '../../lib/core/decision/safeguards.ts';
import { takenUp } from '../../lib/core/plan/frozen.ts';
import type { Plan, PlanRecord } from '../../lib/core/plan/plan.ts';
import { failoverPlan, switchoverPlan } from '../../lib/core/plan/plans.ts';
import { execute, undo } from '../../lib/watch/plan-stages.ts';
import { PortError } from '../../lib/watch/ports/port-error.ts';
import { isolating, pairWith } from '../core/world.ts';
import { behind, ending, leader, state } from './leader.ts';
import { newWorld, type World } from './pair.ts';

const gone = { holderAnswers: false, acceptLoss: false, undoIfHolderServes: true };
const answers = { holderAnswers: true, acceptLoss: false, undoIfHolderServes: false };
const pair = pairWith();
const ssm = pairWith({ hostAddress: 'ssm' });
const timeout = (call: string) => {
  throw new PortError('timeout', `${call} timed out`);
};
const refuse = (call: string, only: string) => {
  if (call.startsWith(only)) throw new PortError('denied', `${call} is denied`);
};

/** Every call ends at once, and nobody knows whether it took effect. */
const sickEc2 = {
  send: async () => {
    const $metadata = { httpStatusCode: 500 };
    throw Object.assign(new Error('An internal error has occurred'), { name: 'InternalError', $metadata });
  },
} as unknown as EC2Client;

/** The old holder answered the fence after all: its end is waited for. */
const lateCatchUp = 'catch up db2 to 11111111-1111-1111-1111-111111111111:1-100';

describe('a plan is carried out in its order', () => {
  test.each<[what: string, plan: Plan, of: typeof pair, calls: readonly string[]]>([
    [
      'failover',
      failoverPlan(pair, 'db2', gone),
      pair,
      ['close db1', 'catch up db2', lateCatchUp, 'open db2', 'assign db2', 'verify'],
    ],
    [
      'failover through SSM',
      failoverPlan(ssm, 'db2', gone),
      ssm,
      [
        'close db1',
        'catch up db2',
        lateCatchUp,
        'open db2',
        'assign db2',
        'unbind-vip on db1',
        'bind-vip on db2',
        'verify',
      ],
    ],
    [
      'switchover',
      switchoverPlan(pair, 'db2'),
      pair,
      ['inspect db1', 'catch up db2', 'close db1', lateCatchUp, 'open db2', 'assign db2', 'verify'],
    ],
  ])('%s', async (_, plan, of, calls) => {
    const world = newWorld();
    const { carryOn, journal } = leader(world, plan, { pair: of });
    expect(ending(await carryOn())).toBe('completed');
    expect(world.calls).toEqual(calls);
    expect(state(world)).toBe('VIP on db2, writers: db2');
    // After a look alone, only where the next step must be known to have begun.
    expect(journal).toHaveLength(plan.stages.length - 1);
  });

  it('keeps a journal of what changed, and always before the VIP moves', async () => {
    const world = newWorld({ before: (call) => call === 'close db1' && timeout(call) });
    const { carryOn, journal } = leader(world, failoverPlan(pair, 'db2', gone));
    await carryOn();
    // Not after the fence that failed and the looks beside it: the next leader would begin with them in any case.
    expect(journal.map(({ outcomes }) => Object.keys(outcomes).length)).toEqual([0, 4, 5, 6]);
    world.writable.db2 = true;
    const again = leader(world, failoverPlan(pair, 'db2', gone));
    await again.carryOn();
    expect(again.journal.map(({ outcomes }) => Object.keys(outcomes).length)).toEqual([0, 4, 5, 6]);
    expect(again.journal.at(-2)?.outcomes['3.0']?.kind).toBe('already');
  });

  it('goes on where a dead holder cannot be fenced, and isolates it then', async () => {
    const isolate = pairWith(isolating);
    const before = (call: string) => call === 'close db1' && timeout(call);
    const world = newWorld({ before });
    const { carryOn } = leader(world, failoverPlan(isolate, 'db2', gone), { pair: isolate });
    const { record } = await carryOn();
    expect(world.calls).toEqual([
      'catch up db2',
      'isolate db1',
      'detach db2',
      'open db2',
      'assign db2',
      'verify',
    ]);
    expect(record.isolatedFrom).toEqual(['sg-old']);
    expect(record.outcomes['0.0']).toEqual({ kind: 'missed', because: 'close db1 timed out' });
  });
});

describe('a step that fails before the VIP has moved undoes the plan', () => {
  test.each<[what: string, plan: Plan, changes: Partial<World>]>([
    ['the standby has not caught up', switchoverPlan(pair, 'db2'), { lags: behind }],
    [
      'the new one cannot be opened',
      switchoverPlan(pair, 'db2'),
      { before: (call) => call === 'open db2' && timeout(call) },
    ],
    [
      'it is opened, but nobody hears that',
      switchoverPlan(pair, 'db2'),
      { after: (call) => call === 'open db2' && timeout(call) },
    ],
    ['EC2 refuses', switchoverPlan(pair, 'db2'), { before: (call) => refuse(call, 'assign') }],
    ['a failover from a holder that answers', failoverPlan(pair, 'db2', answers), { lags: behind }],
  ])('%s', async (_, plan, changes) => {
    const world = newWorld(changes);
    const { carryOn, journal } = leader(world, plan);
    expect(ending(await carryOn())).toBe('undone');
    expect(state(world)).toBe('VIP on db1, writers: db1');
    expect(journal.at(-1)?.phase).toBe('undoing');
  });

  it('but opens only a holder that took writes before', async () => {
    const world = newWorld({ writable: { db1: false, db2: false }, lags: behind });
    expect(ending(await leader(world, failoverPlan(pair, 'db2', answers)).carryOn())).toBe('undone');
    expect(state(world)).toBe('VIP on db1, writers: none');
  });

  it('and needs a person where the holder cannot be opened again', async () => {
    const world = newWorld({ lags: behind, before: (call) => call === 'open db1' && timeout(call) });
    const executed = await leader(world, switchoverPlan(pair, 'db2')).carryOn();
    expect(executed).toMatchObject({
      ending: {
        kind: 'incomplete',
        because: 'db2 has not caught up: it lags. db1 could not be opened again: open db1 timed out',
      },
    });
  });

  it('not after it: then the plan is incomplete', async () => {
    const world = newWorld({ impostor: 'somebody else' });
    const executed = await leader(world, failoverPlan(pair, 'db2', gone)).carryOn();
    expect(ending(executed)).toBe('incomplete');
    expect(executed.record.vipMoved).toBe(true);
    expect(state(world)).toBe('VIP on db2, writers: db2');
  });

  it('not with that safeguard out', async () => {
    const world = newWorld({ lags: behind });
    const { journal, context, save } = leader(world, switchoverPlan(pair, 'db2'));
    const executed = await execute(
      journal[0] as PlanRecord,
      { ...context, safeguards: without('undo') },
      save,
    );
    expect([ending(executed), state(world)]).toEqual(['incomplete', 'VIP on db1, writers: none']);
  });
});

describe('where it is not known whether the VIP has moved, the plan waits', () => {
  const silent = { before: (call: string) => call.startsWith('assign') && timeout(call), ec2Blind: true };

  it('stays in flight, and is completed when EC2 is back', async () => {
    const world = newWorld(silent);
    world.writable.db1 = false;
    const { carryOn, journal } = leader(world, failoverPlan(pair, 'db2', gone));
    expect(await carryOn()).toMatchObject({ kind: 'blocked', because: 'assign db2 timed out' });
    expect(journal.at(-1)).toMatchObject({ phase: 'running', vipMoved: false });
    Object.assign(world, { before: () => undefined, ec2Blind: false });
    expect(ending(await carryOn())).toBe('completed');
    expect(state(world)).toBe('VIP on db2, writers: db2');
  });

  it('tries in place while a live holder is closed, and opens it again after 10 s', async () => {
    const world = newWorld(silent);
    const beganMs = world.clock.nowMs();
    expect(ending(await leader(world, switchoverPlan(pair, 'db2')).carryOn())).toBe('undone');
    expect(state(world)).toBe('VIP on db1, writers: db1');
    const tookMs = world.clock.nowMs() - beganMs;
    expect(tookMs).toBeGreaterThan(10_000);
    expect(tookMs).toBeLessThan(11_000);
  });

  test.each<[what: string, seesVip: boolean]>([
    ['moves nothing', true],
    ['does not even say where the VIP is', false],
  ])('so also through the real adapter, where EC2 has an internal error and %s', async (_, seesVip) => {
    const world = newWorld();
    const { journal, context, save } = leader(world, switchoverPlan(pair, 'db2'));
    const sick = createVip({
      looking: sickEc2,
      changing: sickEc2,
      clock: world.clock,
      pairs: [pair],
      subnets: {},
    });
    const vip = seesVip ? { ...sick, locate: context.ports.vip.locate } : sick;
    const beganMs = world.clock.nowMs();
    const executed = await execute(
      journal[0] as PlanRecord,
      { ...context, ports: { ...context.ports, vip } },
      save,
    );
    expect([ending(executed), state(world)]).toEqual(['undone', 'VIP on db1, writers: db1']);
    // The last try may begin just before the 10 s are over, and looks for its effect for 2 s.
    expect(world.clock.nowMs() - beganMs).toBeLessThan(13_500);
  });

  it('begins no try that may outlast those 10 s', async () => {
    const world = newWorld({ ...silent });
    world.before = (call) => {
      if (!call.startsWith('assign')) return;
      void world.clock.sleep(6000);
      timeout(call);
    };
    world.ec2Blind = false;
    const beganMs = world.clock.nowMs();
    expect(ending(await leader(world, switchoverPlan(pair, 'db2')).carryOn())).toBe('undone');
    expect(world.clock.nowMs() - beganMs).toBeLessThan(7000);
  });

  it('counts those 10 s by its own clock, when the one by which it was frozen is ahead', async () => {
    const world = newWorld({ ...silent, writable: { db1: false, db2: true } });
    const { journal, context, save } = leader(world, switchoverPlan(pair, 'db2'));
    const beganMs = world.clock.nowMs();
    const frozenAtMs = beganMs + 8000;
    const outcomes = { '1.0': { kind: 'done', changed: 'caught up' } } as const;
    const left = {
      ...(journal[0] as PlanRecord),
      wasWritable: true,
      frozenAtMs,
      frozenForMs: 4000,
      outcomes,
    };
    const record = takenUp(left, { epoch: left.epoch + 1, unwatchedSinceMs: beganMs });
    expect(ending(await execute(record, context, save))).toBe('undone');
    expect(world.clock.nowMs() - beganMs).toBeLessThan(7000);
  });

  it('does not wait for what EC2 would say once they are over', async () => {
    const world = newWorld({ ...silent, writable: { db1: false, db2: true } });
    const { journal, context, save } = leader(world, switchoverPlan(pair, 'db2'));
    const beganMs = world.clock.nowMs();
    const outcomes = { '1.0': { kind: 'done', changed: 'caught up' } } as const;
    const record = {
      ...(journal[0] as PlanRecord),
      wasWritable: true,
      frozenAtMs: beganMs - 10_000,
      outcomes,
    };
    const { ports } = context;
    const locate: typeof ports.vip.locate = async (pairs, limitMs = 6000) => {
      await ports.clock.sleep(Math.min(limitMs, 6000));
      return ports.vip.locate(pairs);
    };
    const slow = { ...context, ports: { ...ports, vip: { ...ports.vip, locate } } };
    expect(ending(await execute(record, slow, save))).toBe('undone');
    expect(world.clock.nowMs() - beganMs).toBeLessThan(2500);
    expect(state(world)).toBe('VIP on db1, writers: db1');
  });

  it('counts those 10 s from the freeze, also when another leader froze', async () => {
    const world = newWorld({ ...silent, writable: { db1: false, db2: true } });
    const { journal, context, save } = leader(world, switchoverPlan(pair, 'db2'));
    const frozenAtMs = world.clock.nowMs() - 9000;
    const outcomes = { '1.0': { kind: 'done', changed: 'caught up' } } as const;
    const record = { ...(journal[0] as PlanRecord), wasWritable: true, frozenAtMs, outcomes };
    expect(ending(await execute(record, context, save))).toBe('undone');
    expect(world.clock.nowMs() - frozenAtMs).toBeLessThan(11_000);
    expect(state(world)).toBe('VIP on db1, writers: db1');
  });

  it('goes forward when the new holder answers through the VIP, whatever EC2 says', async () => {
    const moved = (world: World) => (call: string) => {
      if (!call.startsWith('assign')) return;
      world.place = { kind: 'node', node: 'db2' };
      world.ec2Blind = true;
      timeout(call);
    };
    const world = newWorld();
    world.before = moved(world);
    expect(ending(await leader(world, switchoverPlan(pair, 'db2')).carryOn())).toBe('completed');
    expect(state(world)).toBe('VIP on db2, writers: db2');
  });
});

describe('a plan whose reason has gone is undone', () => {
  it('from wherever it was', async () => {
    const world = newWorld({ writable: { db1: true, db2: true } });
    const { journal, context, save } = leader(world, failoverPlan(pair, 'db2', gone));
    const executed = await undo(journal[0] as PlanRecord, 'db1 serves again', context, save);
    expect(executed).toMatchObject({ ending: { kind: 'undone', because: 'db1 serves again' } });
    expect(state(world)).toBe('VIP on db1, writers: db1');
  });
});

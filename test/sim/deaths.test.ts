import { describe, expect, it } from 'vitest';
import type { PlanRecord } from '../../lib/core/plan/plan.ts';
import type { Death, Moment } from '../../sim/deaths.ts';
import { type Stage, setStage } from './stage.ts';

const death: Death = { plan: 'failover', step: 'move-vip', moment: 'before', forMs: 0, company: [] };

/** A stage with a failover to db2 in flight, under watch-1. */
async function withPlan(moment: Moment, forMs = 0): Promise<Stage> {
  const stage = setStage();
  const { one, pair, settle, world } = stage;
  await settle(one.store.takeLease(null, 'watch-1'));
  await settle(one.store.claimMemory(pair.name, { owner: 'watch-1', epoch: 1 }));
  const plan = {
    id: 'p',
    kind: 'failover',
    from: 'db1',
    to: 'db2',
    phase: 'running',
    requestId: 'request',
    stages: [[{ kind: 'move-vip', to: 'db2' }]],
    undo: [],
  } as unknown as PlanRecord;
  const memory = world.table.memoryOf(pair.name);
  await settle(one.store.saveMemory(pair.name, { ...memory, plan }, 1));
  stage.deaths.arm({ ...death, moment, forMs });
  return stage;
}

describe('a death in a step', () => {
  it('before: the order is never sent', async () => {
    const stage = await withPlan('before');
    void stage.one.vip.assign(stage.pair, 'db2');
    await stage.pass(10_000);
    expect(stage.calls).toEqual([]);
    expect(stage.world.cloud.holder).toBe('db1');
    expect(stage.processes[0].gone).toBe(true);
  });

  it('during: the order lands, and its sender never hears of it', async () => {
    const stage = await withPlan('during');
    let heard = false;
    void stage.one.vip.assign(stage.pair, 'db2').then(() => {
      heard = true;
    });
    await stage.pass(20_000);
    expect(stage.world.cloud.holder).toBe('db2');
    expect(heard).toBe(false);
  });

  it('after: the answer is heard, and never journalled', async () => {
    const stage = await withPlan('after');
    const { one, pair, settle, world } = stage;
    await settle(one.vip.assign(pair, 'db2'));
    const before = world.table.memoryOf(pair.name);
    void one.store.saveMemory(pair.name, { ...before, plan: null }, 1);
    await stage.pass(5000);
    expect(world.table.memoryOf(pair.name)).toBe(before);
  });

  it('freeze: the answer is heard when it thaws', async () => {
    const stage = await withPlan('freeze', 12_000);
    let heardMs = 0;
    const startedMs = stage.timeline.nowMs;
    void stage.one.vip.assign(stage.pair, 'db2').then(() => {
      heardMs = stage.timeline.nowMs;
    });
    await stage.pass(20_000);
    expect(heardMs - startedMs).toBeGreaterThan(12_000);
  });

  it('counts where it struck, and strikes once', async () => {
    const stage = await withPlan('freeze', 10);
    await stage.settle(stage.one.vip.assign(stage.pair, 'db2'));
    await stage.settle(stage.one.vip.assign(stage.pair, 'db2'));
    expect([...stage.deaths.struck]).toEqual([['failover/move-vip/freeze', 1]]);
  });

  it('waits for its own plan and step', async () => {
    const stage = await withPlan('before');
    await stage.settle(stage.one.database.open(stage.pair, 'db2', 1000));
    expect(stage.processes[0].gone).toBe(false);
    expect(stage.deaths.struck.size).toBe(0);
  });
});

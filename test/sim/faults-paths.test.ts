/** Faults of paths, of the moment and of AWS: what a look and a call meet. */
import { describe, expect, it } from 'vitest';
import type { BreakageName } from '../../sim/faults/fault.ts';
import { breakIt, inboundOf, report, seen, serverOf } from './breaking.ts';
import { setStage } from './stage.ts';

describe('paths and moments', () => {
  it('a firewall that refuses us leaves clients and the standby alone', async () => {
    const stage = setStage();
    breakIt(stage, 'port-rejected', 'holder', 10_000);
    await stage.pass(3000);
    expect(await seen(stage, 'db1')).toEqual({ kind: 'refused' });
    expect(stage.world.master('db1').servesVip).toBe(true);
    expect((await inboundOf(stage, 'db2')).heardAgoMs).toBeLessThan(1000);
  });

  it('a blip of the network hides both nodes, and stops neither', async () => {
    const stage = setStage();
    breakIt(stage, 'network-blip', 'holder', 3000);
    expect(await seen(stage, 'db1')).toMatchObject({ kind: 'unanswered' });
    expect(await seen(stage, 'db2')).toMatchObject({ kind: 'unanswered' });
    await stage.pass(4000);
    expect(await serverOf(stage, 'db1')).toMatchObject({ writable: true });
    expect((await serverOf(stage, 'db1')).uptimeSeconds).toBeGreaterThan(2);
  });

  it('half closed is neither open nor closed, and an order to close closes it', async () => {
    const stage = setStage();
    const { one, pair, settle, world } = stage;
    breakIt(stage, 'half-closed', 'standby');
    expect(await serverOf(stage, 'db2')).toMatchObject({ writable: false, halfClosed: true });
    expect(world.master('db2').writabilityBy).toBe('person');
    await settle(one.database.close(pair, 'db2', 'to-close', 1000));
    expect(await serverOf(stage, 'db2')).toMatchObject({ writable: false, halfClosed: false });
  });

  it('the VIP that a person moved leads to a standby that takes no writes', async () => {
    const stage = setStage();
    breakIt(stage, 'vip-by-hand');
    expect(stage.world.cloud.holder).toBe('db2');
    expect(stage.world.master('db2').servesVip).toBe(false);
    expect(stage.calls).toEqual([]);
  });
});
describe('AWS on a bad day', () => {
  it.each<[BreakageName, number, string]>([
    ['ec2-failing', 0.5, 'timeout'],
    ['ec2-denied', 0.3, 'denied'],
  ])('%s: nothing is moved, and the answer comes soon', async (name, degree, kind) => {
    const stage = setStage();
    const { one, pair, settle, world, timeline } = stage;
    breakIt(stage, name, 'holder', 1e9, degree);
    const startedMs = timeline.nowMs;
    await expect(settle(one.vip.assign(pair, 'db2'))).rejects.toMatchObject({ kind });
    expect(timeline.nowMs - startedMs).toBeLessThan(2600);
    expect(world.cloud.holder).toBe('db1');
  });

  it('a denial of everything blinds, one of changes does not', async () => {
    const stage = setStage();
    const { one, pair, settle } = stage;
    const kindNow = async () => (await settle(one.vip.locate([pair]))).get(pair.name)?.kind;
    breakIt(stage, 'ec2-denied', 'holder', 5000, 0.3);
    expect(await kindNow()).toBe('saw');
    breakIt(stage, 'ec2-denied', 'holder', 5000, 0.9);
    expect(await kindNow()).toBe('blind');
  });

  it('without room for one more invocation nothing is looked at and no order given', async () => {
    const stage = setStage();
    const { one, pair, settle } = stage;
    breakIt(stage, 'concurrency-dry', 'holder', 5000);
    expect(await report(stage)).toMatchObject({ kind: 'blind', because: 'TooManyRequestsException' });
    const open = settle(one.database.open(pair, 'db2', 1000));
    await expect(open).rejects.toMatchObject({ kind: 'throttled' });
    await stage.pass(5000);
    expect(await report(stage)).toMatchObject({ kind: 'saw' });
  });

  it('a look that was begun before the pool ran dry goes on', async () => {
    const stage = setStage();
    const { one, pair, settle } = stage;
    const held = one.database.look('a', [
      { pair, holder: 'db1', seen: null, order: { kind: 'held', forMs: 5000 } },
    ]);
    breakIt(stage, 'concurrency-dry');
    expect((await settle(held)).get(pair.name)).toMatchObject({ kind: 'saw' });
  });

  it('SNS refuses one alert for good and takes the others, or refuses all', async () => {
    const stage = setStage();
    const { one, settle } = stage;
    const alert = (id: string) => ({
      id,
      code: 'paused' as const,
      pair: 'orders',
      incident: null,
      atMs: 0,
      happened: 'a',
      done: 'b',
      todo: 'c',
      steps: [],
    });
    breakIt(stage, 'alert-refused');
    for (let tries = 0; tries < 2; tries++) {
      await expect(settle(one.alerts.publish([alert('1')]))).rejects.toMatchObject({ kind: 'denied' });
    }
    await settle(one.alerts.publish([alert('2')]));
    expect(stage.published).toEqual(['paused']);
    breakIt(stage, 'alerts-denied');
    await expect(settle(one.alerts.publish([alert('3')]))).rejects.toMatchObject({ kind: 'denied' });
  });

  it('a record at the store’s limit is refused as soon as it grows, and taken when it is smaller', async () => {
    const stage = setStage();
    const { one, pair, settle, world } = stage;
    await settle(one.store.takeLease(null, 'watch-1'));
    const alert = (number: number) => ({
      id: `${number}`,
      code: 'paused' as const,
      pair: pair.name,
      incident: null,
      atMs: 0,
      happened: 'x'.repeat(2000),
      done: '',
      todo: '',
      steps: [],
    });
    world.table.fill(pair.name, 3000, alert);
    const memory = await settle(one.store.claimMemory(pair.name, { owner: 'watch-1', epoch: 1 }));
    await settle(one.store.saveMemory(pair.name, memory, 1));
    const larger = { ...memory, outbox: [...memory.outbox, alert(998), alert(999)] };
    const save = settle(one.store.saveMemory(pair.name, larger, 1));
    await expect(save).rejects.toMatchObject({ kind: 'denied' });
    const smaller = { ...memory, outbox: memory.outbox.slice(50) };
    await settle(one.store.saveMemory(pair.name, smaller, 1));
    expect(world.table.memoryOf(pair.name)).toBe(smaller);
  });
});

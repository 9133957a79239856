/** The rows of the simulated world: what the order of transactions makes of them, on each master. */
import { describe, expect, it } from 'vitest';
import { crash, loseLast, start } from '../../sim/world/life.ts';
import { keyCount } from '../../sim/world/rows.ts';
import { type Stage, setStage } from './stage.ts';

/** db1 dies with a tail that db2 never received, and db2 takes over. */
async function failOverWithTail(stage: Stage): Promise<void> {
  const { world, pass } = stage;
  await pass(5000);
  world.change(() => (world.pairLinked = false));
  await pass(2000);
  const old = world.master('db1');
  world.change(() => crash(world, old));
  await pass(1000);
  world.change(() => world.master('db2').setWritable(world.nowMs, true, 'keepalambda'));
  world.moveVip({ kind: 'node', node: 'db2' });
  await pass(5000);
  world.change(() => (world.pairLinked = true));
}

describe('rows of the simulated world', () => {
  it('are the same on both masters while one writes and the other follows', async () => {
    const stage = setStage();
    await stage.pass(5000);
    const [first, second] = [stage.world.rowsOf('db1'), stage.world.rowsOf('db2')];
    expect(first).toHaveLength(keyCount);
    expect(first.every(({ last }) => last?.origin === 'db1' && last.by === 'client')).toBe(true);
    // The newest is on its way for a few milliseconds.
    const different = first.filter(({ last }, key) => last?.number !== second[key]?.last?.number);
    expect(different.length).toBeLessThanOrEqual(1);
    expect(stage.world.overwrittenOn('db2')).toEqual([]);
    expect(stage.world.lackingOn('db2').count).toBeLessThanOrEqual(1);
    expect(stage.world.lackingOn('db1').count).toBe(0);
  });

  it('show what a new holder lacks of the old one, and until when that was committed', async () => {
    const stage = setStage();
    await failOverWithTail(stage);
    const { count, first, last } = stage.world.lackingOn('db2');
    expect(count).toBeGreaterThan(195);
    expect(count).toBeLessThan(205);
    expect(first).toMatchObject({ origin: 'db1', by: 'client' });
    expect(first?.committedAtMs).toBeGreaterThan(4900);
    expect(last?.committedAtMs).toBeGreaterThan(6900);
  });

  it('show an old tail that is applied over newer rows', async () => {
    const stage = setStage();
    await failOverWithTail(stage);
    expect(stage.world.overwrittenOn('db2')).toEqual([]);
    stage.world.change(() => start(stage.world, stage.world.master('db1')));
    await stage.pass(5000);
    const overwritten = stage.world.overwrittenOn('db2');
    expect(overwritten).toHaveLength(keyCount);
    for (const { newer, older } of overwritten) {
      expect(newer.origin).toBe('db2');
      expect(older.origin).toBe('db1');
      expect(newer.committedAtMs).toBeGreaterThan(older.committedAtMs);
    }
    // The old one takes the new rows, so that the two differ for good where nobody has written since.
    expect(stage.world.overwrittenOn('db1')).toEqual([]);
  });

  it('are free of old tails where the channel was stopped in time', async () => {
    const stage = setStage();
    await failOverWithTail(stage);
    const { one, pair, settle, world } = stage;
    await settle(one.database.detach(pair, 'db2', null, 'receiver', 1000));
    world.change(() => start(world, world.master('db1')));
    await stage.pass(5000);
    expect(world.overwrittenOn('db2')).toEqual([]);
    expect(world.lackingOn('db2').count).toBeGreaterThan(195);
  });

  it('show numbers that were given away twice, and what is gone for good', async () => {
    const stage = setStage();
    await stage.pass(5000);
    const { world } = stage;
    const db1 = world.master('db1');
    world.change(() => {
      crash(world, db1);
      loseLast(world, db1, 40);
    });
    expect(world.collisions()).toEqual([]);
    expect(world.lackingOn('db1').count).toBe(40);
    expect(world.lackingOn('db2').count).toBeLessThanOrEqual(1);
    const base = db1.log.countAt(stage.timeline.nowMs);
    world.change(() => {
      start(world, db1);
      db1.setWritable(world.nowMs, true, 'keepalambda');
    });
    await stage.pass(5000);
    const [collision] = world.collisions();
    expect(collision).toMatchObject({ origin: 'db1', from: base + 1, peerHasFirst: true });
    expect((collision?.to ?? 0) - base).toBeGreaterThan(38);
    expect(db1.log.transaction(base + 1, world.nowMs).committedAtMs).toBeGreaterThanOrEqual(5000);
    expect(db1.log.transaction(base + 1, world.nowMs, 0).committedAtMs).toBeLessThan(5000);
  });

  it('leave out the numbers that a person took by hand on a read-only server', async () => {
    const stage = setStage();
    await stage.pass(5000);
    const { world } = stage;
    const db1 = world.master('db1');
    world.change(() => {
      crash(world, db1);
      loseLast(world, db1, 40);
      start(world, db1);
    });
    const base = db1.log.countAt(world.nowMs);
    world.change(() => db1.log.add(world.nowMs, 3, 'person'));
    await stage.pass(1000);
    expect(world.collisions()).toEqual([]);
    world.change(() => db1.setWritable(world.nowMs, true, 'keepalambda'));
    await stage.pass(1000);
    expect(world.collisions()[0]).toMatchObject({ origin: 'db1', from: base + 4, peerHasFirst: true });
  });

  it('know a heartbeat from a client, and a commit that nobody was told of', async () => {
    const stage = setStage();
    await stage.pass(1000);
    const { log } = stage.world.master('db1');
    log.add(stage.timeline.nowMs, 1, 'heartbeat');
    const beat = log.countAt(stage.timeline.nowMs);
    expect(log.transaction(beat, 1000)).toMatchObject({ by: 'heartbeat', committedAtMs: 1000 });
    expect(log.transaction(beat - 1, 1000)).toMatchObject({ by: 'client' });
    const waiting = log.addWaiting(stage.timeline.nowMs, 'client');
    expect(log.transaction(waiting, 1000)).toMatchObject({ by: 'client', acknowledgedAtMs: null });
    log.acknowledge(1200, waiting);
    expect(log.transaction(waiting, 1200)).toMatchObject({ acknowledgedAtMs: 1200 });
    expect(log.transaction(3, 1200)).toMatchObject({ by: 'old', committedAtMs: 0 });
  });
});

/** A node that is made anew: it has nothing until the copy is over, and then what the other one has. */
import { describe, expect, it } from 'vitest';
import { beginCopy, endCopy, endWork, isWhole } from '../../sim/world/copy.ts';
import { loseLast } from '../../sim/world/life.ts';
import { breakIt, inboundOf, serverOf } from './breaking.ts';
import { type Stage, setStage } from './stage.ts';

function begin({ world }: Stage, node = 'db2'): void {
  world.change(() => void beginCopy(world, world.master(node)));
}

function end({ world }: Stage, method: 'clone' | 'dump' = 'dump', node = 'db2'): void {
  world.change(() => endCopy(world, world.master(node), method));
}

describe('a copy', () => {
  it.each(['clone', 'dump'] as const)(
    'by %s: nothing at first, then all rows, names and own history',
    async (method) => {
      const stage = setStage();
      const { world } = stage;
      world.change(() => world.master('db2').errant++);
      await stage.pass(2000);
      begin(stage);
      await stage.pass(1000);
      expect((await serverOf(stage, 'db2')).executed).toMatchObject({ gtid: '', file: 'mysql-bin.000001' });
      expect(world.lackingOn('db2').count).toBeGreaterThan(140);
      expect(await inboundOf(stage, 'db2')).toMatchObject({ io: 'no', sql: 'no', ioError: null });
      expect(isWhole(world, world.master('db2'))).toBe(false);
      end(stage, method);
      await stage.pass(3000);
      const [holder, standby] = [await serverOf(stage, 'db1'), await serverOf(stage, 'db2')];
      expect(world.lackingOn('db2').count).toBeLessThanOrEqual(1);
      expect(world.rowsOf('db2').map(({ last }) => last?.origin)).toEqual(Array(50).fill('db1'));
      expect(standby.executed.gtid).toContain(`${standby.identity}:1-1000`);
      expect(standby.executed.gtid).toContain(`${holder.identity}:1-1`);
      expect(standby.executed.gtid).not.toContain('ffff');
      expect(standby.uptimeSeconds).toBe(method === 'clone' ? 3 : 86_406);
      expect(await inboundOf(stage, 'db2')).toMatchObject({ io: 'yes', caughtUp: true });
      expect(isWhole(world, world.master('db2'))).toBe(true);
      expect(world.collisions()).toEqual([]);
    },
  );

  it('ends the channel of the other one with its new log, until that is started again', async () => {
    const stage = setStage();
    const { world } = stage;
    begin(stage);
    await stage.pass(1000);
    expect(await inboundOf(stage, 'db1')).toMatchObject({ io: 'no', ioError: { errno: 1236 } });
    end(stage);
    await stage.pass(1000);
    world.change(() => endWork(world.master('db2'), world.master('db1')));
    await stage.pass(1000);
    expect(await inboundOf(stage, 'db1')).toMatchObject({ io: 'yes', ioError: null });
    world.change(() => world.master('db2').log.add(world.nowMs, 5, 'person'));
    await stage.pass(1000);
    const { executed, identity } = await serverOf(stage, 'db2');
    expect(executed.gtid).toContain(`${identity}:1-1005`);
    expect((await serverOf(stage, 'db1')).executed.gtid).toContain(`${identity}:1-1005`);
  });

  it.each<
    [what: string, fault: 'mysqld-kill' | 'pair-partition' | 'disk-full', target: 'holder' | 'standby']
  >([
    ['the node dies', 'mysqld-kill', 'standby'],
    ['its source dies', 'mysqld-kill', 'holder'],
    ['the two are cut off', 'pair-partition', 'holder'],
    ['its disk is full', 'disk-full', 'standby'],
  ])('is broken off where %s, and leaves nothing until it is made again', async (_, fault, target) => {
    const stage = setStage();
    const { world } = stage;
    const node = world.master('db2');
    begin(stage);
    breakIt(stage, fault, target, 5000);
    await stage.pass(20_000);
    expect(node.copy).toEqual({ phase: 'broken-off' });
    end(stage);
    expect((await serverOf(stage, 'db2')).executed.gtid).toBe('');
    expect((await inboundOf(stage, 'db2')).io).toBe('no');
    begin(stage);
    end(stage);
    world.change(() => world.master('db1').setWritable(world.nowMs, true, 'keepalambda'));
    await stage.pass(3000);
    expect(node.copy).toEqual({ phase: 'copied' });
    expect(world.lackingOn('db2').count).toBeLessThanOrEqual(1);
  });

  it('brings back what a node had lost of its own, from the life that the other one has it of', async () => {
    const stage = setStage();
    const { world } = stage;
    await stage.pass(4000);
    breakIt(stage, 'mysqld-kill', 'holder', 1000);
    world.change(() => loseLast(world, world.master('db1'), 100));
    world.moveVip({ kind: 'node', node: 'db2' });
    world.change(() => world.master('db2').setWritable(world.nowMs, true, 'keepalambda'));
    await stage.pass(15_000);
    expect(world.lackingOn('db1').count).toBeGreaterThan(95);
    begin(stage, 'db1');
    end(stage, 'dump', 'db1');
    await stage.pass(3000);
    // What was on its way to db2 when db1 died is lost, and one of db2's is on its way now.
    expect(world.lackingOn('db1').count).toBeLessThanOrEqual(2);
    expect(world.master('db1').log.hasLost).toBe(false);
    const rows = (of: string) => world.rowsOf(of).map(({ last }) => last?.number);
    expect(rows('db1').filter((number, key) => number !== rows('db2')[key]).length).toBeLessThanOrEqual(1);
  });

  it('is refused on a node that takes writes, and is not made twice', async () => {
    const { world } = setStage();
    world.change(() => expect(beginCopy(world, world.master('db1'))).toBeNull());
    world.change(() => expect(beginCopy(world, world.master('db2'))).not.toBeNull());
    world.change(() => expect(beginCopy(world, world.master('db2'))).toBeNull());
  });
});

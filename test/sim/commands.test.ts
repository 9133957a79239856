/** What the simulator's database port does to its masters, where something is in the way. */
import { describe, expect, it } from 'vitest';
import type { BreakageName } from '../../sim/faults/fault.ts';
import { breakIt } from './breaking.ts';
import { setStage } from './stage.ts';

describe.each<BreakageName>(['blocking-session', 'global-lock'])('a session in the way (%s)', (name) => {
  it('is named before a move, and nothing is changed', async () => {
    const stage = setStage();
    breakIt(stage, name);
    const { one, pair, settle, world } = stage;
    const [obstacle] = await settle(one.database.inspect(pair, 'db1', 1000));
    expect(obstacle?.session.user).toMatch(/batch|backup/);
    expect(world.master('db1').writable).toBe(true);
    expect(await settle(one.database.inspect(pair, 'db2', 1000))).toEqual([]);
  });

  it('keeps the node open where nobody may be killed for it: writes wait meanwhile, and go on', async () => {
    const stage = setStage();
    breakIt(stage, name, 'holder', 60_000);
    const { one, pair, settle, world, timeline } = stage;
    const db1 = world.master('db1');
    const close = settle(one.database.close(pair, 'db1', 'once-closed', 5000));
    void close.catch(() => {});
    await stage.pass(500);
    expect(db1.servesVip).toBe(false);
    await expect(close).rejects.toMatchObject({ kind: 'unsuccessful', message: /session 4[24] of/ });
    expect(timeline.nowMs).toBeLessThan(2500);
    await stage.pass(60_000);
    expect(db1).toMatchObject({ writable: true, servesVip: true });
  });

  it('is ended where the node must be closed', async () => {
    const stage = setStage();
    breakIt(stage, name);
    const { one, pair, settle, world } = stage;
    const closed = await settle(one.database.close(pair, 'db1', 'to-close', 1000));
    expect(closed).toMatchObject({ wasWritable: true });
    expect(closed.killed).toBeGreaterThan(0);
    expect(world.master('db1')).toMatchObject({ writable: false, globalLock: null, blocker: null });
  });
});

describe('orders of the simulated port', () => {
  it('closing is not settled while a privileged account writes on', async () => {
    const stage = setStage();
    breakIt(stage, 'privileged-writer');
    await stage.pass(2000);
    const { one, pair, settle, world } = stage;
    const close = settle(one.database.close(pair, 'db1', 'to-close', 2000));
    await expect(close).rejects.toMatchObject({ kind: 'unsuccessful', message: /privileged/ });
    const before = world.master('db1').log.countAt(world.nowMs);
    await stage.pass(5000);
    expect(world.master('db1').log.countAt(world.nowMs)).toBe(before + 10);
  });

  it('detach stops the channel from that source only, and attach starts it again', async () => {
    const stage = setStage();
    const { one, pair, settle, world } = stage;
    const { channel } = world.master('db2');
    const stranger = settle(one.database.detach(pair, 'db2', 'somebody-else', 'receiver', 1000));
    expect(await stranger).toMatchObject({ was: 'unconfigured' });
    expect(channel.io).toBe('yes');
    const source = world.master('db1').identity;
    expect(await settle(one.database.detach(pair, 'db2', source, 'receiver', 1000))).toMatchObject({
      was: 'running',
    });
    expect(channel).toMatchObject({ io: 'no', stoppedBy: 'keepalambda', ioError: null });
    expect(await settle(one.database.detach(pair, 'db2', source, 'receiver', 1000))).toMatchObject({
      was: 'stopped',
    });
    await stage.pass(2000);
    expect(world.lackingOn('db2').count).toBeGreaterThan(100);
    await expect(settle(one.database.attach(pair, 'db2', 'somebody-else', 1000))).rejects.toThrow(
      /no channel/,
    );
    expect(await settle(one.database.attach(pair, 'db2', source, 1000))).toEqual({ wasRunning: false });
    await stage.pass(2000);
    expect(world.lackingOn('db2').count).toBeLessThanOrEqual(2);
    expect(await settle(one.database.attach(pair, 'db2', source, 1000))).toEqual({ wasRunning: true });
  });

  it('catching up with one source is not done by another', async () => {
    const stage = setStage();
    const { one, pair, settle, world } = stage;
    const goal = { upTo: null, source: world.master('db1').identity };
    expect(await settle(one.database.catchUp(pair, 'db2', goal, 1000))).toMatchObject({ reached: true });
    breakIt(stage, 'wrong-source', 'standby');
    expect(await settle(one.database.catchUp(pair, 'db2', goal, 1000))).toMatchObject({ reached: false });
  });

  it('catching up waits for a lock, and names who holds it', async () => {
    const stage = setStage();
    const { one, pair, settle } = stage;
    breakIt(stage, 'global-lock', 'standby');
    await stage.pass(1000);
    const caught = await settle(one.database.catchUp(pair, 'db2', { upTo: null, source: null }, 1000));
    expect(caught).toMatchObject({ reached: false, because: expect.stringMatching(/session 42/) });
  });

  it('a new holder whose commits wait for a standby that is gone answers no verification in time', async () => {
    const stage = setStage({ semiSyncTimeoutMs: 10_000 });
    const { one, pair, settle, world } = stage;
    breakIt(stage, 'host-down', 'holder');
    await settle(one.database.open(pair, 'db2', 1000));
    world.moveVip({ kind: 'node', node: 'db2' });
    await stage.pass(1500);
    await expect(settle(one.database.verify(pair, 2000))).rejects.toMatchObject({ kind: 'timeout' });
    await stage.pass(10_000);
    expect(await settle(one.database.verify(pair, 2000))).toMatchObject({ heartbeat: { kind: 'committed' } });
  });
});

it('what a hung server refuses when it wakes is heard by nobody: who asked has given up', async () => {
  const stage = setStage();
  const { one, pair, settle, world } = stage;
  const db2 = world.master('db2');
  breakIt(stage, 'mysqld-hang', 'standby', 20_000);
  // About every second one is lost on its way.
  while (!db2.waiting.some(({ run }) => run !== null))
    await expect(settle(one.database.reconnect(pair, 'db2', null, 1000))).rejects.toThrow('did not answer');
  world.change(() => db2.channel.stop('person', 'both'));
  await stage.pass(25_000);
  expect(db2).toMatchObject({ mysqld: 'up', waiting: [], channel: { ioWanted: false } });
});

/** Faults of servers: what a look shows of logins, commits and replication that fail. */
import { describe, expect, it } from 'vitest';
import type { BreakageName } from '../../sim/faults/fault.ts';
import { breakIt, inboundOf, report, seen, serverOf } from './breaking.ts';
import { setStage } from './stage.ts';

describe('a new login that is refused', () => {
  it.each<[BreakageName, number, string]>([
    ['connections-full', 1040, 'saturated'],
    ['wrong-password', 1045, 'locked-out'],
    ['probe-host-blocked', 1129, 'saturated'],
  ])(
    '%s: with a kept connection the server answers, and orders get in by it',
    async (name, errno, without) => {
      const stage = setStage();
      await report(stage);
      // The second digit of the degree says that the functions keep their connections.
      breakIt(stage, name, 'holder', 60_000, 0.18);
      expect((await serverOf(stage, 'db1')).loginRefused).toMatchObject({ errno });
      const { one, pair, settle } = stage;
      await expect(settle(one.database.open(pair, 'db1', 1000))).resolves.toEqual({ wasWritable: true });
      for (const view of stage.world.views.values()) view.keptSinceMs.clear();
      expect(await seen(stage, 'db1')).toMatchObject({ kind: without, errno });
      await stage.pass(60_000);
      expect((await serverOf(stage, 'db1')).loginRefused).toBeNull();
    },
  );

  it('refuses orders from functions that have no connection', async () => {
    const stage = setStage();
    breakIt(stage, 'probe-host-blocked', 'holder', 1e9, 0.91);
    const { one, pair, settle } = stage;
    const close = settle(one.database.close(pair, 'db1', 'to-close', 1000));
    await expect(close).rejects.toMatchObject({ kind: 'throttled' });
    expect(stage.world.master('db1').writable).toBe(true);
  });

  it('is over for a blocked host when mysqld is restarted', async () => {
    const stage = setStage();
    breakIt(stage, 'probe-host-blocked', 'holder', 1e9, 0.91);
    breakIt(stage, 'operator-restart', 'holder', 2000);
    await stage.pass(3000);
    expect(await seen(stage, 'db1')).toMatchObject({ kind: 'answered' });
  });

  it('keeps the channel out of a full server once it has lost its connection', async () => {
    const stage = setStage();
    breakIt(stage, 'connections-full', 'holder', 1e9, 0.18);
    await stage.pass(5000);
    expect(await inboundOf(stage, 'db2')).toMatchObject({ io: 'yes' });
    breakIt(stage, 'full-and-cut-off', 'holder', 30_000, 0.18);
    await stage.pass(20_000);
    expect(await inboundOf(stage, 'db2')).toMatchObject({ io: 'connecting', lagSeconds: null });
    await stage.pass(15_000);
    expect(await inboundOf(stage, 'db2')).toMatchObject({ io: 'yes', lagSeconds: 0 });
  });
});
describe('commits that hang', () => {
  it.each<[BreakageName, object]>([
    ['global-lock', { kind: 'failed', cause: 'global-lock', blocker: { user: 'backup' } }],
    ['heartbeat-barred', { kind: 'barred' }],
    ['writes-refused', { kind: 'refused', errno: 1792 }],
  ])('%s says why', async (name, heartbeat) => {
    const stage = setStage();
    breakIt(stage, name, 'holder', 20_000);
    await stage.pass(2000);
    expect((await serverOf(stage, 'db1')).heartbeat).toMatchObject(heartbeat);
    await stage.pass(20_000);
    expect((await serverOf(stage, 'db1')).heartbeat).toEqual({ kind: 'committed' });
  });

  it('only what is about our own table leaves the clients alone', async () => {
    const stage = setStage();
    const { world } = stage;
    breakIt(stage, 'heartbeat-barred');
    expect(world.master('db1').servesVip).toBe(true);
    breakIt(stage, 'global-lock');
    expect(world.master('db1').servesVip).toBe(false);
  });

  it('a lock on the standby keeps it from applying', async () => {
    const stage = setStage();
    breakIt(stage, 'global-lock', 'standby');
    await stage.pass(5000);
    expect(await serverOf(stage, 'db2')).toMatchObject({ isEarly: true, globalLock: null });
    await stage.pass(1500);
    const server = await serverOf(stage, 'db2');
    expect(server).not.toHaveProperty('isEarly');
    expect(server.globalLock).toMatchObject({ statement: 'FLUSH TABLES WITH READ LOCK' });
    expect(await inboundOf(stage, 'db2')).toMatchObject({
      caughtUp: false,
      applierBlocked: 'Waiting for global read lock',
    });
  });

  it('semi-synchronous commits wait for the standby, and go on without it after their time', async () => {
    const stage = setStage({ semiSyncTimeoutMs: 10_000 });
    const { world } = stage;
    const db1 = world.master('db1');
    await stage.pass(2000);
    breakIt(stage, 'pair-partition', 'holder', 60_000);
    await stage.pass(5000);
    const server = await serverOf(stage, 'db1');
    expect(server.semiSync).toEqual({ waiting: true, timeoutMs: 10_000 });
    expect(server.heartbeat).toMatchObject({ kind: 'failed', cause: 'semi-sync' });
    const waiting = db1.log.countAt(world.nowMs);
    expect(db1.log.transaction(waiting, world.nowMs)).toMatchObject({ acknowledgedAtMs: null });
    await stage.pass(10_000);
    expect((await serverOf(stage, 'db1')).heartbeat).toEqual({ kind: 'committed' });
    expect(db1.log.transaction(waiting, world.nowMs).acknowledgedAtMs).not.toBeNull();
    expect(db1.servesVip).toBe(true);
  });

  it('what a dead server had waiting was never acknowledged, and so is not lost', async () => {
    const stage = setStage({ semiSyncTimeoutMs: 10_000 });
    const { world } = stage;
    await stage.pass(2000);
    breakIt(stage, 'pair-partition', 'holder', 60_000);
    await stage.pass(5000);
    breakIt(stage, 'mysqld-kill', 'holder', 1e9);
    expect(world.lackingOn('db2').count).toBe(0);
  });
});
describe('replication that is not what it seems', () => {
  it('a channel that a person stopped shows no error, and runs again after a restart', async () => {
    const stage = setStage();
    breakIt(stage, 'operator-stop-replica', 'standby');
    await stage.pass(3000);
    expect(await inboundOf(stage, 'db2')).toMatchObject({ io: 'no', ioError: null, sqlError: null });
    breakIt(stage, 'operator-restart', 'standby', 1000);
    await stage.pass(3000);
    expect(await inboundOf(stage, 'db2')).toMatchObject({ io: 'yes', lagSeconds: 0 });
  });

  it('a channel from a stranger looks well and brings nothing', async () => {
    const stage = setStage();
    const { world } = stage;
    breakIt(stage, 'wrong-source', 'standby', 20_000);
    await stage.pass(5000);
    const inbound = await inboundOf(stage, 'db2');
    expect(inbound).toMatchObject({ io: 'yes', sql: 'yes', lagSeconds: 0, caughtUp: true });
    expect(inbound.sourceIdentity).not.toBe(world.master('db1').identity);
    expect(inbound.heardAgoMs).toBeLessThan(1000);
    expect(world.lackingOn('db2').count).toBeGreaterThan(400);
    await stage.pass(20_000);
    expect(world.lackingOn('db2').count).toBeLessThanOrEqual(2);
  });

  it('a hung server whose dump thread beats is heard by its standby', async () => {
    const stage = setStage();
    breakIt(stage, 'hang-with-beats');
    await stage.pass(30_000);
    expect(await seen(stage, 'db1')).toMatchObject({ kind: 'unanswered', during: 'login' });
    const inbound = await inboundOf(stage, 'db2');
    expect(inbound.io).toBe('yes');
    expect(inbound.heardAgoMs).toBeLessThan(1000);
  });

  it.each([
    ['with GTIDs, while it has less', true, 0.99],
    ['by file, whatever it has', false, 0.05],
  ])('a source that came back with less is an error (%s)', async (_, gtid, degree) => {
    const stage = setStage({ gtid });
    await stage.pass(3000);
    breakIt(stage, 'returns-with-less', 'holder', 1000, degree);
    await stage.pass(4000);
    const { io, ioError } = await inboundOf(stage, 'db2');
    expect({ io, errno: ioError?.errno }).toEqual({ io: 'no', errno: 1236 });
    expect(stage.world.lackingOn('db1').count).toBeGreaterThan(10);
  });

  it('nobody can follow a server without a binary log', async () => {
    const stage = setStage();
    breakIt(stage, 'binary-log-off', 'standby');
    expect((await serverOf(stage, 'db2')).binaryLog).toBe('off');
    expect((await inboundOf(stage, 'db1')).io).toBe('yes');
    breakIt(stage, 'operator-restart', 'standby', 1000);
    await stage.pass(3000);
    expect(await inboundOf(stage, 'db1')).toMatchObject({ io: 'no', ioError: { errno: 1236 } });
  });
});

/** What an administrator does to a server: how it shows, what it leaves, and how often it is drawn. */
import { describe, expect, it } from 'vitest';
import { drawAdministration } from '../../sim/faults/administration.ts';
import { firstMissingMs } from '../../sim/invariants/loss.ts';
import { breakIt, inboundOf, serverOf } from './breaking.ts';
import { setStage } from './stage.ts';

describe('a binary log that is reset', () => {
  it('names what comes from 1 on; the standby is sent nothing more, and knows names that its source does not', async () => {
    const stage = setStage();
    await stage.pass(2000);
    breakIt(stage, 'log-reset', 'holder', 1e9);
    await stage.pass(2000);
    const [holder, standby] = [await serverOf(stage, 'db1'), await serverOf(stage, 'db2')];
    expect(holder.executed).toMatchObject({ file: 'mysql-bin.000001' });
    expect(holder.executed.gtid).toMatch(new RegExp(`^${holder.identity}:1-2\\d\\d$`));
    expect(standby.executed.gtid).toMatch(new RegExp(`${holder.identity}:1-(1199|1200)$`));
    expect(await inboundOf(stage, 'db2')).toMatchObject({ io: 'no', ioError: { errno: 1236 } });
    expect(stage.world.lackingOn('db2').count).toBeGreaterThan(90);
    expect(stage.world.lackingOn('db1').count).toBe(0);
    expect(firstMissingMs(stage.world, stage.world.master('db2'))).toBeLessThan(2100);
  });

  it('is refused while the standby has more, and then sends only what has a new name', async () => {
    const stage = setStage();
    const { world } = stage;
    const { channel } = world.master('db2');
    breakIt(stage, 'log-reset', 'holder', 5000, 0.9);
    await stage.pass(6000);
    expect(await inboundOf(stage, 'db2')).toMatchObject({ io: 'no', ioError: { errno: 1236 } });
    await stage.pass(20_000);
    world.change(() => {
      channel.ioError = null;
      channel.ioWanted = true;
    });
    await stage.pass(3000);
    expect(await inboundOf(stage, 'db2')).toMatchObject({ io: 'yes', caughtUp: true });
    // As many as it had when the log was reset have names that it knew.
    expect(world.lackingOn('db2').count).toBeGreaterThan(900);
    expect(firstMissingMs(world, world.master('db2'))).toBeLessThan(100);
    const [holder, standby] = [await serverOf(stage, 'db1'), await serverOf(stage, 'db2')];
    expect(standby.executed.gtid).toContain(`${holder.identity}:1-`);
  });

  it('without GTIDs the place is in a log that is gone, whatever is committed since', async () => {
    const stage = setStage({ gtid: false });
    breakIt(stage, 'log-reset', 'holder', 15_000, 0.9);
    await stage.pass(40_000);
    const inbound = await inboundOf(stage, 'db2');
    expect(inbound).toMatchObject({ io: 'no', ioError: { errno: 1236 } });
    expect(inbound.received.file).toBe('mysql-bin.000007');
  });

  it('on the standby it forgets what it has applied, and is fed on until it connects anew; what it feeds ends at once', async () => {
    const stage = setStage();
    const { world } = stage;
    await stage.pass(2000);
    breakIt(stage, 'log-reset', 'standby', 1e9);
    await stage.pass(2000);
    const [holder, standby] = [await serverOf(stage, 'db1'), await serverOf(stage, 'db2')];
    expect(standby.executed.gtid).toMatch(new RegExp(`^${holder.identity}:1\\d\\d\\d-1\\d\\d\\d$`));
    expect(await inboundOf(stage, 'db2')).toMatchObject({ io: 'yes' });
    expect(await inboundOf(stage, 'db1')).toMatchObject({ io: 'no', ioError: { errno: 1236 } });
    expect(world.lackingOn('db2').count).toBeLessThanOrEqual(2);
    breakIt(stage, 'operator-restart', 'standby', 1000);
    await stage.pass(3000);
    expect(await inboundOf(stage, 'db2')).toMatchObject({ io: 'no', ioError: { errno: 1236 } });
    expect(await inboundOf(stage, 'db1')).toMatchObject({ io: 'no', ioError: { errno: 1236 } });
  });

  it('is not done on a server that is down', async () => {
    const stage = setStage();
    breakIt(stage, 'mysqld-kill', 'holder', 1e9);
    breakIt(stage, 'log-reset', 'holder', 1e9);
    expect(stage.world.master('db1').log.resets).toBe(0);
  });
});

describe('offline_mode', () => {
  it('throws out clients and the replica, lets us in, and ends by itself or with the process', async () => {
    const stage = setStage();
    const { world } = stage;
    await stage.pass(1000);
    breakIt(stage, 'offline-mode', 'holder', 20_000);
    const count = world.master('db1').log.countAt(world.nowMs);
    await stage.pass(2000);
    const server = await serverOf(stage, 'db1');
    expect(server).toMatchObject({ offline: true, writable: true, heartbeat: { kind: 'committed' } });
    // Our heartbeats alone.
    expect(world.master('db1').log.countAt(world.nowMs) - count).toBeLessThan(5);
    expect(world.master('db1').servesVip).toBe(false);
    expect(await inboundOf(stage, 'db2')).toMatchObject({ io: 'connecting', ioError: { errno: 3032 } });
    await stage.pass(20_000);
    expect(await serverOf(stage, 'db1')).not.toHaveProperty('offline');
    expect(await inboundOf(stage, 'db2')).toMatchObject({ io: 'yes' });
    breakIt(stage, 'offline-mode', 'holder', 1e9);
    breakIt(stage, 'mysqld-restart', 'holder', 1000);
    await stage.pass(2000);
    expect(world.master('db1').refusesClients).toBe(false);
  });
});

describe('a clock that is set', () => {
  it('shows as off and as another uptime; the lag by our heartbeat is as it was', async () => {
    const stage = setStage();
    const before = await serverOf(stage, 'db2');
    breakIt(stage, 'clock-step', 'standby', 10_000, 0.9);
    await stage.pass(1000);
    const server = await serverOf(stage, 'db2');
    expect(server.clockOffMs).toBe(60_000);
    expect(server.uptimeSeconds - before.uptimeSeconds).toBeGreaterThanOrEqual(60);
    expect((await inboundOf(stage, 'db2')).lagSeconds).toBe(0);
    await stage.pass(10_000);
    expect(await serverOf(stage, 'db2')).toMatchObject({ clockOffMs: 0 });
  });

  it('without our heartbeat the lag is wrong by as much while anything is left to apply', async () => {
    const stage = setStage({ pair: { writeProbe: false } });
    await stage.pass(1000);
    breakIt(stage, 'applier-slow', 'standby', 1e9, 0);
    breakIt(stage, 'clock-step', 'standby', 1e9, 0.9);
    await stage.pass(3000);
    expect((await inboundOf(stage, 'db2')).lagSeconds).toBeGreaterThanOrEqual(60);
  });

  it('back to before its start gives no uptime', async () => {
    const stage = setStage();
    breakIt(stage, 'mysqld-restart', 'standby', 1000);
    await stage.pass(5000);
    breakIt(stage, 'clock-step', 'standby', 1e9, 0.1);
    expect(await serverOf(stage, 'db2')).toMatchObject({ uptimeSeconds: 0, clockOffMs: -60_000 });
  });
});

describe('what is drawn', () => {
  it('is each at least 100 times in 5000 histories, and nothing in most', () => {
    const counts = new Map<string, number>();
    let quiet = 0;
    for (let index = 0; index < 5000; index++) {
      const faults = drawAdministration(20_261_125_000_000 + index);
      if (faults.length === 0) quiet++;
      for (const fault of faults) {
        if (fault.kind !== 'breakage') continue;
        expect(fault.atMs).toBeGreaterThan(0);
        counts.set(fault.name, (counts.get(fault.name) ?? 0) + 1);
      }
    }
    expect(quiet).toBeGreaterThan(4000);
    for (const name of ['log-reset', 'offline-mode', 'clock-step'])
      expect(counts.get(name) ?? 0).toBeGreaterThan(150);
  });
});

/** What an old holder still has replaces no newer row, whoever moved the VIP away from it. */
import { describe, expect, it } from 'vitest';
import { PortError } from '../../lib/watch/ports/port-error.ts';
import { ask, breakNow, endDrill, newDrill, twisted, until, watchOver } from './drill.ts';
import type { Stage } from './stage.ts';

/** db1 dies with writes that db2 has not received, and the watch with it, as soon as it calls this on db2. */
async function cutFailover(stage: Stage, at: 'catchUp' | 'attach'): Promise<void> {
  const { one, world, processes } = stage;
  const [, db2] = world.masters;
  let isCut = false;
  const die = () => {
    isCut = true;
    processes[0].kill();
  };
  const denied = { assign: () => Promise.reject(new PortError('denied', 'UnauthorizedOperation')) };
  const catchUp: typeof one.database.catchUp = (...args) => {
    if (at === 'catchUp') die();
    return one.database.catchUp(...args);
  };
  const attach: typeof one.database.attach = async (...args) => {
    const attached = await one.database.attach(...args);
    die();
    return attached;
  };
  watchOver(stage, twisted(one, { vip: denied, database: { catchUp, attach } }));
  world.change(() => (db2.channel.transportMs = 500));
  await stage.pass(20_000);
  breakNow(stage, 'mysqld-kill', 'holder', 40_000);
  await until(stage, 20_000, () => isCut);
}

it('the VIP is moved by hand to a node whose channel somebody has stopped: who starts it again brings no older rows', async () => {
  const stage = newDrill({ writability: 'untouched' });
  const [, db2] = stage.world.masters;
  watchOver(stage);
  await stage.pass(20_000);
  breakNow(stage, 'probe-partition-all', 'holder');
  breakNow(stage, 'operator-stop-replica', 'standby', 60_000);
  await stage.pass(30_000);
  breakNow(stage, 'vip-by-hand', 'holder', 0);
  await until(stage, 15_000, () => db2.channel.barred);
  await stage.pass(60_000);
  expect([stage.session.court.violation, stage.world.holder, db2.channel.io]).toEqual([
    null,
    db2,
    'connecting',
  ]);
  endDrill(stage);
});

it('an old holder of a switchover comes back with less while the new one dies: it does not take over, or it gave numbers away twice', async () => {
  const stage = newDrill();
  const [db1, db2] = stage.world.masters;
  watchOver(stage);
  await stage.pass(20_000);
  await stage.settle(ask(stage, { action: 'switchover', to: 'db2' }));
  expect(stage.world.holder).toBe(db2);
  await stage.pass(6000);
  breakNow(stage, 'returns-with-less', 'standby', 3000, 0.5);
  await stage.pass(1500);
  breakNow(stage, 'host-down', 'holder', 60_000);
  await stage.pass(30_000);
  expect([stage.session.court.violation, stage.world.holder, db1.writable]).toEqual([null, db2, false]);
  expect(stage.published).toContain('holder-lost');
  endDrill(stage);
});

it('a loss is accepted of what was never received: the new holder does not fetch it when it restarts', async () => {
  const stage = newDrill();
  const [, db2] = stage.world.masters;
  watchOver(stage);
  await stage.pass(20_000);
  breakNow(stage, 'lag-unknown', 'standby', 60_000);
  await stage.pass(5000);
  void ask(stage, { action: 'failover', to: 'db2', force: true, acceptLoss: true });
  await until(stage, 60_000, () => stage.world.holder === db2);
  await stage.pass(30_000);
  breakNow(stage, 'operator-restart', 'holder', 300);
  await stage.pass(30_000);
  expect([stage.session.court.violation, db2.writable, db2.channel.barred]).toEqual([null, true, true]);
  endDrill(stage);
});

it('a loss is accepted of what was received and not applied: neither who starts the channel nor a restart applies it', async () => {
  const stage = newDrill();
  const { world } = stage;
  const [db1, db2] = world.masters;
  watchOver(stage);
  await stage.pass(20_000);
  world.change(() => (db2.channel.sqlWanted = false));
  await stage.pass(5000);
  void ask(stage, { action: 'failover', to: 'db2', force: true, acceptLoss: true });
  await until(stage, 60_000, () => world.holder === db2);
  await stage.pass(10_000);
  const { appliedCount } = db2.channel.relayLog;
  world.change(() => db2.channel.startAgain());
  await stage.pass(20_000);
  expect([db2.channel.relayLog.appliedCount, db2.channel.io]).toEqual([appliedCount, 'yes']);
  breakNow(stage, 'operator-restart', 'holder', 300);
  await stage.pass(30_000);
  expect([stage.session.court.violation, db2.channel.relayLog.appliedCount]).toEqual([null, appliedCount]);
  expect(stage.published).toContain('channel-detached');
  expect(stage.published).not.toContain('channel-attached');
  // A person takes it.
  void ask(stage, { action: 'reattach', acceptLoss: true });
  await until(
    stage,
    20_000,
    () => db2.channel.relayLog.caughtUp && db2.channel.relayLog.received === db1.log.countAt(world.nowMs),
  );
  endDrill(stage);
});

describe('a failover is cut short, and somebody else moves the VIP', () => {
  it('to the standby, before anything was done: the channel from the old holder is stopped before the standby is opened', async () => {
    const stage = newDrill();
    const [, db2] = stage.world.masters;
    await cutFailover(stage, 'catchUp');
    breakNow(stage, 'vip-by-hand', 'holder', 0);
    watchOver(stage, stage.other, 'watch-2');
    await until(stage, 25_000, () => db2.writable);
    expect([stage.world.holder, db2.channel.barred]).toEqual([db2, true]);
    await stage.pass(60_000);
    expect(stage.published).toEqual(expect.arrayContaining(['plan-incomplete', 'vip-moved-by-hand']));
    expect([stage.session.court.violation, db2.writable]).toEqual([null, true]);
    endDrill(stage);
  });

  it('away while it is being undone: it belongs to the old holder still, and the standby is not simply opened', async () => {
    const stage = newDrill();
    const [, db2] = stage.world.masters;
    await cutFailover(stage, 'attach');
    breakNow(stage, 'vip-taken', 'holder', 3000);
    watchOver(stage, stage.other, 'watch-2');
    await until(stage, 30_000, () => stage.world.holder === db2 && db2.writable);
    expect(db2.channel.barred).toBe(true);
    await stage.pass(60_000);
    expect([stage.session.court.violation, db2.writable]).toEqual([null, true]);
    endDrill(stage);
  });
});

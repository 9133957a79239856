/** Failovers that need time, and holders that come back: reviews of 15d31a4 found each of these, and each fails there. */
import { describe, expect, it } from 'vitest';
import { PortError } from '../../lib/watch/ports/port-error.ts';
import { runWatch } from '../../lib/watch/watch.ts';
import { ask, breakNow, configOf, endDrill, newDrill, twisted, until, watchOver } from './drill.ts';

describe('a failover that needs time, or is undone, costs the flap guard nothing', () => {
  it('a backlog of 100 s is applied, and then the VIP moves', async () => {
    const stage = newDrill({ holderReplicationFault: 'page' });
    const [, db2] = stage.world.masters;
    watchOver(stage);
    await stage.pass(20_000);
    stage.world.change(() => (db2.channel.applyPerMs = 0));
    await stage.pass(90_000);
    const { pile } = db2.channel.relayLog;
    stage.world.change(() => (db2.channel.applyPerMs = pile / 100_000));
    await stage.pass(250);
    breakNow(stage, 'mysqld-kill', 'holder');
    const tookMs = await until(stage, 300_000, () => stage.world.holder === db2);
    expect(tookMs).toBeLessThan(125_000);
    expect(stage.published).not.toContain('flap-guard');
    endDrill(stage);
  });

  // The review tried this one too, and found it sound.
  it('is carried on by the next leader where the time of the first one ends meanwhile', async () => {
    const stage = newDrill({ holderReplicationFault: 'page' });
    const [, db2] = stage.world.masters;
    const { one } = stage;
    const deadlineMs = one.clock.nowMs() + 43_000;
    void runWatch({ config: configOf(stage), ports: one, owner: 'watch-1', deadlineMs });
    await stage.pass(20_000);
    watchOver(stage, stage.other, 'watch-2');
    stage.world.change(() => (db2.channel.applyPerMs = 0));
    await stage.pass(20_000);
    const { pile } = db2.channel.relayLog;
    stage.world.change(() => (db2.channel.applyPerMs = pile / 20_000));
    breakNow(stage, 'mysqld-kill', 'holder');
    expect(await until(stage, 60_000, () => stage.world.holder === db2)).toBeLessThan(25_000);
    endDrill(stage);
  });

  it('the answer to `open` is lost: it is asked for again', async () => {
    const stage = newDrill();
    const [, db2] = stage.world.masters;
    const { one } = stage;
    let lost = false;
    const open: typeof one.database.open = async (pair, node, limitMs) => {
      const opened = await one.database.open(pair, node, limitMs);
      if (lost) return opened;
      lost = true;
      await one.clock.sleep(limitMs);
      throw new PortError('timeout', 'open: no answer');
    };
    watchOver(stage, twisted(one, { database: { open } }));
    await stage.pass(20_000);
    breakNow(stage, 'mysqld-kill', 'holder');
    expect(await until(stage, 60_000, () => stage.world.holder === db2)).toBeLessThan(6000);
    await stage.pass(12_000);
    expect([lost, stage.published.includes('failover-done')]).toEqual([true, true]);
    endDrill(stage);
  });
});
it('a holder that comes back with less while a plan is carried out gives no numbers away twice', async () => {
  const stage = newDrill({ repair: ['mysqld'] });
  const [db1] = stage.world.masters;
  watchOver(stage);
  await stage.pass(20_000);
  breakNow(stage, 'host-down', 'standby', 120_000);
  await stage.pass(10_000);
  expect(stage.world.table.memoryOf(stage.pair.name).plan?.kind).toBe('repair-node');
  // The standby has received all but what came since.
  breakNow(stage, 'returns-with-less', 'holder', 3000, 0.99);
  await stage.pass(60_000);
  expect([db1.answers, db1.writable]).toEqual([true, false]);
  expect(stage.published).toContain('holder-behind');
  await stage.pass(120_000);
  expect(stage.world.collisions().filter(({ peerHasFirst }) => peerHasFirst)).toEqual([]);
  endDrill(stage);
});
it('a VIP that somebody moves back by hand is taken by the host that was told to give it up', async () => {
  const stage = newDrill({ hostAddress: 'ssm' });
  const [db1] = stage.world.masters;
  watchOver(stage);
  await stage.pass(20_000);
  const { ok } = await stage.settle(ask(stage, { action: 'switchover', to: 'db2' }));
  expect([ok, db1.bound]).toEqual([true, false]);
  await stage.pass(20_000);
  breakNow(stage, 'vip-by-hand', 'holder', 0);
  await until(stage, 30_000, () => db1.servesVip);
  expect(stage.world.holder).toBe(db1);
  endDrill(stage);
});

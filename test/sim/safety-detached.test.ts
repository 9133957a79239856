/** The channel from an old holder that has more: it stays detached until a person decides. Reviews of 15d31a4 found each, and each fails there. */
import { expect, it } from 'vitest';
import { ask, breakNow, endDrill, newDrill, twisted, until, watchOver } from './drill.ts';

it('the old holder is back with what the new one lacks: its channel stays detached, and a person is asked', async () => {
  const stage = newDrill();
  const [, db2] = stage.world.masters;
  watchOver(stage);
  await stage.pass(20_000);
  breakNow(stage, 'pair-partition', 'holder', 30_000);
  await stage.pass(1000);
  breakNow(stage, 'mysqld-kill', 'holder', 60_000);
  await until(stage, 30_000, () => stage.world.holder === db2);
  expect(db2.channel.ioWanted).toBe(false);
  await until(stage, 120_000, () => stage.published.includes('channel-detached'));
  expect(db2.channel.ioWanted).toBe(false);
  endDrill(stage);
});
it('two failovers in a row, each from a node that was back with a tail: both channels are remembered, and attached in turn', async () => {
  const stage = newDrill();
  const [db1, db2] = stage.world.masters;
  const alerts: string[] = [];
  const publish: typeof stage.one.alerts.publish = async (mail) => {
    for (const { code, happened } of mail) alerts.push(`${code}: ${happened}`);
    await stage.one.alerts.publish(mail);
  };
  watchOver(stage, twisted(stage.one, { rest: { alerts: { ...stage.one.alerts, publish } } }));
  await stage.pass(20_000);
  breakNow(stage, 'host-down', 'holder', 30_000);
  await until(stage, 120_000, () => stage.published.includes('channel-detached'));
  breakNow(stage, 'host-down', 'holder', 60_000);
  await stage.pass(15_000);
  const terms = { to: 'db1', force: true, acceptLoss: true };
  expect(await stage.settle(ask(stage, { action: 'failover', ...terms }))).toMatchObject({ ok: true });
  await stage.pass(120_000);
  expect([db1.channel.barred, db2.channel.barred]).toEqual([true, true]);
  const reattach = () => stage.settle(ask(stage, { action: 'reattach', acceptLoss: true }));
  expect(await reattach()).toMatchObject({ ok: true });
  await stage.pass(10_000);
  expect([db1.channel.barred, db2.channel.barred]).toEqual([false, true]);
  expect(alerts.some((text) => text.startsWith('channel-detached: db2 receives nothing from db1'))).toBe(
    true,
  );
  expect(await reattach()).toMatchObject({ ok: true });
  await until(stage, 120_000, () => stage.published.at(-1) === 'all-clear');
  expect(db2.channel.barred).toBe(false);
  endDrill(stage);
});
it('a detached channel stays so when mysqld of the new holder restarts: no newer row is replaced', async () => {
  const stage = newDrill();
  const [, db2] = stage.world.masters;
  watchOver(stage);
  await stage.pass(20_000);
  breakNow(stage, 'pair-partition', 'holder', 3000);
  await stage.pass(1000);
  breakNow(stage, 'mysqld-kill', 'holder', 30_000);
  await until(stage, 120_000, () => stage.published.includes('channel-detached'));
  breakNow(stage, 'mysqld-restart', 'holder', 3000);
  await until(stage, 30_000, () => db2.writable && db2.channel.link === 'connecting');
  await stage.pass(30_000);
  expect(stage.world.overwrittenOn('db2')).toEqual([]);
  endDrill(stage);
});
it('where the failover missed nothing, the channel is attached by itself when the old holder is back', async () => {
  const stage = newDrill();
  const [db1, db2] = stage.world.masters;
  watchOver(stage);
  // Clients commit every 20 ms: by now the last commit has arrived, and the next has not begun.
  await stage.pass(20_016);
  breakNow(stage, 'mysqld-kill', 'holder', 20_000);
  await until(stage, 30_000, () => stage.world.holder === db2 && db2.channel.barred);
  await until(stage, 30_000, () => db1.mysqld === 'up');
  await until(stage, 5000, () => db2.channel.link === 'flowing');
  // What needs nobody is mailed within a minute.
  await stage.pass(61_000);
  expect(stage.published).toContain('channel-attached');
  expect(stage.published).not.toContain('channel-detached');
  endDrill(stage);
});

/** Moves of the VIP that did not go as they were ordered, or did not come: simulated histories found each of these. */
import { expect, it } from 'vitest';
import { PortError } from '../../lib/watch/ports/port-error.ts';
import type { VipPort } from '../../lib/watch/ports/vip.ts';
import { ask, breakNow, endDrill, newDrill, twisted, until, watchOver } from './drill.ts';

it('a VIP that somebody takes from the new holder before EC2 has shown it there goes back to the new holder', async () => {
  const stage = newDrill();
  const { one, world } = stage;
  const [, db2] = world.masters;
  let isTaken = false;
  const assign: VipPort['assign'] = async (pair, to) => {
    await one.vip.assign(pair, to);
    if (isTaken) return;
    isTaken = true;
    world.moveVip({ kind: 'nowhere' });
    await one.clock.sleep(7000);
    throw new PortError('timeout', 'EC2 took the order and does not show it');
  };
  watchOver(stage, twisted(one, { vip: { assign } }));
  await stage.pass(20_000);
  breakNow(stage, 'disk-full', 'holder');
  await until(stage, 20_000, () => isTaken);
  await until(stage, 30_000, () => world.holder === db2 && db2.writable);
  await until(stage, 10_000, () => stage.published.includes('vip-reattached'));
  expect(stage.session.court.violation).toBeNull();
  expect(stage.published).not.toContain('flap-guard');
  endDrill(stage);
});

it.each([
  ['a short while', 5000, 'db2'],
  ['so long that it may have lived again', 12_000, 'db1'],
])(
  'a holder that died in a pause, and whose standby could not say so for %s',
  async (_, stoppedForMs, holder) => {
    const stage = newDrill();
    watchOver(stage);
    await stage.pass(20_000);
    await stage.settle(ask(stage, { action: 'pause', minutes: 1 }));
    breakNow(stage, 'host-down', 'holder');
    await stage.pass(20_000);
    expect(stage.published).toContain('holder-lost');
    breakNow(stage, 'operator-stop-replica', 'standby', stoppedForMs);
    await stage.pass(60_000);
    expect(stage.world.holder?.name).toBe(holder);
    endDrill(stage);
  },
);

it('a holder whose port refuses us, and that keeps clients and its standby out, is not dead', async () => {
  const stage = newDrill();
  watchOver(stage);
  await stage.pass(20_000);
  breakNow(stage, 'port-rejected', 'holder', 20_000);
  await stage.pass(4000);
  breakNow(stage, 'offline-mode', 'holder', 30_000);
  await stage.pass(20_000);
  expect(stage.session.court.violation).toBeNull();
  expect(stage.world.holder?.name).toBe('db1');
  expect(stage.published).toContain('blind');
  endDrill(stage);
});

it('and when it dies then, a person is alerted of it: its standby may lack what it wrote meanwhile', async () => {
  const stage = newDrill();
  watchOver(stage);
  await stage.pass(20_000);
  breakNow(stage, 'port-rejected', 'holder');
  await stage.pass(2000);
  breakNow(stage, 'offline-mode', 'holder');
  await stage.pass(2000);
  breakNow(stage, 'mysqld-kill', 'holder');
  await until(stage, 10_000, () => stage.published.includes('holder-lost'));
  expect(stage.session.court.violation).toBeNull();
  endDrill(stage);
});

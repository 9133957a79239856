/** A document of the team's own that fails on the first node: the order stops there, and says so everywhere. */
import { setTimeout as delay } from 'node:timers/promises';
import { pairName } from '../deployment.ts';
import { askReply } from '../rejoin/world.ts';
import type { MaintainRun } from './run.ts';

/** How long an alert may take to a person. Milliseconds. */
const ALERT_LIMIT_MS = 60_000;

export async function orderBroken(run: MaintainRun): Promise<void> {
  const { world } = run;
  const ran = () => world.aws.ssm.commands.filter(({ document }) => document === 'lab-broken').length;
  const ordered = await run.order('lab-broken', { command: 'broken' });
  const said = ordered.lines.join(' ');
  run.mustBe(
    'a document that fails stops the order, which says why',
    ordered.outcome !== 'done' && said.includes('not ready for it'),
  );
  run.mustBe('it is not run a second time', ran() === 1);
  run.mustBe('clients saw no switchover', run.switchovers === 0 && world.holder() === 'db1');
  run.mustBe('people are alerted of it', await alerted(run));
  const status = await askReply(world, { action: 'status', pair: pairName });
  const text = status.lines.join(' ');
  run.mustBe(
    'status says where it stopped, and why',
    text.includes('db2 is out') && text.includes('not ready for it'),
  );
  const stop = await askReply(world, {
    action: 'maintain',
    pair: pairName,
    by: 'the lab',
    why: 'it fails',
    stop: true,
  });
  run.mustBe('it can be stopped there', stop.ok);
  await run.untilQuiet();
  const { maintenance } = await world.store.readMemory(pairName);
  run.mustBe('then no node is out any more', maintenance === null);
  run.alerts.length = 0;
}

async function alerted({ alerts }: MaintainRun): Promise<boolean> {
  const deadlineMs = Date.now() + ALERT_LIMIT_MS;
  while (!alerts.includes('maintenance-stopped')) {
    if (Date.now() > deadlineMs) return false;
    await delay(200);
  }
  return true;
}

/** A watch whose environment has a topic for escalations: what nobody acknowledges goes there, and acknowledging ends it. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Alert } from '../../lib/core/alert/incident.ts';
import { runWatch } from '../../lib/watch/watch.ts';
import { ask, breakNow, configOf, endDrill, newDrill, until } from './drill.ts';
import type { Stage } from './stage.ts';

const minuteMs = 60_000;

let stage: Stage;
/** The alerts of each mail, in order. */
let mails: (readonly Alert[])[];
beforeEach(() => {
  stage = newDrill();
  mails = [];
  const { one } = stage;
  const publish = async (alerts: readonly Alert[]) => {
    await one.alerts.publish(alerts);
    mails.push(alerts);
  };
  const config = {
    ...configOf(stage),
    escalationTopicArn: 'arn:aws:sns:eu-central-1:111122223333:escalations',
    escalationMinutes: 10,
  };
  const ports = { ...one, alerts: { ...one.alerts, publish } };
  void runWatch({ config, ports, owner: 'watch-1', deadlineMs: one.clock.nowMs() + 86_400_000 });
});
afterEach(() => endDrill(stage));

const escalations = () => mails.flat().filter(({ escalates }) => escalates === true);
const incident = () => stage.world.table.memoryOf(stage.pair.name).incident?.id;

/** Both nodes are lost, for good. */
async function loseBoth() {
  await stage.pass(20_000);
  breakNow(stage, 'mysqld-kill', 'standby');
  breakNow(stage, 'mysqld-kill', 'holder');
  await until(stage, minuteMs, () => incident() !== undefined);
}

it('goes there after the time that is set, in mails of its own, and again an hour later', async () => {
  await loseBoth();
  await stage.pass(9 * minuteMs);
  expect(escalations()).toEqual([]);
  await stage.pass(2 * minuteMs);
  expect(escalations().map(({ code }) => code)).toEqual(['not-acknowledged']);
  await stage.pass(62 * minuteMs);
  expect(escalations().map(({ again }) => again?.times)).toEqual([undefined, 2]);
  for (const mail of mails) expect(new Set(mail.map(({ escalates }) => escalates)).size).toBe(1);
}, 120_000);

it('does not once a person has acknowledged the incident', async () => {
  await loseBoth();
  const asked = ask(stage, { action: 'acknowledge', incident: incident() });
  const reply = await stage.settle(asked);
  expect([reply.ok, reply.lines.join()]).toEqual([true, expect.stringContaining('it is not escalated')]);
  await stage.pass(20 * minuteMs);
  expect(escalations()).toEqual([]);
}, 120_000);

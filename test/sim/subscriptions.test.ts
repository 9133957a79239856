/** Whether anybody gets the alerts: published with the hourly examination, and said by `status`. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { replySchema } from '../../lib/core/operator/reply.ts';
import { operate } from '../../lib/watch/operate.ts';
import type { Ports } from '../../lib/watch/ports/ports.ts';
import { configOf, endDrill, newDrill, twisted, watchOver } from './drill.ts';
import type { Stage } from './stage.ts';

let stage: Stage;
beforeEach(() => {
  stage = newDrill();
});
afterEach(() => endDrill(stage));

/** Watches a pair that has never been examined. Gives back what is published of the subscriptions. */
function watchPublishing(): readonly number[] {
  const values: number[] = [];
  const { one } = stage;
  const publish: Ports['metrics']['publish'] = (name, value) => {
    if (name === 'SubscriptionsConfirmed') values.push(value);
  };
  const claimMemory: Ports['store']['claimMemory'] = async (...args) => ({
    ...(await one.store.claimMemory(...args)),
    examined: null,
  });
  const metrics = { ...one.metrics, publish };
  watchOver(stage, twisted(one, { store: { claimMemory }, rest: { metrics } }));
  return values;
}

async function status() {
  const { other: ports, pair } = stage;
  const raw = { action: 'status', pair: pair.name };
  const deadlineMs = ports.clock.nowMs() + 50_000;
  const asked = operate({ config: configOf(stage), ports, raw, owner: 'operate', deadlineMs });
  return replySchema.parse(await stage.settle(asked));
}

it('is published once an hour', async () => {
  const values = watchPublishing();
  stage.world.services = { ...stage.world.services, subscriptions: { confirmed: 0, pending: 2 } };
  await stage.pass(60_000);
  expect(values).toEqual([0]);
  stage.world.services = { ...stage.world.services, subscriptions: { confirmed: 2, pending: 0 } };
  await stage.pass(61 * 60_000);
  expect(values).toEqual([0, 2]);
}, 60_000);

it('is not published while SNS does not answer', async () => {
  stage.world.services = { ...stage.world.services, alerts: 'down' };
  const values = watchPublishing();
  await stage.pass(60_000);
  expect(values).toEqual([]);
});

it('is a line of status, and in its data', async () => {
  stage.world.services = { ...stage.world.services, subscriptions: { confirmed: 0, pending: 2 } };
  const { lines, data } = await status();
  expect(lines.join('\n')).toContain('nobody has confirmed a subscription: alerts reach nobody');
  expect(data).toMatchObject({ subscriptions: { kind: 'known', confirmed: 0, pending: 2 } });
});

it('leaves status answering when SNS does not', async () => {
  stage.world.services = { ...stage.world.services, alerts: 'down' };
  const { ok, lines } = await status();
  expect(ok).toBe(true);
  expect(lines.join('\n')).toContain('alerts: it is unknown whether anybody gets them');
});

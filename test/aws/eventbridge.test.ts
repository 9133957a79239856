/** Every alert is an event too, and whatever comes of that, mails go out as if there were no events. */
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { codesOf } from '../../lab/aws/events.ts';
import { withEvents } from '../../lib/aws/eventbridge.ts';
import { createAlerts } from '../../lib/aws/sns.ts';
import type { Alert } from '../../lib/core/alert/incident.ts';
import type { AlertPort } from '../../lib/watch/ports/alerts.ts';
import { alert, alertContract } from '../contract/alerts.ts';
import { place } from '../core/text/place.ts';
import { silentLog, startWorld, topicArn } from './world.ts';

type World = Awaited<ReturnType<typeof startWorld>>;

function portOf({ aws, sns }: World, log = silentLog): AlertPort {
  const client = new EventBridgeClient(aws.clientOptions());
  return withEvents(createAlerts(sns, { alerts: topicArn }, place), { client, bus: 'default', place, log });
}

alertContract('SNS with events', async () => {
  const world = await startWorld();
  return {
    alerts: portOf(world),
    arrived: () => world.aws.sns.messages.flatMap(codesOf),
    fail: () => void world.aws.faults.inject({ on: 'sns:*', effect: { kind: 'deny' } }),
    settle: (work) => work,
    close: () => world.aws.close(),
  };
});

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.aws.close());

const ids = () => world.aws.eventBridge.events.map(({ detail }) => detail.id);

it('is put with the documented fields', async () => {
  const moved: Alert = { ...alert, move: { from: 'db1', to: 'db2' }, cost: 'None.', holder: 'db2' };
  await portOf(world).publish([moved]);
  expect(world.aws.eventBridge.events).toMatchObject([
    {
      bus: 'default',
      source: 'keepalambda',
      detailType: 'keepalambda alert',
      detail: {
        schema: 'keepalambda/event/1',
        id: alert.id,
        environment: 'prod',
        pair: 'orders',
        incident: '41c0ffee',
        dedupKey: 'prod/orders/41c0ffee',
        action: 'open',
        event: 'failover-done',
        severity: 'critical',
        direction: { from: 'db1', to: 'db2' },
        cost: 'None.',
        holder: 'db2',
      },
    },
  ]);
});

it('a mail that is sent again is no second event', async () => {
  const alerts = portOf(world);
  const heal = world.aws.faults.inject({ on: 'sns:Publish', effect: { kind: 'deny' } });
  await expect(alerts.publish([alert])).rejects.toMatchObject({ name: 'PortError' });
  heal();
  await alerts.publish([alert]);
  expect(world.aws.sns.messages).toHaveLength(1);
  expect(ids()).toEqual([alert.id]);
});

it('more alerts than one call takes are put in several', async () => {
  const many = Array.from({ length: 23 }, (_, number) => ({ ...alert, id: `alert-${number}` }));
  await portOf(world).publish(many);
  expect(ids().toSorted()).toEqual(many.map(({ id }) => id).toSorted());
});

it('an event that is not taken at first is tried again', async () => {
  world.aws.faults.inject({ on: 'events:PutEvents', effect: { kind: 'deny' }, times: 1 });
  await portOf(world).publish([alert]);
  expect(ids()).toEqual([alert.id]);
});

it('events that are lost are logged, and the mail goes out once', async () => {
  const warned: string[] = [];
  const log = { ...silentLog, warn: (text: string) => void warned.push(text) };
  world.aws.faults.inject({ on: 'events:PutEvents', effect: { kind: 'deny' } });
  await portOf(world, log).publish([alert]);
  expect(world.aws.sns.messages.flatMap(codesOf)).toEqual(['failover-done']);
  expect(ids()).toEqual([]);
  await expect
    .poll(() => warned, { timeout: 10_000 })
    .toEqual([expect.stringContaining('alert failover-done is no event on default')]);
});

it('a bus that never answers keeps no mail back', async () => {
  world.aws.faults.inject({ on: 'events:PutEvents', effect: { kind: 'down', how: 'silent' } });
  const alerts = portOf(world);
  await alerts.publish([alert]);
  await alerts.publish([{ ...alert, id: 'second', code: 'all-clear' }]);
  expect(world.aws.sns.messages.flatMap(codesOf)).toEqual(['failover-done', 'all-clear']);
  expect(ids()).toEqual([]);
});

import { expect, it } from 'vitest';
import { createAlerts } from '../../lib/aws/sns.ts';
import { alertBody } from '../../lib/core/text/alert-text.ts';
import { alert, alertContract } from '../contract/alerts.ts';
import { startWorld, topicArn } from './world.ts';

alertContract('SNS', async () => {
  const world = await startWorld();
  return {
    alerts: createAlerts(world.sns, topicArn),
    arrived: () => world.aws.sns.messages.map(({ attributes }) => attributes.code ?? ''),
    fail: () => void world.aws.faults.inject({ on: 'sns:Publish', effect: { kind: 'deny' } }),
    settle: (work) => work,
    close: () => world.aws.close(),
  };
});

it('publishes the text that on-call reads', async () => {
  const { aws, sns } = await startWorld();
  await createAlerts(sns, topicArn).publish(alert);
  expect(aws.sns.messages[0]).toMatchObject({
    subject: '[orders] failed over (41c0ffee)',
    message: alertBody(alert),
    attributes: { code: 'failover-done', pair: 'orders' },
  });
  await aws.close();
});

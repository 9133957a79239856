import { expect, it } from 'vitest';
import { codesOf } from '../../lab/aws/events.ts';
import { createAlerts } from '../../lib/aws/sns.ts';
import { mailOf } from '../../lib/core/text/mail-text.ts';
import { alert, alertContract } from '../contract/alerts.ts';
import { place } from '../core/text/place.ts';
import { startWorld, topicArn } from './world.ts';

alertContract('SNS', async () => {
  const world = await startWorld();
  return {
    alerts: createAlerts(world.sns, topicArn, place),
    arrived: () => world.aws.sns.messages.flatMap(codesOf),
    fail: () => void world.aws.faults.inject({ on: 'sns:*', effect: { kind: 'deny' } }),
    settle: (work) => work,
    close: () => world.aws.close(),
  };
});

it('publishes a form for each kind of subscriber, and attributes for filter policies', async () => {
  const { aws, sns } = await startWorld();
  const mail = mailOf([alert], place);
  await createAlerts(sns, topicArn, place).publish([alert]);
  expect(aws.sns.messages[0]).toMatchObject({
    subject: mail.subject,
    message: mail.text,
    variants: { sms: mail.sms, https: mail.machine },
    attributes: {
      environment: 'prod',
      severity: 'critical',
      pair: '["orders"]',
      event: '["failover-done"]',
      incident: '["41c0ffee"]',
    },
  });
  await aws.close();
});

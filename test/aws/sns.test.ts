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
    alerts: createAlerts(world.sns, { alerts: topicArn }, place),
    arrived: () => world.aws.sns.messages.flatMap(codesOf),
    fail: () => void world.aws.faults.inject({ on: 'sns:*', effect: { kind: 'deny' } }),
    settle: (work) => work,
    close: () => world.aws.close(),
  };
});

it('publishes a form for each kind of subscriber, and attributes for filter policies', async () => {
  const { aws, sns } = await startWorld();
  const mail = mailOf([alert], place);
  await createAlerts(sns, { alerts: topicArn }, place).publish([alert]);
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

it('sends escalations to their own topic, where there is one, and the rest where all alerts go', async () => {
  const escalations = 'arn:aws:sns:us-east-1:123456789012:escalations';
  const { aws, sns } = await startWorld({ topicArns: [topicArn, escalations] });
  const escalation = { ...alert, code: 'not-acknowledged', escalates: true } as const;
  const port = createAlerts(sns, { alerts: topicArn, escalations }, place);
  await port.publish([alert]);
  await port.publish([escalation]);
  await createAlerts(sns, { alerts: topicArn }, place).publish([escalation]);
  const sent = aws.sns.messages.map((message) => [message.topicArn, ...codesOf(message)]);
  expect(sent).toEqual([
    [topicArn, 'failover-done'],
    [escalations, 'not-acknowledged'],
    [topicArn, 'not-acknowledged'],
  ]);
  await aws.close();
});

/** An environment whose alerts go to a topic that is there already. */
import type { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { beforeAll, describe, expect, it } from 'vitest';
import type { EnvironmentInput } from '../../lib/core/config/config.ts';
import { small } from '../core/environments.ts';
import { appOf, templateOf } from './templates.ts';

const topicArn = 'arn:aws:sns:eu-central-1:444455556666:oncall';
const topicKeyArn = 'arn:aws:kms:eu-central-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const { subscribers: _, ...rest } = small;
const existing: EnvironmentInput = { ...rest, topicArn };

let plain: Template;
let encrypted: Template;
beforeAll(async () => {
  plain = await templateOf(existing);
  encrypted = await templateOf({ ...existing, topicKeyArn });
});

/** Statements of all roles that name the topic, or are about keys for it. */
function statementsOf(template: Template) {
  return Object.entries(template.findResources('AWS::IAM::Role')).flatMap(([id, { Properties }]) =>
    (Properties.Policies as { PolicyDocument: { Statement: Record<string, unknown>[] } }[])
      .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
      .filter(({ Action }) => /sns:|kms:/.test(JSON.stringify(Action)))
      .map(({ Sid, Action, Resource }) => ({
        role: /Watch|Operate|Read/.exec(id)?.[0],
        Sid,
        Action,
        Resource,
      })),
  );
}

it('makes no topic and subscribes nobody', () => {
  plain.resourceCountIs('AWS::SNS::Topic', 0);
  plain.resourceCountIs('AWS::SNS::TopicPolicy', 0);
  plain.resourceCountIs('AWS::SNS::Subscription', 0);
});

it('sends alarms and alerts there, and knows its own account', () => {
  plain.allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: [topicArn], OKActions: [topicArn] });
  plain.hasResourceProperties('AWS::Lambda::Function', {
    FunctionName: 'keepalambda-small-watch',
    Environment: { Variables: { TOPIC_ARN: topicArn, ACCOUNT_ID: small.account } },
  });
});

describe('the roles', () => {
  const tell = (role: string) => ({
    role,
    Sid: 'TellPeople',
    Resource: topicArn,
    Action: ['sns:GetTopicAttributes', 'sns:Publish'],
  });
  const read = {
    role: 'Read',
    Sid: 'SeeWhoGetsAlerts',
    Resource: topicArn,
    Action: 'sns:GetTopicAttributes',
  };

  it('may publish to that topic alone, and use no key for it', () => {
    expect(statementsOf(plain)).toEqual([tell('Watch'), tell('Operate'), read]);
  });

  it('may use the key that encrypts it, where one does', () => {
    const key = {
      Sid: 'EncryptAlerts',
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Resource: topicKeyArn,
    };
    expect(statementsOf(encrypted)).toEqual([
      ...[tell('Watch'), { role: 'Watch', ...key }],
      ...[tell('Operate'), { role: 'Operate', ...key }],
      read,
    ]);
  });
});

it('lets watch and operate publish to a topic for escalations, and use its key, where they are named', async () => {
  const escalationTopicArn = 'arn:aws:sns:eu-central-1:444455556666:escalations';
  const escalationKeyArn = topicKeyArn.replace('1234abcd', '5678abcd');
  const statements = statementsOf(
    await templateOf({ ...existing, topicKeyArn, escalationTopicArn, escalationKeyArn }),
  );
  const named = (sid: string) => statements.filter(({ Sid }) => Sid === sid);
  for (const role of ['Watch', 'Operate']) {
    expect(named('Escalate')).toContainEqual({
      role,
      Sid: 'Escalate',
      Action: 'sns:Publish',
      Resource: escalationTopicArn,
    });
    expect(named('EncryptAlerts')).toContainEqual({
      role,
      Sid: 'EncryptAlerts',
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Resource: [topicKeyArn, escalationKeyArn],
    });
  }
  expect([named('Escalate').length, named('EncryptAlerts').length]).toEqual([2, 2]);
});

it('has nothing that cdk-nag objects to', async () => {
  const app = await appOf(existing);
  const checks = new AwsSolutionsChecks(app);
  app.synth();
  expect(checks.validateScope(app).violations).toEqual([]);
});

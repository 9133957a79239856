/** The policy of a deployment: what CloudFormation does to each resource of a template is allowed, and to others not. */
import { beforeAll, describe, expect, it, test } from 'vitest';
import { decide, expectReadable } from '../../lab/aws/iam/policy.ts';
import type { EnvironmentInput } from '../../lib/core/config/config.ts';
import { works } from '../../lib/stack/deployment-works.ts';
import { type ExecutionPolicy, executionPolicy } from '../../lib/stack/execution-policy.ts';
import { limits } from '../../lib/stack/limits.ts';
import { large, small } from '../core/environments.ts';
import { configOf, templateOf } from './templates.ts';

const boundary = 'arn:aws:iam::111122223333:policy/boundary';
const pairs = large.pairs.map((pair) => ({ ...pair, mode: 'act', hostWork: true }) as const);
/** With a resource of every type that a stack of ours can have. */
const whole: EnvironmentInput = {
  ...large,
  name: 'a-name-of-twenty-let',
  pairs,
  dashboard: true,
  customerKey: true,
  permissionsBoundary: boundary,
  rolePath: '/platform/',
};

type Template = Parameters<typeof executionPolicy>[0];
const policies = new Map<EnvironmentInput, ExecutionPolicy>();
const types = new Map<EnvironmentInput, readonly string[]>();
beforeAll(async () => {
  for (const environment of [small, whole]) {
    const template = (await templateOf(environment)).toJSON() as Template;
    policies.set(environment, executionPolicy(template, configOf(environment)));
    types.set(environment, [...new Set(Object.values(template.Resources).map(({ Type }) => Type))]);
  }
});

function may(of: EnvironmentInput, action: string, resource: string, context = {}): boolean {
  const statements = policies.get(of)?.Statement ?? [];
  for (const statement of statements) expectReadable(statement);
  return decide(statements, { action, resource, context }).kind === 'allow';
}

const stack = 'keepalambda-a-name-of-twenty-let';
const at = (service: string, resource: string) => `arn:aws:${service}:eu-central-1:111122223333:${resource}`;
const role = 'arn:aws:iam::111122223333:role/platform/keepalambda-a-name-of-tw-Role-1A2B';
const toLambda = { 'iam:passedtoservice': 'lambda.amazonaws.com' };
const bounded = { 'iam:permissionsboundary': boundary };
const created = { 'aws:requesttag/keepalambda': whole.name };
const tagged = { 'aws:resourcetag/keepalambda': whole.name };

type Need = [actions: string, resource: string, context?: object];

/** What creates, changes and deletes a resource of the type, by the schemas of CloudFormation's registry. */
const handled: Readonly<Record<string, readonly Need[]>> = {
  'AWS::CloudWatch::Alarm': [
    ['cloudwatch:PutMetricAlarm DeleteAlarms TagResource', at('cloudwatch', `alarm:${stack}-watch-dead`)],
    ['cloudwatch:DescribeAlarms', '*'],
  ],
  'AWS::CloudWatch::Dashboard': [
    [
      'cloudwatch:PutDashboard GetDashboard DeleteDashboards',
      `arn:aws:cloudwatch::111122223333:dashboard/${stack}`,
    ],
  ],
  'AWS::DynamoDB::Table': [
    [
      'dynamodb:CreateTable DeleteTable DescribeTable DescribeContinuousBackups UpdateContinuousBackups UpdateTimeToLive TagResource',
      at('dynamodb', 'table/keepalambda-a-name-of-tw-StoreTable-1A2B'),
    ],
  ],
  'AWS::Events::Rule': [
    [
      'events:PutRule PutTargets RemoveTargets DeleteRule DescribeRule',
      at('events', 'rule/keepalambda-a-name-of-tw-Rule-1A'),
    ],
  ],
  'AWS::IAM::ManagedPolicy': [
    [
      'iam:CreatePolicy CreatePolicyVersion DeletePolicy GetPolicy',
      'arn:aws:iam::111122223333:policy/platform/keepalambda-a-name-of-tw-Pairs-1A',
    ],
  ],
  'AWS::IAM::Role': [
    ['iam:CreateRole PutRolePolicy AttachRolePolicy DetachRolePolicy DeleteRolePolicy', role, bounded],
    ['iam:GetRole DeleteRole UpdateRole UpdateAssumeRolePolicy TagRole', role],
  ],
  'AWS::KMS::Alias': [
    ['kms:CreateAlias DeleteAlias', at('kms', `alias/${stack}`)],
    ['kms:CreateAlias DeleteAlias', at('kms', 'key/1234'), tagged],
  ],
  'AWS::KMS::Key': [
    ['kms:CreateKey TagResource', '*', created],
    ['kms:DescribeKey PutKeyPolicy EnableKeyRotation ScheduleKeyDeletion', at('kms', 'key/1234'), tagged],
  ],
  'AWS::Lambda::EventInvokeConfig': [
    [
      'lambda:PutFunctionEventInvokeConfig DeleteFunctionEventInvokeConfig',
      at('lambda', `function:${stack}-watch:7`),
    ],
  ],
  'AWS::Lambda::Function': [
    [
      'lambda:CreateFunction UpdateFunctionCode UpdateFunctionConfiguration DeleteFunction GetFunction PutFunctionConcurrency TagResource',
      at('lambda', `function:${stack}-probe-a`),
    ],
    ['iam:PassRole', role, toLambda],
    ['s3:GetObject', 'arn:aws:s3:::cdk-hnb659fds-assets-111122223333-eu-central-1/1a2b.zip'],
    ['kms:CreateGrant Decrypt Encrypt GenerateDataKey', at('kms', 'key/1234'), tagged],
    ['ec2:DescribeSecurityGroups DescribeSubnets DescribeVpcs DescribeNetworkInterfaces', '*'],
  ],
  'AWS::Lambda::LayerVersion': [
    ['lambda:PublishLayerVersion', at('lambda', `layer:${stack}-config`)],
    ['lambda:GetLayerVersion DeleteLayerVersion', at('lambda', `layer:${stack}-config:7`)],
  ],
  'AWS::Lambda::Permission': [
    ['lambda:AddPermission RemovePermission GetPolicy', at('lambda', `function:${stack}-watch:7`)],
  ],
  'AWS::Lambda::Version': [
    [
      'lambda:PublishVersion GetFunctionConfiguration ListVersionsByFunction',
      at('lambda', `function:${stack}-watch`),
    ],
  ],
  'AWS::Logs::LogGroup': [
    [
      'logs:CreateLogGroup PutRetentionPolicy AssociateKmsKey DeleteLogGroup TagResource',
      at('logs', `log-group:/aws/lambda/${stack}-watch`),
    ],
    ['logs:DescribeLogGroups', '*'],
  ],
  'AWS::SNS::Subscription': [
    ['sns:Subscribe', at('sns', `${stack}-alerts`)],
    ['sns:Unsubscribe GetSubscriptionAttributes', '*'],
  ],
  'AWS::SNS::Topic': [
    ['sns:CreateTopic DeleteTopic GetTopicAttributes TagResource', at('sns', `${stack}-alerts`)],
  ],
  'AWS::SNS::TopicPolicy': [['sns:SetTopicAttributes', at('sns', `${stack}-alerts`)]],
  'AWS::SQS::Queue': [
    [
      'sqs:CreateQueue DeleteQueue GetQueueAttributes TagQueue',
      at('sqs', 'keepalambda-a-name-of-tw-Queue-1A2B'),
    ],
  ],
  'AWS::SQS::QueuePolicy': [['sqs:SetQueueAttributes', at('sqs', 'keepalambda-a-name-of-tw-Queue-1A2B')]],
  'AWS::SSM::Document': [
    [
      'ssm:CreateDocument UpdateDocument UpdateDocumentDefaultVersion DeleteDocument GetDocument',
      at('ssm', `document/${stack}-restart-mysqld`),
    ],
  ],
  'AWS::Scheduler::Schedule': [
    [
      'scheduler:CreateSchedule UpdateSchedule DeleteSchedule GetSchedule',
      at('scheduler', `schedule/default/${stack}-watch`),
    ],
    ['iam:PassRole', role, { 'iam:passedtoservice': 'scheduler.amazonaws.com' }],
  ],
};

test('a stack of ours has no other types than these, and a whole one has them all', () => {
  expect(types.get(whole)?.toSorted()).toEqual(Object.keys(handled).toSorted());
  expect(Object.keys(works).toSorted()).toEqual(Object.keys(handled).toSorted());
});

describe.each(Object.entries(handled))('%s', (_type, needs) => {
  test.each<Need>([...needs])('%s', (actions, resource, context) => {
    const [service, names = ''] = actions.split(':');
    for (const name of names.split(' '))
      expect(`${name} ${may(whole, `${service}:${name}`, resource, context)}`).toBe(`${name} true`);
  });
});

test.each<[what: string, action: string, resource: string, context?: object]>([
  ['another function', 'lambda:UpdateFunctionCode', at('lambda', 'function:billing')],
  ['a role without the boundary', 'iam:PutRolePolicy', role],
  ['a role with another boundary', 'iam:CreateRole', role, { 'iam:permissionsboundary': `${boundary}2` }],
  ["somebody else's role", 'iam:PutRolePolicy', 'arn:aws:iam::111122223333:role/admin', bounded],
  ["somebody else's role, handed on", 'iam:PassRole', 'arn:aws:iam::111122223333:role/admin', toLambda],
  ['a role handed to EC2', 'iam:PassRole', role, { 'iam:passedtoservice': 'ec2.amazonaws.com' }],
  ['the boundary', 'iam:CreatePolicyVersion', boundary],
  [
    'a key of others',
    'kms:ScheduleKeyDeletion',
    at('kms', 'key/1234'),
    { 'aws:resourcetag/keepalambda': 'x' },
  ],
  ['a key without a tag', 'kms:CreateKey', '*'],
  ['an instance', 'ec2:StopInstances', at('ec2', 'instance/i-1')],
  ['a parameter of others', 'ssm:GetParameters', at('ssm', 'parameter/keepalambda/orders')],
])('it does not allow %s', (_what, action, resource, context) => {
  expect(may(whole, action, resource, context)).toBe(false);
});

it('lets roles be written without a boundary where none is set, and takes no more than the template has', () => {
  const own = 'arn:aws:iam::111122223333:role/keepalambda-small-Role-1A2B';
  expect(may(small, 'iam:CreateRole', own)).toBe(true);
  expect(
    may(small, 'cloudwatch:PutDashboard', 'arn:aws:cloudwatch::111122223333:dashboard/keepalambda-small'),
  ).toBe(types.get(small)?.includes('AWS::CloudWatch::Dashboard'));
  expect(may(small, 'ssm:CreateDocument', at('ssm', 'document/keepalambda-small-x'))).toBe(false);
});

it('is one managed policy', () => {
  for (const policy of policies.values())
    expect(JSON.stringify(policy).length).toBeLessThanOrEqual(limits.managedPolicy.most);
});

it('refuses a type that nobody has written down', () => {
  const template = { Resources: { Bucket: { Type: 'AWS::S3::Bucket' } } };
  expect(() => executionPolicy(template, configOf(small))).toThrow(
    'got a AWS::S3::Bucket in the template; want',
  );
});

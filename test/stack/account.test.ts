/** What an account asks of everything in it: each setting of `lib/core/config/account-settings.ts`, in the template. */
import { Validations } from 'aws-cdk-lib';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { decide } from '../../lab/aws/iam/policy.ts';
import { type Iam, type Template as LabTemplate, readIam } from '../../lab/aws/iam/template.ts';
import type { EnvironmentInput } from '../../lib/core/config/config.ts';
import { large, small } from '../core/environments.ts';
import { appOf, templateOf } from './templates.ts';

const boundary = 'arn:aws:iam::111122223333:policy/boundary';
const signing = 'arn:aws:lambda:eu-central-1:111122223333:code-signing-config:csc-0123456789abcdef0';
const secondTopic = 'arn:aws:sns:eu-central-1:111122223333:on-call-of-the-company';
const bank: EnvironmentInput = {
  ...large,
  name: 'bank',
  keepTable: true,
  deadManTopicArn: secondTopic,
  insideVpc: { subnets: ['a', 'b'], securityGroups: ['sg-0000000000000000b'] },
  permissionsBoundary: boundary,
  rolePath: '/platform/databases/',
  tags: { 'cost-centre': '4711', owner: 'dba@example.com' },
  customerKey: true,
  codeSigningConfigArn: signing,
  logRetentionDays: 400,
};

let template: Template;
let plain: Template;
let iam: Iam;
beforeAll(async () => {
  template = await templateOf(bank);
  plain = await templateOf(small);
  iam = readIam(template.toJSON() as LabTemplate, {
    region: bank.region,
    account: bank.account ?? '',
    names: {},
  });
});

const actors = ['watch', 'operate', 'read'];
const all = (type: string, of = template) => Object.values(of.findResources(type));

it('puts watch, operate and read into the subnets that are named, and leaves the probes in theirs', () => {
  for (const name of actors) {
    template.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: `keepalambda-bank-${name}`,
      VpcConfig: {
        SubnetIds: [bank.subnets.a?.subnetId, bank.subnets.b?.subnetId],
        SecurityGroupIds: bank.insideVpc?.securityGroups,
      },
    });
  }
  template.hasResourceProperties('AWS::Lambda::Function', {
    FunctionName: 'keepalambda-bank-probe-b',
    VpcConfig: { SubnetIds: [bank.subnets.b?.subnetId], SecurityGroupIds: bank.probeSecurityGroups },
  });
});

it('has every function take only code that was signed, and no function of an environment that does not say so', () => {
  for (const name of [...actors, 'probe-a', 'probe-b'])
    template.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: `keepalambda-bank-${name}`,
      CodeSigningConfigArn: signing,
    });
  for (const { Properties } of all('AWS::Lambda::Function', plain))
    expect(Properties).not.toHaveProperty('CodeSigningConfigArn');
});

describe.each(actors)('%s inside the VPC', (name) => {
  const may = (action: string, resource: string, byCode: boolean) => {
    const source = `arn:aws:lambda:eu-central-1:111122223333:function:keepalambda-bank-${name}`;
    const context: Record<string, string> = byCode ? { 'lambda:sourcefunctionarn': source } : {};
    return decide(iam.policies[`keepalambda-bank-${name}`] ?? [], { action, resource, context }).kind;
  };
  const stranger = 'arn:aws:ec2:eu-central-1:111122223333:network-interface/eni-0000000000000dead';

  it('lets Lambda make its interfaces, and its own code touch none but those of the pairs', () => {
    expect(may('ec2:CreateNetworkInterface', '*', false)).toBe('allow');
    expect(may('ec2:CreateNetworkInterface', '*', true)).toBe('implicit-deny');
    expect(may('ec2:AssignPrivateIpAddresses', stranger, true)).toBe('implicit-deny');
    expect(may('ec2:DescribeNetworkInterfaces', '*', true)).toBe('allow');
  });

  it('lets Lambda read the variables, and its code not', () => {
    const [key] = Object.keys(template.findResources('AWS::KMS::Key'));
    const arn = `arn:aws:kms:eu-central-1:111122223333:key/${key}`;
    expect(may('kms:Decrypt', arn, false)).toBe('allow');
    // watch and operate publish to the topic, which has the same key.
    expect(may('kms:Decrypt', arn, true)).toBe(name === 'read' ? 'implicit-deny' : 'allow');
  });
});

it('gives every role the boundary and the path', () => {
  const roles = all('AWS::IAM::Role');
  expect(roles.length).toBeGreaterThan(5);
  for (const { Properties } of roles) {
    expect(Properties).toMatchObject({ PermissionsBoundary: boundary, Path: '/platform/databases/' });
  }
  for (const { Properties } of all('AWS::IAM::ManagedPolicy')) {
    expect(Properties.Path).toBe('/platform/databases/');
  }
});

it('tags what can be tagged', () => {
  const wanted = Match.arrayWith([
    { Key: 'cost-centre', Value: '4711' },
    { Key: 'keepalambda', Value: 'bank' },
    { Key: 'owner', Value: 'dba@example.com' },
  ]);
  for (const type of [
    'AWS::Lambda::Function',
    'AWS::IAM::Role',
    'AWS::DynamoDB::Table',
    'AWS::SQS::Queue',
    'AWS::KMS::Key',
    'AWS::SNS::Topic',
    'AWS::Logs::LogGroup',
  ]) {
    template.allResourcesProperties(type, { Tags: wanted });
  }
});

it('encrypts table, queue and variables with the environment’s key, and keeps it with the table', () => {
  const ours = { 'Fn::GetAtt': [Match.stringLikeRegexp('^EncryptionKey'), 'Arn'] };
  template.hasResourceProperties('AWS::DynamoDB::Table', {
    SSESpecification: { SSEType: 'KMS', KMSMasterKeyId: ours },
  });
  template.hasResourceProperties('AWS::SQS::Queue', { KmsMasterKeyId: ours });
  const functions = all('AWS::Lambda::Function').filter(({ Properties }) => Properties.FunctionName);
  expect(functions).toHaveLength(5);
  for (const { Properties } of functions) {
    expect(Properties.KmsKeyArn).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^EncryptionKey/), 'Arn'] });
  }
  template.hasResource('AWS::KMS::Key', { DeletionPolicy: 'Retain' });
  template.hasResourceProperties('AWS::KMS::Key', {
    KeyPolicy: {
      Statement: Match.arrayWith([
        Match.objectLike({
          Sid: 'DeadLetters',
          Principal: { Service: ['events.amazonaws.com', 'sns.amazonaws.com'] },
        }),
      ]),
    },
  });
});

it('uses AWS’s own keys by default, for what a failover needs', () => {
  plain.hasResourceProperties('AWS::SQS::Queue', { SqsManagedSseEnabled: true });
  plain.hasResource('AWS::KMS::Key', { DeletionPolicy: 'Delete' });
  plain.allResourcesProperties('AWS::Lambda::Function', { KmsKeyArn: Match.absent() });
  plain.hasResourceProperties('AWS::KMS::Alias', { AliasName: 'alias/keepalambda-small' });
});

test.each([
  ['watch-dead', true],
  ['publish-failures', true],
  ['nobody-alerted', true],
  ['dead-letters', true],
  ['probe-blind', false],
])('the alarm %s goes to the second topic: %s', (name, second) => {
  const [alarm] = all('AWS::CloudWatch::Alarm').filter(
    ({ Properties }) => Properties.AlarmName === `keepalambda-bank-${name}`,
  );
  const ours = { Ref: expect.stringMatching(/^AlertsTopic/) };
  const want = second ? [ours, secondTopic] : [ours];
  expect(alarm?.Properties).toMatchObject({ AlarmActions: want, OKActions: want });
});

it('has nothing that cdk-nag objects to', async () => {
  const app = await appOf(bank);
  const checks = new AwsSolutionsChecks(app);
  Validations.of(app).addPlugins(checks);
  app.synth();
  expect(checks.validateScope(app).violations).toEqual([]);
});

/** Policies, as they are read from a template: references resolved, wherever the policy hangs. */
import { describe, expect, test } from 'vitest';
import { readIam, type Template } from '../../../../lab/aws/iam/template.ts';

const place = {
  region: 'us-east-1',
  account: '123456789012',
  names: { 'AWS::DynamoDB::Table': 'lab-table' },
};
const getAtt = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const documentOf = (Resource: unknown, Action = 'x:Do') => ({
  Statement: [{ Effect: 'Allow', Action, Resource }],
});

/** One function `f`, with that resource in its role's policy, and these resources beside. */
function templateWith(resource: unknown, more: Template['Resources'] = {}): Template {
  return {
    Resources: {
      F: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'f', Role: getAtt('R') } },
      R: { Type: 'AWS::IAM::Role', Properties: { Policies: [{ PolicyDocument: documentOf(resource) }] } },
      Table: { Type: 'AWS::DynamoDB::Table' },
      Key: { Type: 'AWS::KMS::Key' },
      Topic: {
        Type: 'AWS::SNS::Topic',
        Properties: { TopicName: 'alerts', KmsMasterKeyId: getAtt('Key') },
      },
      Document: { Type: 'AWS::SSM::Document', Properties: { Name: 'bind' } },
      ...more,
    },
  };
}

const arn = (service: string, rest: string) => `arn:aws:${service}:us-east-1:123456789012:${rest}`;

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: CloudFormation's own syntax
test.each<[unknown, unknown]>([
  ['*', '*'],
  [getAtt('Table'), arn('dynamodb', 'table/lab-table')],
  [{ Ref: 'Table' }, 'lab-table'],
  [{ Ref: 'Topic' }, arn('sns', 'alerts')],
  [getAtt('Key'), arn('kms', 'key/Key')],
  [getAtt('F'), arn('lambda', 'function:f')],
  [{ Ref: 'Document' }, 'bind'],
  [
    { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':ssm:', { Ref: 'AWS::Region' }, ':x']] },
    'arn:aws:ssm:us-east-1:x',
  ],
  [
    { 'Fn::Sub': '${Table.Arn}/index/${AWS::AccountId}' },
    `${arn('dynamodb', 'table/lab-table')}/index/123456789012`,
  ],
  [{ 'Fn::Sub': ['${a}/${Table}', { a: { Ref: 'AWS::URLSuffix' } }] }, 'amazonaws.com/lab-table'],
  [
    ['a', { Ref: 'Table' }],
    ['a', 'lab-table'],
  ],
])('the resource %j', (resource, want) => {
  const { policies } = readIam(templateWith(resource), place);
  expect(policies.f).toEqual([{ Effect: 'Allow', Action: 'x:Do', Resource: want }]);
});
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: CloudFormation's own syntax

describe('policies beside the role', () => {
  const managed = {
    Type: 'AWS::IAM::ManagedPolicy',
    Properties: { PolicyDocument: documentOf('*', 'x:Managed') },
  };
  const actionsOf = (template: Template) => readIam(template, place).policies.f?.map(({ Action }) => Action);
  const roleWith = (properties: object): Template['Resources'] => ({
    R: { Type: 'AWS::IAM::Role', Properties: { ...properties } },
  });

  test('a managed one that the role names', () => {
    const more = { ...roleWith({ ManagedPolicyArns: [{ Ref: 'M' }] }), M: managed };
    expect(actionsOf(templateWith('*', more))).toEqual(['x:Managed']);
  });

  test.each(['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'])('an %s that names the role', (Type) => {
    const properties = { PolicyDocument: documentOf('*', 'x:Attached'), Roles: [{ Ref: 'R' }] };
    const more = { P: { Type, Properties: properties }, Other: managed };
    expect(actionsOf(templateWith('*', more))).toEqual(['x:Do', 'x:Attached']);
  });
});

test('the key that encrypts a topic', () => {
  const { topicKeys } = readIam(templateWith('*'), place);
  expect(topicKeys).toEqual({ [arn('sns', 'alerts')]: arn('kms', 'key/Key') });
});

test.each<[unknown, RegExp]>([
  [{ 'Fn::ImportValue': 'x' }, /cannot read .*ImportValue.* want Ref, Fn::GetAtt/],
  [{ Ref: 'Nobody' }, /want a resource of the template/],
  [{ 'Fn::GetAtt': ['Table', 'StreamArn'] }, /want the ARN of AWS::DynamoDB::Table/],
])('what it cannot resolve is an error: %j', (resource, message) => {
  expect(() => readIam(templateWith(resource), place)).toThrow(message);
});

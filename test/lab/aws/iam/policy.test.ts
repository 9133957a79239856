/** IAM's decisions: policies × calls → allowed or not. */
import { describe, expect, test } from 'vitest';
import type { Conditions, Context } from '../../../../lab/aws/iam/conditions.ts';
import { decide, expectReadable, type Statement } from '../../../../lab/aws/iam/policy.ts';

const eni = (id: string) => `arn:aws:ec2:us-east-1:123456789012:network-interface/${id}`;
const assign = 'ec2:AssignPrivateIpAddresses';

const allow = (
  Action: string | string[],
  Resource: string | string[],
  Condition?: Conditions,
): Statement => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition ? { Condition } : {}),
});
const deny = (Action: string | string[], Resource: string | string[], Condition?: Conditions): Statement => ({
  ...allow(Action, Resource, Condition),
  Effect: 'Deny',
  Sid: 'No',
});
const decideOn = (
  statements: readonly Statement[],
  action: string,
  resource: string,
  context: Context = {},
) => decide(statements, { action, resource, context }).kind;

describe('actions and resources', () => {
  test.each<[what: string, statements: Statement[], action: string, resource: string, want: string]>([
    ['no policy at all', [], assign, eni('a'), 'implicit-deny'],
    ['the very thing', [allow(assign, eni('a'))], assign, eni('a'), 'allow'],
    [
      'one of several',
      [allow(['ec2:StopInstances', assign], [eni('b'), eni('a')])],
      assign,
      eni('a'),
      'allow',
    ],
    ['another resource', [allow(assign, eni('b'))], assign, eni('a'), 'implicit-deny'],
    [
      'another action',
      [allow('ec2:UnassignPrivateIpAddresses', eni('a'))],
      assign,
      eni('a'),
      'implicit-deny',
    ],
    ['case in an action', [allow('EC2:assignprivateipaddresses', eni('a'))], assign, eni('a'), 'allow'],
    ['case in a resource', [allow(assign, eni('A'))], assign, eni('a'), 'implicit-deny'],
    ['every resource', [allow(assign, '*')], assign, eni('a'), 'allow'],
    ['a pattern of resources', [allow(assign, eni('a*'))], assign, eni('abc'), 'allow'],
    ['one character', [allow(assign, eni('a?'))], assign, eni('abc'), 'implicit-deny'],
    ['a pattern of actions', [allow('ec2:*PrivateIpAddresses', '*')], assign, eni('a'), 'allow'],
    ['all of a service', [allow('ec2:*', '*')], 'ssm:SendCommand', '*', 'implicit-deny'],
    ['everything', [allow('*', '*')], 'ssm:SendCommand', 'arn:aws:ssm:r:1:document/d', 'allow'],
    ['a dot is a dot', [allow('ec2:Describe.', '*')], 'ec2:DescribeX', '*', 'implicit-deny'],
    [
      'a star that would have to reach over parts of an ARN',
      [allow(assign, 'arn:aws:ec2:*/a')],
      assign,
      eni('a'),
      'implicit-deny',
    ],
    [
      'a secret, with the six characters that Secrets Manager adds',
      [allow('secretsmanager:GetSecretValue', 'arn:aws:secretsmanager:r:1:secret:orders-??????')],
      'secretsmanager:GetSecretValue',
      'arn:aws:secretsmanager:r:1:secret:orders-AbCdEf',
      'allow',
    ],
    [
      'an action without a resource, on a named one',
      [allow('ec2:DescribeInstances', eni('a'))],
      'ec2:DescribeInstances',
      '*',
      'implicit-deny',
    ],
    [
      'a denial beside a permission',
      [allow(assign, '*'), deny(assign, eni('a'))],
      assign,
      eni('a'),
      'explicit-deny',
    ],
    [
      'a denial before a permission',
      [deny('ec2:*', '*'), allow(assign, '*')],
      assign,
      eni('a'),
      'explicit-deny',
    ],
    ['a denial of another resource', [allow(assign, '*'), deny(assign, eni('b'))], assign, eni('a'), 'allow'],
    [
      'all actions but one: that one',
      [{ Effect: 'Allow', NotAction: assign, Resource: '*' }],
      assign,
      eni('a'),
      'implicit-deny',
    ],
    [
      'all actions but one: another',
      [{ Effect: 'Allow', NotAction: assign, Resource: '*' }],
      'ec2:StopInstances',
      '*',
      'allow',
    ],
    [
      'all resources but one: that one',
      [{ Effect: 'Deny', Action: '*', NotResource: eni('a') }, allow(assign, '*')],
      assign,
      eni('a'),
      'allow',
    ],
    [
      'all resources but one: another',
      [{ Effect: 'Deny', Action: '*', NotResource: eni('a') }, allow(assign, '*')],
      assign,
      eni('b'),
      'explicit-deny',
    ],
  ])('%s', (_what, statements, action, resource, want) => {
    expect(decideOn(statements, action, resource)).toBe(want);
  });
});

describe('conditions', () => {
  const tag = { 'aws:resourcetag/keepalambda': 'prod' };
  const keys = { 'aws:tagkeys': ['one', 'two'] };
  const source = { 'lambda:sourcefunctionarn': 'arn:aws:lambda:us-east-1:123456789012:function:watch' };

  test.each<[what: string, condition: Conditions, context: Context, holds: boolean]>([
    ['equal', { StringEquals: { 'aws:ResourceTag/keepalambda': 'prod' } }, tag, true],
    ['one of several values', { StringEquals: { 'aws:ResourceTag/keepalambda': ['x', 'prod'] } }, tag, true],
    ['not equal', { StringEquals: { 'aws:ResourceTag/keepalambda': 'Prod' } }, tag, false],
    ['equal but for case', { StringEqualsIgnoreCase: { 'aws:ResourceTag/keepalambda': 'Prod' } }, tag, true],
    ['a key that is missing', { StringEquals: { 'aws:ResourceTag/other': 'prod' } }, tag, false],
    [
      'a key that is missing, if it exists',
      { StringEqualsIfExists: { 'aws:ResourceTag/other': 'x' } },
      tag,
      true,
    ],
    [
      'a key that exists, if it exists',
      { StringEqualsIfExists: { 'aws:ResourceTag/keepalambda': 'x' } },
      tag,
      false,
    ],
    ['a negation', { StringNotEquals: { 'aws:ResourceTag/keepalambda': ['x', 'prod'] } }, tag, false],
    ['a negation of a key that is missing', { StringNotEquals: { 'aws:ResourceTag/other': 'x' } }, tag, true],
    ['a pattern', { StringLike: { 'aws:ResourceTag/keepalambda': 'pr?d*' } }, tag, true],
    ['no pattern in StringEquals', { StringEquals: { 'aws:ResourceTag/keepalambda': 'pr*' } }, tag, false],
    ['no such pattern', { StringNotLike: { 'aws:ResourceTag/keepalambda': 'st*' } }, tag, true],
    [
      'an ARN',
      { ArnEquals: { 'lambda:SourceFunctionArn': 'arn:aws:lambda:*:*:function:watch' } },
      source,
      true,
    ],
    [
      'another ARN',
      { ArnLike: { 'lambda:SourceFunctionArn': 'arn:aws:lambda:*:*:function:probe-*' } },
      source,
      false,
    ],
    [
      'an ARN of too few parts',
      { ArnLike: { 'lambda:SourceFunctionArn': 'arn:aws:lambda:*' } },
      source,
      false,
    ],
    [
      'no such ARN',
      { ArnNotEquals: { 'lambda:SourceFunctionArn': 'arn:aws:lambda:*:*:function:watch' } },
      source,
      false,
    ],
    [
      'all values among those',
      { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['one', 'two', 'three'] } },
      keys,
      true,
    ],
    ['all values, one is not', { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['one'] } }, keys, false],
    [
      'all values of a key that is missing',
      { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['one'] } },
      {},
      true,
    ],
    ['any value', { 'ForAnyValue:StringLike': { 'aws:TagKeys': ['t*'] } }, keys, true],
    [
      'any value of a key that is missing',
      { 'ForAnyValue:StringLike': { 'aws:TagKeys': ['t*'] } },
      {},
      false,
    ],
    ['missing, as wanted', { Null: { 'aws:TagKeys': 'true' } }, {}, true],
    ['there, though it should be missing', { Null: { 'aws:TagKeys': true } }, keys, false],
    ['a boolean', { Bool: { 'aws:SecureTransport': false } }, { 'aws:securetransport': 'true' }, false],
    ['a number', { NumericLessThanEquals: { 'sqs:Size': 10 } }, { 'sqs:size': '10' }, true],
    [
      'two keys, one of which fails',
      { StringEquals: { 'aws:ResourceTag/keepalambda': 'prod', 'aws:A': 'b' } },
      tag,
      false,
    ],
    [
      'two operators, one of which fails',
      {
        StringEquals: { 'aws:ResourceTag/keepalambda': 'prod' },
        Null: { 'aws:ResourceTag/keepalambda': 'true' },
      },
      tag,
      false,
    ],
  ])('%s', (_what, condition, context, holds) => {
    const want = holds ? 'allow' : 'implicit-deny';
    expect(decideOn([allow(assign, '*', condition)], assign, eni('a'), context)).toBe(want);
    const denied = holds ? 'explicit-deny' : 'allow';
    const statements = [allow(assign, '*'), deny(assign, '*', condition)];
    expect(decideOn(statements, assign, eni('a'), context)).toBe(denied);
  });
});

test('a denial says which statement it is', () => {
  expect(decide([deny('*', '*')], { action: assign, resource: '*', context: {} })).toEqual({
    kind: 'explicit-deny',
    sid: 'No',
  });
});

test.each<[Statement, RegExp]>([
  [allow(assign, '*', { DateLessThan: { 'aws:CurrentTime': '2030' } }), /operator DateLessThan; want one of/],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how IAM writes a variable
  [allow(assign, 'arn:aws:ec2:r:1:network-interface/${aws:PrincipalTag/eni}'), /without variables/],
])('what the lab cannot judge is an error, not a guess: %j', (statement, message) => {
  expect(() => expectReadable(statement)).toThrow(message);
});

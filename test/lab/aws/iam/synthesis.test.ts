/** The policies of the lab's functions are those that a deployment would bring. */
import { beforeAll, expect, test } from 'vitest';
import { decide, type Need } from '../../../../lab/aws/iam/policy.ts';
import { synthesiseIam } from '../../../../lab/aws/iam/synthesis.ts';
import type { Iam } from '../../../../lab/aws/iam/template.ts';
import { resourceNames, tableName } from '../../../../lab/deployment.ts';
import { small } from '../../../core/environments.ts';
import { configOf, smallBundles } from '../../../stack/templates.ts';

const account = '123456789012';
const arn = (service: string, rest: string) => `arn:aws:${service}:${small.region}:${account}:${rest}`;
const [node] = small.pairs[0]?.nodes ?? [];

let iam: Iam;
beforeAll(async () => {
  iam = await synthesiseIam(configOf(small), await smallBundles(), resourceNames, account);
});

test('every function of the environment has a role of its own', () => {
  expect(Object.keys(iam.policies).sort()).toEqual([
    'keepalambda-small-operate',
    'keepalambda-small-probe-a',
    'keepalambda-small-read',
    'keepalambda-small-watch',
  ]);
});

const kindOf = (functionName: string, need: Omit<Need, 'context'>, context = {}) =>
  decide(iam.policies[functionName] ?? [], { ...need, context }).kind;
const lease = { action: 'dynamodb:UpdateItem', resource: arn('dynamodb', `table/${tableName}`) };
const move = {
  action: 'ec2:AssignPrivateIpAddresses',
  resource: arn('ec2', `network-interface/${node?.eniId}`),
};
const probe = 'keepalambda-small-probe-a';

test.each<[string, Omit<Need, 'context'>, string]>([
  ['keepalambda-small-watch', lease, 'allow'],
  ['keepalambda-small-operate', lease, 'allow'],
  [probe, lease, 'implicit-deny'],
  ['keepalambda-small-watch', move, 'allow'],
  [
    'keepalambda-small-watch',
    { ...move, resource: arn('ec2', 'network-interface/eni-other') },
    'implicit-deny',
  ],
  ['keepalambda-small-watch', { action: 'ec2:TerminateInstances', resource: '*' }, 'implicit-deny'],
])('%s: %j is %s', (functionName, need, want) => {
  expect(kindOf(functionName, need)).toBe(want);
});

test("a probe's own code is denied what Lambda itself may do under its role", () => {
  const source = { 'lambda:sourcefunctionarn': arn('lambda', `function:${probe}`) };
  expect(kindOf(probe, move, source)).toBe('explicit-deny');
  expect(kindOf(probe, move)).toBe('allow');
});

test('the topic is encrypted, with a key that watch may use', () => {
  const [key] = Object.values(iam.topicKeys);
  expect(Object.keys(iam.topicKeys)).toEqual([arn('sns', 'keepalambda-small-alerts')]);
  expect(kindOf('keepalambda-small-watch', { action: 'kms:GenerateDataKey', resource: key ?? '' })).toBe(
    'allow',
  );
});

test('nothing in a policy is left unresolved', () => {
  expect(JSON.stringify(iam)).not.toMatch(/Token\[|"Ref"|Fn::/);
});

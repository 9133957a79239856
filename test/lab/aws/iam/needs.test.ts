/** What each call needs a permission for. */
import { expect, test } from 'vitest';
import type { ServiceName } from '../../../../lab/aws/api.ts';
import { needsOf, type Surroundings } from '../../../../lab/aws/iam/needs.ts';

const arn = (service: string, resource: string) => `arn:aws:${service}:us-east-1:123456789012:${resource}`;
const topic = arn('sns', 'alerts');
const around: Surroundings = {
  region: 'us-east-1',
  account: '123456789012',
  tagsOf: (id): Readonly<Record<string, string>> => (id === 'i-1' ? { Keepalambda: 'prod' } : {}),
  instanceOf: (eniId) => (eniId === 'eni-1' ? 'i-1' : null),
  parameterKeyOf: (name) => (name === '/sealed' ? arn('kms', 'key/2') : null),
  topicKeyOf: (topicArn) => (topicArn === topic ? arn('kms', 'key/1') : null),
};

function needed(service: ServiceName, action: string, body: string, path = '/'): readonly string[] {
  const request = { method: 'POST', path, headers: {}, body: Buffer.from(body) };
  return needsOf({ service, action, request }, around).map((need) => `${need.action} on ${need.resource}`);
}

const eni = arn('ec2', 'network-interface/eni-1');
const table = arn('dynamodb', 'table/t');
const item = { TableName: 't', Key: {} };

test.each<[ServiceName, string, string | object, readonly string[]]>([
  ['ec2', 'AssignPrivateIpAddresses', 'NetworkInterfaceId=eni-1', [`ec2:AssignPrivateIpAddresses on ${eni}`]],
  ['ec2', 'DescribeInstances', 'InstanceId.1=i-1', ['ec2:DescribeInstances on *']],
  [
    'ec2',
    'StopInstances',
    'InstanceId.1=i-1&InstanceId.2=i-2',
    ['i-1', 'i-2'].map((id) => `ec2:StopInstances on ${arn('ec2', `instance/${id}`)}`),
  ],
  [
    'ec2',
    'ModifyNetworkInterfaceAttribute',
    'NetworkInterfaceId=eni-1&SecurityGroupId.1=sg-1',
    ['network-interface/eni-1', 'instance/i-1', 'security-group/sg-1'].map(
      (resource) => `ec2:ModifyNetworkInterfaceAttribute on ${arn('ec2', resource)}`,
    ),
  ],
  ['ec2', 'RunInstances', '', ['ec2:RunInstances on *']],
  ['ssm', 'GetParameter', { Name: '/a/b' }, [`ssm:GetParameter on ${arn('ssm', 'parameter/a/b')}`]],
  [
    'ssm',
    'GetParameter',
    { Name: '/sealed' },
    [`ssm:GetParameter on ${arn('ssm', 'parameter/sealed')}`, `kms:Decrypt on ${arn('kms', 'key/2')}`],
  ],
  [
    'ssm',
    'GetParameter',
    { Name: '/aws/reference/secretsmanager/orders' },
    [
      `ssm:GetParameter on ${arn('ssm', 'parameter/aws/reference/secretsmanager/orders')}`,
      `secretsmanager:GetSecretValue on ${arn('secretsmanager', 'secret:orders-AbCdEf')}`,
    ],
  ],
  [
    'ssm',
    'SendCommand',
    { DocumentName: 'bind', InstanceIds: ['i-1', 'i-2'] },
    [
      `ssm:SendCommand on ${arn('ssm', 'document/bind')}`,
      ...['i-1', 'i-2'].map((id) => `ssm:SendCommand on ${arn('ec2', `instance/${id}`)}`),
    ],
  ],
  ['ssm', 'GetCommandInvocation', { CommandId: 'c' }, ['ssm:GetCommandInvocation on *']],
  [
    'sns',
    'Publish',
    `TopicArn=${topic}`,
    [
      `sns:Publish on ${topic}`,
      `kms:GenerateDataKey on ${arn('kms', 'key/1')}`,
      `kms:Decrypt on ${arn('kms', 'key/1')}`,
    ],
  ],
  ['sns', 'Publish', 'TopicArn=arn:plain', ['sns:Publish on arn:plain']],
  ['sns', 'GetTopicAttributes', `TopicArn=${topic}`, [`sns:GetTopicAttributes on ${topic}`]],
  ['dynamodb', 'UpdateItem', item, [`dynamodb:UpdateItem on ${table}`]],
  ['dynamodb', 'Query', { ...item, IndexName: 'i' }, [`dynamodb:Query on ${table}/index/i`]],
  ['dynamodb', 'BatchWriteItem', { RequestItems: { t: [] } }, [`dynamodb:BatchWriteItem on ${table}`]],
  [
    'dynamodb',
    'TransactWriteItems',
    { TransactItems: [{ Put: item }, { ConditionCheck: item }] },
    [`dynamodb:PutItem on ${table}`, `dynamodb:ConditionCheckItem on ${table}`],
  ],
  ['lambda', 'Invoke/probe', '', [`lambda:InvokeFunction on ${arn('lambda', 'function:probe')}`]],
  ['lambda', 'ListFunctions', '', ['lambda:ListFunctions on *']],
  ['sts', 'GetCallerIdentity', '', []],
])('%s:%s with %j', (service, action, body, want) => {
  expect(needed(service, action, typeof body === 'string' ? body : JSON.stringify(body))).toEqual(want);
});

test.each([
  ['probe', 'probe'],
  ['probe:7', 'probe:7'],
  [arn('lambda', 'function:probe'), 'probe'],
  [arn('lambda', 'function:probe:7'), 'probe:7'],
  ['123456789012:function:probe:live', 'probe:live'],
])('an invocation of %s needs a permission for %s', (name, resource) => {
  const path = `/2015-03-31/functions/${encodeURIComponent(name)}/invocations`;
  expect(needed('lambda', 'Invoke/probe', '', path)).toEqual([
    `lambda:InvokeFunction on ${arn('lambda', `function:${resource}`)}`,
  ]);
});

test('tags of an instance are condition keys, of IAM and of the service', () => {
  const body = JSON.stringify({ DocumentName: 'bind', InstanceIds: ['i-1'] });
  const request = { method: 'POST', path: '/', headers: {}, body: Buffer.from(body) };
  const [, instance] = needsOf({ service: 'ssm', action: 'SendCommand', request }, around);
  expect(instance?.context).toEqual({
    'aws:resourcetag/keepalambda': 'prod',
    'ssm:resourcetag/keepalambda': 'prod',
  });
});

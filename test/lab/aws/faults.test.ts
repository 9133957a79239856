import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import {
  AssignPrivateIpAddressesCommand,
  DescribeNetworkInterfacesCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { PublishCommand } from '@aws-sdk/client-sns';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CallFault, Effect } from '../../../lab/aws/faults.ts';
import { type Clients, errorOf, start, topicArn, until, vip } from './world.ts';

const table = {
  TableName: 'state',
  AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' as const }],
  KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' as const }],
};

let clients: Clients;
beforeEach(async () => {
  clients = await start({ tables: [table] });
});
afterEach(() => clients.close());

const calls = {
  ec2: () => clients.ec2.send(new DescribeNetworkInterfacesCommand({})),
  sns: () => clients.sns.send(new PublishCommand({ TopicArn: topicArn, Message: 'x' })),
  ssm: () => clients.ssm.send(new GetParameterCommand({ Name: '/x' })),
  lambda: () => clients.lambda.send(new InvokeCommand({ FunctionName: 'probe' })),
  dynamodb: () => clients.dynamodb.send(new GetItemCommand({ TableName: 'state', Key: { pk: { S: 'x' } } })),
} as const;

const throttle: Effect = { kind: 'throttle' };
const deny: Effect = { kind: 'deny' };

test.each<[CallFault['on'], Effect, keyof typeof calls, string]>([
  ['ec2:DescribeNetworkInterfaces', throttle, 'ec2', 'RequestLimitExceeded'],
  ['ec2:DescribeNetworkInterfaces', deny, 'ec2', 'UnauthorizedOperation'],
  ['ec2:*', { kind: 'down', how: 'unavailable' }, 'ec2', 'ServiceUnavailable'],
  ['ec2:*', { kind: 'down', how: 'reset' }, 'ec2', 'TimeoutError'],
  ['ec2:*', { kind: 'down', how: 'silent' }, 'ec2', 'TimeoutError'],
  ['ec2:*', { kind: 'fail', code: 'InternalError', message: 'm', status: 500 }, 'ec2', 'InternalError'],
  ['sns:Publish', throttle, 'sns', 'ThrottledException'],
  ['sns:Publish', deny, 'sns', 'AuthorizationErrorException'],
  ['ssm:GetParameter', throttle, 'ssm', 'ThrottlingException'],
  ['ssm:*', deny, 'ssm', 'AccessDeniedException'],
  ['lambda:Invoke', throttle, 'lambda', 'TooManyRequestsException'],
  ['lambda:Invoke/probe', deny, 'lambda', 'AccessDeniedException'],
  ['lambda:Invoke/watch', deny, 'lambda', 'ResourceNotFoundException'],
  ['dynamodb:GetItem', throttle, 'dynamodb', 'ThrottlingException'],
  ['dynamodb:*', deny, 'dynamodb', 'AccessDeniedException'],
])('%s with %o: the caller of %s gets %s', async (on, effect, service, want) => {
  clients.aws.faults.inject({ on, effect });
  expect(await errorOf(calls[service]())).toBe(want);
});

test('a fault ends after its count, when it is taken out, and at clear', async () => {
  clients.aws.faults.inject({ on: 'ec2:*', effect: throttle, times: 2 });
  const names = [await errorOf(calls.ec2()), await errorOf(calls.ec2()), await errorOf(calls.ec2())];
  expect(names).toEqual(['RequestLimitExceeded', 'RequestLimitExceeded', 'none']);
  const remove = clients.aws.faults.inject({ on: 'ec2:*', effect: deny });
  clients.aws.faults.inject({ on: 'sns:*', effect: deny });
  remove();
  expect(await errorOf(calls.ec2())).toBe('none');
  clients.aws.faults.clear();
  expect(await errorOf(calls.sns())).toBe('none');
});

test.each(['reset', 'silent'] as const)(
  'a lost response (%s): the VIP has moved all the same',
  async (how) => {
    clients.aws.faults.inject({
      on: 'ec2:AssignPrivateIpAddresses',
      effect: { kind: 'lose-response', how },
      times: 1,
    });
    const lost = clients.ec2.send(
      new AssignPrivateIpAddressesCommand({
        NetworkInterfaceId: 'eni-db2',
        PrivateIpAddresses: [vip],
        AllowReassignment: true,
      }),
    );
    expect(await errorOf(lost)).not.toBe('none');
    await until(() => clients.aws.ec2.effective.owners[vip] === 'eni-db2');
  },
);

test('a lost response of a conditional write: it is there, and cannot be written again', async () => {
  clients.aws.faults.inject({
    on: 'dynamodb:PutItem',
    effect: { kind: 'lose-response', how: 'reset' },
    times: 1,
  });
  const put = () =>
    clients.dynamodb.send(
      new PutItemCommand({
        TableName: 'state',
        Item: { pk: { S: 'lease' } },
        ConditionExpression: 'attribute_not_exists(pk)',
      }),
    );
  expect(await errorOf(put())).not.toBe('none');
  expect(await errorOf(put())).toBe('ConditionalCheckFailedException');
});

test('the SDK tries again after a throttled call, and the lab hears of both', async () => {
  const heard: (string | null)[] = [];
  clients.aws.events.on('call', ({ action, status, fault }) => heard.push(`${action} ${status} ${fault}`));
  clients.aws.faults.inject({ on: 'ec2:*', effect: throttle, times: 1 });
  const patient = new EC2Client({ ...clients.aws.clientOptions(), maxAttempts: 2 });
  await patient.send(new DescribeNetworkInterfacesCommand({}));
  expect(heard).toEqual(['DescribeNetworkInterfaces 503 throttle', 'DescribeNetworkInterfaces 200 null']);
});

test('a message published twice is there twice, a late one comes late', async () => {
  clients.aws.faults.inject({ on: 'sns:Publish', effect: { kind: 'twice' }, times: 1 });
  await calls.sns();
  expect(clients.aws.sns.messages).toHaveLength(2);
  clients.aws.faults.inject({ on: 'sns:Publish', effect: { kind: 'delay', forMs: 60 } });
  const startedAtMs = Date.now();
  await calls.sns();
  expect(Date.now() - startedAtMs).toBeGreaterThanOrEqual(55);
});

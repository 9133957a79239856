/** The policies of a function's role, met by the function itself: real SDK clients get the errors that AWS would give. */
import { fileURLToPath } from 'node:url';
import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Denied } from '../../../../lab/aws/events.ts';
import type { Statement } from '../../../../lab/aws/iam/policy.ts';
import { startAws } from '../../../../lab/aws/start.ts';
import { bundle } from '../bundle.ts';
import { type Clients, start, topicArn, vip, world } from '../world.ts';

/** Sends one command with the SDK's client, made as the product makes it, and says what came of it. */
const caller = `
import { AssignPrivateIpAddressesCommand, DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
const calls = {
  assign: (input) => new EC2Client({ maxAttempts: 1 }).send(new AssignPrivateIpAddressesCommand(input)),
  describe: (input) => new EC2Client({ maxAttempts: 1 }).send(new DescribeInstancesCommand(input)),
  invoke: (input) => new LambdaClient({ maxAttempts: 1 }).send(new InvokeCommand(input)),
  item: (input) => new DynamoDBClient({ maxAttempts: 1 }).send(new GetItemCommand(input)),
  publish: (input) => new SNSClient({ maxAttempts: 1 }).send(new PublishCommand(input)),
  parameter: (input) => new SSMClient({ maxAttempts: 1 }).send(new GetParameterCommand(input)),
};
export const handler = async ({ call, input }) => {
  try {
    await calls[call](input);
    return { name: 'none' };
  } catch (error) {
    return { name: error.name, status: error.$metadata?.httpStatusCode, message: error.message };
  }
};`;

async function bundled(): Promise<string> {
  const root = fileURLToPath(new URL('../../../..', import.meta.url));
  const result = await build({
    stdin: { contents: caller, resolveDir: root },
    bundle: true,
    platform: 'node',
    format: 'esm',
    write: false,
    mainFields: ['module', 'main'],
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    logLevel: 'silent',
  });
  return bundle(result.outputFiles[0]?.text ?? '');
}

const allow = (Action: string, Resource: string): Statement => ({ Effect: 'Allow', Action, Resource });
const eni = (id: string) => `arn:aws:ec2:us-east-1:123456789012:network-interface/${id}`;
const assigns = 'ec2:AssignPrivateIpAddresses';
const table = {
  TableName: 'state',
  AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' as const }],
  KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' as const }],
};

const policies: Record<string, readonly Statement[]> = {
  mover: [allow(assigns, eni('eni-db2'))],
  reader: [allow('ec2:DescribeInstances', '*'), allow('sns:Publish', topicArn)],
  forbidden: [
    allow('ec2:*', '*'),
    {
      Effect: 'Deny',
      Action: assigns,
      Resource: '*',
      Condition: {
        ArnEquals: { 'lambda:SourceFunctionArn': 'arn:aws:lambda:us-east-1:123456789012:function:forbidden' },
      },
    },
  ],
};

let clients: Clients;
const denied: Denied[] = [];
beforeAll(async () => {
  const directory = await bundled();
  const functions = ['mover', 'reader', 'forbidden', 'without'].map((name) => ({
    name,
    directory,
    timeoutSeconds: 30,
  }));
  const iam = { policies, topicKeys: { [topicArn]: 'arn:aws:kms:us-east-1:123456789012:key/1' } };
  clients = await start({ functions, iam, tables: [table], latency: { kind: 'none' } });
  clients.aws.events.on('denied', (event) => denied.push(event));
});
afterAll(() => clients.close());

async function call(functionName: string, name: string, input: object = {}) {
  denied.length = 0;
  const { payload } = await clients.aws.lambda.invoke(functionName, { call: name, input });
  return JSON.parse(payload) as { name: string; status?: number; message?: string };
}

const move = (NetworkInterfaceId: string) => ({
  NetworkInterfaceId,
  PrivateIpAddresses: [vip],
  AllowReassignment: true,
});

test('a function whose role lacks ec2:AssignPrivateIpAddresses gets UnauthorizedOperation', async () => {
  const got = await call('reader', 'assign', move('eni-db2'));
  expect(got).toMatchObject({ name: 'UnauthorizedOperation', status: 403 });
  expect(got.message).toBe(
    `You are not authorized to perform this operation. User: arn:aws:sts::123456789012:assumed-role/reader/reader is not authorized to perform: ${assigns} on resource: ${eni('eni-db2')} because no identity-based policy allows the ${assigns} action`,
  );
  expect(denied).toEqual([
    expect.objectContaining({ functionName: 'reader', action: assigns, resource: eni('eni-db2') }),
  ]);
  expect(clients.aws.ec2.accepted.owners[vip]).toBe('eni-db1');
});

test('one whose role has it on that ENI moves the address, and may not move it to another', async () => {
  expect((await call('mover', 'assign', move('eni-db2'))).name).toBe('none');
  expect(denied).toEqual([]);
  expect(clients.aws.ec2.accepted.owners[vip]).toBe('eni-db2');
  expect((await call('mover', 'assign', move('eni-db1'))).name).toBe('UnauthorizedOperation');
});

test('a denial on condition of the calling function wins over its permission', async () => {
  expect((await call('forbidden', 'describe')).name).toBe('none');
  const got = await call('forbidden', 'assign', move('eni-db1'));
  expect(got.name).toBe('UnauthorizedOperation');
  expect(got.message).toContain('with an explicit deny in an identity-based policy');
});

test.each([
  ['describe', {}, 'UnauthorizedOperation', 403],
  ['parameter', { Name: '/x' }, 'AccessDeniedException', 400],
  ['item', { TableName: 'state', Key: { pk: { S: 'x' } } }, 'AccessDeniedException', 400],
  ['publish', { TopicArn: topicArn, Message: 'x' }, 'AuthorizationErrorException', 403],
  ['invoke', { FunctionName: 'reader' }, 'AccessDeniedException', 403],
])('a function without a policy: %s is refused as its service would', async (name, input, error, status) => {
  expect(await call('without', name, input)).toMatchObject({ name: error, status });
});

test('who may publish, but not use the key of the topic, is refused by KMS', async () => {
  const got = await call('reader', 'publish', { TopicArn: topicArn, Message: 'x' });
  expect(got.name).toMatch(/^KMSAccessDenied/);
  expect(denied.map(({ action }) => action)).toEqual(['kms:GenerateDataKey']);
  expect(clients.aws.sns.messages).toEqual([]);
});

test('a fault that denies is no denied call', async () => {
  const remove = clients.aws.faults.inject({ on: 'ec2:DescribeInstances', effect: { kind: 'deny' } });
  expect((await call('reader', 'describe')).name).toBe('UnauthorizedOperation');
  expect(denied).toEqual([]);
  remove();
});

test('an operator may do everything; a key that nobody has may do nothing', async () => {
  await clients.ec2.send(new DescribeInstancesCommand({}));
  const credentials = { accessKeyId: 'AKIASTRANGER', secretAccessKey: 'x' };
  const stranger = new EC2Client({ ...clients.aws.clientOptions(), credentials, maxAttempts: 1 });
  await expect(stranger.send(new DescribeInstancesCommand({}))).rejects.toMatchObject({
    name: 'AuthFailure',
  });
});

test('a policy that the lab cannot judge is an error at the start', async () => {
  const odd = { ...allow('*', '*'), Condition: { DateLessThan: { 'aws:CurrentTime': '2030-01-01' } } };
  await expect(startAws({ ...world, iam: { policies: { f: [odd] }, topicKeys: {} } })).rejects.toThrow(
    /operator DateLessThan/,
  );
});

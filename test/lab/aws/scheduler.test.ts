import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundle } from './bundle.ts';
import { type Clients, start, until } from './world.ts';

let clients: Clients;
beforeAll(async () => {
  const directory = bundle(
    'export const handler = async (event) => { console.log(JSON.stringify(event)); };',
  );
  clients = await start({
    functions: [{ name: 'watch', directory, timeoutSeconds: 3 }],
    rules: [
      {
        name: 'instances',
        functionName: 'watch',
        pattern: {
          source: ['aws.ec2'],
          'detail-type': ['EC2 Instance State-change Notification'],
          detail: { 'instance-id': ['i-db1'], state: ['stopping', 'stopped'] },
        },
      },
      {
        name: 'health',
        functionName: 'watch',
        pattern: { source: ['aws.health'], detail: { service: ['EC2'] } },
      },
    ],
  });
});
afterAll(() => clients.close());

function received(): {
  readonly 'detail-type': string;
  readonly detail: unknown;
  readonly resources: string[];
}[] {
  return clients.aws.lambda
    .logs('watch')
    .filter(({ stream }) => stream === 'stdout')
    .map(({ text }) => JSON.parse(text));
}

test('a change of an instance gets to the function whose rule takes it, in the shape of EventBridge', async () => {
  clients.aws.ec2.setInstanceState('i-db2', 'stopped');
  clients.aws.ec2.setInstanceState('i-db1', 'pending');
  clients.aws.ec2.setInstanceState('i-db1', 'stopped');
  await until(() => received().length === 1);
  expect(received()[0]).toMatchObject({
    version: '0',
    source: 'aws.ec2',
    'detail-type': 'EC2 Instance State-change Notification',
    region: 'us-east-1',
    resources: ['arn:aws:ec2:us-east-1:123456789012:instance/i-db1'],
    detail: { 'instance-id': 'i-db1', state: 'stopped' },
  });
});

test('a schedule without an input sends the event that Scheduler makes', async () => {
  const stop = clients.aws.scheduler.start({ name: 'every-minute', functionName: 'watch' });
  stop();
  await until(() => received().some((event) => event['detail-type'] === 'Scheduled Event'));
});

test('any event can be put, and one that no rule takes goes nowhere', async () => {
  const put = (service: string) =>
    clients.aws.scheduler.putEvent({
      source: 'aws.health',
      'detail-type': 'AWS Health Event',
      resources: [],
      detail: { service },
    });
  put('S3');
  put('EC2');
  const health = () => received().filter((event) => event['detail-type'] === 'AWS Health Event');
  await until(() => health().length > 0);
  expect(health().map(({ detail }) => detail)).toEqual([{ service: 'EC2' }]);
});

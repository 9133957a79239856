import { expect, it } from 'vitest';
import type { AwsOptions } from '../../../lab/aws/start.ts';
import { createVip } from '../../../lib/aws/ec2/vip.ts';
import { type VipWorld, vipContract } from '../../contract/vip.ts';
import { clock, config, enis, pair, startWorld } from '../world.ts';

const changing = ['AssignPrivateIpAddresses', 'ModifyNetworkInterfaceAttribute', 'StopInstances'] as const;

async function makeWorld(): Promise<VipWorld> {
  const world = await startWorld();
  const { aws } = world;
  let changes = 0;
  aws.events.on('call', ({ service, action }) => {
    if (service === 'ec2' && changing.some((name) => name === action)) changes += 1;
  });
  const nodeNamed = (name: string) => pair.nodes.find((node) => node.name === name) ?? pair.nodes[0];
  return {
    vip: createVip({ ...world.ec2, clock, ...config }),
    pair,
    holder: () => pair.nodes.find(({ eniId }) => aws.ec2.effective.owners[pair.vip] === eniId)?.name ?? null,
    async detach() {
      aws.ec2.moveAddress(pair.vip, null);
      await clock.sleep(100);
    },
    groups: (node) => aws.ec2.effective.groups[nodeNamed(node).eniId] ?? [],
    instance: (node) => aws.ec2.effective.instances[nodeNamed(node).instanceId] ?? 'unknown',
    throttle(times) {
      for (const action of changing)
        aws.faults.inject({ on: `ec2:${action}`, effect: { kind: 'throttle' }, times });
    },
    loseAnswer() {
      for (const action of changing) {
        aws.faults.inject({ on: `ec2:${action}`, effect: { kind: 'lose-response', how: 'reset' }, times: 1 });
      }
    },
    fail: () => void aws.faults.inject({ on: 'ec2:*', effect: { kind: 'down', how: 'reset' } }),
    changes: () => changes,
    settle: (work) => work,
    close: () => aws.close(),
  };
}

vipContract('EC2', makeWorld);

it('calls EC2 twice for a look, and asks for the limits of instance types once', async () => {
  const world = await startWorld();
  const calls: string[] = [];
  world.aws.events.on('call', ({ action }) => calls.push(action));
  const vip = createVip({ ...world.ec2, clock, ...config });
  for (let look = 0; look < 2; look += 1) await vip.locate([pair]);
  expect(calls.toSorted()).toEqual([
    'DescribeInstanceTypes',
    'DescribeInstances',
    'DescribeInstances',
    'DescribeNetworkInterfaces',
    'DescribeNetworkInterfaces',
  ]);
  await world.aws.close();
});

const errors = [
  ['PrivateIpAddressLimitExceeded', 'denied'],
  ['InvalidNetworkInterfaceID.NotFound', 'denied'],
  ['UnauthorizedOperation', 'denied'],
  ['InvalidParameterValue', 'denied'],
  ['RequestLimitExceeded', 'throttled'],
] as const;

it.each(errors)('takes %s for %s', async (code, kind) => {
  const world = await startWorld();
  const effect = {
    kind: 'fail',
    code,
    message: 'no',
    status: code === 'RequestLimitExceeded' ? 503 : 400,
  } as const;
  world.aws.faults.inject({ on: 'ec2:AssignPrivateIpAddresses', effect });
  const vip = createVip({ ...world.ec2, clock, ...config });
  const assigned = vip.assign(pair, 'db2');
  await expect(assigned).rejects.toMatchObject({ kind, message: expect.stringContaining(code) });
  await world.aws.close();
});

it('waits for EC2 no longer than it may', async () => {
  const world = await startWorld();
  world.aws.faults.inject({ on: 'ec2:*', effect: { kind: 'down', how: 'silent' } });
  const vip = createVip({ ...world.ec2, clock, ...config });
  expect((await vip.locate([pair], 100)).get(pair.name)).toMatchObject({ kind: 'blind' });
  await world.aws.close();
}, 4000);

it('believes a stale read of EC2 only when it shows the change', async () => {
  const world = await startWorld({ ec2Timing: { effectDelayMs: 300, staleReadMs: 700 } });
  const vip = createVip({ ...world.ec2, clock, ...config });
  await vip.assign(pair, 'db2');
  const sighting = (await vip.locate([pair])).get(pair.name);
  expect(sighting).toMatchObject({ place: { kind: 'node', node: 'db2' } });
  await world.aws.close();
});

const [eni1, eni2] = enis;

it.each<[string, Partial<AwsOptions>, readonly string[]]>([
  ['all fits', {}, []],
  [
    'the ENIs are exchanged',
    {
      enis: [
        { ...eni1, instanceId: eni2.instanceId },
        { ...eni2, instanceId: eni1.instanceId },
      ],
    },
    [`${eni1.id} is attached to ${eni2.instanceId}, and ${eni2.id} to ${eni1.instanceId}`],
  ],
  [
    'the VIP is on a second ENI',
    { enis: [{ ...eni1, deviceIndex: 1 }, eni2] },
    [`${eni1.id} is attached to ${eni1.instanceId} with device index 1`],
  ],
  [
    'the ENI has another primary address, and the address in the file is nowhere',
    { enis: [{ ...eni1, primaryAddress: '10.0.1.99', secondaryAddresses: [] }, eni2] },
    [`the primary address of ${eni1.id} is 10.0.1.99`],
  ],
  [
    'the VIP lies in a prefix',
    { enis: [eni1, { ...eni2, prefixes: ['10.0.1.0/28'] }] },
    [`${pair.vip} lies in the prefix 10.0.1.0/28 of ${eni2.id}`],
  ],
])('compares the ids with what EC2 shows: %s', async (_, options, wrong) => {
  const world = await startWorld(options);
  const vip = createVip({ ...world.ec2, clock, ...config });
  const sighting = (await vip.locate([pair])).get(pair.name);
  expect(sighting?.kind === 'saw' && sighting.wrong.map(({ got }) => got)).toEqual(wrong);
  await world.aws.close();
});

import {
  AssignPrivateIpAddressesCommand,
  DescribeInstancesCommand,
  DescribeInstanceTypesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSubnetsCommand,
  ModifyNetworkInterfaceAttributeCommand,
  RebootInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  UnassignPrivateIpAddressesCommand,
} from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Clients, errorOf, start, until, vip } from './world.ts';

let clients: Clients;
beforeEach(async () => {
  clients = await start();
});
afterEach(() => clients.close());

async function holder(): Promise<string | undefined> {
  const answer = await clients.ec2.send(
    new DescribeNetworkInterfacesCommand({
      Filters: [{ Name: 'addresses.private-ip-address', Values: [vip] }],
    }),
  );
  return answer.NetworkInterfaces?.[0]?.NetworkInterfaceId;
}

function assign(eni: string, addresses: string[], reassign: boolean) {
  return clients.ec2.send(
    new AssignPrivateIpAddressesCommand({
      NetworkInterfaceId: eni,
      PrivateIpAddresses: addresses,
      AllowReassignment: reassign,
    }),
  );
}

async function stateOf(id: string): Promise<string | undefined> {
  const answer = await clients.ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
  return answer.Reservations?.[0]?.Instances?.[0]?.State?.Name;
}

describe('addresses', () => {
  test('reassignment takes the VIP off the old ENI and tells the network', async () => {
    const moves: unknown[] = [];
    clients.aws.events.on('addressMoved', (move) => moves.push(move));
    const answer = await assign('eni-db2', [vip], true);
    expect(answer.AssignedPrivateIpAddresses).toEqual([{ PrivateIpAddress: vip }]);
    await until(async () => (await holder()) === 'eni-db2');
    const { NetworkInterfaces } = await clients.ec2.send(
      new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: ['eni-db1', 'eni-db2'] }),
    );
    expect(NetworkInterfaces?.map((eni) => eni.PrivateIpAddresses)).toEqual([
      [{ Primary: true, PrivateIpAddress: '10.0.1.11' }],
      [
        { Primary: true, PrivateIpAddress: '10.0.1.12' },
        { Primary: false, PrivateIpAddress: vip },
      ],
    ]);
    expect(moves).toEqual([{ address: vip, eniId: 'eni-db2', instanceId: 'i-db2' }]);
  });

  test.each([
    ['in use, without AllowReassignment', 'eni-db2', [vip], false, 'InvalidParameterValue'],
    ['on the same ENI, without AllowReassignment', 'eni-db1', [vip], false, 'InvalidParameterValue'],
    ['on the same ENI, with AllowReassignment', 'eni-db1', [vip], true, 'none'],
    ['outside the subnet', 'eni-db2', ['10.0.2.50'], true, 'InvalidParameterValue'],
    ['reserved by AWS', 'eni-db2', ['10.0.1.3'], true, 'InvalidParameterValue'],
    ['the broadcast address', 'eni-db2', ['10.0.1.255'], true, 'InvalidParameterValue'],
    ['not an address', 'eni-db2', ['db2'], true, 'InvalidParameterValue'],
    ["another ENI's primary address", 'eni-db2', ['10.0.1.11'], true, 'InvalidParameterValue'],
    ['of an ENI that is not there', 'eni-db3', [vip], true, 'InvalidNetworkInterfaceID.NotFound'],
    ['none', 'eni-db2', [], true, 'MissingParameter'],
    ['the last one there is room for', 'eni-db2', ['10.0.1.51', '10.0.1.52', '10.0.1.53'], false, 'none'],
    [
      'one too many',
      'eni-db2',
      ['10.0.1.51', '10.0.1.52', '10.0.1.53', vip],
      true,
      'PrivateIpAddressLimitExceeded',
    ],
    [
      'one too many on a small type',
      'eni-small',
      ['10.0.2.51', '10.0.2.52'],
      true,
      'PrivateIpAddressLimitExceeded',
    ],
  ])('assigning an address %s', async (_what, eni, addresses, reassign, want) => {
    expect(await errorOf(assign(eni, addresses, reassign))).toBe(want);
  });

  test('an address comes off, once, and the VIP is nowhere', async () => {
    const unassign = () =>
      clients.ec2.send(
        new UnassignPrivateIpAddressesCommand({ NetworkInterfaceId: 'eni-db1', PrivateIpAddresses: [vip] }),
      );
    await unassign();
    await until(async () => (await holder()) === undefined);
    expect(await errorOf(unassign())).toBe('InvalidParameterValue');
  });

  test('the effect comes late, and reads are older still', async () => {
    clients.aws.ec2.timing.effectDelayMs = 60;
    clients.aws.ec2.timing.staleReadMs = 120;
    const moved = new Promise<number>((resolve) =>
      clients.aws.events.once('addressMoved', () => resolve(Date.now())),
    );
    await assign('eni-db2', [vip], true);
    const answeredAtMs = Date.now();
    expect(await holder()).toBe('eni-db1');
    const movedAtMs = await moved;
    expect(movedAtMs - answeredAtMs).toBeGreaterThan(30);
    expect(await holder()).toBe('eni-db1');
    await until(async () => (await holder()) === 'eni-db2');
    expect(Date.now() - movedAtMs).toBeGreaterThan(100);
  });

  test('effects come in the order of the calls, whatever each delay was', async () => {
    clients.aws.ec2.timing.effectDelayMs = 80;
    await assign('eni-db2', [vip], true);
    clients.aws.ec2.timing.effectDelayMs = 0;
    await assign('eni-db1', [vip], true);
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(await holder()).toBe('eni-db1');
  });
});

describe('describing', () => {
  test.each([
    ['network-interface-id', 'eni-db2', ['eni-db2']],
    ['attachment.instance-id', 'i-db1', ['eni-db1']],
    ['subnet-id', 'subnet-a', ['eni-db1', 'eni-db2']],
    ['addresses.private-ip-address', '10.0.1.99', []],
  ])('ENIs by %s', async (name, value, want) => {
    const answer = await clients.ec2.send(
      new DescribeNetworkInterfacesCommand({ Filters: [{ Name: name, Values: [value] }] }),
    );
    expect(answer.NetworkInterfaces?.map((eni) => eni.NetworkInterfaceId)).toEqual(want);
  });

  test('an ENI has its subnet, groups and attachment', async () => {
    const answer = await clients.ec2.send(
      new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: ['eni-db1'] }),
    );
    expect(answer.NetworkInterfaces).toMatchObject([
      {
        SubnetId: 'subnet-a',
        Groups: [{ GroupId: 'sg-mysql' }],
        Attachment: { InstanceId: 'i-db1', Status: 'attached' },
      },
    ]);
  });

  test('exchanged ENIs are at the other instance, in both answers', async () => {
    clients.aws.ec2.exchangeEnis('eni-db1', 'eni-db2');
    const shown = async () => {
      const enis = await clients.ec2.send(
        new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: ['eni-db1', 'eni-db2'] }),
      );
      const instances = await clients.ec2.send(new DescribeInstancesCommand({ InstanceIds: ['i-db1'] }));
      const [instance] = instances.Reservations?.flatMap(({ Instances }) => Instances ?? []) ?? [];
      return [
        ...(enis.NetworkInterfaces?.map(({ Attachment }) => Attachment?.InstanceId) ?? []),
        ...(instance?.NetworkInterfaces?.map(({ NetworkInterfaceId }) => NetworkInterfaceId) ?? []),
      ];
    };
    expect(await shown()).toEqual(['i-db2', 'i-db1', 'eni-db2']);
    clients.aws.ec2.exchangeEnis('eni-db1', 'eni-db2');
    expect(await shown()).toEqual(['i-db1', 'i-db2', 'eni-db1']);
  });

  test('what is not there, and filters that are none, are errors by name', async () => {
    const enis = clients.ec2.send(new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: ['eni-x'] }));
    expect(await errorOf(enis)).toBe('InvalidNetworkInterfaceID.NotFound');
    const instances = clients.ec2.send(new DescribeInstancesCommand({ InstanceIds: ['i-x'] }));
    expect(await errorOf(instances)).toBe('InvalidInstanceID.NotFound');
    const filter = clients.ec2.send(
      new DescribeNetworkInterfacesCommand({ Filters: [{ Name: 'colour', Values: ['red'] }] }),
    );
    expect(await errorOf(filter)).toBe('InvalidParameterValue');
  });

  test('instance types have their limits, subnets their ranges', async () => {
    const types = await clients.ec2.send(new DescribeInstanceTypesCommand({ InstanceTypes: ['t3.small'] }));
    expect(types.InstanceTypes?.[0]?.NetworkInfo?.Ipv4AddressesPerInterface).toBe(4);
    const filtered = await clients.ec2.send(
      new DescribeInstanceTypesCommand({
        Filters: [{ Name: 'instance-type', Values: ['t3.micro', 'none'] }],
      }),
    );
    expect(filtered.InstanceTypes?.map(({ InstanceType }) => InstanceType)).toEqual(['t3.micro']);
    const subnets = await clients.ec2.send(new DescribeSubnetsCommand({ SubnetIds: ['subnet-b'] }));
    expect(subnets.Subnets?.[0]?.CidrBlock).toBe('10.0.2.0/24');
  });
});

describe('instances', () => {
  test('stop and start pass through their states, and say so', async () => {
    const seen: string[] = [];
    clients.aws.events.on('instanceState', ({ state, force }) =>
      seen.push(`${state}${force ? ' by force' : ''}`),
    );
    const stopped = await clients.ec2.send(
      new StopInstancesCommand({ InstanceIds: ['i-db1'], Force: true, SkipOsShutdown: true }),
    );
    expect(stopped.StoppingInstances).toMatchObject([
      { InstanceId: 'i-db1', PreviousState: { Name: 'running' }, CurrentState: { Name: 'stopping' } },
    ]);
    expect(await errorOf(clients.ec2.send(new StartInstancesCommand({ InstanceIds: ['i-db1'] })))).toBe(
      'IncorrectInstanceState',
    );
    await until(async () => (await stateOf('i-db1')) === 'stopped');
    await clients.ec2.send(new StartInstancesCommand({ InstanceIds: ['i-db1'] }));
    await until(async () => (await stateOf('i-db1')) === 'running');
    expect(seen).toEqual(['stopping by force', 'stopped', 'pending', 'running']);
  });

  test('a reboot is told to the lab, and the instance stays running', async () => {
    const rebooted: string[] = [];
    clients.aws.events.on('instanceReboot', ({ instanceId }) => rebooted.push(instanceId));
    await clients.ec2.send(new RebootInstancesCommand({ InstanceIds: ['i-db2'] }));
    expect(rebooted).toEqual(['i-db2']);
    expect(await stateOf('i-db2')).toBe('running');
  });

  test('the groups of an ENI are swapped as a whole', async () => {
    await clients.ec2.send(
      new ModifyNetworkInterfaceAttributeCommand({
        NetworkInterfaceId: 'eni-db1',
        Groups: ['sg-quarantine'],
      }),
    );
    await until(() => clients.aws.ec2.effective.groups['eni-db1']?.join() === 'sg-quarantine');
  });
});

import type { NetworkInterface } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { type Ec2Answers, sightVip } from '../../../lib/aws/ec2/vip-sighting.ts';
import { decide } from '../../../lib/core/decision/decision.ts';
import { observeVip } from '../../../lib/core/evidence/evidence.ts';
import { evidence, hears2, holder, NOW_MS, seen, standby, steady, unanswered } from '../../core/world.ts';
import { config, pair } from '../world.ts';

const [first, second] = pair.nodes;
const { subnets } = config;
const subnetId = subnets.a?.subnetId;

function eni(
  id: string,
  addresses: readonly string[],
  more: Partial<NetworkInterface> = {},
): NetworkInterface {
  const PrivateIpAddresses = addresses.map((PrivateIpAddress, index) => ({
    PrivateIpAddress,
    Primary: index === 0 && id !== 'eni-x',
  }));
  const InstanceId = pair.nodes.find(({ eniId }) => eniId === id)?.instanceId ?? 'i-x';
  const Attachment = { InstanceId, DeviceIndex: 0 };
  return { NetworkInterfaceId: id, SubnetId: subnetId, Attachment, PrivateIpAddresses, ...more };
}

const own1 = eni(first.eniId, [first.address]);
const own2 = eni(second.eniId, [second.address]);
const held1 = eni(first.eniId, [first.address, pair.vip]);

function answers(enis: readonly NetworkInterface[], more: Partial<Ec2Answers> = {}): Ec2Answers {
  const instances = pair.nodes.map(({ instanceId }) => ({
    InstanceId: instanceId,
    InstanceType: 't3.micro' as const,
    State: { Name: 'running' as const },
  }));
  return { atMs: 7, enis, instances, addressLimits: new Map([['t3.micro', 2]]), ...more };
}

describe('what EC2 says of a pair', () => {
  const places: [string, readonly NetworkInterface[], unknown][] = [
    ['on the first node', [held1, own2], { kind: 'node', node: 'db1' }],
    ['nowhere', [own1, own2], { kind: 'nowhere' }],
    ['nowhere, with one ENI gone', [own1], { kind: 'nowhere' }],
    [
      'on a stranger of the subnet',
      [own1, own2, eni('eni-x', [pair.vip])],
      { kind: 'foreign', eniId: 'eni-x' },
    ],
    [
      'not on a stranger of another VPC with the same range',
      [held1, own2, eni('eni-x', [pair.vip], { SubnetId: 'subnet-elsewhere' })],
      { kind: 'node', node: 'db1' },
    ],
  ];
  it.each(places)('the VIP is %s', (_where, enis, place) => {
    expect(sightVip(pair, subnets, answers(enis))).toMatchObject({ kind: 'saw', atMs: 7, place });
  });

  it('is blind when EC2 shows the VIP twice, or neither ENI', () => {
    const twice = [held1, eni(second.eniId, [second.address, pair.vip])];
    expect(sightVip(pair, subnets, answers(twice)).kind).toBe('blind');
    expect(sightVip(pair, subnets, answers([])).kind).toBe('blind');
  });

  const rooms: [string, readonly NetworkInterface[], Partial<Ec2Answers>, boolean][] = [
    ['an address to spare', [held1, own2], {}, true],
    ['the VIP itself', [own1, eni(second.eniId, [second.address, pair.vip])], {}, true],
    ['no address to spare', [held1, eni(second.eniId, [second.address, '10.0.1.55'])], {}, false],
    [
      'a prefix in the last slot',
      [held1, eni(second.eniId, [second.address], { Ipv4Prefixes: [{}] })],
      {},
      false,
    ],
    ['a limit that is not known', [held1, own2], { addressLimits: new Map() }, true],
    ['no ENI', [held1], {}, false],
  ];
  it.each(rooms)('a node with %s', (_what, enis, more, room) => {
    expect(sightVip(pair, subnets, answers(enis, more))).toMatchObject({ room: { db2: room } });
  });

  const interfaceOf = (
    { NetworkInterfaceId, SubnetId, PrivateIpAddresses }: NetworkInterface,
    index = 0,
  ) => ({
    NetworkInterfaceId,
    SubnetId,
    PrivateIpAddresses,
    Attachment: { DeviceIndex: index },
  });
  const on = (...interfaces: readonly NetworkInterface[]): Partial<Ec2Answers> => ({
    instances: [
      {
        InstanceId: first.instanceId,
        State: { Name: 'running' },
        NetworkInterfaces: interfaces.map(interfaceOf),
      },
    ],
  });
  const wrongs: [string, readonly NetworkInterface[], Partial<Ec2Answers>, string[]][] = [
    ['nothing', [held1, own2], on(held1), []],
    [
      'an ENI on another instance',
      [{ ...held1, Attachment: { InstanceId: 'i-x', DeviceIndex: 0 } }, own2],
      {},
      [`${first.eniId} is attached to i-x`],
    ],
    // An interface of a load balancer, or of a function.
    [
      'an ENI on no instance',
      [{ ...held1, Attachment: { InstanceOwnerId: 'amazon-elb' } }, own2],
      {},
      [`${first.eniId} is attached to no instance`],
    ],
    [
      'a second ENI',
      [{ ...held1, Attachment: { InstanceId: first.instanceId, DeviceIndex: 1 } }, own2],
      {},
      [`${first.eniId} is attached to ${first.instanceId} with device index 1`],
    ],
    ['another subnet', [{ ...held1, SubnetId: 'subnet-x' }, own2], {}, [`${first.eniId} lies in subnet-x`]],
    [
      'a VIP in a prefix',
      [held1, { ...own2, Ipv4Prefixes: [{ Ipv4Prefix: '10.0.1.0/28' }] }],
      {},
      [`${pair.vip} lies in the prefix 10.0.1.0/28 of ${second.eniId}`],
    ],
    [
      'a VIP that is a primary address',
      [own1, own2, eni('eni-y', [pair.vip])],
      {},
      [`${pair.vip} is the primary address of eni-y`],
    ],
    // The filter of the question is by address, so only the instance shows the ENI.
    [
      'an address that no host has',
      [own2],
      on(eni(first.eniId, ['10.0.1.99'])),
      [`the primary address of ${first.eniId} is 10.0.1.99`],
    ],
    ['an ENI that there is not', [own2], on(eni('eni-y', ['10.0.1.99'])), [`${first.instanceId} has eni-y`]],
    [
      'two ENIs that there are not',
      [eni('eni-y', [first.address]), eni('eni-z', [second.address])],
      {},
      [`${first.address} is an address of eni-y`, `${second.address} is an address of eni-z`],
    ],
  ];
  it.each(wrongs)('shows otherwise than the environment file: %s', (_what, enis, more, wrong) => {
    const sighting = sightVip(pair, subnets, answers(enis, more));
    expect(sighting.kind === 'saw' && sighting.wrong.map(({ got }) => got)).toEqual(wrong);
  });

  it('does not know the state of an instance that EC2 does not name', () => {
    expect(sightVip(pair, subnets, answers([held1, own2], { instances: [] }))).toMatchObject({
      instances: { db1: 'unknown', db2: 'unknown' },
    });
  });
});

describe('a holder whose instance is terminated is failed over from', () => {
  const gone = (state: 'shutting-down' | 'terminated'): Partial<Ec2Answers> => ({
    instances: [
      { InstanceId: first.instanceId, State: { Name: state } },
      { InstanceId: second.instanceId, InstanceType: 't3.micro', State: { Name: 'running' } },
    ],
  });
  const cases: [string, readonly NetworkInterface[], Partial<Ec2Answers>][] = [
    [
      'its ENI is detached, and has the VIP still',
      [{ ...held1, Attachment: undefined }, own2],
      gone('terminated'),
    ],
    [
      'its ENI is detached while it shuts down',
      [{ ...held1, Attachment: undefined }, own2],
      gone('shutting-down'),
    ],
    ['its ENI is gone, and the VIP with it', [own2], gone('terminated')],
    [
      'its ENI is gone, and a new host has its address',
      [own2, eni('eni-y', [first.address])],
      gone('terminated'),
    ],
  ];
  it.each(cases)('%s', (_what, enis, more) => {
    const sighting = sightVip(pair, subnets, answers(enis, { ...more, atMs: NOW_MS }));
    const seenThrice = evidence((before) => [1, 2, 3].reduce((so) => observeVip(so, sighting), before));
    const silent = standby(hears2({ io: 'connecting', lagSeconds: null, heardAgoMs: 4000 }));
    const { row, measure } = decide(seen(steady, holder(unanswered), silent, seenThrice));
    expect([row.name, measure.kind]).toEqual(['holder-lost', 'act']);
  });
});

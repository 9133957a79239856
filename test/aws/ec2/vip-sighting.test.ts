import type { NetworkInterface } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { type Ec2Answers, sightVip } from '../../../lib/aws/ec2/vip-sighting.ts';
import { pair } from '../world.ts';

const [first, second] = pair.nodes;

function eni(
  id: string,
  addresses: readonly string[],
  more: Partial<NetworkInterface> = {},
): NetworkInterface {
  const PrivateIpAddresses = addresses.map((PrivateIpAddress) => ({ PrivateIpAddress }));
  return { NetworkInterfaceId: id, SubnetId: 'subnet-a', PrivateIpAddresses, ...more };
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
    expect(sightVip(pair, answers(enis))).toMatchObject({ kind: 'saw', atMs: 7, place });
  });

  it('is blind when EC2 shows the VIP twice, or neither ENI', () => {
    const twice = [held1, eni(second.eniId, [second.address, pair.vip])];
    expect(sightVip(pair, answers(twice)).kind).toBe('blind');
    expect(sightVip(pair, answers([])).kind).toBe('blind');
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
    expect(sightVip(pair, answers(enis, more))).toMatchObject({ room: { db2: room } });
  });

  it('does not know the state of an instance that EC2 does not name', () => {
    expect(sightVip(pair, answers([held1, own2], { instances: [] }))).toMatchObject({
      instances: { db1: 'unknown', db2: 'unknown' },
    });
  });
});

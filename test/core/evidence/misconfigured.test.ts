/** Which of EC2's facts prove that the environment file is wrong, and which are what a death leaves behind. */
import { describe, expect, it, test } from 'vitest';
import {
  misconfigurationsOf,
  renderMisconfiguration,
  type Shown,
  type ShownEni,
  type ShownInstance,
} from '../../../lib/core/evidence/misconfigured.ts';
import type { InstanceState } from '../../../lib/core/evidence/sighting.ts';
import { pairWith } from '../world.ts';

const pair = pairWith();
const [db1, db2] = pair.nodes;
const subnets = {
  a: { subnetId: 'subnet-a', cidr: '10.0.1.0/24', availabilityZone: 'eu-central-1a' },
};

const eniOf = (node: typeof db1, changes: Partial<ShownEni> = {}): ShownEni => ({
  eniId: node.eniId,
  instanceId: node.instanceId,
  deviceIndex: 0,
  subnetId: 'subnet-a',
  primaryAddress: node.address,
  addresses: [node.address],
  prefixes: [],
  ...changes,
});
const instanceOf = (node: typeof db1, state: InstanceState, eniIds = [node.eniId]): ShownInstance => ({
  instanceId: node.instanceId,
  state,
  eniIds,
});
const stranger = eniOf(db1, {
  eniId: 'eni-x',
  instanceId: 'i-x',
  primaryAddress: '10.0.1.77',
  addresses: [],
});
const [eni1, eni2] = [eniOf(db1, { addresses: [db1.address, pair.vip] }), eniOf(db2)];
const [up1, up2] = [instanceOf(db1, 'running'), instanceOf(db2, 'running')];

/** What is said of the pair, by what. */
function wrongIn(enis: readonly ShownEni[], instances: readonly ShownInstance[]): readonly string[] {
  const shown: Shown = { enis, instances };
  return misconfigurationsOf(pair, subnets, shown).map(({ subject, got }) => `${subject}: ${got}`);
}

describe('a wrong environment file', () => {
  test.each<[what: string, enis: readonly ShownEni[], instances: readonly ShownInstance[], wrong: string[]]>([
    [
      'the ENIs of the two nodes are exchanged',
      [eniOf(db2, { eniId: db1.eniId }), eniOf(db1, { eniId: db2.eniId })],
      [instanceOf(db1, 'running', [db2.eniId]), instanceOf(db2, 'running', [db1.eniId])],
      [`db1 and db2: ${db1.eniId} is attached to ${db2.instanceId}, and ${db2.eniId} to ${db1.instanceId}`],
    ],
    [
      'the ENI is that of another host',
      [{ ...eni1, instanceId: 'i-x' }, eni2],
      [up1, up2],
      [`db1: ${db1.eniId} is attached to i-x`],
    ],
    [
      'the ENI has gone to another host, and the instance is terminated',
      [{ ...eni1, instanceId: 'i-x' }, eni2],
      [instanceOf(db1, 'terminated', []), up2],
      [`db1: ${db1.eniId} is attached to i-x`],
    ],
    [
      'the ENI is attached to nothing, and the instance runs',
      [eni1, { ...eni2, instanceId: null, deviceIndex: null }],
      [up1, instanceOf(db2, 'running', ['eni-y'])],
      [`db2: ${db2.eniId} is attached to no instance`],
    ],
    [
      'the ENI is the second of its instance',
      [{ ...eni1, deviceIndex: 1 }, eni2],
      [up1, up2],
      [`db1: ${db1.eniId} is attached to ${db1.instanceId} with device index 1`],
    ],
    [
      'the addresses of the two nodes are exchanged',
      [
        eniOf(db1, { primaryAddress: db2.address, addresses: [db2.address] }),
        eniOf(db2, { primaryAddress: db1.address, addresses: [db1.address] }),
      ],
      [up1, up2],
      [
        `db1: the primary address of ${db1.eniId} is ${db2.address}`,
        `db2: the primary address of ${db2.eniId} is ${db1.address}`,
      ],
    ],
    [
      'the address is a secondary one of the ENI',
      [{ ...eni1, primaryAddress: '10.0.1.5', addresses: ['10.0.1.5', db1.address] }, eni2],
      [up1, up2],
      [`db1: the primary address of ${db1.eniId} is 10.0.1.5`],
    ],
    [
      'the ENI lies in another subnet',
      [eni1, { ...eni2, subnetId: 'subnet-b' }],
      [up1, up2],
      [`db2: ${db2.eniId} lies in subnet-b`],
    ],
    [
      'EC2 does not show the ENI, and the address is that of another one',
      [eni1, { ...stranger, addresses: [db2.address] }],
      [up1],
      [`db2: ${db2.address} is an address of eni-x`],
    ],
    [
      'EC2 does not show the ENI, and the instance has another one',
      [eni1],
      [up1, instanceOf(db2, 'running', ['eni-y'])],
      [`db2: ${db2.instanceId} has eni-y`],
    ],
    [
      'the VIP is the primary address of a host',
      [eni1, eni2, { ...stranger, primaryAddress: pair.vip }],
      [up1, up2],
      [`the VIP: ${pair.vip} is the primary address of eni-x`],
    ],
    [
      'the VIP lies in a prefix of an ENI',
      [eni1, { ...eni2, prefixes: ['10.0.1.128/28', '10.0.1.0/28'] }],
      [up1, up2],
      [`the VIP: ${pair.vip} lies in the prefix 10.0.1.0/28 of ${db2.eniId}`],
    ],
  ])('%s', (_, enis, instances, wrong) => {
    expect(wrongIn(enis, instances)).toEqual(wrong);
  });
});

describe('nothing is wrong', () => {
  const gone = (state: InstanceState) => instanceOf(db1, state, []);
  test.each<[what: string, enis: readonly ShownEni[], instances: readonly ShownInstance[]]>([
    ['all is as the file says', [eni1, eni2], [up1, up2]],
    ['EC2 shows nothing for a moment', [], []],
    ['EC2 does not show an ENI for a moment', [eni1], [up1, instanceOf(db2, 'running', [])]],
    ['an instance is stopped', [eni1, eni2], [instanceOf(db1, 'stopped'), up2]],
    [
      'an instance shuts down for good, and its ENI is detached',
      [detached(eni1), eni2],
      [gone('shutting-down'), up2],
    ],
    ['an instance is terminated, and its ENI is kept', [detached(eni1), eni2], [gone('terminated'), up2]],
    ['an instance is terminated, and its ENI with it', [eni2], [gone('terminated'), up2]],
    [
      'an instance is terminated, and its address belongs to a new host',
      [{ ...stranger, addresses: [db1.address] }, eni2],
      [gone('terminated'), up2],
    ],
    ['EC2 has forgotten a terminated instance, and its ENI is kept', [detached(eni1), eni2], [up2]],
    [
      'a host of another VPC has the same address',
      [eni1, eni2, elsewhere({ addresses: [db2.address] })],
      [up1, up2],
    ],
    [
      'EC2 does not show an ENI; its address is used in another VPC',
      [eni1, elsewhere({ addresses: [db2.address] })],
      [up1],
    ],
    [
      'the VIP is a primary address in another VPC',
      [eni1, eni2, elsewhere({ primaryAddress: pair.vip })],
      [up1, up2],
    ],
    ['a prefix of a node is beside the VIP', [eni1, { ...eni2, prefixes: ['10.0.1.128/28'] }], [up1, up2]],
    ['EC2 says nothing of what is compared', [unsaid(eni1), unsaid(eni2)], [up1, up2]],
  ])('%s', (_, enis, instances) => {
    expect(wrongIn(enis, instances)).toEqual([]);
  });

  function detached(eni: ShownEni): ShownEni {
    return { ...eni, instanceId: null, deviceIndex: null };
  }
  function elsewhere(changes: Partial<ShownEni>): ShownEni {
    return { ...stranger, subnetId: 'subnet-of-another-vpc', ...changes };
  }
  function unsaid(eni: ShownEni): ShownEni {
    return { ...eni, deviceIndex: null, subnetId: null, primaryAddress: null, addresses: [] };
  }
});

it('a subnet that the caller does not know proves nothing', () => {
  const shown = { enis: [eni1, { ...eni2, subnetId: 'subnet-b' }], instances: [up1, up2] };
  expect(misconfigurationsOf(pair, {}, shown)).toEqual([]);
});

it('says in one sentence what EC2 shows, what the file says, and how to fix it', () => {
  const said = (enis: readonly ShownEni[]) =>
    misconfigurationsOf(pair, subnets, { enis, instances: [up1, up2] }).map(renderMisconfiguration);
  expect(said([{ ...eni1, instanceId: 'i-x' }, eni2])).toEqual([
    `db1: ${db1.eniId} is attached to i-x; the environment says ${db1.instanceId}. To fix it: correct db1 in the environment file, and deploy`,
  ]);
  expect(said([eniOf(db2, { eniId: db1.eniId }), eniOf(db1, { eniId: db2.eniId })])).toEqual([
    `db1 and db2: ${db1.eniId} is attached to ${db2.instanceId}, and ${db2.eniId} to ${db1.instanceId}; the environment has the two exchanged. To fix it: exchange the eniId of db1 and db2 there (or their instanceId), and deploy`,
  ]);
});

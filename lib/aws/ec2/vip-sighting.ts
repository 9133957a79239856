/** What EC2 answered → what it says of a pair. Pure: the same answers give the same sighting. */
import type { Instance, NetworkInterface } from '@aws-sdk/client-ec2';
import type { Config, Node, Pair } from '../../core/config/config.ts';
import { misconfigurationsOf } from '../../core/evidence/misconfigured.ts';
import type { InstanceState, VipPlace, VipSighting } from '../../core/evidence/sighting.ts';
import { shownOf, stateOf } from './shown.ts';

/** EC2's answers to one round of questions. */
export interface Ec2Answers {
  readonly atMs: number;
  readonly enis: readonly NetworkInterface[];
  readonly instances: readonly Instance[];
  /** How many private IPv4 addresses an ENI may have, by instance type; types that could not be learnt are missing. */
  readonly addressLimits: ReadonlyMap<string, number>;
}

export function sightVip(pair: Pair, subnets: Config['subnets'], answers: Ec2Answers): VipSighting {
  const { atMs } = answers;
  const wrong = misconfigurationsOf(pair, subnets, shownOf(pair, answers.enis, answers.instances));
  const own = answers.enis.filter((eni) => pair.nodes.some((node) => node.eniId === eni.NetworkInterfaceId));
  if (own.length === 0 && wrong.length === 0) {
    const [first, second] = pair.nodes;
    return { kind: 'blind', atMs, because: `EC2 shows neither ${first.eniId} nor ${second.eniId}` };
  }
  const holders = placesOf(pair, answers.enis, own);
  if (holders.length > 1 && wrong.length === 0) {
    return { kind: 'blind', atMs, because: `EC2 shows ${pair.vip} in ${holders.length} places at once` };
  }
  const [first, second] = pair.nodes;
  return {
    kind: 'saw',
    atMs,
    place: holders[0] ?? { kind: 'nowhere' },
    instances: { [first.name]: instanceOf(first, answers), [second.name]: instanceOf(second, answers) },
    room: { [first.name]: hasRoom(pair, first, answers), [second.name]: hasRoom(pair, second, answers) },
    wrong,
  };
}

/** Whether the ENI has the address, as its primary or as a secondary one. */
export function carries(eni: NetworkInterface, address: string): boolean {
  return (eni.PrivateIpAddresses ?? []).some((one) => one.PrivateIpAddress === address);
}

function placesOf(
  pair: Pair,
  enis: readonly NetworkInterface[],
  own: readonly NetworkInterface[],
): VipPlace[] {
  // Another VPC of the account may use the same range: only an ENI in the pair's own subnet is its rival.
  const subnets = new Set(own.map((eni) => eni.SubnetId));
  return enis
    .filter((eni) => carries(eni, pair.vip) && subnets.has(eni.SubnetId))
    .map((eni) => {
      const node = pair.nodes.find(({ eniId }) => eniId === eni.NetworkInterfaceId);
      return node
        ? { kind: 'node', node: node.name }
        : { kind: 'foreign', eniId: eni.NetworkInterfaceId ?? 'an ENI without an id' };
    });
}

function instanceOf(node: Node, { instances }: Ec2Answers): InstanceState {
  return stateOf(instances.find(({ InstanceId }) => InstanceId === node.instanceId));
}

/**
 * Whether the ENI can take the VIP: it has it, or has an address to spare. Where EC2 does not tell the limit,
 * it has: `assign` would say no, and a standby that is fit must not be called unfit because a permission is missing.
 */
function hasRoom(pair: Pair, node: Node, answers: Ec2Answers): boolean {
  const eni = answers.enis.find(({ NetworkInterfaceId }) => NetworkInterfaceId === node.eniId);
  if (!eni) return false;
  if (carries(eni, pair.vip)) return true;
  const type = answers.instances.find(({ InstanceId }) => InstanceId === node.instanceId)?.InstanceType;
  const limit = answers.addressLimits.get(type ?? '');
  // A delegated prefix takes one of the same slots.
  const taken = (eni.PrivateIpAddresses?.length ?? 0) + (eni.Ipv4Prefixes?.length ?? 0);
  return limit === undefined || taken < limit;
}

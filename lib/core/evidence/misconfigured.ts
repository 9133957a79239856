/**
 * Whether EC2 shows the pair as its environment file describes it. Only what EC2 shows counts: an interface or an instance
 * that it does not show proves nothing, because its reads may be old.
 *
 * What a death leaves behind is no wrong configuration, or the failover from it would be refused: of an instance that is
 * shutting down or terminated, the interface may be detached or gone, and its address may belong to another host.
 */
import { contains, parseCidr } from '../address.ts';
import type { Config, Node, Pair } from '../config/config.ts';
import type { InstanceState, Misconfiguration } from './sighting.ts';

/** A network interface as EC2 shows it. Null is what EC2 does not say. */
export interface ShownEni {
  readonly eniId: string;
  /** The instance that it is attached to; null where it is attached to none. */
  readonly instanceId: string | null;
  readonly deviceIndex: number | null;
  readonly subnetId: string | null;
  readonly primaryAddress: string | null;
  /** All its addresses, with the primary one. */
  readonly addresses: readonly string[];
  /** Its delegated prefixes, such as `10.0.1.16/28`. */
  readonly prefixes: readonly string[];
}

/** An instance as EC2 shows it. */
export interface ShownInstance {
  readonly instanceId: string;
  readonly state: InstanceState;
  /** All its interfaces; none where EC2 does not list them. */
  readonly eniIds: readonly string[];
}

/** What one round of questions to EC2 showed. */
export interface Shown {
  readonly enis: readonly ShownEni[];
  readonly instances: readonly ShownInstance[];
}

/** What is wrong: the first thing of each node, because the rest follows from it, and of the VIP. */
export function misconfigurationsOf(
  pair: Pair,
  subnets: Config['subnets'],
  shown: Shown,
): readonly Misconfiguration[] {
  const exchanged = ofExchange(pair, shown);
  const ofNodes =
    exchanged === null
      ? pair.nodes.map((node) => ofNode(node, subnets[node.subnet]?.subnetId ?? null, shown))
      : [exchanged];
  return [...ofNodes, ofVip(pair, subnets, shown)].filter((each) => each !== null);
}

/** In one sentence: what EC2 shows, what it should be, and how to fix it. */
export function renderMisconfiguration({ subject, got, want, remedy }: Misconfiguration): string {
  return `${subject}: ${got}; ${want}. To fix it: ${remedy}`;
}

/** The ENIs of the two nodes are exchanged: one mistake, and one sentence. */
function ofExchange({ nodes: [first, second] }: Pair, { enis }: Shown): Misconfiguration | null {
  const hostOf = (node: Node) => enis.find(({ eniId }) => eniId === node.eniId)?.instanceId;
  if (hostOf(first) !== second.instanceId || hostOf(second) !== first.instanceId) return null;
  return {
    subject: `${first.name} and ${second.name}`,
    got: `${first.eniId} is attached to ${second.instanceId}, and ${second.eniId} to ${first.instanceId}`,
    want: 'the environment has the two exchanged',
    remedy: `exchange the eniId of ${first.name} and ${second.name} there (or their instanceId), and deploy`,
  };
}

function ofNode(node: Node, subnetId: string | null, shown: Shown): Misconfiguration | null {
  const instance = shown.instances.find(({ instanceId }) => instanceId === node.instanceId);
  const eni = shown.enis.find(({ eniId }) => eniId === node.eniId);
  if (eni !== undefined) return ofEni(node, eni, instance?.state ?? 'unknown', subnetId);
  if (isGone(instance?.state)) return null;
  return ofAddress(node, subnetId, shown) ?? ofInstance(node, instance);
}

/** EC2 shows the interface of the node. */
function ofEni(
  node: Node,
  eni: ShownEni,
  state: InstanceState,
  subnetId: string | null,
): Misconfiguration | null {
  const { name, instanceId, address } = node;
  const remedy = `correct ${name} in the environment file, and deploy`;
  const wrong = (got: string, want: string, fix = remedy) => ({ subject: name, got, want, remedy: fix });
  if (eni.instanceId === null) {
    // An instance that EC2 does not show any more may have been terminated an hour ago.
    const isDeath = isGone(state) || state === 'unknown';
    return isDeath ? null : wrong(`${eni.eniId} is attached to no instance`, says(instanceId));
  }
  if (eni.instanceId !== instanceId)
    return wrong(`${eni.eniId} is attached to ${eni.instanceId}`, says(instanceId));
  if (eni.deviceIndex !== null && eni.deviceIndex > 0)
    return wrong(
      `${eni.eniId} is attached to ${instanceId} with device index ${eni.deviceIndex}`,
      'replies leave by the interface with device index 0',
      `give the eniId and the address of that interface as those of ${name}, and deploy`,
    );
  if (eni.primaryAddress !== null && eni.primaryAddress !== address)
    return wrong(`the primary address of ${eni.eniId} is ${eni.primaryAddress}`, says(address));
  if (eni.subnetId !== null && subnetId !== null && eni.subnetId !== subnetId)
    return wrong(`${eni.eniId} lies in ${eni.subnetId}`, says(`${subnetId} (${node.subnet})`));
  return null;
}

/** The address of the node is that of another interface. Another VPC may use the same range: only the subnet counts. */
function ofAddress(node: Node, subnetId: string | null, { enis }: Shown): Misconfiguration | null {
  const { name, address, eniId } = node;
  const other = enis.find((eni) => eni.subnetId === subnetId && eni.addresses.includes(address));
  if (subnetId === null || other === undefined) return null;
  const remedy = `correct the eniId or the address of ${name} in the environment file, and deploy`;
  return { subject: name, got: `${address} is an address of ${other.eniId}`, want: says(eniId), remedy };
}

/** The instance of the node has other interfaces. */
function ofInstance(node: Node, instance: ShownInstance | undefined): Misconfiguration | null {
  const { name, eniId, instanceId } = node;
  if (instance === undefined || instance.eniIds.length === 0 || instance.eniIds.includes(eniId)) return null;
  const remedy = `correct the eniId or the instanceId of ${name} in the environment file, and deploy`;
  return {
    subject: name,
    got: `${instanceId} has ${instance.eniIds.join(' and ')}`,
    want: says(eniId),
    remedy,
  };
}

/** Neither a primary address nor one of a prefix can be moved to another interface. */
function ofVip(pair: Pair, subnets: Config['subnets'], { enis }: Shown): Misconfiguration | null {
  const subnetIds = pair.nodes.map(({ subnet }) => subnets[subnet]?.subnetId);
  const near = enis.filter(({ subnetId }) => subnetId !== null && subnetIds.includes(subnetId));
  const remedy =
    'give an unused address of the subnet as the VIP, reserve it (a subnet CIDR reservation), and deploy';
  const owner = near.find(({ primaryAddress }) => primaryAddress === pair.vip);
  const wrong = (got: string, want: string) => ({ subject: 'the VIP', got, want, remedy });
  if (owner !== undefined)
    return wrong(`${pair.vip} is the primary address of ${owner.eniId}`, 'a primary address cannot move');
  for (const { eniId, prefixes } of near) {
    const prefix = prefixes.find((each) => contains(parseCidr(each), pair.vip));
    if (prefix !== undefined)
      return wrong(
        `${pair.vip} lies in the prefix ${prefix} of ${eniId}`,
        'an address of a prefix cannot move',
      );
  }
  return null;
}

function says(id: string): string {
  return `the environment says ${id}`;
}

function isGone(state: InstanceState | undefined): boolean {
  return state === 'shutting-down' || state === 'terminated';
}

/** As many pairs as are asked for, in one environment: their configuration, and EC2's side of them. */
import type { EniSpec, InstanceSpec, ParameterSpec, SubnetSpec } from '../../lab/aws/start.ts';
import { environmentName, nodesGroup, subnetId, vantages } from '../../lab/deployment.ts';
import { accounts } from '../../lab/servers/accounts.ts';
import { type Config, parseConfig } from '../../lib/core/config/config.ts';
import type { NodeAddresses } from './nodes.ts';

/** Each pair has a third octet of its own in the subnet 127.64.0.0/16. */
export const MOST_PAIRS = 200;

const zones = { a: 'us-east-1a', b: 'us-east-1b' } as const;
const cidrs = { a: '127.64.0.0/16', b: '127.65.0.0/24' } as const;

/** Where the nodes of each pair are. */
export function addressesOf(count: number): readonly NodeAddresses[] {
  return numbers(count).map((number) => ({
    first: `127.64.${number}.11`,
    second: `127.64.${number}.12`,
  }));
}

/** Where the connections of a vantage's probe come from, so that the nodes can tell the vantages apart. */
export function sourceOf({ vantages: all }: Pick<Config, 'vantages'>, vantage: string): string {
  return `127.66.0.${all.indexOf(vantage) + 1}`;
}

/** The environment with this many pairs, looked at from this many vantages, with default settings. */
export function environmentOf(count: number, vantageCount: number, port: number): Config {
  const parsed = parseConfig({
    name: environmentName,
    region: 'us-east-1',
    vpcId: 'vpc-00000000000000001',
    subnets: {
      a: { subnetId, cidr: cidrs.a, availabilityZone: zones.a },
      b: { subnetId: 'subnet-00000000000000002', cidr: cidrs.b, availabilityZone: zones.b },
    },
    vantages: vantages.slice(0, vantageCount),
    probeSecurityGroups: ['sg-00000000000000003'],
    subscribers: ['oncall@example.com'],
    pairs: numbers(count).map((number) => ({
      name: `pair-${number}`,
      vip: `127.64.${number}.10`,
      port,
      nodes: [nodeOf(number, 1), nodeOf(number, 2)],
      prefer: 'db1',
      credentials: `/keepalambda/${environmentName}/pair-${number}`,
    })),
  });
  if (parsed.kind === 'valid') return parsed.value;
  throw new Error(`the environment of ${count} pairs has faults: ${JSON.stringify(parsed.faults)}`);
}

/** What EC2 and SSM know of the environment: the first node of each pair has the VIP. */
export function worldOf({ pairs }: Config): {
  readonly subnets: readonly SubnetSpec[];
  readonly instances: readonly InstanceSpec[];
  readonly enis: readonly EniSpec[];
  readonly parameters: readonly ParameterSpec[];
} {
  const nodes = pairs.flatMap((pair) => pair.nodes.map((node) => ({ pair, node })));
  return {
    subnets: [{ id: subnetId, cidr: cidrs.a, zone: zones.a }],
    instances: nodes.map(({ node }) => ({ id: node.instanceId, type: 't3.small' })),
    enis: nodes.map(({ pair, node }) => ({
      id: node.eniId,
      instanceId: node.instanceId,
      subnetId,
      primaryAddress: node.address,
      secondaryAddresses: node.name === pair.prefer ? [pair.vip] : [],
      groups: [nodesGroup],
    })),
    parameters: pairs.map(({ credentials }) => ({
      name: credentials,
      value: JSON.stringify(accounts.monitor),
    })),
  };
}

function nodeOf(number: number, which: 1 | 2) {
  const id = `${number.toString(16).padStart(8, '0')}${which}`;
  return {
    name: `db${which}`,
    instanceId: `i-${id}`,
    eniId: `eni-${id}`,
    address: `127.64.${number}.1${which}`,
    subnet: 'a',
  };
}

function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

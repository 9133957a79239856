/**
 * Faults of sense in an environment: each value is well formed, but together they cannot work. The checks
 * take an environment with holes, because a misshapen detail must not hide what else is wrong.
 */
import { contains, isReserved, overlaps, parseCidr } from '../address.ts';
import type { ConfigFault } from '../fault.ts';
import { topicFaults } from './account-rules.ts';
import type { Config, Node, Pair, Subnet } from './config.ts';
import { type Replica, replicaFaults } from './replica-settings.ts';
import type { Judging } from './settings.ts';
import { settingFaults } from './settings-rules.ts';

type LooseNode = Partial<Node>;
type LoosePair = Partial<Omit<Pair, 'nodes' | 'settings' | 'replicas'>> &
  Judging & {
    readonly nodes?: readonly (LooseNode | undefined)[];
    readonly replicas?: readonly (Partial<Replica> | undefined)[];
  };
type LooseSubnets = Readonly<Record<string, Partial<Subnet> | undefined>>;
/** An environment in which any value may be missing. */
export type LooseEnvironment = Partial<
  Omit<Config, 'pairs' | 'subnets' | 'vantages' | 'subscribers' | 'insideVpc'>
> & {
  readonly insideVpc?: Partial<Config['insideVpc']>;
  readonly pairs?: readonly (LoosePair | undefined)[];
  readonly subnets?: LooseSubnets;
  readonly vantages?: readonly (string | undefined)[];
  readonly subscribers?: readonly (string | undefined)[];
};

/** Every fault of sense, in the order in which one reads the file. */
export function ruleFaults(environment: LooseEnvironment): ConfigFault[] {
  const subnets = environment.subnets ?? {};
  const pairs = environment.pairs ?? [];
  return [
    ...subnetFaults(subnets, environment.region),
    ...vantageFaults(environment.vantages ?? [], subnets),
    ...repeated(environment.subscribers ?? []).map((twice) => ({
      path: 'subscribers',
      got: `${twice} twice`,
      want: 'each subscriber once',
      remedy: 'take one of them out',
    })),
    ...insideFaults(environment.insideVpc?.subnets ?? [], subnets),
    ...topicFaults(environment),
    ...sharedFaults(pairs),
    ...pairs.flatMap((pair, index) => (pair ? pairFaults(pair, subnets, `pairs[${index}]`) : [])),
  ];
}

function subnetFaults(subnets: LooseSubnets, region: string | undefined): ConfigFault[] {
  const faults: ConfigFault[] = [];
  const names = Object.keys(subnets);
  names.forEach((name, index) => {
    const { subnetId, cidr, availabilityZone } = subnets[name] ?? {};
    if (region && availabilityZone && !availabilityZone.startsWith(region)) {
      faults.push({
        path: `subnets.${name}.availabilityZone`,
        got: `${availabilityZone}, while region is ${region}`,
        want: `an availability zone of ${region}`,
        remedy: 'correct the zone, or the region',
      });
    }
    for (const other of names.slice(0, index)) {
      const same = subnets[other]?.subnetId === subnetId && subnetId !== undefined;
      const otherCidr = subnets[other]?.cidr;
      const overlap = cidr && otherCidr && overlaps(parseCidr(cidr), parseCidr(otherCidr));
      if (!same && !overlap) continue;
      faults.push({
        path: `subnets.${name}`,
        got: same ? `${subnetId}, which is also ${other}` : `${cidr}, which overlaps ${otherCidr} (${other})`,
        want: 'a subnet of its own',
        remedy: same ? 'keep one of the two names' : 'correct the cidr: subnets of a VPC never overlap',
      });
    }
  });
  return faults;
}

function vantageFaults(vantages: readonly (string | undefined)[], subnets: LooseSubnets): ConfigFault[] {
  const unknown = vantages.flatMap((vantage, index) =>
    vantage === undefined || subnets[vantage] ? [] : [unknownSubnet(`vantages[${index}]`, vantage, subnets)],
  );
  const twice = repeated(vantages).map((vantage) => ({
    path: 'vantages',
    got: `${vantage} twice`,
    want: 'each vantage once: two probes in one subnet see the same',
    remedy: 'take one of them out',
  }));
  return [...unknown, ...twice];
}

function insideFaults(names: readonly (string | undefined)[], subnets: LooseSubnets): ConfigFault[] {
  return names.flatMap((name, index) =>
    name === undefined || subnets[name] ? [] : [unknownSubnet(`insideVpc.subnets[${index}]`, name, subnets)],
  );
}

/** What no two pairs may have in common: the name, the VIP, a server. */
function sharedFaults(pairs: readonly (LoosePair | undefined)[]): ConfigFault[] {
  const names = repeated(pairs.map((pair) => pair?.name)).map((name) => ({
    path: 'pairs',
    got: `two pairs named ${name}`,
    want: 'a name of its own for each pair',
    remedy: 'rename one of them',
  }));
  const vips = repeated(pairs.map((pair) => pair?.vip)).map((vip) => ({
    path: 'pairs',
    got: `two pairs with the VIP ${vip}`,
    want: 'a VIP of its own for each pair',
    remedy: 'choose another free address of the subnet for one of them',
  }));
  const taken = pairs.flatMap((pair, index) => vipTakenFaults(pair?.vip, pairs, index));
  const servers = pairs.flatMap((pair) => [...new Set(pair?.nodes?.map((node) => serverOf(pair, node)))]);
  const shared = repeated(servers).map((server) => ({
    path: 'pairs',
    got: `the server ${server} in two pairs`,
    want: 'each server in one pair',
    remedy: 'take it out of one of them, or give the port of the second mysqld on that host',
  }));
  return [...names, ...vips, ...taken, ...shared];
}

/** The VIP of one pair is a host of another: the address would be taken from a server that lives. */
function vipTakenFaults(
  vip: string | undefined,
  pairs: readonly (LoosePair | undefined)[],
  index: number,
): ConfigFault[] {
  if (vip === undefined) return [];
  const others = pairs.flatMap((pair, at) => (at === index || pair === undefined ? [] : [pair]));
  return others.flatMap(({ name, nodes = [], replicas = [] }) =>
    [...nodes, ...replicas]
      .filter((server) => server?.address === vip)
      .map((server) => ({
        path: `pairs[${index}].vip`,
        got: `${vip}, the own address of ${server?.name ?? 'a server'} in the pair ${name ?? 'after it'}`,
        want: 'an address that no host has',
        remedy: 'choose a free address of the subnet and reserve it (a subnet CIDR reservation)',
      })),
  );
}

function serverOf(pair: LoosePair, node: LooseNode | undefined): string | undefined {
  return node?.address === undefined ? undefined : `${node.address}:${pair.port ?? 3306}`;
}

function pairFaults(pair: LoosePair, subnets: LooseSubnets, path: string): ConfigFault[] {
  const [first = {}, second = {}] = pair.nodes ?? [];
  const faults: ConfigFault[] = [];
  for (const key of ['name', 'instanceId', 'eniId', 'address'] as const) {
    if (first[key] === undefined || first[key] !== second[key]) continue;
    faults.push({
      path: `${path}.nodes[1].${key}`,
      got: `${second[key]}, which is also that of nodes[0]`,
      want: `two nodes, each with its own ${key}`,
      remedy: `give the ${key} of the second node`,
    });
  }
  if (first.subnet && second.subnet && first.subnet !== second.subnet) {
    faults.push({
      path: `${path}.nodes[1].subnet`,
      got: `${second.subnet}, while ${first.name ?? 'nodes[0]'} is in ${first.subnet}`,
      want: 'both nodes in one subnet: EC2 assigns a secondary address only within its own subnet',
      remedy: 'put both instances into one subnet, in one availability zone',
    });
  }
  pair.nodes?.forEach((node, index) => {
    faults.push(...nodeFaults(node ?? {}, subnets, `${path}.nodes[${index}]`));
  });
  return [
    ...faults,
    ...vipFaults(pair, subnets, path),
    ...choiceFaults(pair, path),
    ...replicaFaults(pair, path),
  ];
}

/** What the node says of its own subnet. */
function nodeFaults(node: LooseNode, subnets: LooseSubnets, path: string): ConfigFault[] {
  if (node.subnet === undefined) return [];
  if (!subnets[node.subnet]) return [unknownSubnet(`${path}.subnet`, node.subnet, subnets)];
  const cidr = subnets[node.subnet]?.cidr;
  if (!cidr || !node.address || contains(parseCidr(cidr), node.address)) return [];
  return [
    {
      path: `${path}.address`,
      got: `${node.address}, outside ${cidr} (${node.subnet})`,
      want: `an address in the subnet of ${node.eniId ?? 'the interface'}`,
      remedy: 'correct the address, or the cidr of the subnet',
    },
  ];
}

/** The VIP must lie in the subnet of each ENI, and must not be a node's own address. */
function vipFaults(pair: LoosePair, subnets: LooseSubnets, path: string): ConfigFault[] {
  const { vip } = pair;
  if (vip === undefined) return [];
  const nodes = (pair.nodes ?? []).filter((node) => node !== undefined);
  const ofNodes = nodes
    .filter((node) => node.address === vip)
    .map((node) => ({
      path: `${path}.vip`,
      got: `${vip}, which is ${node.name ?? 'a node'}'s own address`,
      want: 'an address that no host has as its primary',
      remedy: 'choose a free address of the subnet: the VIP moves, the node addresses do not',
    }));
  const names = new Set(nodes.map((node) => node.subnet));
  const ofSubnets = [...names].flatMap((subnet) => {
    const cidr = subnet === undefined ? undefined : subnets[subnet]?.cidr;
    if (!cidr) return [];
    const enis = nodes.filter((node) => node.subnet === subnet).map((node) => node.eniId ?? 'a node');
    return vipPlaceFaults(vip, cidr, enis, `${path}.vip`);
  });
  return [...ofNodes, ...ofSubnets];
}

function vipPlaceFaults(vip: string, cidr: string, enis: readonly string[], path: string): ConfigFault[] {
  const remedy = 'choose an unused address of that subnet and reserve it (a subnet CIDR reservation)';
  if (!contains(parseCidr(cidr), vip)) {
    const got = `${vip}, outside ${cidr}, the subnet of ${enis.join(' and ')}`;
    return [{ path, got, want: `a free address in ${cidr}`, remedy }];
  }
  if (!isReserved(parseCidr(cidr), vip)) return [];
  const want = 'neither one of the first four addresses of the subnet nor the last';
  return [{ path, got: `${vip}, which AWS keeps for itself in ${cidr}`, want, remedy }];
}

/** Settings of the pair that call for another. */
function choiceFaults(pair: LoosePair, path: string): ConfigFault[] {
  const faults: ConfigFault[] = [];
  const names = (pair.nodes ?? []).flatMap((node) => node?.name ?? []);
  if (pair.prefer && names.length === 2 && !names.includes(pair.prefer)) {
    faults.push({
      path: `${path}.prefer`,
      got: pair.prefer,
      want: `one of ${names.join(', ')}`,
      remedy: 'name a node of this pair, or leave prefer out',
    });
  }
  faults.push(...tlsFaults(pair, path), ...settingFaults(pair, path));
  if (pair.fencing === 'isolate' && !pair.quarantineGroup) {
    faults.push({
      path: `${path}.quarantineGroup`,
      got: 'nothing',
      want: "a security group id, because fencing is 'isolate'",
      remedy: 'make a security group without rules and give its id',
    });
  }
  if (pair.fencing === 'isolate' && !pair.nodeGroups?.length) {
    faults.push({
      path: `${path}.nodeGroups`,
      got: 'nothing',
      want: "the security groups of the nodes, because fencing is 'isolate'",
      remedy: 'give the ids of the groups that both interfaces have now: release gives these back',
    });
  }
  return faults;
}

/** An authority and the check by it go together: one without the other is not what somebody meant. */
function tlsFaults({ tls, tlsAuthority }: LoosePair, path: string): ConfigFault[] {
  const want = "both tls: 'verify-ca' and tlsAuthority, or neither";
  if (tls === 'verify-ca' && !tlsAuthority) {
    const remedy = 'put the certificate of the authority into an SSM parameter and give its name';
    return [{ path: `${path}.tlsAuthority`, got: 'nothing', want, remedy }];
  }
  if (tls !== undefined && tls !== 'verify-ca' && tlsAuthority) {
    const remedy = "set tls: 'verify-ca', or take tlsAuthority out";
    return [{ path: `${path}.tls`, got: `'${tls}', with a tlsAuthority`, want, remedy }];
  }
  return [];
}

function unknownSubnet(path: string, got: string, known: LooseSubnets): ConfigFault {
  return {
    path,
    got,
    want: `one of ${Object.keys(known).join(', ') || 'the names in subnets'}`,
    remedy: `add ${got} to subnets, or use a name that is there`,
  };
}

function repeated(values: readonly (string | undefined)[]): string[] {
  const given = values.filter((value) => value !== undefined);
  return [...new Set(given.filter((value, index) => given.indexOf(value) !== index))];
}

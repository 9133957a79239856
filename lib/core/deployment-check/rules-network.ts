/** The subnets and the VIP. */
import { contains, parseCidr } from '../address.ts';
import type { Config, Pair } from '../config/config.ts';
import type { SubnetAnswer } from './answers.ts';
import { awsCommand, type Difference, type Rule, uniqueOf } from './rule.ts';

interface NamedSubnet {
  readonly name: string;
  readonly seen: SubnetAnswer;
}

function seenSubnets(config: Config, subnets: readonly SubnetAnswer[] | null): readonly NamedSubnet[] {
  return Object.entries(config.subnets).flatMap(([name, { subnetId }]) => {
    const seen = subnets?.find(({ id }) => id === subnetId);
    return seen ? [{ name, seen }] : [];
  });
}

function describeSubnet(config: Config, id: string): string {
  return `${awsCommand(config, `ec2 describe-subnets --subnet-ids ${id}`)} --output text --query 'Subnets[].[VpcId,CidrBlock,AvailabilityZone]'`;
}

/** What the environment says of the subnet, beside what EC2 says. */
function factsOf(config: Config, { name, seen }: NamedSubnet): readonly (readonly [string, string])[] {
  const said = config.subnets[name];
  return [
    [seen.vpcId, config.vpcId],
    [seen.cidr, said?.cidr ?? ''],
    [seen.availabilityZone, said?.availabilityZone ?? ''],
  ];
}

/** Interfaces that have the VIP and are none of the pair's, or have it as the address that cannot be moved. */
function takenBy(config: Config, pair: Pair, interfaces: Parameters<Rule['differences']>[1]['interfaces']) {
  const subnet = config.subnets[pair.nodes[0].subnet]?.subnetId;
  return (interfaces ?? []).filter(({ id, subnetId, primaryAddress, secondaryAddresses }) => {
    // Another VPC of the account may use the same range.
    if (subnetId !== subnet) return false;
    const ours = pair.nodes.some(({ eniId }) => eniId === id);
    return primaryAddress === pair.vip || (!ours && secondaryAddresses.includes(pair.vip));
  });
}

export const networkRules: readonly Rule[] = [
  {
    id: 'subnet-missing',
    severity: 'danger',
    why: 'the deployment fails, or the probes look from nowhere',
    differences: (config, { subnets }) =>
      Object.entries(config.subnets)
        .filter(([, { subnetId }]) => subnets !== null && !subnets.some(({ id }) => id === subnetId))
        .map(([name, { subnetId }]) => ({
          subject: `subnet ${name}`,
          got: `no subnet ${subnetId} in ${config.region}`,
          want: `a subnet of ${config.vpcId}`,
          fix: `correct ${config.file} by: ${awsCommand(config, `ec2 describe-subnets --filters Name=vpc-id,Values=${config.vpcId}`)} --output text --query 'Subnets[].[SubnetId,CidrBlock,AvailabilityZone]'`,
        })),
  },
  {
    id: 'subnet-differs',
    severity: 'danger',
    why: 'what the environment says of the subnet was checked for sense, and it is not true',
    differences: (config, { subnets }) =>
      seenSubnets(config, subnets).flatMap((subnet) => {
        const wrong = factsOf(config, subnet).filter(([got, want]) => got !== want);
        if (wrong.length === 0) return [];
        return [
          {
            subject: `subnet ${subnet.name}`,
            got: wrong.map(([got]) => got).join(', '),
            want: wrong.map(([, want]) => want).join(', '),
            fix: `correct ${config.file} by: ${describeSubnet(config, subnet.seen.id)}`,
          },
        ];
      }),
  },
  {
    id: 'subnet-full',
    severity: 'danger',
    why: 'a probe needs an address of its own: without one, it cannot look',
    differences: (config, { subnets, deployed }) =>
      seenSubnets(config, deployed === 'no' ? subnets : null)
        .filter(({ name, seen }) => config.vantages.includes(name) && seen.freeAddresses < 1)
        .map(({ name, seen }) => ({
          subject: `subnet ${name}`,
          got: `no free address in ${seen.id} (${seen.cidr})`,
          want: 'at least one',
          fix: `delete interfaces that nothing uses, or choose another vantage: ${awsCommand(config, `ec2 describe-network-interfaces --filters Name=subnet-id,Values=${seen.id} Name=status,Values=available`)}`,
        })),
  },
  {
    id: 'vip-taken',
    severity: 'danger',
    why: 'a move would take the address from another host, or EC2 would refuse it',
    differences: (config, { interfaces }) =>
      config.pairs.flatMap((pair) =>
        takenBy(config, pair, interfaces).map(
          ({ id, primaryAddress, attachment }): Difference => ({
            subject: pair.name,
            got: `${pair.vip} as ${primaryAddress === pair.vip ? 'the primary' : 'a secondary'} address of ${id}${attachment ? ` (${attachment.instanceId})` : ''}`,
            want: 'the VIP on an interface of the pair as a secondary address, or on none',
            fix:
              primaryAddress === pair.vip
                ? `choose a free address of the subnet as the VIP in ${config.file}`
                : `if that host no longer needs it: ${awsCommand(config, `ec2 unassign-private-ip-addresses --network-interface-id ${id} --private-ip-addresses ${pair.vip}`)}`,
          }),
        ),
      ),
  },
  {
    id: 'vip-not-reserved',
    severity: 'warning',
    why: 'while the VIP is on no interface, EC2 may give it to the next one in the subnet, also to that of a probe',
    differences: (config, { reservations }) =>
      config.pairs.flatMap((pair) => {
        const subnetId = config.subnets[pair.nodes[0].subnet]?.subnetId ?? '';
        const ranges = reservations?.get(subnetId);
        if (!ranges || ranges.some((range) => contains(parseCidr(range), pair.vip))) return [];
        return [
          {
            subject: pair.name,
            got: `no reservation of ${pair.vip} in ${subnetId}`,
            want: 'a subnet CIDR reservation of the type explicit',
            fix: awsCommand(
              config,
              `ec2 create-subnet-cidr-reservation --subnet-id ${subnetId} --cidr ${pair.vip}/32 --reservation-type explicit`,
            ),
          },
        ];
      }),
  },
];

/** The ids of the subnets that hold a VIP. */
export function vipSubnetsOf(config: Config): readonly string[] {
  return uniqueOf(config.pairs.flatMap(({ nodes }) => config.subnets[nodes[0].subnet]?.subnetId ?? []));
}

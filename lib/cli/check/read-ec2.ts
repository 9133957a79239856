/** What EC2 says of an environment: its ENIs, instances, subnets, reservations and security groups. */
import {
  DescribeInstanceTypesCommand,
  type EC2Client,
  type Filter,
  GetSubnetCidrReservationsCommand,
  type Instance,
  type IpPermission,
  type NetworkInterface,
  paginateDescribeSecurityGroups,
  paginateDescribeSubnets,
  type SecurityGroup,
  type Subnet,
} from '@aws-sdk/client-ec2';
import { describeEnis, describeInstances, filter } from '../../aws/ec2/vip-locate.ts';
import type { Config } from '../../core/config/config.ts';
import type {
  Answer,
  Answers,
  GroupAnswer,
  GroupRule,
  InstanceAnswer,
  InterfaceAnswer,
  SubnetAnswer,
} from '../../core/deployment-check/answers.ts';
import { membersOf, uniqueOf } from '../../core/deployment-check/rule.ts';
import { vipSubnetsOf } from '../../core/deployment-check/rules-network.ts';
import type { Asking } from './asking.ts';

/** EC2 takes 200 values in a filter. */
const VALUES_A_CALL = 200;
const LIMIT_MS = 30_000;

type Ec2Answers = Pick<
  Answers,
  'account' | 'interfaces' | 'instances' | 'addressLimits' | 'subnets' | 'reservations' | 'groups'
>;

export async function readEc2(ec2: EC2Client, config: Config, asking: Asking): Promise<Ec2Answers> {
  const members = membersOf(config);
  const [account, interfaces, instances, subnets, reservations] = await Promise.all([
    readAccount(ec2, asking),
    readInterfaces(ec2, config, asking),
    asking.ask('ec2:DescribeInstances', async () => {
      const ids = members.map(({ node }) => node.instanceId);
      const found = await inChunks(ids, (chunk) => describeInstances(ec2, chunk, LIMIT_MS));
      return found.map(instanceOf);
    }),
    readSubnets(ec2, config, asking),
    readReservations(ec2, config, asking),
  ]);
  const ids = uniqueOf([...config.probeSecurityGroups, ...(interfaces ?? []).flatMap((eni) => eni.groups)]);
  const groups = await asking.ask('ec2:DescribeSecurityGroups', async () => {
    const found = await inChunks(ids, (chunk) => describeGroups(ec2, filter('group-id', chunk)));
    return found.map(groupOf);
  });
  const addressLimits = await readLimits(ec2, uniqueOf((instances ?? []).map(({ type }) => type)), asking);
  return { account, interfaces, instances, addressLimits, subnets, reservations, groups };
}

/** By a filter: a type that is not known is left out, and is no error. */
async function readLimits(
  ec2: EC2Client,
  types: readonly string[],
  asking: Asking,
): Promise<Answers['addressLimits']> {
  if (types.length === 0) return null;
  return asking.ask('ec2:DescribeInstanceTypes', async () => {
    const command = new DescribeInstanceTypesCommand({ Filters: [filter('instance-type', types)] });
    const { InstanceTypes = [] } = await ec2.send(command);
    return new Map(
      InstanceTypes.flatMap(({ InstanceType: type, NetworkInfo: info }): [string, number][] =>
        type && info?.Ipv4AddressesPerInterface ? [[type, info.Ipv4AddressesPerInterface]] : [],
      ),
    );
  });
}

/** Every VPC has a group named `default`, and it belongs to who asks. */
async function readAccount(ec2: EC2Client, asking: Asking): Promise<string | null> {
  const groups = await asking.ask('ec2:DescribeSecurityGroups', () =>
    describeGroups(ec2, filter('group-name', ['default'])),
  );
  return groups?.[0]?.OwnerId ?? null;
}

async function readInterfaces(
  ec2: EC2Client,
  config: Config,
  asking: Asking,
): Promise<Answer<readonly InterfaceAnswer[]>> {
  const ids = membersOf(config).map(({ node }) => node.eniId);
  const vips = config.pairs.map(({ vip }) => vip);
  const byName = (name: string) => (chunk: readonly string[]) =>
    describeEnis(ec2, filter(name, chunk), LIMIT_MS);
  return asking.ask('ec2:DescribeNetworkInterfaces', async () => {
    const [own, holders] = await Promise.all([
      inChunks(ids, byName('network-interface-id')),
      inChunks(vips, byName('addresses.private-ip-address')),
    ]);
    const all = new Map([...own, ...holders].map((eni) => [eni.NetworkInterfaceId, eni]));
    return [...all.values()].map(interfaceOf);
  });
}

async function readSubnets(
  ec2: EC2Client,
  config: Config,
  asking: Asking,
): Promise<Answer<readonly SubnetAnswer[]>> {
  const ids = Object.values(config.subnets).map(({ subnetId }) => subnetId);
  return asking.ask('ec2:DescribeSubnets', async () => {
    const found: Subnet[] = [];
    const pages = paginateDescribeSubnets({ client: ec2 }, { Filters: [filter('subnet-id', ids)] });
    for await (const page of pages) found.push(...(page.Subnets ?? []));
    return found.map(subnetOf);
  });
}

async function readReservations(
  ec2: EC2Client,
  config: Config,
  asking: Asking,
): Promise<Answer<ReadonlyMap<string, readonly string[]>>> {
  return asking.ask('ec2:GetSubnetCidrReservations', async () => {
    const entries = vipSubnetsOf(config).map(async (id) => {
      const answer = await ec2.send(new GetSubnetCidrReservationsCommand({ SubnetId: id }));
      const ranges = (answer.SubnetIpv4CidrReservations ?? [])
        .filter(({ ReservationType }) => ReservationType === 'explicit')
        .flatMap(({ Cidr }) => Cidr ?? []);
      return [id, ranges] as const;
    });
    return new Map(await Promise.all(entries));
  });
}

async function describeGroups(ec2: EC2Client, matching: Filter): Promise<readonly SecurityGroup[]> {
  const found: SecurityGroup[] = [];
  const pages = paginateDescribeSecurityGroups({ client: ec2 }, { Filters: [matching] });
  for await (const page of pages) found.push(...(page.SecurityGroups ?? []));
  return found;
}

async function inChunks<T>(
  values: readonly string[],
  ask: (chunk: readonly string[]) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  const starts = Array.from({ length: Math.ceil(values.length / VALUES_A_CALL) }, (_, index) => index);
  const answers = starts.map((index) =>
    ask(values.slice(index * VALUES_A_CALL, (index + 1) * VALUES_A_CALL)),
  );
  return (await Promise.all(answers)).flat();
}

function interfaceOf(eni: NetworkInterface): InterfaceAnswer {
  const { InstanceId: instanceId, DeviceIndex: deviceIndex } = eni.Attachment ?? {};
  const addresses = eni.PrivateIpAddresses ?? [];
  return {
    id: eni.NetworkInterfaceId ?? '',
    subnetId: eni.SubnetId ?? '',
    attachment: instanceId === undefined ? null : { instanceId, deviceIndex: deviceIndex ?? 0 },
    primaryAddress: eni.PrivateIpAddress ?? '',
    secondaryAddresses: addresses.flatMap((one) => (one.Primary ? [] : (one.PrivateIpAddress ?? []))),
    prefixes: (eni.Ipv4Prefixes ?? []).flatMap(({ Ipv4Prefix }) => Ipv4Prefix ?? []),
    groups: (eni.Groups ?? []).flatMap(({ GroupId }) => GroupId ?? []),
  };
}

function instanceOf({ InstanceId, InstanceType, State }: Instance): InstanceAnswer {
  return { id: InstanceId ?? '', type: InstanceType ?? '', state: State?.Name ?? 'unknown' };
}

function subnetOf(subnet: Subnet): SubnetAnswer {
  return {
    id: subnet.SubnetId ?? '',
    vpcId: subnet.VpcId ?? '',
    cidr: subnet.CidrBlock ?? '',
    availabilityZone: subnet.AvailabilityZone ?? '',
    freeAddresses: subnet.AvailableIpAddressCount ?? 0,
  };
}

function groupOf(group: SecurityGroup): GroupAnswer {
  return {
    id: group.GroupId ?? '',
    inbound: (group.IpPermissions ?? []).map(ruleOf),
    outbound: (group.IpPermissionsEgress ?? []).map(ruleOf),
  };
}

/** Ports are left out where all of them are meant. */
function ruleOf(permission: IpPermission): GroupRule {
  return {
    protocol: permission.IpProtocol ?? '',
    fromPort: permission.FromPort ?? 0,
    toPort: permission.ToPort ?? 65_535,
    groups: (permission.UserIdGroupPairs ?? []).flatMap(({ GroupId }) => GroupId ?? []),
    ranges: (permission.IpRanges ?? []).flatMap(({ CidrIp }) => CidrIp ?? []),
    prefixLists: (permission.PrefixListIds ?? []).flatMap(({ PrefixListId }) => PrefixListId ?? []),
  };
}

/** EC2's answers on what only people ask about: security groups, and ranges that a subnet keeps. */
import { ApiError } from './api.ts';
import { matching } from './ec2-describe.ts';
import type { Ec2World, GroupRuleSpec, GroupSpec } from './ec2-world.ts';
import type { Form } from './query.ts';

type Content = Readonly<Record<string, unknown>>;

/** The group that every VPC has. */
const ownDefault: GroupSpec = { id: 'sg-default' };
/** What AWS lets out of a new group. */
const everything: readonly GroupRuleSpec[] = [{ port: null, range: '0.0.0.0/0' }];

export function describeGroups(world: Ec2World, form: Form): Content {
  const groups = [ownDefault, ...world.spec.groups];
  const nameOf = ({ id }: GroupSpec) => (id === ownDefault.id ? 'default' : id);
  const shown = matching(form, groups, (group) => ({
    'group-id': [group.id],
    'group-name': [nameOf(group)],
  }));
  const item = shown.map((group) => ({
    ownerId: world.spec.account,
    groupId: group.id,
    groupName: nameOf(group),
    groupDescription: 'of the lab',
    ipPermissions: { item: (group.inbound ?? []).map((rule) => renderRule(world, rule)) },
    ipPermissionsEgress: { item: (group.outbound ?? everything).map((rule) => renderRule(world, rule)) },
  }));
  return { securityGroupInfo: { item } };
}

/** A rule for everything has no ports, as on AWS. */
function renderRule(world: Ec2World, { port, range, group, prefixList }: GroupRuleSpec): Content {
  const ports = port === null ? { ipProtocol: '-1' } : { ipProtocol: 'tcp', fromPort: port, toPort: port };
  return {
    ...ports,
    groups: { item: group === undefined ? [] : [{ groupId: group, userId: world.spec.account }] },
    ipRanges: { item: range === undefined ? [] : [{ cidrIp: range }] },
    prefixListIds: { item: prefixList === undefined ? [] : [{ prefixListId: prefixList }] },
  };
}

export function getReservations(world: Ec2World, form: Form): Content {
  const id = form.text('SubnetId') ?? '';
  const subnet = world.spec.subnets.find((one) => one.id === id);
  if (!subnet) throw new ApiError('InvalidSubnetID.NotFound', `The subnet ID '${id}' does not exist`);
  const item = (subnet.reservations ?? []).map(({ cidr, type }, index) => ({
    subnetCidrReservationId: `scr-${id.slice(-8)}${index}`,
    subnetId: id,
    cidr,
    reservationType: type,
    ownerId: world.spec.account,
  }));
  return { subnetIpv4CidrReservationSet: { item } };
}

/** EC2's Describe… actions: the world as it is shown, which may be older than the world as it is. */
import type { InstanceState } from '../../lib/core/evidence/sighting.ts';
import { ApiError } from './api.ts';
import { type Ec2State, type Ec2World, type EniSpec, instanceTypes } from './ec2-world.ts';
import type { Form } from './query.ts';

type Content = Readonly<Record<string, unknown>>;
/** What each filter compares, for a thing that is listed. */
type Fields = Readonly<Record<string, readonly string[]>>;

export function describeEnis(world: Ec2World, form: Form): Content {
  const ids = form.list('NetworkInterfaceId');
  for (const id of ids) {
    if (!world.eni(id))
      throw new ApiError(
        'InvalidNetworkInterfaceID.NotFound',
        `The networkInterface ID '${id}' does not exist`,
      );
  }
  const state = world.shown();
  const enis = world.spec.enis.filter((eni) => ids.length === 0 || ids.includes(eni.id));
  const item = matching(form, enis, (eni) => eniFields(eni, state)).map((eni) =>
    renderEni(world, eni, state),
  );
  return { networkInterfaceSet: { item } };
}

export function describeInstances(world: Ec2World, form: Form): Content {
  const ids = form.list('InstanceId');
  for (const id of ids) {
    if (!world.accepted.instances[id])
      throw new ApiError('InvalidInstanceID.NotFound', `The instance ID '${id}' does not exist`);
  }
  const state = world.shown();
  const instances = world.spec.instances.filter(({ id }) => ids.length === 0 || ids.includes(id));
  const shown = matching(form, instances, ({ id }) => ({
    'instance-id': [id],
    'instance-state-name': [state.instances[id] ?? 'unknown'],
  }));
  const item = shown.map(({ id, type }) => ({
    reservationId: `r-${id.slice(2)}`,
    ownerId: world.spec.account,
    instancesSet: { item: [renderInstance(world, id, type, state)] },
  }));
  return { reservationSet: { item } };
}

export function describeInstanceTypes(_world: Ec2World, form: Form): Content {
  const asked = form.list('InstanceType');
  const unknown = asked.filter((type) => !instanceTypes[type]);
  if (unknown.length > 0)
    throw new ApiError(
      'InvalidInstanceType',
      `The following supplied instance types do not exist: [${unknown.join(', ')}]`,
    );
  const types = Object.entries(instanceTypes).filter(([type]) => asked.length === 0 || asked.includes(type));
  const shown = matching(form, types, ([type]) => ({ 'instance-type': [type] }));
  const item = shown.map(([instanceType, limits]) => ({
    instanceType,
    networkInfo: { maximumNetworkInterfaces: limits.enis, ipv4AddressesPerInterface: limits.addresses },
  }));
  return { instanceTypeSet: { item } };
}

export function describeSubnets(world: Ec2World, form: Form): Content {
  const ids = form.list('SubnetId');
  const unknown = ids.find((id) => !world.spec.subnets.some((subnet) => subnet.id === id));
  if (unknown !== undefined)
    throw new ApiError('InvalidSubnetID.NotFound', `The subnet ID '${unknown}' does not exist`);
  const subnets = world.spec.subnets.filter(({ id }) => ids.length === 0 || ids.includes(id));
  const item = matching(form, subnets, ({ id, zone }) => ({
    'subnet-id': [id],
    'availability-zone': [zone],
  })).map(({ id, cidr, zone, vpcId = 'vpc-lab', freeAddresses = 200 }) => ({
    subnetId: id,
    vpcId,
    ownerId: world.spec.account,
    cidrBlock: cidr,
    availabilityZone: zone,
    availableIpAddressCount: freeAddresses,
    state: 'available',
  }));
  return { subnetSet: { item } };
}

/** The things that every filter of the form lets through. Throws for a filter that there is not. */
export function matching<T>(form: Form, things: readonly T[], fieldsOf: (thing: T) => Fields): readonly T[] {
  const filters = form.filters();
  return things.filter((thing) => {
    const fields = fieldsOf(thing);
    return filters.every(({ name, values }) => {
      const field = fields[name];
      if (!field) throw new ApiError('InvalidParameterValue', `The filter '${name}' is invalid`);
      return field.some((value) => values.includes(value));
    });
  });
}

function eniFields(eni: EniSpec, state: Ec2State): Fields {
  return {
    'network-interface-id': [eni.id],
    'addresses.private-ip-address': addressesOf(eni, state),
    'private-ip-address': [eni.primaryAddress],
    'subnet-id': [eni.subnetId],
    'attachment.instance-id': [instanceOf(eni, state)],
    'group-id': state.groups[eni.id] ?? [],
  };
}

function instanceOf({ id }: EniSpec, { attachments }: Ec2State): string {
  return attachments[id] ?? '';
}

function addressesOf(eni: EniSpec, state: Ec2State): readonly string[] {
  const secondary = Object.entries(state.owners).flatMap(([address, owner]) =>
    owner === eni.id ? [address] : [],
  );
  return [eni.primaryAddress, ...secondary];
}

function renderEni(world: Ec2World, eni: EniSpec, state: Ec2State): Content {
  const groups = state.groups[eni.id] ?? [];
  return {
    networkInterfaceId: eni.id,
    subnetId: eni.subnetId,
    availabilityZone: world.spec.subnets.find(({ id }) => id === eni.subnetId)?.zone ?? '',
    ownerId: world.spec.account,
    status: 'in-use',
    privateIpAddress: eni.primaryAddress,
    groupSet: { item: groups.map((groupId) => ({ groupId, groupName: groupId })) },
    attachment: {
      attachmentId: `eni-attach-${eni.id.slice(4)}`,
      instanceId: instanceOf(eni, state),
      instanceOwnerId: world.spec.account,
      deviceIndex: eni.deviceIndex ?? 0,
      status: 'attached',
      deleteOnTermination: true,
    },
    privateIpAddressesSet: {
      item: addressesOf(eni, state).map((privateIpAddress, index) => ({
        privateIpAddress,
        primary: index === 0,
      })),
    },
    ipv4PrefixSet: { item: (eni.prefixes ?? []).map((ipv4Prefix) => ({ ipv4Prefix })) },
  };
}

function renderInstance(world: Ec2World, id: string, type: string, state: Ec2State): Content {
  const enis = world.spec.enis.filter((eni) => instanceOf(eni, state) === id);
  const first = enis.find(({ deviceIndex = 0 }) => deviceIndex === 0);
  return {
    instanceId: id,
    instanceType: type,
    instanceState: stateOf(state.instances[id] ?? 'unknown'),
    privateIpAddress: first?.primaryAddress,
    subnetId: first?.subnetId,
    networkInterfaceSet: { item: enis.map((eni) => renderEni(world, eni, state)) },
  };
}

const stateCodes: Readonly<Record<InstanceState, number>> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
  unknown: -1,
};

/** A state with AWS's number for it. */
export function stateOf(state: InstanceState): { readonly code: number; readonly name: string } {
  return { code: stateCodes[state], name: state };
}

/** EC2's answers → what the core compares with the environment file. */
import type { Instance, NetworkInterface } from '@aws-sdk/client-ec2';
import type { Pair } from '../../core/config/config.ts';
import type { Shown, ShownEni } from '../../core/evidence/misconfigured.ts';
import { type InstanceState, instanceStates } from '../../core/evidence/sighting.ts';

/**
 * What EC2 shows of a pair: the ENIs that have one of its addresses, and its instances with all their interfaces. An ENI
 * whose address in the environment file is wrong is known by its instance alone.
 */
export function shownOf(
  pair: Pair,
  enis: readonly NetworkInterface[],
  instances: readonly Instance[],
): Shown {
  const own = instances.filter(({ InstanceId }) =>
    pair.nodes.some(({ instanceId }) => instanceId === InstanceId),
  );
  const listed = enis.flatMap(shownEni);
  const known = new Set(listed.map(({ eniId }) => eniId));
  const ofInstances = own.flatMap(interfacesOf).filter(({ eniId }) => !known.has(eniId));
  return {
    enis: [...listed, ...ofInstances],
    instances: own.map((instance) => ({
      instanceId: instance.InstanceId ?? '',
      state: stateOf(instance),
      eniIds: interfacesOf(instance).map(({ eniId }) => eniId),
    })),
  };
}

/** `unknown` where EC2 does not show the instance, or says nothing of its state. */
export function stateOf(instance: Instance | undefined): InstanceState {
  const name = instance?.State?.Name;
  return instanceStates.find((state) => state === name) ?? 'unknown';
}

/** The instance itself says that an interface is attached to it. */
function interfacesOf({ InstanceId, NetworkInterfaces }: Instance): readonly ShownEni[] {
  return (NetworkInterfaces ?? []).flatMap(({ Attachment, ...eni }) =>
    shownEni({ ...eni, Attachment: { InstanceId, DeviceIndex: Attachment?.DeviceIndex } }),
  );
}

type Eni = Pick<
  NetworkInterface,
  | 'NetworkInterfaceId'
  | 'SubnetId'
  | 'Attachment'
  | 'PrivateIpAddress'
  | 'PrivateIpAddresses'
  | 'Ipv4Prefixes'
>;

/** An ENI without an id is none that could be compared. */
function shownEni(eni: Eni): readonly ShownEni[] {
  if (eni.NetworkInterfaceId === undefined) return [];
  const all = eni.PrivateIpAddresses ?? [];
  const primary = all.find(({ Primary }) => Primary === true)?.PrivateIpAddress ?? eni.PrivateIpAddress;
  return [
    {
      eniId: eni.NetworkInterfaceId,
      instanceId: eni.Attachment?.InstanceId ?? null,
      deviceIndex: eni.Attachment?.DeviceIndex ?? null,
      subnetId: eni.SubnetId ?? null,
      primaryAddress: primary ?? null,
      addresses: all.flatMap(({ PrivateIpAddress }) => PrivateIpAddress ?? []),
      prefixes: (eni.Ipv4Prefixes ?? []).flatMap(({ Ipv4Prefix }) => Ipv4Prefix ?? []),
    },
  ];
}

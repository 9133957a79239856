/** AssignPrivateIpAddresses and its opposite, with all that AWS checks before it says yes. */
import { contains, parseCidr } from '../../lib/core/address.ts';
import { ApiError } from './api.ts';
import { type Ec2World, type EniSpec, instanceTypes } from './ec2-world.ts';
import type { Form } from './query.ts';

type Content = Readonly<Record<string, unknown>>;

/** Puts secondary addresses on an ENI. With AllowReassignment it takes them off the ENI that has them. */
export function assign(world: Ec2World, form: Form): Content {
  const eni = knownEni(world, form);
  const addresses = form.list('PrivateIpAddress');
  if (addresses.length === 0)
    throw new ApiError('MissingParameter', 'The request must contain the parameter privateIpAddresses');
  for (const address of addresses) checkAddress(world, eni, address, form.flag('AllowReassignment'));
  checkLimit(world, eni, addresses);
  for (const address of addresses) world.moveAddress(address, eni.id);
  return {
    networkInterfaceId: eni.id,
    assignedPrivateIpAddressesSet: { item: addresses.map((privateIpAddress) => ({ privateIpAddress })) },
    return: true,
  };
}

/** Takes secondary addresses off an ENI. */
export function unassign(world: Ec2World, form: Form): Content {
  const eni = knownEni(world, form);
  const addresses = form.list('PrivateIpAddress');
  const foreign = addresses.filter((address) => world.accepted.owners[address] !== eni.id);
  if (foreign.length > 0)
    throw new ApiError(
      'InvalidParameterValue',
      `Some of [${foreign.join(', ')}] are not assigned to interface ${eni.id}`,
    );
  for (const address of addresses) world.moveAddress(address, null);
  return { return: true };
}

function checkAddress(world: Ec2World, eni: EniSpec, address: string, mayReassign: boolean): void {
  const cidr = world.spec.subnets.find(({ id }) => id === eni.subnetId)?.cidr ?? '';
  if (!/^\d+\.\d+\.\d+\.\d+$/.test(address))
    throw new ApiError('InvalidParameterValue', `invalid value for parameter address: ${address}`);
  if (!contains(parseCidr(cidr), address))
    throw new ApiError(
      'InvalidParameterValue',
      `Address ${address} does not fall within the subnet's address range`,
    );
  if (isReserved(cidr, address))
    throw new ApiError('InvalidParameterValue', `Address ${address} is in subnet's reserved address range`);
  const primaryOf = world.spec.enis.find((other) => other.primaryAddress === address);
  if (primaryOf)
    throw new ApiError(
      'InvalidParameterValue',
      `[${address}] is the primary address of interface ${primaryOf.id}, and cannot be moved`,
    );
  const owner = world.accepted.owners[address];
  if (owner && !mayReassign)
    throw new ApiError(
      'InvalidParameterValue',
      `[${address}] have been assigned to interface ${owner}, but move is not allowed`,
    );
}

/** AWS keeps the first four addresses and the last one of every subnet. */
function isReserved(cidr: string, address: string): boolean {
  const { network, mask } = parseCidr(cidr);
  const number = address.split('.').reduce((sum, octet) => ((sum << 8) | Number(octet)) >>> 0, 0);
  return number - network < 4 || number === (network | ~mask) >>> 0;
}

function checkLimit(world: Ec2World, eni: EniSpec, addresses: readonly string[]): void {
  const type = world.spec.instances.find(({ id }) => id === eni.instanceId)?.type ?? '';
  const has = Object.entries(world.accepted.owners).flatMap(([address, owner]) =>
    owner === eni.id ? [address] : [],
  );
  const would = 1 + new Set([...has, ...addresses]).size;
  if (would > (instanceTypes[type]?.addresses ?? 0))
    throw new ApiError('PrivateIpAddressLimitExceeded', 'Number of private addresses will exceed limit.');
}

function knownEni(world: Ec2World, form: Form): EniSpec {
  const id = form.text('NetworkInterfaceId') ?? '';
  const eni = world.eni(id);
  if (!eni)
    throw new ApiError(
      'InvalidNetworkInterfaceID.NotFound',
      `The networkInterface ID '${id}' does not exist`,
    );
  return eni;
}

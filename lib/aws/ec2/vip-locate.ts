/** Looking at EC2: one question about the ENIs and one about the instances, for all pairs together. */
import {
  DescribeInstancesCommand,
  DescribeInstanceTypesCommand,
  DescribeNetworkInterfacesCommand,
  type EC2Client,
  type Filter,
  type Instance,
  type NetworkInterface,
} from '@aws-sdk/client-ec2';
import type { Config, Pair } from '../../core/config/config.ts';
import type { VipSighting } from '../../core/evidence/sighting.ts';
import type { PairName } from '../../core/names.ts';
import type { Clock } from '../../watch/ports/ports.ts';
import { within } from '../clients.ts';
import { describeAwsError } from '../errors.ts';
import { sightVip } from './vip-sighting.ts';

/** EC2 takes 200 values in a filter; a pair needs three of them (the VIP and both nodes' addresses). */
const PAIRS_A_CALL = 66;
/** Two attempts of 3 s and the pause between them. Milliseconds. */
const LOCATE_LIMIT_MS = 6500;
/** After EC2 did not report the limits of an instance type, it is asked again after this time. Milliseconds. */
const ASK_AGAIN_MS = 60_000;

export type Locate = (
  pairs: readonly Pair[],
  limitMs?: number,
) => Promise<ReadonlyMap<PairName, VipSighting>>;

/** `VipPort.locate`. Never throws; pairs that EC2 could not be asked about are blind. */
export function createLocate(ec2: EC2Client, clock: Clock, subnets: Config['subnets']): Locate {
  const asking = { ec2, clock, subnets, addressLimits: createAddressLimits(ec2, clock) };
  return async (pairs, limitMs = LOCATE_LIMIT_MS) => {
    const forMs = Math.min(limitMs, LOCATE_LIMIT_MS);
    const sightings = await Promise.all(
      chunked(pairs, PAIRS_A_CALL).map((chunk) => locateChunk(asking, chunk, forMs)),
    );
    return new Map(sightings.flat());
  };
}

interface Asking {
  readonly ec2: EC2Client;
  readonly clock: Clock;
  readonly subnets: Config['subnets'];
  readonly addressLimits: AddressLimits;
}

async function locateChunk(
  { ec2, clock, subnets, addressLimits }: Asking,
  pairs: readonly Pair[],
  limitMs: number,
): Promise<readonly (readonly [PairName, VipSighting])[]> {
  try {
    const [enis, instances] = await Promise.all([
      // One filter finds each ENI that has a VIP, and both ENIs of each pair by their own addresses.
      describeEnis(ec2, filter('addresses.private-ip-address', pairs.flatMap(addressesOf)), limitMs),
      describeInstances(ec2, instanceIdsOf(pairs), limitMs),
    ]);
    const limits = await addressLimits(instances.flatMap(({ InstanceType: type }) => (type ? [type] : [])));
    const atMs = clock.nowMs();
    const answers = { atMs, enis, instances, addressLimits: limits };
    return pairs.map((pair) => [pair.name, sightVip(pair, subnets, answers)]);
  } catch (error) {
    const because = `EC2 does not report where the VIP is: ${describeAwsError(error)}`;
    return pairs.map((pair) => [pair.name, { kind: 'blind', atMs: clock.nowMs(), because }]);
  }
}

function addressesOf(pair: Pair): string[] {
  return [pair.vip, pair.nodes[0].address, pair.nodes[1].address];
}

function instanceIdsOf(pairs: readonly Pair[]): string[] {
  return pairs.flatMap(({ nodes }) => [nodes[0].instanceId, nodes[1].instanceId]);
}

/** A filter of a Describe call: any of these values. */
export function filter(name: string, values: readonly string[]): Filter {
  return { Name: name, Values: [...values] };
}

/** Every ENI that the filter matches, all pages. Throws the SDK's error. */
export async function describeEnis(
  ec2: EC2Client,
  matching: Filter,
  limitMs: number,
): Promise<readonly NetworkInterface[]> {
  const limits = within(limitMs);
  const found: NetworkInterface[] = [];
  let token: string | undefined;
  do {
    const command = new DescribeNetworkInterfacesCommand({ Filters: [matching], NextToken: token });
    const page = await ec2.send(command, { abortSignal: limits.abortSignal });
    found.push(...(page.NetworkInterfaces ?? []));
    token = page.NextToken;
  } while (token);
  return found;
}

/**
 * The instances that EC2 knows of these ids, all pages. Asked by filter, because asking for an id that is gone
 * would be an error for all of them. Throws the SDK's error.
 */
export async function describeInstances(
  ec2: EC2Client,
  instanceIds: readonly string[],
  limitMs: number,
): Promise<readonly Instance[]> {
  const limits = within(limitMs);
  const found: Instance[] = [];
  let token: string | undefined;
  do {
    const command = new DescribeInstancesCommand({
      Filters: [filter('instance-id', instanceIds)],
      NextToken: token,
    });
    const page = await ec2.send(command, { abortSignal: limits.abortSignal });
    found.push(...(page.Reservations ?? []).flatMap((reservation) => reservation.Instances ?? []));
    token = page.NextToken;
  } while (token);
  return found;
}

type AddressLimits = (types: readonly string[]) => Promise<ReadonlyMap<string, number>>;

/** How many addresses an ENI of each type may have. They never change, so each type is asked for once. */
function createAddressLimits(ec2: EC2Client, clock: Clock): AddressLimits {
  const known = new Map<string, number>();
  let askAgainAtMs = Number.NEGATIVE_INFINITY;
  return async (types) => {
    const missing = [...new Set(types)].filter((type) => !known.has(type));
    if (missing.length === 0 || clock.nowMs() < askAgainAtMs) return known;
    try {
      for (const [type, limit] of await describeLimits(ec2, missing)) known.set(type, limit);
    } catch {
      // A limit that is not known makes no node unfit (`hasRoom`), so it is no reason to be blind.
      askAgainAtMs = clock.nowMs() + ASK_AGAIN_MS;
    }
    return known;
  };
}

async function describeLimits(ec2: EC2Client, types: readonly string[]): Promise<[string, number][]> {
  const command = new DescribeInstanceTypesCommand({ Filters: [filter('instance-type', types)] });
  const answer = await ec2.send(command, within(LOCATE_LIMIT_MS));
  return (answer.InstanceTypes ?? []).flatMap((info): [string, number][] => {
    const limit = info.NetworkInfo?.Ipv4AddressesPerInterface;
    return info.InstanceType && limit ? [[info.InstanceType, limit]] : [];
  });
}

function chunked<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  const count = Math.ceil(all.length / size);
  return Array.from({ length: count }, (_, index) => all.slice(index * size, (index + 1) * size));
}

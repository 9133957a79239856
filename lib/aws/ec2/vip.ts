/**
 * The VIP, by the EC2 API. Every change is guarded (`vip-guard`), sent in one window of 3 s after the call (the
 * caller has at least that much lease left), and looked for afterwards: EC2 answers before it takes effect.
 */
import {
  AssignPrivateIpAddressesCommand,
  type EC2Client,
  ModifyNetworkInterfaceAttributeCommand,
  StopInstancesCommand,
} from '@aws-sdk/client-ec2';
import type { Config, Pair } from '../../core/config/config.ts';
import { REQUEST_LIMIT_MS } from '../../core/time-budget.ts';
import { PortError } from '../../watch/ports/port-error.ts';
import type { Clock } from '../../watch/ports/ports.ts';
import type { VipPort } from '../../watch/ports/vip.ts';
import { within } from '../clients.ts';
import { awsErrorKind, describeAwsError, toPortError } from '../errors.ts';
import { type Assignment, guardAssignment, guardNode } from './vip-guard.ts';
import { createLocate, describeEnis, describeInstances, filter } from './vip-locate.ts';
import { carries } from './vip-sighting.ts';

/** How long EC2 may take to show a change. Milliseconds. */
const EFFECT_LIMIT_MS = 10_000;
/** How long we look for a change that EC2 did not even answer. It took effect soon, or not at all. Milliseconds. */
const UNANSWERED_LIMIT_MS = 2000;
/** How long the look before a change may take: the change must be over 3 s after the call. Milliseconds. */
const FIRST_LOOK_LIMIT_MS = 1000;
/** Pauses before another try of a throttled change. Milliseconds. */
const THROTTLE_PAUSES_MS = [200, 400, 800];
/** A change is not tried again with less time than this. Milliseconds. */
const ATTEMPT_MS_MIN = 300;

export interface VipEc2Props {
  /** For looks: two attempts. */
  readonly looking: EC2Client;
  /** For changes: one attempt. */
  readonly changing: EC2Client;
  readonly clock: Clock;
  /** The pairs of the environment: the only VIPs and ENIs that are ever changed. */
  readonly pairs: readonly Pair[];
  /** The subnets of the environment, which the ENIs must lie in. */
  readonly subnets: Config['subnets'];
}

export function createVip(props: VipEc2Props): VipPort {
  return {
    locate: createLocate(props.looking, props.clock, props.subnets),
    // Async, so that a refusal is a rejection like every other error.
    assign: async (pair, to) => assign(props, guardAssignment(props.pairs, pair, to)),
    isolate: async (pair, node) => isolate(props, pair, guardNode(props.pairs, pair, node).eniId),
    async release(pair, node, groups) {
      const { eniId } = guardNode(props.pairs, pair, node);
      if (groups.length === 0) throw new PortError('refused', `no security groups to give back to ${eniId}`);
      await setGroups(props, eniId, groups, REQUEST_LIMIT_MS);
    },
    stopInstance: async (pair, node) => stopInstance(props, guardNode(props.pairs, pair, node).instanceId),
  };
}

/** Sends only what the guard gave back, so nothing that the configuration does not have. */
async function assign(props: VipEc2Props, { eniId, address }: Assignment): Promise<void> {
  const tried = `assigning ${address} to ${eniId}`;
  const command = () =>
    new AssignPrivateIpAddressesCommand({
      NetworkInterfaceId: eniId,
      PrivateIpAddresses: [address],
      AllowReassignment: true,
    });
  const there = async (limitMs: number) => {
    const enis = await describeEnis(
      props.looking,
      filter('addresses.private-ip-address', [address]),
      limitMs,
    );
    return enis.some((eni) => eni.NetworkInterfaceId === eniId && carries(eni, address));
  };
  const unanswered = await order(props, tried, (limitMs) => props.changing.send(command(), within(limitMs)));
  await awaitEffect(props, tried, there, unanswered);
}

async function isolate(props: VipEc2Props, pair: Pair, eniId: string): Promise<readonly string[]> {
  const quarantine = props.pairs.find(({ name }) => name === pair.name)?.quarantineGroup;
  if (!quarantine)
    throw new PortError('refused', `${pair.name} has no quarantineGroup: ${eniId} stays as it is`);
  const startedAtMs = props.clock.nowMs();
  const before = await groupsOf(props, eniId, FIRST_LOOK_LIMIT_MS).catch((error: unknown) => {
    throw toPortError(error, `reading the security groups of ${eniId}`);
  });
  // It was isolated before, and its own groups are in the memory of that time.
  if (before.length === 1 && before[0] === quarantine) return [];
  await setGroups(props, eniId, [quarantine], REQUEST_LIMIT_MS - (props.clock.nowMs() - startedAtMs));
  return before;
}

async function setGroups(
  props: VipEc2Props,
  eniId: string,
  groups: readonly string[],
  limitMs: number,
): Promise<void> {
  const tried = `giving ${eniId} the security groups ${groups.join(', ')}`;
  const command = new ModifyNetworkInterfaceAttributeCommand({
    NetworkInterfaceId: eniId,
    Groups: [...groups],
  });
  const unanswered = await order(props, tried, (leftMs) =>
    props.changing.send(command, within(Math.min(leftMs, limitMs))),
  );
  const there = async (lookLimitMs: number) => sameGroups(await groupsOf(props, eniId, lookLimitMs), groups);
  await awaitEffect(props, tried, there, unanswered);
}

async function groupsOf(props: VipEc2Props, eniId: string, limitMs: number): Promise<readonly string[]> {
  const [eni] = await describeEnis(props.looking, filter('network-interface-id', [eniId]), limitMs);
  if (!eni)
    throw new PortError('denied', `EC2 does not know ${eniId}: correct the id in the environment file`);
  return (eni.Groups ?? []).flatMap(({ GroupId }) => (GroupId ? [GroupId] : []));
}

function sameGroups(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((group) => others.includes(group));
}

async function stopInstance(props: VipEc2Props, instanceId: string): Promise<void> {
  const tried = `stopping ${instanceId}`;
  const stopped = async (limitMs: number) => {
    const [instance] = await describeInstances(props.looking, [instanceId], limitMs);
    const state = instance?.State?.Name ?? '';
    return ['stopping', 'stopped', 'shutting-down', 'terminated'].includes(state);
  };
  // Force and SkipOsShutdown: a system that hangs would hold up its own stop for minutes.
  const command = new StopInstancesCommand({ InstanceIds: [instanceId], Force: true, SkipOsShutdown: true });
  const unanswered = await order(props, tried, (limitMs) => props.changing.send(command, within(limitMs)));
  await awaitEffect(props, tried, stopped, unanswered);
}

/**
 * Sends a change; a throttled one again after a pause, while the window of 3 s lasts. Gives back null when EC2
 * took it, or the error when there was no answer, so that it may have taken it. Throws PortError otherwise.
 */
async function order(
  { clock }: VipEc2Props,
  tried: string,
  send: (limitMs: number) => Promise<unknown>,
): Promise<PortError | null> {
  const endMs = clock.nowMs() + REQUEST_LIMIT_MS;
  for (const pauseMs of [...THROTTLE_PAUSES_MS, Number.POSITIVE_INFINITY]) {
    try {
      await send(endMs - clock.nowMs());
      return null;
    } catch (error) {
      const kind = awsErrorKind(error);
      if (kind === 'timeout') return toPortError(error, tried);
      if (kind === 'denied' || clock.nowMs() + pauseMs + ATTEMPT_MS_MIN > endMs)
        throw toPortError(error, tried);
      await clock.sleep(pauseMs);
    }
  }
  throw new Error('the last pause never ends, so the loop ends before it');
}

/** Looks until EC2 shows the change: after 50 ms, then less and less often. Throws `timeout` when it does not. */
async function awaitEffect(
  { clock }: VipEc2Props,
  tried: string,
  shows: (limitMs: number) => Promise<boolean>,
  unanswered: PortError | null,
): Promise<void> {
  const limitMs = unanswered ? UNANSWERED_LIMIT_MS : EFFECT_LIMIT_MS - REQUEST_LIMIT_MS;
  const endMs = clock.nowMs() + limitMs;
  let saw = 'EC2 does not show it';
  for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 1.5, 1000)) {
    await clock.sleep(pauseMs);
    const leftMs = endMs - clock.nowMs();
    if (leftMs < ATTEMPT_MS_MIN) break;
    try {
      if (await shows(leftMs)) return;
      saw = 'EC2 does not show it';
    } catch (error) {
      // A look that fails says nothing about the change: look again.
      saw = describeAwsError(error);
    }
  }
  if (unanswered) throw new PortError('timeout', `${unanswered.message}; ${saw}`, { cause: unanswered });
  throw new PortError('timeout', `${tried}: EC2 took the order, but not within ${limitMs} ms: ${saw}`);
}

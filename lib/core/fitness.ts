/** Whether the standby could take over now, and if not, every reason. */
import { faultsOfInbound } from './check.ts';
import type { Pair } from './config.ts';
import { countOf, parseSet, renderSet, subtract, withoutOrigin } from './gtid.ts';
import type { Memory } from './memory.ts';
import type { Safeguards } from './safeguards.ts';
import type { Inbound, InstanceState, Server } from './sighting.ts';
import type { Verdict } from './verdict.ts';

export interface Fitness {
  readonly fit: boolean;
  readonly reasons: readonly string[];
}

/** What EC2 says of the standby: whether its ENI has room for the VIP, and how its instance is. */
export interface StandbyInEc2 {
  readonly room: boolean;
  readonly instance: InstanceState;
}

/** How old a remembered readiness may be, counted from the loss of the holder. Milliseconds. */
export const READINESS_LIFE_MS = 150_000;
/** How long the channel may hear nothing while the holder commits a heartbeat every second. Milliseconds. */
export const UNHEARD_MS = 5000;

/** Whether the instance is on its way out, though mysqld may still serve. */
export function isLeaving(instance: InstanceState): boolean {
  return instance === 'stopping' || instance === 'shutting-down';
}

/**
 * Reasons why the standby is not ready, judged while the holder serves: it must receive and apply what the
 * holder writes, know its lag (an unknown lag is unfit: orchestrator#1342), and carry nothing of its own.
 */
export function reasonsWhileServed(
  pair: Pair,
  holder: Verdict,
  standby: Verdict,
  { room, instance }: StandbyInEc2,
  safeguards: Safeguards,
): readonly string[] {
  const reasons: string[] = [...reasonsOfVerdict(pair, standby)];
  if (isLeaving(instance)) reasons.push(`its instance is ${instance}`);
  const inbound = standby.server?.inbound;
  if (inbound) reasons.push(...reasonsOfInbound(pair, inbound, safeguards));
  if (holder.server && standby.server) {
    if (safeguards.errant) reasons.push(...reasonsOfErrant(pair, holder.server, standby.server));
    if (safeguards.unheard) reasons.push(...reasonsOfSilence(pair, holder.server, standby.server));
  }
  if (!room) reasons.push('its ENI has no room for one more address');
  return reasons;
}

/**
 * Fitness once the holder no longer serves. Its channel has lost its source by then, so what counts is that
 * it was ready while the holder still served (remembered), and that it serves and applies now.
 */
export function fitnessWhenLost(
  pair: Pair,
  memory: Memory,
  standby: Verdict,
  { room }: StandbyInEc2,
  nowMs: number,
  safeguards: Safeguards,
): Fitness {
  const reasons: string[] = [...reasonsOfVerdict(pair, standby)];
  const inbound = standby.server?.inbound;
  if (inbound?.kind === 'unconfigured') reasons.push('replication is not configured');
  if (inbound?.kind === 'configured' && inbound.sql === 'no') {
    reasons.push(`the SQL thread is stopped${inbound.sqlError ? ` (error ${inbound.sqlError.errno})` : ''}`);
  }
  if (!room) reasons.push('its ENI has no room for one more address');
  if (safeguards.readiness) reasons.push(...reasonsOfReadiness(memory, standby, nowMs));
  return { fit: reasons.length === 0, reasons };
}

function reasonsOfVerdict(pair: Pair, standby: Verdict): readonly string[] {
  if (standby.kind !== 'serving') return [`it is ${standby.kind}: ${standby.because}`];
  if (pair.writability === 'untouched' && standby.server?.writable === false) {
    return ['it is read-only, and writability is untouched: nobody would open it'];
  }
  return [];
}

function reasonsOfInbound(pair: Pair, inbound: Inbound, safeguards: Safeguards): readonly string[] {
  const reasons = [...faultsOfInbound(inbound, pair.settings.lagLimitSeconds)];
  if (inbound.kind === 'unconfigured') return reasons;
  if (inbound.io === 'connecting') reasons.push('it is not connected to its source');
  else if (safeguards.nullLag && inbound.lagSeconds === null && reasons.length === 0)
    reasons.push('its lag is unknown');
  if (inbound.sourceAddress === pair.vip) reasons.push('it replicates through the VIP, not from the node');
  return reasons;
}

/**
 * Transactions that the holder has neither applied nor received. The holder's own are never errant, because
 * the look at it may be the older one (vitess#12023); nor are the standby's own where both may write.
 */
export function reasonsOfErrant(pair: Pair, holder: Server, standby: Server): readonly string[] {
  const has = standby.executed.gtid;
  const lacks = holder.executed.gtid;
  if (has === null || lacks === null || has === lacks) return [];
  const received = holder.inbound.kind === 'configured' ? (holder.inbound.received.gtid ?? '') : '';
  const foreign = withoutOrigin(subtract(parseSet(has), parseSet(lacks)), holder.identity);
  const unknown = subtract(foreign, parseSet(received));
  const errant = pair.writability === 'untouched' ? withoutOrigin(unknown, standby.identity) : unknown;
  if (errant.size === 0) return [];
  return [`it has ${countOf(errant)} transactions that the holder lacks: ${renderSet(errant)}`];
}

/**
 * The holder commits a heartbeat every second, so a channel that hears nothing for long is cut, whatever its
 * threads say: they notice only after `slave_net_timeout` (60 s by default). A holder that could not commit
 * for a while sent nothing in that while.
 */
function reasonsOfSilence(pair: Pair, holder: Server, standby: Server): readonly string[] {
  const { inbound } = standby;
  if (!pair.writeProbe || inbound.kind !== 'configured' || inbound.io !== 'yes') return [];
  const nothingSentMs = holder.heartbeat.kind === 'failed' ? holder.heartbeat.forMs : 0;
  if (inbound.heardAgoMs === null || inbound.heardAgoMs - nothingSentMs < UNHEARD_MS) return [];
  return [`it has heard nothing from the holder for ${Math.round(inbound.heardAgoMs / 1000)} s`];
}

function reasonsOfReadiness(memory: Memory, standby: Verdict, nowMs: number): readonly string[] {
  const { readiness } = memory;
  if (readiness?.node !== standby.node) return ['it was not seen as standby of a holder that served'];
  if (!readiness.fit) return readiness.reasons.map((reason) => `before the holder was lost: ${reason}`);
  const asOfMs = memory.lostAtMs ?? nowMs;
  if (asOfMs - readiness.atMs <= READINESS_LIFE_MS) return [];
  return ['it was last seen ready too long before the holder was lost'];
}

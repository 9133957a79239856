/** Whether the standby could take over now, and if not, every reason. */
import type { Pair } from '../config/config.ts';
import { blockOfApplier, lockOf } from '../evidence/applier-block.ts';
import { applierFault, causeOf, lagFault, receiverFault } from '../evidence/check.ts';
import type { Inbound, InstanceState, Server } from '../evidence/sighting.ts';
import { isQuiet } from '../evidence/source-asked.ts';
import type { Verdict } from '../evidence/verdict.ts';
import { UNHEARD_MS } from '../evidence/witness.ts';
import { type FitnessTerms, told } from './fitness-terms.ts';
import { reasonsOfAside, reasonsOfHistory, reasonsOfLess, reasonsOfReset } from './history-reasons.ts';
import type { Passing } from './readiness.ts';
import { beforeLoss, reasonsOfReadiness } from './readiness-reasons.ts';

export interface Fitness extends Passing {
  readonly fit: boolean;
  readonly reasons: readonly string[];
  /** Those of them that only a look at both nodes can take back: what one has and the other lacks. */
  readonly ofHistory?: readonly string[];
}

/** Whether the instance is on its way out, though mysqld may still serve. */
export function isLeaving(instance: InstanceState): boolean {
  return instance === 'stopping' || instance === 'shutting-down';
}

/**
 * Fitness while the holder lives, whether or not it serves us: by the standby's own words it must receive and apply what
 * the holder writes and know its lag (an unknown lag is unfit: orchestrator#1342), and where both can be compared, carry
 * nothing of its own.
 */
export function fitnessWhileLiving(terms: FitnessTerms): Fitness {
  const late = reasonsOfApplying(terms);
  const unasked = reasonsOfRefusal(terms.standby);
  const hanging = reasonsOfHanging(terms.standby);
  const isUnknown = unasked.length > 0 || hanging.length > 0;
  // What it lacks of the holder's history for following somebody else, its end shows as for any other cut.
  const cutOff = [
    ...hanging,
    ...(isUnknown ? reasonsOfLastWord(terms.standby) : reasonsOfReceiving(terms)),
    ...reasonsOfSource(terms),
  ];
  const barred = reasonsOfRole(terms);
  const ofHistory = reasonsOfHistory(terms);
  const filtered = reasonsOfFilters(terms);
  const fitness = fitnessOf([...late, ...unasked, ...cutOff, ...ofHistory, ...filtered, ...barred]);
  if (ofHistory.length > 0) return { ...fitness, ofHistory };
  if (filtered.length > 0) return fitness;
  return {
    ...fitness,
    ...(late.length > 0 ? { isLate: true } : {}),
    ...(barred.length > 0 ? { isBarred: true } : {}),
    ...(cutOff.length > 0 ? { isCutOff: true } : {}),
    ...(unasked.length > 0 ? { isUnasked: true } : {}),
  };
}

/** Unfit for more than being late or barred: it may miss what the holder writes. */
export function isBroken({ fit, isLate, isBarred, isCutOff, isUnasked }: Fitness): boolean {
  return !fit && (isCutOff === true || isUnasked === true || !(isLate || isBarred));
}

/**
 * Fitness once the holder is dead. Its channel has lost its source by then, so what counts is that it was ready while
 * the holder still lived (remembered), that it has what the holder had, that it has not lost anything since, and that it
 * serves and applies now. A session that holds a lock is no reason any more: catching up ends it.
 */
export function fitnessWhenLost(terms: FitnessTerms): Fitness {
  const ofHistory = [...reasonsOfLess(terms), ...reasonsOfAside(terms), ...reasonsOfReset(terms)];
  const reasons = [...ownReasons(terms), ...ofHistory];
  const isNew = (reason: string) => !reasons.some((own) => reason === beforeLoss(own));
  if (terms.safeguards.readiness) reasons.push(...reasonsOfReadiness(terms).filter(isNew));
  return fitnessOf(reasons);
}

/**
 * Fitness to take over from a holder that lacks what the standby has, and has nothing that the standby lacks: nothing has
 * to come through the channel any more.
 */
export function fitnessWhenAhead(terms: FitnessTerms): Fitness {
  return fitnessOf([...ownReasons(terms), ...reasonsOfHistory(terms)]);
}

/** Why its channel follows somebody else than the pair's other node; null when it does not. */
export function misdirection(pair: Pair, server: Server | null, peerIdentity: string | null): string | null {
  const inbound = server?.inbound;
  if (inbound?.kind !== 'configured') return null;
  const { sourceAddress, sourceIdentity } = inbound;
  if (sourceAddress === pair.vip) return 'it replicates through the VIP, not from the node';
  if (sourceIdentity === null || peerIdentity === null || sourceIdentity === peerIdentity) return null;
  return `it replicates from another server: got ${sourceIdentity} at ${sourceAddress}, want ${peerIdentity}`;
}

function fitnessOf(reasons: readonly string[]): Fitness {
  return { fit: reasons.length === 0, reasons };
}

/** What makes a node unable to take over whatever the holder does. */
function ownReasons(terms: FitnessTerms): string[] {
  const { standby } = terms;
  const applier = standby.server && applierFault(standby.server.inbound);
  return [
    ...reasonsOfAbsence(standby),
    ...reasonsOfSource(terms),
    ...reasonsOfUnread(standby),
    ...reasonsOfHanging(standby),
    ...told(blockOfApplier(standby.server), applier),
    ...reasonsOfFilters(terms),
    ...reasonsOfRole(terms),
  ];
}

/** What keeps it from the role and says nothing of what it has: it can be asked again when the holder is lost. */
function reasonsOfRole({
  pair,
  standby: { server, kind },
  inEc2: { room, instance },
}: FitnessTerms): string[] {
  const isShut = pair.writability === 'untouched' && kind === 'serving' && server?.writable === false;
  return told(
    isShut ? 'it is read-only, and keepalambda may not open it (writability: untouched)' : null,
    server?.offline ? 'it refuses clients (offline_mode is ON)' : null,
    isLeaving(instance) ? `its instance is ${instance}` : null,
    server?.binaryLog === 'off'
      ? 'it has no binary log, so the other node could not replicate from it after a failover'
      : null,
    room ? null : 'its ENI has no room for one more address',
  );
}

function reasonsOfAbsence({ kind, because }: Verdict): string[] {
  return kind === 'serving'
    ? []
    : [kind === 'unseen' ? `no data yet (${because})` : `it is ${kind}: ${because}`];
}

/** It is alive, and has no room for us, refuses our login, or has not said anything of its channel yet. */
function reasonsOfRefusal(standby: Verdict): string[] {
  const isShutOut = standby.kind === 'saturated' || standby.kind === 'locked-out';
  return isShutOut ? reasonsOfAbsence(standby) : reasonsOfUnread(standby);
}

/** Nothing of its channel was ever read by those who look now. */
export function isUnread({ server }: Verdict): boolean {
  return server?.inbound.kind === 'unread';
}

/** Nothing is known of its channel: that says neither that it is broken nor that it runs. */
function reasonsOfUnread(standby: Verdict): string[] {
  return isUnread(standby)
    ? ['its replication status is not known yet: the server has not answered SHOW REPLICA STATUS']
    : [];
}

/**
 * A status that is not answered any more is, as a rule, that of a channel which somebody stops, and which has stopped receiving
 * by then: it may be connected again before anybody sees it stopped.
 */
function reasonsOfHanging({ server }: Verdict): string[] {
  if (server?.inbound.kind !== 'configured' || server.inbound.unanswered !== true) return [];
  return [
    'its replication status is not known: the server does not answer SHOW REPLICA STATUS any more. A STOP REPLICA that waits for a transaction can cause that, or a thread that is stuck on a dead source: SHOW PROCESSLIST shows it',
  ];
}

/** Whose history it has is not the pair's. */
function reasonsOfSource({ pair, standby: { server }, peerIdentity }: FitnessTerms): string[] {
  const isAlone = server?.inbound.kind === 'unconfigured';
  return told(isAlone ? 'replication is not configured' : null, misdirection(pair, server, peerIdentity));
}

/** Its channel leaves rows out: they are missing for good, and no thread stops. */
function reasonsOfFilters({ pair, standby: { server } }: FitnessTerms): string[] {
  const leavesOut = server?.inbound.kind === 'configured' ? server.inbound.leavesOut : undefined;
  if (leavesOut === undefined || pair.replicationFilters === 'accept') return [];
  return [
    `its channel leaves out or rewrites rows (${leavesOut}). Take the filter off, then compare the two nodes, or rebuild it; where the filter is wanted, set replicationFilters: 'accept'`,
  ];
}

/** What kept it from receiving when it last said so: it may still. */
function reasonsOfLastWord({ server }: Verdict): string[] {
  return server?.inbound.kind === 'configured' ? faultsOfReceiving(server.inbound) : [];
}

function faultsOfReceiving(inbound: Extract<Inbound, { kind: 'configured' }>): string[] {
  const isConnecting = inbound.io === 'connecting';
  return told(
    receiverFault(inbound),
    isConnecting ? `it is not connected to its source${causeOf(inbound.ioError)}` : null,
  );
}

/** Why it does not receive what the holder writes. */
function reasonsOfReceiving({ pair, holder, standby, safeguards }: FitnessTerms): string[] {
  const inbound = standby.server?.inbound;
  if (inbound?.kind !== 'configured') return reasonsOfAbsence(standby);
  const channel = faultsOfReceiving(inbound);
  const isUnknown = safeguards.nullLag && inbound.lagSeconds === null && inbound.sql === 'yes';
  if (channel.length === 0 && isUnknown) channel.push('its lag is unknown');
  const silence = safeguards.unheard ? reasonsOfSilence(pair, holder.server, inbound) : [];
  return [...reasonsOfAbsence(standby), ...channel, ...silence];
}

/** Why it has not applied, or will not in time, what it received: nothing of it is missing. */
function reasonsOfApplying({ pair, standby: { server }, lagLimitSeconds }: FitnessTerms): string[] {
  if (server?.inbound.kind !== 'configured') return [];
  const { inbound } = server;
  const waits = pair.settings.catchUpLimitMs / 1000;
  return told(
    lockOf(server),
    lagFault(inbound, lagLimitSeconds),
    applierFault(inbound),
    blockOfApplier(server),
    inbound.delaySeconds > waits
      ? `it applies with a delay of ${inbound.delaySeconds} s, and a failover waits ${waits} s (catchUpLimitMs)`
      : null,
  );
}

/**
 * The holder commits a heartbeat every second, so a channel that hears nothing for long is cut, whatever its
 * threads say: they notice only after `slave_net_timeout` (60 s by default). A holder that could not commit
 * for a while sent nothing in that while; nor does one that is read-only or refuses every write, or, while its clients rest, one to
 * whose table we cannot write.
 */
export function reasonsOfSilence(
  pair: Pair,
  holder: Server | null,
  inbound: Extract<Inbound, { kind: 'configured' }>,
): readonly string[] {
  if (!pair.writeProbe || inbound.io !== 'yes') return [];
  const heartbeat = holder?.heartbeat;
  // Of a source to which nobody writes, it hears as little.
  if (holder === null && isQuiet(inbound, pair.settings)) return [];
  if (inbound.heardAgoMs === null || holder?.writable === false) return [];
  if (heartbeat?.kind === 'refused' || heartbeat?.kind === 'barred') return [];
  const nothingSentMs = heartbeat?.kind === 'failed' ? heartbeat.forMs : 0;
  if (inbound.heardAgoMs - nothingSentMs < UNHEARD_MS) return [];
  return [`it has received nothing from the holder for ${Math.round(inbound.heardAgoMs / 1000)} s`];
}

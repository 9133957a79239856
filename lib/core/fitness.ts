/** Whether the standby could take over now, and if not, every reason. */
import { asideReason } from './aside.ts';
import { behindOf } from './behind.ts';
import { applierFault, causeOf, lagFault, receiverFault } from './check.ts';
import type { Pair } from './config.ts';
import { countOf, parseSet, renderSet, subtract, withoutOrigin } from './gtid.ts';
import { type Coverage, coverageOf } from './holder-end.ts';
import { lackOf, resetOf } from './lead.ts';
import { type LastEnds, type Memory, notLost, type Passing, type Readiness } from './memory.ts';
import type { Safeguards } from './safeguards.ts';
import type { Inbound, InstanceState, Server, Session } from './sighting.ts';
import type { Verdict } from './verdict.ts';

export interface Fitness extends Passing {
  readonly fit: boolean;
  readonly reasons: readonly string[];
  /** Those of them that only a look at both nodes can take back: what one has and the other lacks. */
  readonly ofHistory?: readonly string[];
}

/** What EC2 says of the standby: whether its ENI has room for the VIP, and how its instance is. */
export interface StandbyInEc2 {
  readonly room: boolean;
  readonly instance: InstanceState;
}

/** How a standby is judged, and by which measures. */
export interface FitnessTerms {
  readonly pair: Pair;
  readonly memory: Memory;
  readonly holder: Verdict;
  readonly standby: Verdict;
  readonly inEc2: StandbyInEc2;
  /** What it must have received, once the holder is dead. */
  readonly lastEnds: LastEnds;
  /** How far each of the two had sent its own history, as far as is known. */
  readonly sent: Memory['sent'];
  /** Who the other node is (`Server.identity`); null while it was never seen. */
  readonly peerIdentity: string | null;
  /** At this lag it is unfit; less than the setting where it was unfit before, so that it does not flicker. */
  readonly lagLimitSeconds: number;
  readonly nowMs: number;
  readonly safeguards: Safeguards;
}

/** How old a remembered readiness may be, counted from the loss of the holder. Milliseconds. */
export const READINESS_LIFE_MS = 150_000;
/** How long the channel may hear nothing while the holder commits a heartbeat every second. Milliseconds. */
export const UNHEARD_MS = 5000;
/** Uptimes are in whole seconds and up to a second old when they are read. Milliseconds. */
const UPTIME_SLACK_MS = 2000;

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
  // What it lacks of the holder's history for following somebody else, its end shows as for any other cut.
  const cutOff = [...(unasked.length > 0 ? [] : reasonsOfReceiving(terms)), ...reasonsOfSource(terms)];
  const barred = reasonsOfRole(terms);
  const ofHistory = reasonsOfHistory(terms);
  const fitness = fitnessOf([...late, ...unasked, ...cutOff, ...ofHistory, ...barred]);
  if (ofHistory.length > 0) return { ...fitness, ofHistory };
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
  const reasons = [...ownReasons(terms), ...reasonsOfLess(terms), ...reasonsOfAside(terms)];
  if (terms.safeguards.readiness) reasons.push(...reasonsOfReadiness(terms));
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

/** What keeps a node from applying, by a session or a disk; null when nothing does. */
export function blockOf(server: Server | null): string | null {
  return lockOf(server) ?? blockOfApplier(server);
}

function lockOf(server: Server | null): string | null {
  return server?.globalLock ? `a session holds a global lock: ${renderSession(server.globalLock)}` : null;
}

function blockOfApplier(server: Server | null): string | null {
  if (server?.inbound.kind !== 'configured' || server.inbound.applierBlocked === null) return null;
  return server.globalLock === null ? `its applier is blocked: ${server.inbound.applierBlocked}` : null;
}

/** A session as a person finds it: `42 (backup@10.0.1.9, for 12 s: FLUSH TABLES WITH READ LOCK)`. */
export function renderSession({ id, user, host, forSeconds, statement }: Session): string {
  return `session ${id} (${user}@${host}, for ${forSeconds} s: ${statement})`;
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
    ...told(blockOfApplier(standby.server), applier),
    ...reasonsOfRole(terms),
  ];
}

function told(...reasons: readonly (string | null)[]): string[] {
  return reasons.filter((reason) => reason !== null);
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

/** It is alive, and has no room for us or refuses our login. */
function reasonsOfRefusal(standby: Verdict): string[] {
  return standby.kind === 'saturated' || standby.kind === 'locked-out' ? reasonsOfAbsence(standby) : [];
}

/** Whose history it has is not the pair's. */
function reasonsOfSource({ pair, standby: { server }, peerIdentity }: FitnessTerms): string[] {
  const isAlone = server?.inbound.kind === 'unconfigured';
  return told(isAlone ? 'replication is not configured' : null, misdirection(pair, server, peerIdentity));
}

/** Why it does not receive what the holder writes. */
function reasonsOfReceiving({ pair, holder, standby, safeguards }: FitnessTerms): string[] {
  const inbound = standby.server?.inbound;
  if (inbound?.kind !== 'configured') return reasonsOfAbsence(standby);
  const isConnecting = inbound.io === 'connecting';
  const channel = told(
    receiverFault(inbound),
    isConnecting ? `it is not connected to its source${causeOf(inbound.ioError)}` : null,
  );
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

/** What it has that the holder lacks, or has lost of its own; while the two cannot be compared, what was known before. */
function reasonsOfHistory(terms: FitnessTerms): string[] {
  const { pair, holder, standby, safeguards } = terms;
  const { readiness } = terms.memory;
  const less = [...reasonsOfAside(terms), ...reasonsOfLess(terms)];
  if (holder.server === null || standby.server === null) {
    const known = readiness?.node === standby.node ? (readiness.ofHistory ?? []) : [];
    return [...new Set([...known, ...less])];
  }
  return [
    ...less,
    ...(safeguards.errant ? reasonsOfErrant(pair, holder.server, standby.server) : []),
    ...reasonsOfReset(terms),
    ...reasonsOfVersion(holder.server, standby.server),
  ];
}

/** At this lag, what a standby has applied is older than any look at the holder. Seconds. */
const OLDER_THAN_A_LOOK_S = 6;

/** The holder began its history anew, so nobody can say what of it the standby lacks. */
function reasonsOfReset({ pair, holder, standby }: FitnessTerms): readonly string[] {
  if (holder.server === null || standby.server === null || holder.seenAtMs < standby.seenAtMs) return [];
  const { inbound } = standby.server;
  const lagSeconds = inbound.kind === 'configured' ? inbound.lagSeconds : null;
  // Without our heartbeat, the lag is the server's own, and wrong where the clocks differ.
  const isLate = pair.writeProbe && lagSeconds !== null && lagSeconds >= OLDER_THAN_A_LOOK_S;
  const lack = resetOf(holder.server, standby.server, isLate);
  if (lack === null) return [];
  return [
    `the binary log of ${holder.node} was reset (RESET MASTER) or lost its end: ${standby.node} has events of it that ${holder.node} does not know (${lack}). Compare the two, then rebuild ${standby.node}`,
  ];
}

/**
 * Transactions that the holder has neither applied nor received. The holder's own are never errant, because
 * the look at it may be the older one (vitess#12023); nor are the standby's own where both may write.
 */
function reasonsOfErrant(pair: Pair, holder: Server, standby: Server): readonly string[] {
  const has = standby.executed.gtid;
  const lacks = holder.executed.gtid;
  if (has === null || lacks === null || has === lacks) return [];
  const received = holder.inbound.kind === 'configured' ? (holder.inbound.received.gtid ?? '') : '';
  const all = subtract(parseSet(has), parseSet(lacks));
  if (all.size === 0) return [];
  const foreign = withoutOrigin(all, holder.identity);
  const unknown = subtract(foreign, parseSet(received));
  const errant = pair.writability === 'untouched' ? withoutOrigin(unknown, standby.identity) : unknown;
  if (errant.size === 0) return [];
  return [`it has ${countOf(errant)} transactions that the holder lacks: ${renderSet(errant)}`];
}

/**
 * It came back with less than it had sent. Replication never brings that back, and as a holder it would give the same
 * numbers to other rows.
 */
function reasonsOfLess({ standby, holder, memory, sent }: FitnessTerms): string[] {
  const lack = behindOf(standby, holder, { ...notLost, behind: memory.behind, loss: memory.loss, sent });
  return told(lack === null ? null : `it lost writes that it had sent: ${lack}`);
}

/** It has a part of the data only, whatever its GTIDs say. */
function reasonsOfAside({ standby, memory }: FitnessTerms): string[] {
  return told(asideReason(memory, standby.node));
}

/** Events of a newer server cannot be relied on to apply on an older one: there would be no way back. */
function reasonsOfVersion(holder: Server, standby: Server): readonly string[] {
  if (holder.version === standby.version) return [];
  const [ofHolder, ofStandby] = [majorOf(holder), majorOf(standby)];
  if (holder.flavor !== standby.flavor || ofHolder === null || ofStandby === null) return [];
  if (ofStandby[0] > ofHolder[0] || (ofStandby[0] === ofHolder[0] && ofStandby[1] >= ofHolder[1])) return [];
  return [`its version ${standby.version} is older than the holder's ${holder.version}`];
}

function majorOf({ version }: Server): [number, number] | null {
  const found = /^(\d+)\.(\d+)/.exec(version);
  return found === null ? null : [Number(found[1]), Number(found[2])];
}

/**
 * The holder commits a heartbeat every second, so a channel that hears nothing for long is cut, whatever its
 * threads say: they notice only after `slave_net_timeout` (60 s by default). A holder that could not commit
 * for a while sent nothing in that while; nor does one that refuses every write.
 */
export function reasonsOfSilence(
  pair: Pair,
  holder: Server | null,
  inbound: Extract<Inbound, { kind: 'configured' }>,
): readonly string[] {
  if (!pair.writeProbe || inbound.io !== 'yes') return [];
  const heartbeat = holder?.heartbeat;
  if (inbound.heardAgoMs === null || heartbeat?.kind === 'refused') return [];
  const nothingSentMs = heartbeat?.kind === 'failed' ? heartbeat.forMs : 0;
  if (inbound.heardAgoMs - nothingSentMs < UNHEARD_MS) return [];
  return [`it has received nothing from the holder for ${Math.round(inbound.heardAgoMs / 1000)} s`];
}

function reasonsOfReadiness({
  memory,
  standby,
  holder,
  lastEnds,
  nowMs,
  safeguards,
}: FitnessTerms): readonly string[] {
  const { readiness, movedByHand } = memory;
  const lostAtMs = memory.lostAtMs ?? nowMs;
  const coverage = safeguards.coverage ? coverageOf(standby.server, lastEnds) : 'unknown';
  if (typeof coverage === 'object')
    return [`it lacks writes that ${holder.node} had before it was lost: ${coverage.lacks}`];
  // The VIP was moved by hand, to a node that was dead or died at once: the one that it was taken from wrote last.
  if (readiness?.node !== standby.node && movedByHand?.from === standby.node) return [];
  if (readiness?.node !== standby.node)
    return ['keepalambda has not seen it as a standby since before the holder was lost'];
  if (!readiness.fit && !isOver(readiness, standby.server, coverage, lostAtMs))
    return readiness.reasons.map((reason) => `before the holder was lost: ${reason}`);
  // Having all that the holder had is as good as having been ready then.
  const readyAtMs = Math.max(readiness.atMs, coverage === 'whole' ? (lastEnds.proof?.untilMs ?? 0) : 0);
  if (lostAtMs - readyAtMs > READINESS_LIFE_MS)
    return ['keepalambda saw it ready for the last time too long before the holder was lost'];
  // Of one that has all that the holder had, only what it is known to have thrown away counts.
  if (coverage === 'whole' && memory.receivedWhenLost === null) return [];
  return reasonsOfRestart(memory.receivedWhenLost, readiness.atMs, standby);
}

/** Whether what kept it from the role is over: the rest of that is asked anew. */
function isOver(
  { isLate, isBarred, isCutOff, isUnasked, fitAtMs }: Readiness,
  server: Server | null,
  coverage: Coverage,
  lostAtMs: number,
): boolean {
  if (!isLate && !isBarred && !isCutOff && !isUnasked) return false;
  const wasFit = fitAtMs !== undefined && lostAtMs - fitAtMs <= READINESS_LIFE_MS;
  const isWhole = coverage === 'whole';
  const appliesAll = catchesUp(server) && coverage !== 'behind';
  return (!isLate || appliesAll) && (!isCutOff || isWhole) && (!isUnasked || isWhole || wasFit);
}

/** It has applied all that it had received, or will when catching up has ended the session that keeps it from that. */
function catchesUp(server: Server | null): boolean {
  if (server?.inbound.kind !== 'configured') return false;
  return server.inbound.caughtUp || server.globalLock !== null;
}

/** Whether it is the process that ran at that time, by its uptime: so it has thrown nothing away since. */
export function hasRunSince(
  atMs: number,
  { server, seenAtMs }: Pick<Verdict, 'server' | 'seenAtMs'>,
): boolean {
  if (server === null || server.uptimeSeconds === 0) return false;
  return seenAtMs - server.uptimeSeconds * 1000 <= atMs + UPTIME_SLACK_MS;
}

/**
 * A server that restarts throws its relay log away (`relay_log_recovery`) and fetches it again; with its source dead, what
 * it had received and not applied is gone.
 */
export function reasonsOfRestart(
  receivedWhenLost: Memory['receivedWhenLost'],
  readyAtMs: number,
  { server, seenAtMs }: Verdict,
): readonly string[] {
  if (server === null) return [];
  // Positions decide, where they can: two leaders' clocks may be many seconds apart.
  const lost = lackOf(server, receivedWhenLost);
  if (lost === null) return [];
  if (lost === 'unknown') {
    // It has just started, or its uptime is about to be read: a second later it is known.
    if (server.uptimeSeconds === 0) return ['its uptime is not known yet'];
    return hasRunSince(readyAtMs, { server, seenAtMs })
      ? []
      : ['it restarted after keepalambda saw it ready, and may have lost what it had received'];
  }
  return [`it restarted after the holder was lost, and lost what it had received: ${lost}`];
}

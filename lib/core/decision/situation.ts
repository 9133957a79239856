/** The situation of a pair, from the verdicts, the VIP and the memory: all that a decision may use. */
import { changed } from '../changed.ts';
import { type Pair, peerOf } from '../config/config.ts';
import { behindOf } from '../evidence/behind.ts';
import { channelGapsOf } from '../evidence/channel-gaps.ts';
import { faultsOfInbound, ownFaultsOfInbound } from '../evidence/check.ts';
import { BLIND_MS, type Evidence } from '../evidence/evidence.ts';
import { endsToReckonWith } from '../evidence/holder-end.ts';
import { type IdentityTrouble, identityOf, identityTrouble } from '../evidence/identity.ts';
import { type Life, lifeOf } from '../evidence/life.ts';
import type { InstanceState } from '../evidence/sighting.ts';
import { mustAsk, testimonyAsked } from '../evidence/source-asked.ts';
import { hasRestarted } from '../evidence/uptimes.ts';
import { judge, type Verdict } from '../evidence/verdict.ts';
import { type ChannelGaps, type Testimony, testimonyOf, witnessMsOf } from '../evidence/witness.ts';
import { detachedInto } from '../memory/detached.ts';
import { type Durations, isUntoldFor, unservedSince } from '../memory/durations.ts';
import { countedMoves } from '../memory/late-move.ts';
import { isResetOver, resetNow, type SeenReset, withForgotten } from '../memory/log-reset.ts';
import type { Memory } from '../memory/memory.ts';
import type { NodeName } from '../names.ts';
import { mayHaveBegun } from '../plan/plan.ts';
import {
  type Fitness,
  fitnessWhenAhead,
  fitnessWhenLost,
  fitnessWhileLiving,
  misdirection,
} from '../standby/fitness.ts';
import type { FitnessTerms } from '../standby/fitness-terms.ts';
import { type Lead, leadOf, noLead } from '../standby/lead.ts';
import { sentOf } from '../standby/sent.ts';
import { flapGuardOf } from './flap.ts';
import { allSafeguards, type Safeguards } from './safeguards.ts';
import { isServed, isStillLost } from './served.ts';
import {
  holderOf,
  isAway,
  isEc2Blind,
  misconfiguration,
  silenceOf,
  type VipState,
  vipState,
} from './vip-place.ts';

export { type Durations, nextBesidePlan, nextDurations, noDurations } from '../memory/durations.ts';

/** A lag that was too great is over only below this share of its limit, so that it does not come and go at every look. */
const LAG_OVER = 0.8;

export interface Situation {
  readonly pair: Pair;
  readonly nowMs: number;
  readonly memory: Memory;
  readonly safeguards: Safeguards;
  readonly vip: VipState;
  readonly vipBecause: string;
  /**
   * Neither node has it by EC2's last answer, however old and often given; or nobody answers through the VIP, and EC2 does not
   * say that it is where we left it.
   */
  readonly isVipAway: boolean;
  /** Why EC2 does not answer, when its last word is too old: nothing that needs EC2 is begun then. Null while it counts. */
  readonly ec2Blind: string | null;
  /** What EC2 shows otherwise than the environment file says; null when all fits. */
  readonly misconfigured: { readonly because: string; readonly confirmed: boolean } | null;
  /** The holder; where the VIP is unheld or unknown, the last one (or else the preferred, or the first). */
  readonly holder: Verdict;
  readonly standby: Verdict;
  /** Whether the holder lives, whether or not it serves us. */
  readonly life: Life;
  /** EC2's word on the holder's instance. */
  readonly holderInstance: InstanceState;
  /** Why it is not certain who answers; null when it is. */
  readonly identity: IdentityTrouble | null;
  /** Faults of the holder's inbound replication, and whether they lasted long enough to count. */
  readonly holderFaults: readonly string[];
  readonly holderFaultsConfirmed: boolean;
  /** Those of them that are its own, and not of its source's making; the same. */
  readonly holderOwnFaults: readonly string[];
  readonly holderOwnFaultsConfirmed: boolean;
  /** What these looks are the first to show to be over may be so since then. It is now, but for a new leader. */
  readonly overSinceMs: number;
  /** For how long the holder's heartbeat has had its present result. Milliseconds. */
  readonly heartbeatForMs: number;
  /** For how long clients could not write, as far as is known. Milliseconds. */
  readonly unservedForMs: number;
  /** Whether clients find somebody to write to now: with `unservedForMs`, a loss that this look shows to be over. */
  readonly isServed: boolean;
  /** What these looks show of a reset of the holder's log; null where nothing. */
  readonly reset: SeenReset | null;
  /** Nodes whose servers have restarted since this leader's look before. */
  readonly restarted: readonly NodeName[];
  /** A reset of a log that is remembered is over: that node knows again what it had forgotten, or the other one was made anew. */
  readonly isResetOver: boolean;
  /** This leader has judged nothing before: what it finds over may have ended at any time since the one before. */
  readonly isFirstLook: boolean;
  /** For how long the clock of a node has been off. Milliseconds. */
  readonly clockOffForMs: number;
  /** Since when the holder has not been as it should be: it fails the check, or does not serve. */
  readonly badSinceMs: number;
  readonly standbyPasses: boolean;
  readonly fitness: Fitness;
  /** The same, if nothing has to come through the channel any more. */
  readonly fitnessWhenAhead: Fitness;
  /** Who the holder is (`Server.identity`); null while it was never seen. */
  readonly peerIdentity: string | null;
  /** Who of the two lacks what the other has: where the holder is only presumed, it may be the other way round. */
  readonly lead: Lead;
  /** What the holder lacks of its own history, also where only an earlier look showed it; null when nothing is known. */
  readonly behind: string | null;
  /** How far each of the two had sent its own history to the other, as far as is known. */
  readonly sent: Memory['sent'];
  /** What the standby says of a holder that does not answer us. */
  readonly witness: Testimony;
  /** The holder is to be asked now whether it lives, through its standby. */
  readonly asksSource: boolean;
  /** Why the flap guard forbids an automatic failover; null when it does not. */
  readonly flapGuard: string | null;
  /** The pause that is on now. */
  readonly paused: boolean;
  /** No vantage sees anything, or both nodes vanished at once while EC2 says that they run. */
  readonly blind: string | null;
}

/** Evidence and memory → the situation. */
export function assess(
  pair: Pair,
  evidence: Evidence,
  memory: Memory,
  durations: Durations,
  nowMs: number,
  safeguards: Safeguards = allSafeguards,
): Situation {
  const { settings } = pair;
  const { logReset } = memory;
  const holderName = holderOf(pair, evidence, memory, nowMs, safeguards);
  const holderSays = judge(evidence, holderName, settings);
  const standbySays = judge(evidence, peerOf(pair, holderName).name, settings);
  const judged = withForgotten(holderSays, logReset);
  const heartbeatForMs = heartbeatAge(judged, durations, nowMs);
  const holder = changed(judged, {
    confirmed:
      judged.confirmed || !safeguards.confirmation || refusesFor(judged, heartbeatForMs, settings.stuckMs),
  });
  const standby = withForgotten(standbySays, logReset);
  const blind = safeguards.blindRule ? blindness(evidence, holder, standby, nowMs) : null;
  const peerIdentity = safeguards.identity ? identityOf(memory, holder) : null;
  const canTell = safeguards.witness && !isDetached(memory, holder, standby);
  // Who follows somebody else knows nothing of the holder: neither that it lives nor that it is dead.
  const isStray = misdirection(pair, standby.server, peerIdentity) !== null;
  const gaps = () => channelGapsOf(durations, { holder, standby, memory, nowMs });
  // Where nothing may be changed, nobody can be asked.
  const said = evidence.sourceAsked;
  const asked = said?.node === standby.node ? said : null;
  const asking = { holder, standby, asked, settings, nowMs };
  const testify = () => {
    const says = testimonyBy(standby, holder, pair, gaps());
    return pair.mode === 'act' ? testimonyAsked(says, asking) : says;
  };
  const witness = !canTell ? 'does-not-hear' : isStray ? 'unknown' : testify();
  const wasDead = isRememberedDead(memory, durations, nowMs);
  const life = lifeOf({ holder, standby, witness, blind, wasDead, settings, nowMs });
  const holderLimit = limitOf(pair, durations.holderFaultsSinceMs !== null);
  // A channel that a failover detached from the old holder is stopped on purpose.
  const inboundOfHolder = detachedInto(memory, holder.node) !== null ? undefined : holder.server?.inbound;
  const holderFaults = inboundOfHolder ? faultsOfInbound(inboundOfHolder, holderLimit) : [];
  const holderOwnFaults = inboundOfHolder ? ownFaultsOfInbound(inboundOfHolder, holderLimit) : [];
  const wasUnfit = memory.readiness?.node === standby.node && !memory.readiness.fit;
  const standbyLimit = limitOf(pair, wasUnfit || durations.unreadySinceMs !== null);
  const lead = holder.server && standby.server ? leadOf(pair, holder.server, standby.server) : noLead;
  const lastEnds = endsToReckonWith(memory, durations, { holder, standby }, settings.readinessMs, nowMs);
  const sent = sentOf(memory, durations.sent);
  const reset = resetNow(pair, holder, standby, durations.resetSinceMs, nowMs);
  const terms: FitnessTerms = {
    pair,
    reset,
    memory,
    holder,
    standby,
    lastEnds,
    sent,
    nowMs,
    safeguards,
    peerIdentity,
    lagLimitSeconds: standbyLimit,
    inEc2: {
      room: evidence.vip?.room[standby.node] ?? true,
      instance: evidence.vip?.instances[standby.node] ?? 'unknown',
    },
  };
  const [vip, vipBecause] = vipState(evidence, memory, nowMs, safeguards);
  const isVipAway = isAway(evidence, memory, nowMs);
  const paused = safeguards.pause && memory.pause !== null && nowMs < memory.pause.untilMs;
  const misconfigured = misconfiguration(evidence);
  const mayAsk = pair.mode === 'act' && !paused && misconfigured === null && memory.plan === null;
  const unservedSinceMs = unservedSince(durations, memory, nowMs);
  const moves = countedMoves(memory, { vip, holder: holderName });
  // The durations are those of the look before: a fault that this look does not show has ended.
  const lasted = (faults: readonly string[], sinceMs: number | null) =>
    faults.length > 0 && lastedFor(sinceMs, settings.replicationFaultMs, nowMs);
  return {
    pair,
    nowMs,
    memory,
    safeguards,
    vip,
    vipBecause,
    holder,
    standby,
    life,
    witness,
    blind,
    holderFaults,
    holderOwnFaults,
    heartbeatForMs,
    overSinceMs: holder.confirmed && standby.confirmed ? (durations.unwatchedSinceMs ?? nowMs) : nowMs,
    peerIdentity,
    isVipAway,
    asksSource: mayAsk && isUnseen(holder) && mustAsk(witness, asking),
    misconfigured,
    ec2Blind: isEc2Blind(evidence, nowMs) ? silenceOf(evidence) : null,
    holderInstance: evidence.vip?.instances[holderName] ?? 'unknown',
    identity: identityTrouble(memory, holder, standby),
    holderFaultsConfirmed: lasted(holderFaults, durations.holderFaultsSinceMs),
    holderOwnFaultsConfirmed: lasted(holderOwnFaults, durations.ownFaultsSinceMs),
    badSinceMs: badSince(holder, durations, unservedSinceMs, nowMs),
    standbyPasses: standby.kind === 'serving' && checkFaults(standby, standbyLimit).length === 0,
    unservedForMs: unservedSinceMs === null ? 0 : nowMs - unservedSinceMs,
    isServed: isServed(evidence, holder, standby, isVipAway) && !isStillLost(evidence, memory),
    isFirstLook: durations.unwatchedSinceMs !== null,
    clockOffForMs: durations.clockOffSinceMs === null ? 0 : nowMs - durations.clockOffSinceMs,
    reset,
    restarted: [holder, standby]
      .filter((one) => hasRestarted(durations.uptimes, one))
      .map(({ node }) => node),
    isResetOver: isResetOver(logReset, holderSays, standbySays),
    lead,
    sent,
    behind: behindOf(holder, standby, { ...memory, lastEnds, sent }),
    fitness: life === 'lives' ? fitnessWhileLiving(terms) : fitnessWhenLost(terms),
    fitnessWhenAhead: fitnessWhenAhead(terms),
    flapGuard: safeguards.flapGuard ? flapGuardOf(moves, pair, nowMs) : null,
    paused,
  };
}

/** A new leader's first bad look is not when it began: a loss that an earlier leader saw goes on. */
function badSince(
  { kind, sinceMs }: Verdict,
  { holderFaultsSinceMs }: Durations,
  unservedSinceMs: number | null,
  nowMs: number,
): number {
  if (kind === 'serving') return holderFaultsSinceMs ?? nowMs;
  return Math.min(sinceMs, unservedSinceMs ?? sinceMs);
}

/** Proven dead, by this leader or an earlier one; what the standby cannot say for longer would hide that it lives again. */
function isRememberedDead({ lostAtMs }: Memory, durations: Durations, nowMs: number): boolean {
  return lostAtMs !== null && !isUntoldFor(durations, nowMs);
}

/** A failover has detached it from a holder that had died, or is about to: it is silent by our own doing. */
function isDetached(memory: Memory, holder: Verdict, standby: Verdict): boolean {
  if (holder.server !== null) return false;
  const detached = detachedInto(memory, standby.node);
  if (detached !== null) return detached.isBack !== true;
  const { plan } = memory;
  return plan?.to === standby.node && mayHaveBegun(plan, 'detach');
}

function limitOf({ settings }: Pair, wasAbove: boolean): number {
  return wasAbove ? Math.round(settings.lagLimitSeconds * LAG_OVER) : settings.lagLimitSeconds;
}

function checkFaults({ server }: Verdict, lagLimitSeconds: number): readonly string[] {
  return server === null ? [] : faultsOfInbound(server.inbound, lagLimitSeconds);
}

function testimonyBy({ server }: Verdict, holder: Verdict, { settings }: Pair, kept: ChannelGaps): Testimony {
  return server === null ? 'unasked' : testimonyOf(server, witnessMsOf(holder, settings), kept);
}

/** The holder is not seen, and only its standby can show whether it lives. */
function isUnseen({ kind, confirmed, instanceGone }: Verdict): boolean {
  return (kind === 'silent' || kind === 'stopped') && confirmed && !instanceGone;
}

function heartbeatAge({ server }: Verdict, { heartbeat }: Durations, nowMs: number): number {
  return heartbeat !== null && heartbeat.kind === server?.heartbeat.kind ? nowMs - heartbeat.sinceMs : 0;
}

function refusesFor({ kind, server }: Verdict, forMs: number, limitMs: number): boolean {
  return kind === 'stuck' && server?.heartbeat.kind === 'refused' && forMs >= limitMs;
}

function blindness(evidence: Evidence, holder: Verdict, standby: Verdict, nowMs: number): string | null {
  const blind = Object.values(evidence.blind);
  if (blind.length === evidence.vantages && blind.every(({ sinceMs }) => nowMs - sinceMs >= BLIND_MS)) {
    return `no vantage can see the pair: ${holder.because}`;
  }
  if (holder.kind !== 'silent' || standby.kind !== 'silent' || !holder.confirmed || !standby.confirmed)
    return null;
  return 'both nodes stopped answering, and EC2 does not report that either has stopped';
}

function lastedFor(sinceMs: number | null, forMs: number, nowMs: number): boolean {
  return sinceMs !== null && nowMs - sinceMs >= forMs;
}

/** Since when conditions last. The leader keeps this beside the evidence, because one look cannot show it. */
import { isMovedAnew } from '../decision/conditions.ts';
import type { Situation } from '../decision/situation.ts';
import { isSteady } from '../decision/steady.ts';
import { nextAsked, nextAway, nextStopped } from '../evidence/channel-gaps.ts';
import { clocksOff } from '../evidence/clock-off.ts';
import { END_LIFE_MS, nextEnds } from '../evidence/holder-end.ts';
import type { Heartbeat, Position } from '../evidence/sighting.ts';
import { nextUnrecorded, type Unrecorded } from '../evidence/unrecorded.ts';
import { nextUptimes, type Uptime } from '../evidence/uptimes.ts';
import type { Verdict } from '../evidence/verdict.ts';
import { cannotSay, isSignOfLife } from '../evidence/witness.ts';
import type { NodeName } from '../names.ts';
import { isBroken, isUnread, misdirection } from '../standby/fitness.ts';
import { lackOf } from '../standby/lead.ts';
import type { HolderEnd } from '../standby/readiness.ts';
import { hasRunSince } from '../standby/readiness-reasons.ts';
import { type Had, nextSent } from '../standby/sent.ts';
import type { Memory } from './memory.ts';
import { type LogSight, nextLogs } from './seen-logs.ts';

export interface Durations {
  /** Of a leader that has judged nothing yet: since when nobody may have led. Null once it has. */
  readonly unwatchedSinceMs: number | null;
  /** Since when the holder fails the check. */
  readonly holderFaultsSinceMs: number | null;
  /** Since when it fails the check by a fault of its own, and not of its source. */
  readonly ownFaultsSinceMs: number | null;
  /** Since when the standby is not ready while the holder lives; lucky moments in between do not end it. */
  readonly unreadySinceMs: number | null;
  /**
   * Since when it is so for more than being late or barred: what lucky moments lasted is not counted, or a moment out of
   * touch soon after another one, which may be the holder's death, would look like one long illness.
   */
  readonly brokenSinceMs: number | null;
  /** When the standby's readiness was judged last. */
  readonly judgedAtMs: number | null;
  /** When the standby itself last said that it is not ready. */
  readonly illAtMs: number | null;
  /** Since when the standby is ready, without a break. */
  readonly readySinceMs: number | null;
  /** Since when the pair is steady. */
  readonly steadySinceMs: number | null;
  /** What came of the holder's heartbeat, and since when it is of this kind. */
  readonly heartbeat: { readonly kind: Heartbeat['kind']; readonly sinceMs: number } | null;
  /** Since when clients have found nobody to write to, as far as is seen. */
  readonly unservedSinceMs: number | null;
  /** What the standby had received when it was last seen beside a holder that lived. */
  readonly received: Position | null;
  /** When the standby's receiver last was stopped, followed somebody else, or had no mysqld; null once it runs again. */
  readonly stoppedAtMs: number | null;
  /** When nobody reached the standby, and since when it answers again (null: not yet); null once it has heard since. */
  readonly away: { readonly sinceMs: number; readonly backAtMs: number | null } | null;
  /** When the standby last answered us. */
  readonly asked: { readonly node: NodeName; readonly atMs: number } | null;
  /** Since when nothing says whether a holder lives that was proven dead: the standby cannot, or cannot be asked. */
  readonly untoldSinceMs: number | null;
  /** Since when the holder's host takes our connections, and nobody greets us on them. */
  readonly hungSinceMs: number | null;
  /** Since when the holder is not known to live. */
  readonly doubtSinceMs: number | null;
  /** Since when the clock of a node is off. */
  readonly clockOffSinceMs: number | null;
  /** Since when the standby has events of the holder's that this one does not know. */
  readonly resetSinceMs: number | null;
  /** What the standby had received at a look, and does not record as executed since. */
  readonly unrecorded: Unrecorded | null;
  /** The ends of the holder's history that it said lately, the newest last. */
  readonly ends: readonly HolderEnd[];
  /** How long each server had run when this leader last saw it. */
  readonly uptimes: Readonly<Record<NodeName, Uptime>>;
  /** What each node was last seen to have of its own history, and what it has forgotten since. */
  readonly logs: Readonly<Record<NodeName, LogSight>>;
  /** What each node was last seen to have of the other's history, by the node whose history it is. */
  readonly sent: Readonly<Record<NodeName, Had>>;
}

export const noDurations: Durations = {
  unwatchedSinceMs: null,
  holderFaultsSinceMs: null,
  ownFaultsSinceMs: null,
  unreadySinceMs: null,
  brokenSinceMs: null,
  judgedAtMs: null,
  illAtMs: null,
  readySinceMs: null,
  steadySinceMs: null,
  heartbeat: null,
  unservedSinceMs: null,
  received: null,
  stoppedAtMs: null,
  away: null,
  asked: null,
  untoldSinceMs: null,
  hungSinceMs: null,
  doubtSinceMs: null,
  clockOffSinceMs: null,
  resetSinceMs: null,
  unrecorded: null,
  ends: [],
  uptimes: {},
  logs: {},
  sent: {},
};

/** Of other roles, nothing lasts on; what each node has of the other does not change with the roles. */
export function afterMove({ logs, sent }: Durations): Durations {
  return { ...noDurations, logs, sent };
}

/** The same where somebody else has moved the VIP, and this look shows it: who finds nobody to write to does not care why. */
function ofTheseRoles(durations: Durations, situation: Situation): Durations {
  if (situation.memory.lastHolder === null || !isMovedAnew(situation)) return durations;
  const { unwatchedSinceMs, unservedSinceMs, uptimes } = durations;
  return { ...afterMove(durations), unwatchedSinceMs, unservedSinceMs, uptimes };
}

/** The durations after this situation: each begins when its condition does and ends with it. */
export function nextDurations(before: Durations, situation: Situation): Durations {
  const { nowMs, holder, standby } = situation;
  // Where nothing has been seen yet, as right after a plan, nothing has begun or ended.
  if (holder.kind === 'unseen' || standby.kind === 'unseen') return before;
  const durations = ofTheseRoles(before, situation);
  const since = (was: number | null, is: boolean) => (is ? (was ?? nowMs) : null);
  return {
    ...nextReadiness(durations, situation),
    unwatchedSinceMs: null,
    holderFaultsSinceMs: since(durations.holderFaultsSinceMs, situation.holderFaults.length > 0),
    ownFaultsSinceMs: since(durations.ownFaultsSinceMs, situation.holderOwnFaults.length > 0),
    steadySinceMs: since(durations.steadySinceMs, isSteady(situation)),
    heartbeat: nextHeartbeat(durations, situation),
    unservedSinceMs: nextUnserved(durations, situation),
    stoppedAtMs: nextStopped(durations, situation),
    away: nextAway(durations, situation),
    asked: nextAsked(durations.asked, situation),
    untoldSinceMs: since(durations.untoldSinceMs, isUntold(situation)),
    hungSinceMs: since(durations.hungSinceMs, holder.kind === 'silent' && holder.hostAccepts),
    doubtSinceMs: since(durations.doubtSinceMs, situation.life !== 'lives'),
    clockOffSinceMs: since(durations.clockOffSinceMs, clocksOff(situation).length > 0),
    resetSinceMs: since(durations.resetSinceMs, situation.reset !== null),
    unrecorded: nextUnrecorded(durations.unrecorded, situation.standby),
    ends: nextEnds(durations.ends, situation.holder, situation.pair.settings.readinessMs),
    uptimes: nextUptimes(durations.uptimes, [holder, standby]),
    logs: nextLogs(durations.logs, situation),
    sent: nextSent(durations.sent, situation),
  };
}

/**
 * While a plan is carried out: the loss of service, what the two have of each other, and the end of the holder's history:
 * either may be lost meanwhile and come back with less; and since when nothing shows whether a dead one lives again. Of a
 * holder that is to stay one, also since when it is not known to live, and since when its heartbeat is as it is. Nothing else
 * is counted.
 */
export function nextBesidePlan(durations: Durations, situation: Situation): Durations {
  const { nowMs, holder, standby, memory, pair, life } = situation;
  if (holder.kind === 'unseen' || standby.kind === 'unseen') return durations;
  const since = (was: number | null, is: boolean) => (is ? (was ?? nowMs) : null);
  return {
    ...durations,
    unservedSinceMs: nextUnserved(durations, situation),
    received: receivedByNow(durations.received, situation),
    untoldSinceMs: since(durations.untoldSinceMs, isUntold(situation)),
    ends: nextEnds(durations.ends, holder, pair.settings.readinessMs),
    uptimes: nextUptimes(durations.uptimes, [holder, standby]),
    logs: nextLogs(durations.logs, situation),
    sent: nextSent(durations.sent, situation),
    ...(isForHolder(memory, holder.node)
      ? {
          doubtSinceMs: since(durations.doubtSinceMs, life !== 'lives'),
          heartbeat: nextHeartbeat(durations, situation),
        }
      : {}),
  };
}

/** For so long that it may have lived on since. */
export function isUntoldFor({ untoldSinceMs }: Durations, nowMs: number): boolean {
  return untoldSinceMs !== null && nowMs - untoldSinceMs >= END_LIFE_MS;
}

/** Nothing shows whether a holder that was proven dead lives again: a hang may end, and a host come back. */
function isUntold({ holder, witness, memory }: Situation): boolean {
  // EC2's word that its instance has stopped needs nobody else.
  if (memory.lostAtMs === null || holder.server !== null || holder.instanceGone) return false;
  const isHidden = holder.kind === 'silent' && !holder.hostAccepts;
  return cannotSay(witness) || (witness === 'unasked' && isHidden);
}

/**
 * A commit that hangs began to hang before the look that shows it; and a loss that an earlier leader saw goes on.
 */
function nextUnserved(
  durations: Durations,
  { isServed, isVipAway, holder: { server, kind }, memory, nowMs }: Situation,
): number | null {
  if (isServed) return null;
  // It refuses us, and may serve its clients: by that alone, no loss begins.
  const isUnknown = !isVipAway && (kind === 'locked-out' || kind === 'saturated');
  if (isUnknown) return durations.unservedSinceMs ?? unservedBefore(durations, memory, nowMs);
  const hangsForMs = server?.heartbeat.kind === 'failed' ? server.heartbeat.forMs : 0;
  const before = unservedBefore(durations, memory, nowMs) ?? nowMs;
  return durations.unservedSinceMs ?? Math.min(nowMs - hangsForMs, before);
}

/**
 * Since when an earlier leader saw a loss of service that it did not see end; null where there is none. It may have gone on while
 * nobody led, and has lasted at least as long as that one said, if its clock was ahead of ours.
 */
function unservedBefore(
  { unwatchedSinceMs }: Durations,
  { unservedSinceMs, unservedForMs }: Memory,
  nowMs: number,
): number | null {
  if (unservedSinceMs === null) return null;
  return Math.min(unservedSinceMs, (unwatchedSinceMs ?? nowMs) - unservedForMs);
}

/**
 * Since when clients have found nobody to write to, before this look; null while they did. Where a new leader's first look shows
 * service, it shows the end of what the leader before had seen.
 */
export function unservedSince(durations: Durations, memory: Memory, nowMs: number): number | null {
  const { unservedSinceMs, unwatchedSinceMs } = durations;
  if (unservedSinceMs !== null || unwatchedSinceMs === null) return unservedSinceMs;
  return unservedBefore(durations, memory, nowMs);
}

/** The plan in flight leaves the roles as they are. */
export function isForHolder({ plan, lastHolder }: Memory, holder: NodeName): boolean {
  if (plan === null || lastHolder !== holder) return false;
  return plan.kind !== 'failover' && plan.kind !== 'switchover';
}

/**
 * A channel that lives on lucky looks between errors is ill all the time: what the standby said of itself ends when it
 * has been well for `readinessMs`. That we could not see it for a moment ends with the moment.
 */
function nextReadiness(durations: Durations, situation: Situation) {
  const { nowMs, life, holder, standby, fitness, pair, witness } = situation;
  const { unreadySinceMs, brokenSinceMs, judgedAtMs, illAtMs, readySinceMs, received } = durations;
  switch (life) {
    case 'unsure':
      return {
        unreadySinceMs,
        brokenSinceMs,
        judgedAtMs: nowMs,
        illAtMs,
        readySinceMs,
        received: receivedByNow(received, situation),
      };
    case 'dead':
      return {
        unreadySinceMs: null,
        brokenSinceMs: null,
        judgedAtMs: nowMs,
        illAtMs: null,
        readySinceMs: null,
        received: receivedByNow(received, situation),
      };
    case 'lives': {
      const { server } = standby;
      // A source that lives sends again what was lost.
      const isAlive = holder.server !== null || isSignOfLife(witness);
      const isSeen = isAlive && server?.inbound.kind === 'configured' && !isStray(situation);
      // What could not be read yet is no illness, and no end of one.
      const broken = isBroken(fitness) && !isUnread(standby);
      const saysIll = broken && standby.kind === 'serving';
      const lastIllMs = saysIll ? nowMs : illAtMs;
      const isIll = lastIllMs !== null && nowMs - lastIllMs < pair.settings.readinessMs;
      const luckyMs = broken ? 0 : nowMs - (judgedAtMs ?? nowMs);
      return {
        unreadySinceMs: fitness.fit && !isIll ? null : (unreadySinceMs ?? nowMs),
        brokenSinceMs: broken || isIll ? (brokenSinceMs ?? nowMs) + luckyMs : null,
        judgedAtMs: nowMs,
        illAtMs: isIll ? lastIllMs : null,
        readySinceMs: fitness.fit ? (readySinceMs ?? nowMs) : null,
        received: isSeen ? server.inbound.received : receivedByNow(received, situation),
      };
    }
  }
}

/**
 * What it had received when its source was lost: the last look beside a living holder may be many seconds old. Less than
 * was seen before is what a restart has left.
 */
function receivedByNow(seen: Position | null, situation: Situation): Position | null {
  const { memory, standby, peerIdentity } = situation;
  const before = seen ?? (isMovedAnew(situation) ? null : memory.receivedWhenLost);
  const { server } = standby;
  if (server?.inbound.kind !== 'configured' || isStray(situation)) return before;
  const counts = before === null ? isAsReady(memory, standby) : lackOf(server, before, peerIdentity) === null;
  return counts ? server.inbound.received : before;
}

/** What it receives of another server is at other places, of another log. */
function isStray({ pair, standby, peerIdentity }: Situation): boolean {
  return misdirection(pair, standby.server, peerIdentity) !== null;
}

/** A new leader has not seen it beside a living holder; but it has not restarted since an earlier one found it ready. */
function isAsReady({ readiness }: Memory, standby: Verdict): boolean {
  return readiness?.node === standby.node && hasRunSince(readiness, standby);
}

function nextHeartbeat({ heartbeat }: Durations, { holder, nowMs }: Situation): Durations['heartbeat'] {
  if (holder.server === null) return null;
  const { kind } = holder.server.heartbeat;
  return heartbeat?.kind === kind ? heartbeat : { kind, sinceMs: nowMs };
}

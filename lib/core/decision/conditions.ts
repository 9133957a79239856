/** Conditions on a situation that several rows of the decision table ask for. */
import type { EventCode } from '../alert/events.ts';
import { identityOf } from '../evidence/identity.ts';
import { isWitnessed } from '../evidence/life.ts';
import { isSameProcess, isSameStart, startOf } from '../evidence/same-process.ts';
import type { Server } from '../evidence/sighting.ts';
import type { Verdict } from '../evidence/verdict.ts';
import { hearsSource, UNHEARD_MS } from '../evidence/witness.ts';
import { isClosed } from '../evidence/writability.ts';
import { detachedInto } from '../memory/detached.ts';
import { misdirection } from '../standby/fitness.ts';
import { lackOf, unreadOf } from '../standby/lead.ts';
import type { Situation } from './situation.ts';

/** The holder does not answer: its port refuses, or it is silent. */
export const holderGone = ({ holder, safeguards }: Situation) =>
  (holder.confirmed || !safeguards.confirmation) && (holder.kind === 'stopped' || holder.kind === 'silent');
/** The holder answers, and commits hang. */
export const holderStuck = ({ holder }: Situation) => holder.kind === 'stuck' && holder.confirmed;
export const holderLost = (s: Situation) => holderGone(s) || holderStuck(s);
/** The holder answers, and has the VIP. */
export const holderServes = ({ holder, vip }: Situation) => holder.kind === 'serving' && vip === 'held';
/** The holder serves, and which node takes writes is ours to say. */
export const governed = (s: Situation) => s.pair.writability === 'managed' && holderServes(s);
/** The standby does not answer. */
export const standbyDown = ({ standby }: Situation) =>
  standby.confirmed && (standby.kind === 'stopped' || standby.kind === 'silent');
/** The standby is gone: proven, or silent for longer than a bad path keeps it so. No witness can speak for it. */
export const standbyGone = ({ standby, pair, nowMs }: Situation) =>
  standby.confirmed &&
  (standby.kind === 'stopped' ||
    (standby.kind === 'silent' && nowMs - standby.sinceMs >= pair.settings.readinessMs));
/** The holder does not answer us, and the standby hears it, or cannot say. */
export const witnessed = (s: Situation) =>
  isWitnessed({
    holder: s.holder,
    standby: s.standby,
    witness: s.witness,
    settings: s.pair.settings,
    nowMs: s.nowMs,
  });
/** The holder serves, and replication into it has failed the check for long enough. */
export const holderFailsCheck = (s: Situation) => s.holder.kind === 'serving' && s.holderFaultsConfirmed;
/** The holder is dead, or fails the check by its own fault, and the standby could take over. */
export const couldFailOver = (s: Situation) =>
  s.fitness.fit &&
  (s.life === 'dead' ||
    (s.holder.kind === 'serving' &&
      s.holderOwnFaultsConfirmed &&
      s.standbyPasses &&
      s.pair.holderReplicationFault === 'failover'));
/** A failover could be done, and no pause forbids it. */
export const wantsFailover = (s: Situation) => couldFailOver(s) && !s.paused;
/** People were alerted of this event in the open incident. */
export const told = (s: Situation, code: EventCode) => s.memory.incident?.told.includes(code) === true;
/** What is tried once an incident leaves these, and is not tried again while they are told. */
export const triedOnce: readonly EventCode[] = ['repaired', 'switchover-undone', 'plan-incomplete'];
/**
 * Why a switchover would freeze the holder for nothing: its last write is applied only when the standby's delay is over
 * (`SOURCE_DELAY`), and the freeze ends before that. Null where it does not.
 */
export const delayBeyondFreeze = ({ pair, standby }: Situation): string | null => {
  const inbound = standby.server?.inbound;
  const limitSeconds = pair.settings.freezeLimitMs / 1000;
  if (inbound?.kind !== 'configured' || inbound.delaySeconds < limitSeconds) return null;
  return `${standby.node} applies with a delay of ${inbound.delaySeconds} s (SOURCE_DELAY), and clients would wait ${limitSeconds} s for it at most (freezeLimitSeconds)`;
};
/** Whether the VIP may be taken from a holder that leaves: once an incident, because what failed will fail again. */
export const mayLeave = (s: Situation) =>
  s.pair.holderStopping === 'switchover' &&
  s.vip === 'held' &&
  s.fitness.fit &&
  delayBeyondFreeze(s) === null &&
  s.flapGuard === null &&
  !s.paused &&
  !told(s, 'switchover-undone') &&
  !told(s, 'plan-incomplete');
/** A repair is configured, allowed, and was not tried in this incident. */
export const repairable = (s: Situation) => s.pair.repair.length > 0 && !s.paused && !told(s, 'repaired');
/** The standby takes writes, or privileged accounts still can. */
export const standbyOpen = ({ standby }: Situation) => standby.server !== null && !isClosed(standby.server);
/** An event that came no longer ago than this was written just now. Milliseconds. */
const JUST_NOW_MS = 2000;
/**
 * The standby does not answer us, and the holder receives what is written there now. So clients are served there, and EC2's
 * report that the VIP is here is old.
 */
export const standbyWritesUnseen = ({ holder, standby, memory }: Situation) => {
  const inbound = holder.server?.inbound;
  if (standby.server !== null || inbound?.kind !== 'configured' || inbound.io !== 'yes') return false;
  const { sourceIdentity, receivedAgoMs } = inbound;
  if (sourceIdentity !== null && sourceIdentity !== memory.identities[standby.node]) return false;
  return receivedAgoMs !== null && receivedAgoMs < JUST_NOW_MS;
};
/**
 * The holder receives and applies what the standby wrote, so whatever it lacks of that will come. Where the standby cannot be
 * asked, it must hear it now: a channel to one that is cut off still says that it runs.
 */
export const holderFollows = ({ memory, holder, standby, pair }: Situation) => {
  const inbound = holder.server?.inbound;
  if (inbound?.kind !== 'configured' || inbound.io !== 'yes' || inbound.sql !== 'yes') return false;
  if (standby.server === null && !hearsSource(inbound, pair.settings.witnessMs)) return false;
  return inbound.sourceIdentity === null || inbound.sourceIdentity === identityOf(memory, standby);
};
/**
 * The holder's channel from the standby brings nothing now, and may again: it is cut off, or somebody has stopped it, who will start it
 * again. One that is stopped before all was applied cannot be detached for good.
 */
export const holderCutOff = ({ pair, memory, holder: { server }, standby }: Situation) => {
  if (server?.inbound.kind !== 'configured' || server.inbound.unanswered) return false;
  const { inbound } = server;
  if (misdirection(pair, server, memory.identities[standby.node] ?? null) !== null) return false;
  if (inbound.io === 'no') return inbound.caughtUp;
  if (inbound.sql === 'no') return false;
  if (inbound.io === 'connecting') return true;
  const unread = unreadFrom(standby, server);
  const isBehind = unread !== null && unread !== 'unknown';
  // One that does not know its lag although it runs hears its source, and may get nothing of it.
  const isDeaf = (inbound.heardAgoMs ?? 0) >= UNHEARD_MS || inbound.lagSeconds === null;
  return inbound.io === 'yes' && isBehind && isDeaf;
};
/** What the replica has not read of all that the source has written, as far as that one can be asked. */
function unreadFrom({ server }: Verdict, replica: Server): string | 'unknown' | null {
  return unreadOf(replica, server?.executed ?? null, server?.identity ?? null);
}
/** The holder has read all that the standby has written, as far as both can be asked. */
export const holderReadAll = ({ holder, standby }: Situation) =>
  holder.server !== null && unreadFrom(standby, holder.server) === null;
/** The standby has received all that the holder has, as far as both can be asked. */
export const standbyHasAll = ({ holder, standby, lead }: Situation) => {
  if (holder.server === null || standby.server === null || lead.standbyLacks !== null) return false;
  return lackOf(standby.server, holder.server.executed, holder.server.identity) === null;
};
/** Whether the holder has all that the standby has; `unknown` where their histories cannot be compared. */
export const holderHasAll = ({ holder, standby, lead, behind }: Situation): boolean | 'unknown' => {
  if (behind !== null || lead.holderLacksOthers !== null) return false;
  if (holder.server === null || standby.server === null) return 'unknown';
  if (holder.server.executed.gtid !== null && standby.server.executed.gtid !== null) return true;
  const unread = unreadFrom(standby, holder.server);
  return unread === 'unknown' ? unread : unread === null;
};
/** This look is the first to find that somebody else has moved the VIP to the holder. */
export const isMovedAnew = ({ memory, holder, vip }: Situation) =>
  vip === 'held' && memory.lastHolder !== holder.node && memory.plan === null;
/** From which node somebody else has moved the VIP to the holder, also if this look is the first to find it; else null. */
export const movedFrom = (s: Situation) => {
  const { movedByHand, lastHolder } = s.memory;
  if (movedByHand?.to === s.holder.node) return movedByHand.from;
  return isMovedAnew(s) ? lastHolder : null;
};
/** Somebody else has moved the VIP to the holder, and no plan has cut it off from what the other node wrote until then. */
export const succeeds = (s: Situation) =>
  movedFrom(s) !== null && detachedInto(s.memory, s.holder.node) === null;
/** It succeeds the other node, which is not known to be down, and it may lack what that one has, and does not receive it. */
export const mayLackMoved = (s: Situation) =>
  succeeds(s) && !standbyDown(s) && holderHasAll(s) !== true && !holderFollows(s);
/** The holder came back with less than it had sent. */
export const holderBehind = (s: Situation) =>
  s.safeguards.compareBeforeOpening &&
  governed(s) &&
  s.holder.server?.writable === false &&
  s.behind !== null;
/** It is the very process that was seen so in its role, or (null) in any way: what is otherwise now, no restart has changed. */
const wasSeen = (s: Situation, verdict: Verdict, is: 'open' | 'closed' | null) => {
  const { memory, holder, standby } = s;
  if (isMovedAnew(s) || s.restarted.includes(verdict.node)) return false;
  const before = memory.settled[verdict.node];
  const peer = verdict.node === holder.node ? standby : holder;
  if (before === undefined || (is !== null && before.is !== is)) return false;
  return isSameProcess(before, verdict, peer);
};
/** It was seen in its role before, and what says whether it has restarted since has not been read yet. */
export const processUnread = ({ memory }: Situation, verdict: Verdict) => {
  const before = memory.settled[verdict.node];
  if (verdict.server === null || before === undefined) return false;
  return startOf(verdict) === null && isSameStart(before, verdict.server) === null;
};
/** It is half closed, and the process that was seen before: somebody did it by hand, because no order of ours does. */
const halvedByHand = (s: Situation, verdict: Verdict) =>
  verdict.server?.halfClosed === true && wasSeen(s, verdict, null);
/** The holder is read-only, and the process that was seen to take writes; or it is half closed by hand. */
export const closedByHand = (s: Situation) =>
  s.holder.server !== null &&
  !s.holder.server.writable &&
  (wasSeen(s, s.holder, 'open') || halvedByHand(s, s.holder));
/** The standby takes writes, or may, and is the process that was seen closed; or it is half closed by hand. */
export const openedByHand = (s: Situation) =>
  standbyOpen(s) && (wasSeen(s, s.standby, 'closed') || halvedByHand(s, s.standby));

/** The last plan for the holder could not open it, and the standby may take over: it is fit, and has all that the holder has. */
export const staysClosed = (s: Situation) =>
  s.memory.notOpened === s.holder.node &&
  standbyHasAll(s) &&
  s.fitness.fit &&
  s.flapGuard === null &&
  !s.paused;

/** What a pause adds to the words of an alert: that it is what keeps us from moving; empty while there is none. */
export const pauseText = ({ paused, memory }: Situation) =>
  paused && memory.pause ? `The pause by ${memory.pause.by} (${memory.pause.why}) forbids the move` : '';

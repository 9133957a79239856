/**
 * A binary log that was reset (RESET MASTER, RESET BINARY LOGS AND GTIDS). While its node took writes: its rows stay, and its
 * GTIDs and places are given to other rows. By them, the node has lost all that its standby has, and the standby has all that
 * was written since; neither is so. Of a standby: it has the rows of its source, and by GTIDs it lacks them. Only looks at the
 * time, or what the node was seen to have before, show it, so it is remembered until one of the two is made anew.
 */
import { cut, LIST_MAX } from '../bounds.ts';
import { changed } from '../changed.ts';
import type { Pair } from '../config/config.ts';
import type { Situation } from '../decision/situation.ts';
import {
  common,
  describeSet,
  originatedBy,
  parseSet,
  renderSet,
  subtract,
  type TransactionSet,
  union,
  withoutOrigin,
} from '../evidence/gtid.ts';
import { executedOf, knownTo } from '../evidence/history-sets.ts';
import { logNumberOf } from '../evidence/log-place.ts';
import type { Position, Server } from '../evidence/sighting.ts';
import { cannotBeSent } from '../evidence/source-errors.ts';
import { forgottenByStandby, isApplied } from '../evidence/unrecorded.ts';
import type { Verdict } from '../evidence/verdict.ts';
import type { NodeName } from '../names.ts';
import { resetOf } from '../standby/lead.ts';
import type { Durations } from './durations.ts';
import { bounded } from './log-fall.ts';
import type { Memory } from './memory.ts';
import { fallOf } from './seen-logs.ts';

export interface LogReset {
  readonly node: NodeName;
  /** The other node: mostly, it had been fed from it until then. */
  readonly standby: NodeName;
  /** What that one has and this one does not know any more, in words. */
  readonly lack: string;
  /** GTIDs that the node does not know any more; empty without GTIDs, or where there are too many to be kept. */
  readonly forgotten: string;
  /** Those of them that are the node's own, and that the standby had. Absent where these are all, and in older records. */
  readonly had?: string;
  /** The standby could not be asked what it had: its next look shows it. */
  readonly isAssumed?: true;
  readonly atMs: number;
}

/** At this lag, what a standby has applied is older than any look at the holder. Seconds. */
const OLDER_THAN_A_LOOK_S = 6;
/** One look at the two can be of two moments; what lasts is so. Milliseconds. */
const RESET_FOR_MS = 2000;

/** What a look at the two shows of a reset of the holder's log. */
export interface SeenReset {
  /** What the standby has of a holder that takes writes and does not know it, in words. */
  readonly lack: string;
  /** It has lasted, or the holder has told its standby of it. Else the standby's answer may be the newer one of the two. */
  readonly isProven: boolean;
}

/** Null where no reset is seen. `sinceMs`: since when it is seen without a break; null where the look before showed none. */
export function resetNow(
  pair: Pair,
  holder: Verdict,
  standby: Verdict,
  sinceMs: number | null,
  nowMs: number,
): SeenReset | null {
  const lack = resetShown(pair, holder, standby);
  if (lack === null) return null;
  const hasLasted = sinceMs !== null && nowMs - sinceMs >= RESET_FOR_MS && holder.seenAtMs > sinceMs;
  return { lack, isProven: hasLasted || isToldOfReset(standby.server) };
}

function resetShown(pair: Pair, holder: Verdict, standby: Verdict): string | null {
  if (holder.server === null || standby.server === null || holder.seenAtMs < standby.seenAtMs) return null;
  const { inbound } = standby.server;
  const lagSeconds = inbound.kind === 'configured' ? inbound.lagSeconds : null;
  // Without our heartbeat, the lag is the server's own, and wrong where the clocks differ.
  const isLate = pair.writeProbe && lagSeconds !== null && lagSeconds >= OLDER_THAN_A_LOOK_S;
  return resetOf(holder.server, standby.server, isLate);
}

/** A place in the history of `node`, with the GTIDs that it has forgotten: it has the rows. */
export function withForgottenAt(node: NodeName, at: Position, reset: LogReset | null): Position {
  if (reset === null || reset.node !== node || at.gtid === null || reset.forgotten === '') return at;
  return { ...at, gtid: renderSet(union(parseSet(reset.forgotten), parseSet(at.gtid))) };
}

/** The node as it answers, with the GTIDs that it has forgotten. */
export function withForgotten(verdict: Verdict, reset: LogReset | null): Verdict {
  const { server } = verdict;
  if (server === null) return verdict;
  const executed = withForgottenAt(verdict.node, server.executed, reset);
  return executed === server.executed ? verdict : { ...verdict, server: { ...server, executed } };
}

/**
 * By what the two say themselves: the node knows again what it had forgotten, because a copy was loaded there or a person gave it
 * these GTIDs; or the standby was made anew since.
 */
export function isResetOver(reset: LogReset | null, holder: Verdict, standby: Verdict): boolean {
  if (reset === null) return false;
  if (isKnownAgain(holder, reset) || isKnownAgain(standby, reset)) return true;
  const [source, replica] = holder.node === reset.node ? [holder, standby] : [standby, holder];
  if (source.server === null || replica.server === null || replica.node !== reset.standby) return false;
  const { inbound, executed } = replica.server;
  if (inbound.kind !== 'configured') return false;
  const { forgotten, had = forgotten } = reset;
  if (had !== '' && executed.gtid !== null) return isMadeAnew(parseSet(had), replica.server, source.server);
  const { received } = inbound;
  return inbound.io === 'yes' && logNumberOf(received) <= logNumberOf(source.server.executed);
}

/**
 * It has no longer all that it had, and what is left are names that the source has given again. One that has lost its relay log
 * alone shows others, too.
 */
function isMadeAnew(had: TransactionSet, replica: Server, source: Server): boolean {
  const known = knownTo(replica);
  if (subtract(had, known).size === 0) return false;
  return subtract(common(had, known), executedOf(source)).size === 0;
}

/**
 * Whether the node answers with all that it had forgotten, and with what others wrote of it: it gives its own names away again,
 * but those of others come back only with a copy.
 */
function isKnownAgain(verdict: Verdict, reset: LogReset | null): boolean {
  const { node, server } = verdict;
  if (reset?.node !== node || server === null || server.executed.gtid === null) return false;
  const forgotten = parseSet(reset.forgotten);
  if (withoutOrigin(forgotten, server.identity).size === 0) return false;
  return subtract(forgotten, parseSet(server.executed.gtid)).size === 0;
}

/**
 * The end of a history that `node` is to reach, without the GTIDs that it has forgotten because its log was reset: it has their
 * rows, and will never have them by name. Of MariaDB, nothing is left out: `gtid_slave_pos` outlasts a RESET MASTER.
 */
export function endKnownTo(node: NodeName, end: Position, reset: LogReset | null): Position {
  if (reset?.node !== node || reset.forgotten === '' || end.gtid === null) return end;
  if (!end.gtid.includes(':')) return end;
  return { ...end, gtid: renderSet(subtract(parseSet(end.gtid), parseSet(reset.forgotten))) };
}

/** Its log was reset, so by GTIDs the node does not know what it has of the other one. */
export function wouldAskForAll({ logReset }: Pick<Memory, 'logReset'>, node: NodeName): boolean {
  return logReset?.node === node;
}

/** Why no channel is attached into such a node. */
export function askForAllText(node: NodeName, from: NodeName): string {
  return `the binary log of ${node} was reset (RESET MASTER), so it would ask for all that ${from} has written, and apply it over newer rows`;
}

/** Memory with a reset that is proven; without one when one of the two is known to have been made anew. */
export function noteReset(memory: Memory, situation: Situation, durations: Durations): Memory {
  const { vip, holder, standby, nowMs } = situation;
  const { plan } = memory;
  const logReset = memory.logReset === null ? null : stillReset(memory.logReset, situation);
  if (logReset === null && memory.logReset !== null) return { ...memory, logReset };
  // Of the two, that of a holder decides more: by it, a standby would lack what it seems to have.
  if (logReset?.node === holder.node || plan !== null) return changed(memory, { logReset });
  const isHeld = vip === 'held';
  const noted =
    (isHeld ? resetOfHolder(situation) : null) ??
    resetByFall(durations, holder, standby, nowMs) ??
    logReset ??
    resetByFall(durations, standby, holder, nowMs) ??
    (isHeld ? resetOfStandby(situation, durations) : null);
  return changed(memory, { logReset: noted });
}

/** The node shows less than it was seen to have: nobody need have looked when its log was reset. */
function resetByFall({ logs }: Durations, verdict: Verdict, peer: Verdict, atMs: number): LogReset | null {
  const fall = fallOf(logs, verdict);
  if (fall === null) return null;
  const { lack, had, isAssumed, forgotten } = fall;
  const noted = { node: verdict.node, standby: peer.node, lack, forgotten: forgotten ?? '', had, atMs };
  return isAssumed ? { ...noted, isAssumed } : noted;
}

/** What was noted, by what the two say now; null when it is over, or when the standby has nothing of what the node forgot. */
function stillReset(reset: LogReset, situation: Situation): LogReset | null {
  const { holder, standby } = situation;
  const { server } = holder.node === reset.standby ? holder : standby;
  const { isAssumed, had = '', ...noted } = reset;
  if (isAssumed !== true || server === null) return situation.isResetOver ? null : reset;
  if (had === '' || server.executed.gtid === null) return noted;
  const has = common(parseSet(had), knownTo(server));
  return has.size === 0 ? null : { ...noted, had: renderSet(has) };
}

function resetOfHolder({ holder, standby, reset, nowMs }: Situation): LogReset | null {
  if (reset === null || !reset.isProven) return null;
  const forgotten = forgottenBy(holder.server, standby.server);
  return {
    node: holder.node,
    standby: standby.node,
    lack: cut(reset.lack, LIST_MAX),
    forgotten,
    atMs: nowMs,
  };
}

/** It has applied what its channel has received, and does not record it. */
function resetOfStandby({ holder, standby, nowMs }: Situation, durations: Durations): LogReset | null {
  if (holder.server === null || standby.server === null) return null;
  if (!isApplied(durations.unrecorded, standby)) return null;
  const set = forgottenByStandby(standby.server, holder.server);
  // It has forgotten names of its own, too: what it was seen to have before says which, a moment later (`resetByFall`).
  const lacks = subtract(executedOf(holder.server), executedOf(standby.server));
  const isFalling = originatedBy(lacks, standby.server.identity).size > 0;
  if (set.size === 0 || (isFalling && durations.logs[standby.node] !== undefined)) return null;
  const lack = cut(describeSet(set), LIST_MAX);
  return { node: standby.node, standby: holder.node, lack, forgotten: bounded(set), atMs: nowMs };
}

/** What a standby has forgotten of its source, and how it learns it again; null where its log was not reset. */
export function forgetfulText(
  { logReset }: Pick<Memory, 'logReset'>,
  holder: Verdict,
  standby: Verdict,
): string | null {
  if (logReset?.node !== standby.node) return null;
  const fix = teachingOf(logReset, standby.server) ?? `Rebuild ${standby.node}`;
  return `the binary log of ${standby.node} was reset (RESET MASTER): it has the rows, but not the GTIDs, of ${logReset.lack}. After a move to it, ${holder.node} could not follow it, and where its relay log is lost it would apply all of them again. ${fix}`;
}

/** Why a standby cannot take over from a node whose log was reset, and what ends that. */
export function resetText(holder: Verdict, standby: NodeName, lack: string, noted: LogReset | null): string {
  const fix = teachingOf(noted, holder.server) ?? `Compare the two, then rebuild ${standby}`;
  return `the binary log of ${holder.node} was reset (RESET MASTER) or lost its end: ${standby} has events of it that ${holder.node} does not know (${lack}). ${fix}`;
}

/** The same while it is not proven: a standby that is asked a moment later than a dying holder has more of it, too. */
export function unprovenResetText(holder: NodeName, standby: NodeName, lack: string): string {
  return `${standby} has events of ${holder} that ${holder} did not show when it was last read (${lack}): either ${holder} wrote them a moment later, or its binary log was reset. The next looks show which`;
}

/**
 * The statement that gives a node the GTIDs that it has forgotten; null where the server takes none while it has others (before
 * MySQL 8), or where it has given some of them to other rows.
 */
function teachingOf(reset: LogReset | null, server: Server | null): string | null {
  if (reset === null || server === null || server.flavor !== 'mysql') return null;
  const { node, forgotten } = reset;
  if (Number.parseInt(server.version, 10) < 8 || !isOfOthers(forgotten, server)) return null;
  return `On ${node}: SET GLOBAL gtid_purged = '+${forgotten}'`;
}

/** Its own GTIDs it gives to other rows. */
function isOfOthers(forgotten: string, { identity }: Server): boolean {
  return forgotten !== '' && originatedBy(parseSet(forgotten), identity).size === 0;
}

/** Its source has ended the channel because it cannot go on from there. A moment later it may have given away as many names again. */
function isToldOfReset(standby: Server | null): boolean {
  return standby?.inbound.kind === 'configured' && cannotBeSent(standby.inbound.ioError);
}

function forgottenBy(holder: Server | null, standby: Server | null): string {
  if (holder === null || standby === null) return '';
  if (holder.executed.gtid === null || standby.executed.gtid === null) return '';
  return bounded(subtract(knownTo(standby), parseSet(holder.executed.gtid)));
}

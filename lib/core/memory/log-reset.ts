/**
 * A binary log that was reset (RESET MASTER, RESET BINARY LOGS AND GTIDS). While its node took writes: its rows stay, and its
 * GTIDs and places are given to other rows. By them, the node has lost all that its standby has, and the standby has all that
 * was written since; neither is so. Of a standby: it has the rows of its source, and by GTIDs it lacks them. Only looks at the
 * time show it, so it is remembered until one of the two is made anew.
 */
import { cut, LIST_MAX } from '../bounds.ts';
import { changed } from '../changed.ts';
import type { Pair } from '../config/config.ts';
import type { Situation } from '../decision/situation.ts';
import {
  countOf,
  originatedBy,
  parseSet,
  renderSet,
  subtract,
  type TransactionSet,
  union,
} from '../evidence/gtid.ts';
import { logNumberOf } from '../evidence/log-place.ts';
import type { Position, Server } from '../evidence/sighting.ts';
import { cannotBeSent } from '../evidence/source-errors.ts';
import { forgottenByStandby, isApplied, nextUnrecorded } from '../evidence/unrecorded.ts';
import type { Verdict } from '../evidence/verdict.ts';
import type { NodeName } from '../names.ts';
import { resetOf } from '../standby/lead.ts';
import type { Durations } from './durations.ts';
import type { Memory } from './memory.ts';

export interface LogReset {
  readonly node: NodeName;
  /** The other node: mostly, it had been fed from it until then. */
  readonly standby: NodeName;
  /** What that one has and this one does not know any more, in words. */
  readonly lack: string;
  /** GTIDs that the node does not know any more; empty without GTIDs, or where there are too many to be kept. */
  readonly forgotten: string;
  readonly atMs: number;
}

/** At this lag, what a standby has applied is older than any look at the holder. Seconds. */
const OLDER_THAN_A_LOOK_S = 6;
/** One look at the two can be of two moments; what lasts is so. Milliseconds. */
const RESET_FOR_MS = 2000;
/** The longest set that is kept. Characters. */
const FORGOTTEN_MAX = 4000;

/** What the standby has of a holder that takes writes and does not know it any more, in words; null where that is not seen. */
export function resetNow(pair: Pair, holder: Verdict, standby: Verdict): string | null {
  if (holder.server === null || standby.server === null || holder.seenAtMs < standby.seenAtMs) return null;
  const { inbound } = standby.server;
  const lagSeconds = inbound.kind === 'configured' ? inbound.lagSeconds : null;
  // Without our heartbeat, the lag is the server's own, and wrong where the clocks differ.
  const isLate = pair.writeProbe && lagSeconds !== null && lagSeconds >= OLDER_THAN_A_LOOK_S;
  return resetOf(holder.server, standby.server, isLate);
}

/** The node as it answers, with the GTIDs that it has forgotten: it has the rows. */
export function withForgotten(verdict: Verdict, reset: LogReset | null): Verdict {
  const { server } = verdict;
  if (reset === null || reset.node !== verdict.node || server === null) return verdict;
  if (server.executed.gtid === null || reset.forgotten === '') return verdict;
  const gtid = renderSet(union(parseSet(reset.forgotten), parseSet(server.executed.gtid)));
  return { ...verdict, server: { ...server, executed: { ...server.executed, gtid } } };
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

/** Whether a reset is over once this node is made anew: of its own log, or of the one that it was fed from. */
export function isResetOf({ logReset }: Pick<Memory, 'logReset'>, node: NodeName): boolean {
  return logReset?.node === node || logReset?.standby === node;
}

/** Why no channel is attached into such a node. */
export function askForAllText(node: NodeName, from: NodeName): string {
  return `the binary log of ${node} was reset (RESET MASTER), so it would ask for all that ${from} has written, and apply it over newer rows`;
}

/** Memory with a reset that is proven; without one when one of the two is known to have been made anew. */
export function noteReset(memory: Memory, situation: Situation, durations: Durations): Memory {
  const { vip, holder } = situation;
  const { logReset, plan } = memory;
  if (logReset !== null && isOver(logReset, situation)) return { ...memory, logReset: null };
  // Of the two, that of a holder decides more: by it, a standby would lack what it seems to have.
  if (logReset?.node === holder.node || vip !== 'held' || plan !== null) return memory;
  const noted = resetOfHolder(situation, durations) ?? logReset ?? resetOfStandby(situation, durations);
  return changed(memory, { logReset: noted });
}

/** It has lasted, or the holder has told its standby of it. */
function resetOfHolder(situation: Situation, { resetSinceMs }: Durations): LogReset | null {
  const { holder, standby, reset, nowMs } = situation;
  if (reset === null) return null;
  const hasLasted =
    resetSinceMs !== null && nowMs - resetSinceMs >= RESET_FOR_MS && holder.seenAtMs > resetSinceMs;
  if (!hasLasted && !isToldOfReset(standby.server)) return null;
  const forgotten = forgottenBy(holder.server, standby.server);
  return { node: holder.node, standby: standby.node, lack: cut(reset, LIST_MAX), forgotten, atMs: nowMs };
}

/** It has applied what its channel has received, and does not record it. */
function resetOfStandby({ holder, standby, nowMs }: Situation, durations: Durations): LogReset | null {
  const unrecorded = nextUnrecorded(durations.unrecorded, standby);
  if (holder.server === null || standby.server === null || !isApplied(unrecorded, standby)) return null;
  const set = forgottenByStandby(standby.server, holder.server);
  if (set.size === 0) return null;
  const lack = cut(`${countOf(set)} transactions: ${renderSet(set)}`, LIST_MAX);
  return { node: standby.node, standby: holder.node, lack, forgotten: keptOf(set), atMs: nowMs };
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

/** The standby has no longer what it had then, so it has other data now. */
function isOver({ node, standby: fed, forgotten }: LogReset, { holder, standby }: Situation): boolean {
  const [source, replica] = holder.node === node ? [holder, standby] : [standby, holder];
  if (isKnownAgain(source.server, forgotten)) return true;
  if (source.server === null || replica.server === null || replica.node !== fed) return false;
  const { inbound, executed } = replica.server;
  if (inbound.kind !== 'configured') return false;
  if (forgotten !== '' && executed.gtid !== null)
    return subtract(parseSet(forgotten), setOf(replica.server)).size > 0;
  const { received } = inbound;
  return inbound.io === 'yes' && logNumberOf(received) <= logNumberOf(source.server.executed);
}

/**
 * A person has given it these GTIDs again, or it was made anew. Its channel says what it has; the rest of it is judged with what
 * it has forgotten.
 */
function isKnownAgain(server: Server | null, forgotten: string): boolean {
  if (server?.inbound.kind !== 'configured' || !isOfOthers(forgotten, server)) return false;
  const { gtid } = server.inbound.applied;
  return gtid !== null && subtract(parseSet(forgotten), parseSet(gtid)).size === 0;
}

function forgottenBy(holder: Server | null, standby: Server | null): string {
  if (holder === null || standby === null) return '';
  if (holder.executed.gtid === null || standby.executed.gtid === null) return '';
  return keptOf(subtract(setOf(standby), parseSet(holder.executed.gtid)));
}

function keptOf(set: TransactionSet): string {
  const text = renderSet(set);
  return text.length > FORGOTTEN_MAX ? '' : text;
}

function setOf({ executed, inbound }: Server) {
  const received = inbound.kind === 'configured' ? (inbound.received.gtid ?? '') : '';
  return union(parseSet(executed.gtid ?? ''), parseSet(received));
}

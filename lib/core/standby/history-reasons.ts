/** What the histories of the two nodes say against a standby: what one has and the other lacks. */
import type { Pair } from '../config/config.ts';
import { asideReason } from '../decision/aside.ts';
import { behindOf, hasLostNone } from '../evidence/behind.ts';
import { countOf, parseSet, renderSet, subtract, withoutOrigin } from '../evidence/gtid.ts';
import type { Server } from '../evidence/sighting.ts';
import { resetText, unprovenResetText } from '../memory/log-reset.ts';
import { notLost } from '../memory/memory.ts';
import { remembered } from '../remembered.ts';
import { type FitnessTerms, told } from './fitness-terms.ts';

/**
 * What it has that the holder lacks, or has lost of its own; while the two cannot be compared, what was known before. One
 * situation asks twice.
 */
export const reasonsOfHistory = remembered((terms: FitnessTerms): readonly string[] => {
  const { pair, holder, standby, safeguards } = terms;
  const { readiness } = terms.memory;
  const less = [...reasonsOfAside(terms), ...reasonsOfLess(terms), ...reasonsOfReset(terms)];
  if (holder.server === null || standby.server === null) {
    const known = readiness?.node === standby.node ? (readiness.ofHistory ?? []) : [];
    return [...new Set([...known, ...less])];
  }
  return [
    ...less,
    ...(safeguards.errant ? reasonsOfErrant(pair, holder.server, standby.server) : []),
    ...reasonsOfNoLog(terms),
    ...reasonsOfServerId(holder.server, standby.server),
    ...reasonsOfVersion(holder.server, standby.server),
  ];
}, 1);

/** What the holder writes without a binary log has no GTID and no place in a log: both nodes then look as if nothing were missing. */
function reasonsOfNoLog({ holder, standby }: FitnessTerms): readonly string[] {
  if (holder.server?.binaryLog !== 'off') return [];
  return [
    `${holder.node} writes no binary log, so nothing that it writes now gets to ${standby.node}. Find out why in its error log, restart its mysqld, then rebuild ${standby.node}`,
  ];
}

/** A server takes events of its own id for its own, and skips them: rows and GTIDs are missing, and no thread stops. */
function reasonsOfServerId({ serverId }: Server, standby: Server): readonly string[] {
  if (serverId === undefined || serverId !== standby.serverId) return [];
  const because = `it skips what the holder writes, because both have server_id ${serverId}`;
  return [`${because}. Give it an id of its own, then rebuild it`];
}

/** The holder began its history anew, so nobody can say what of it the standby lacks. */
export function reasonsOfReset({ holder, standby, memory, reset }: FitnessTerms): readonly string[] {
  const { logReset } = memory;
  const isNoted = logReset?.node === holder.node && logReset.standby === standby.node;
  if (isNoted) return [resetText(holder, standby.node, logReset.lack, logReset)];
  if (reset === null) return [];
  const { lack, isProven } = reset;
  return [
    isProven
      ? resetText(holder, standby.node, lack, null)
      : unprovenResetText(holder.node, standby.node, lack),
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
export function reasonsOfLess({ standby, holder, memory, sent }: FitnessTerms): string[] {
  const lack = behindOf(standby, holder, { ...notLost, behind: memory.behind, loss: memory.loss, sent });
  if (lack === null) return [];
  const because = hasLostNone(memory, standby, holder)
    ? `${holder.node} has writes of it that it does not show: its binary log was reset (RESET MASTER), or it wrote them a moment ago`
    : 'it lost writes that it had sent';
  return [`${because}: ${lack}`];
}

/** It has a part of the data only, whatever its GTIDs say. */
export function reasonsOfAside({ standby, memory }: FitnessTerms): string[] {
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

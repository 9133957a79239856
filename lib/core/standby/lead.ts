/** Which node has writes that the other lacks: checked before a node is opened or closed. */
import type { Pair } from '../config/config.ts';
import {
  describeSet,
  originatedBy,
  parseSet,
  subtract,
  type TransactionSet,
  union,
  withoutOrigin,
} from '../evidence/gtid.ts';
import { executedOf, receivedOf } from '../evidence/history-sets.ts';
import { areOfOneSeries, comparePlaces, logNumberOf, placeOf } from '../evidence/log-place.ts';
import type { Inbound, Position, Server } from '../evidence/sighting.ts';
import { remembered } from '../remembered.ts';

/** What one node has and the other lacks, in words; null where there is nothing, or nothing can be compared. */
export interface Lead {
  /**
   * Transactions of the holder's own that the standby has and a read-only holder lacks: it came back with less than it
   * had sent. Replication never brings them back, and opened it would give their numbers away again.
   */
  readonly holderLacksOwn: string | null;
  /** Transactions of others that the standby has, and that the holder has neither applied nor received. */
  readonly holderLacksOthers: string | null;
  /** Transactions that the holder has, and that the standby has neither applied nor received. */
  readonly standbyLacks: string | null;
  /** Transactions of the standby's own that the holder has and it lacks: as `holderLacksOwn`, the other way round. */
  readonly standbyLacksOwn: string | null;
}

export const noLead: Lead = {
  holderLacksOwn: null,
  holderLacksOthers: null,
  standbyLacks: null,
  standbyLacksOwn: null,
};

/** Compares the histories of two nodes that answered. */
export const leadOf = remembered((pair: Pair, holder: Server, standby: Server): Lead => {
  if (holder.executed.gtid === null || standby.executed.gtid === null)
    return {
      ...noLead,
      holderLacksOwn: known(ownLackOf(holder, standby)),
      standbyLacksOwn: known(ownLackOf(standby, holder)),
    };
  const standbyHas = setOf(standby);
  const missing = subtract(executedOf(holder), standbyHas);
  const standbyLacks = missing.size === 0 ? null : describeSet(missing);
  const standbyLacksOwn = known(ownLackOf(standby, holder));
  const lacking = subtract(standbyHas, executedOf(holder));
  if (lacking.size === 0) return { ...noLead, standbyLacks, standbyLacksOwn };
  const others = withoutOrigin(subtract(lacking, receivedOf(holder.inbound)), holder.identity);
  const foreign = pair.writability === 'untouched' ? withoutOrigin(others, standby.identity) : others;
  return {
    holderLacksOwn: known(ownLackOf(holder, standby)),
    holderLacksOthers: foreign.size === 0 ? null : describeSet(foreign),
    standbyLacks,
    standbyLacksOwn,
  };
});

function known(lack: string | 'unknown' | null): string | null {
  return lack === 'unknown' ? null : lack;
}

/**
 * Its own transactions that the other one has and it lacks, in words; `unknown` where that cannot be compared. One that takes
 * writes is ahead of every earlier look at it (vitess#12023).
 */
export function ownLackOf(server: Server, other: Server): string | 'unknown' | null {
  if (server.writable) return null;
  if (server.executed.gtid === null || other.executed.gtid === null)
    return other.inbound.kind === 'configured' ? lackByOffset(server, other.inbound.received) : 'unknown';
  const own = originatedBy(subtract(setOf(other), executedOf(server)), server.identity);
  return own.size === 0 ? null : describeSet(own);
}

/** The same by what the other one had received of its history before; null proves nothing here, and is `unknown`. */
export function lostOf(server: Server, received: Position | null): string | 'unknown' {
  if (received === null || server.writable) return 'unknown';
  if (received.gtid === null || server.executed.gtid === null)
    return lackByOffset(server, received) ?? 'unknown';
  const own = originatedBy(subtract(parseSet(received.gtid), executedOf(server)), server.identity);
  return own.size === 0 ? 'unknown' : describeSet(own);
}

/**
 * What a standby has not received of its source's history up to `position`, in words; null when it has all. `unknown` where
 * the two cannot be compared. GTIDs decide, unless the channel does not use them; then its place in the
 * source's log does. `source`: as for `unreadOf`.
 */
export function lackOf(
  standby: Server,
  position: Position | null,
  source: string | null,
): string | 'unknown' | null {
  const { inbound } = standby;
  if (position === null || inbound.kind !== 'configured') return 'unknown';
  const { received } = inbound;
  const areNumbered = position.gtid !== null && standby.executed.gtid !== null;
  const missing = areNumbered ? subtract(parseSet(position.gtid), setOf(standby)) : null;
  if (missing?.size === 0) return null;
  const unread = unreadOf(standby, position, source);
  return missing !== null && (received.gtid !== null || unread === 'unknown') ? describeSet(missing) : unread;
}

/**
 * What a standby has of the own history of a holder that takes writes, and the holder does not know any more, in words: its
 * binary log was reset (RESET MASTER), and gives its GTIDs and places to other rows. Null where that is not so. A look at a
 * standby may be the newer one, so it shows this only of a standby that gets nothing new: one without a connection, or that
 * `isLate`. A closed holder that lacks something is the one of the two to be left (`ownLackOf`).
 */
export function resetOf(holder: Server, standby: Server, isLate: boolean): string | null {
  const { inbound } = standby;
  if (!holder.writable || inbound.kind !== 'configured' || (inbound.io === 'yes' && !isLate)) return null;
  if (inbound.sourceIdentity !== null && inbound.sourceIdentity !== holder.identity) return null;
  if (holder.executed.gtid !== null && standby.executed.gtid !== null) {
    // What is on its way may have come after the look at the holder; what is applied late has not.
    const has = inbound.io === 'yes' ? executedOf(standby) : setOf(standby);
    const own = originatedBy(subtract(has, executedOf(holder)), holder.identity);
    return own.size === 0 ? null : describeSet(own);
  }
  const isLater = inbound.io !== 'yes' && areOfOneSeries(inbound.received, holder.executed);
  if (!isLater || logNumberOf(inbound.received) <= logNumberOf(holder.executed)) return null;
  return `the events up to ${placeOf(inbound.received)}`;
}

/**
 * What a node has of its source's history beyond its `end`, in words; null where there is nothing, or nothing can be compared. It
 * can only have come from a log that was reset since: what a closed source wrote under these names is not what the node has of
 * them. `source`: who wrote that history (`Server.identity`), null where that is not known.
 */
export function beyondEndOf(
  { executed, received }: { readonly executed: Position; readonly received: Position },
  end: Position,
  source: string | null,
): string | null {
  if (source !== null && end.gtid !== null && executed.gtid !== null) {
    const has = union(parseSet(executed.gtid), parseSet(received.gtid ?? ''));
    const beyond = originatedBy(subtract(has, parseSet(end.gtid)), source);
    if (beyond.size > 0) return describeSet(beyond);
  }
  if (!areOfOneSeries(received, end)) return null;
  return comparePlaces(received, end) <= 0 ? null : eventsBetween(end, received);
}

/** What of its source's history up to `before` is neither applied nor received any more, in words; null where nothing is known. */
export function thrownAwayOf(
  { executed, received }: { readonly executed: Position; readonly received: Position },
  before: Position | null,
): string | null {
  if (before === null) return null;
  if (before.gtid !== null && executed.gtid !== null) {
    const has = union(parseSet(executed.gtid), parseSet(received.gtid ?? ''));
    const missing = subtract(parseSet(before.gtid), has);
    return missing.size === 0 ? null : describeSet(missing);
  }
  if (!areOfOneSeries(received, before)) return null;
  return comparePlaces(received, before) >= 0 ? null : eventsBetween(received, before);
}

/**
 * The same by the place in the source's log alone. Sets of GTIDs differ for good where a pair was set up from positions, or
 * somebody wrote on one node only; how far a channel has read its source's log does not depend on that. `source`: who wrote the log
 * that the position is in (`Server.identity`), null where that is not known. A channel that follows somebody else is at places
 * of another log, and nothing can be told.
 */
export function unreadOf(
  standby: Server,
  position: Position | null,
  source: string | null,
): string | 'unknown' | null {
  const { inbound } = standby;
  if (position === null || inbound.kind !== 'configured') return 'unknown';
  const { received, sourceIdentity } = inbound;
  if (sourceIdentity !== null && source !== null && sourceIdentity !== source) return 'unknown';
  if (areOfOneSeries(received, position))
    return comparePlaces(received, position) >= 0 ? null : eventsBetween(received, position);
  return source === null || received.gtid === null ? 'unknown' : unreadNames(standby, position, source);
}

/**
 * The same by the names that the source gave, where the places were not read with them. What is older than all that the channel
 * has of the source was there when it was set up, from a position.
 */
function unreadNames(standby: Server, { gtid }: Position, source: string): string | 'unknown' | null {
  if (gtid === null || standby.executed.gtid === null) return 'unknown';
  const all = parseSet(gtid);
  const known = setOf(standby);
  const wrote = originatedBy(all, source);
  if (wrote.size === 0) return subtract(all, known).size === 0 ? null : 'unknown';
  const has = originatedBy(known, source);
  const missing = subtract(wrote, has);
  const isOlder = [...missing].every(([origin, intervals]) => {
    const first = Math.min(...(has.get(origin) ?? []).map(([from]) => from));
    return intervals.every(([, to]) => to < first);
  });
  const isSetUp = has.size > 0 && isOlder;
  return isSetUp ? null : describeSet(missing);
}

/**
 * Without GTIDs: the other one has read the server's present log further than it goes. A server that restarted has begun
 * another log, and then nothing can be told.
 */
function lackByOffset({ executed: end }: Server, received: Position): string | 'unknown' | null {
  if (received.file === '' || received.file !== end.file) return 'unknown';
  if (received.offset <= end.offset) return null;
  return `${end.file} from ${end.offset} to ${received.offset}`;
}

/**
 * All that it has: applied, or received and still to be applied. What a channel has received and applied, and its server does not
 * record, was forgotten with a reset of its log: nobody gets it from there.
 */
function setOf(server: Server): TransactionSet {
  const { inbound } = server;
  const received = receivedOf(inbound);
  return union(executedOf(server), subtract(received, forgottenOf(inbound, received)));
}

function forgottenOf(inbound: Inbound, received: TransactionSet): TransactionSet {
  if (inbound.kind !== 'configured' || !inbound.caughtUp || inbound.applied.gtid === null)
    return parseSet('');
  return subtract(received, parseSet(inbound.applied.gtid));
}

function eventsBetween(from: Position, to: Position): string {
  return `the events from ${placeOf(from)} to ${placeOf(to)}`;
}

/** Who of the two is ahead: asked before a node is opened or closed. */
import type { Pair } from './config.ts';
import {
  countOf,
  originatedBy,
  parseSet,
  renderSet,
  subtract,
  type TransactionSet,
  union,
  withoutOrigin,
} from './gtid.ts';
import type { Inbound, Position, Server } from './sighting.ts';

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
export function leadOf(pair: Pair, holder: Server, standby: Server): Lead {
  if (holder.executed.gtid === null || standby.executed.gtid === null)
    return {
      ...noLead,
      holderLacksOwn: lackByOffset(holder, standby),
      standbyLacksOwn: lackByOffset(standby, holder),
    };
  const standbyHas = setOf(standby);
  const missing = subtract(executedOf(holder), standbyHas);
  const standbyLacks = missing.size === 0 ? null : wordsOf(missing);
  const standbyLacksOwn = lacksOwn(standby, holder);
  const lacking = subtract(standbyHas, executedOf(holder));
  if (lacking.size === 0) return { ...noLead, standbyLacks, standbyLacksOwn };
  const others = withoutOrigin(subtract(lacking, receivedOf(holder.inbound)), holder.identity);
  const foreign = pair.writability === 'untouched' ? withoutOrigin(others, standby.identity) : others;
  return {
    holderLacksOwn: lacksOwn(holder, standby),
    holderLacksOthers: foreign.size === 0 ? null : wordsOf(foreign),
    ...{ standbyLacks, standbyLacksOwn },
  };
}

/** Its own transactions that the other one has and it lacks. One that takes writes is ahead of every earlier look at it (vitess#12023). */
function lacksOwn(server: Server, other: Server): string | null {
  if (server.writable) return null;
  const own = originatedBy(subtract(setOf(other), executedOf(server)), server.identity);
  return own.size === 0 ? null : wordsOf(own);
}

/**
 * What a standby that restarted has thrown away of what it had received, in words; null when nothing. `unknown` where
 * its positions cannot be compared.
 */
export function thrownAway(standby: Server, receivedBefore: Position | null): string | 'unknown' | null {
  const { inbound } = standby;
  if (receivedBefore === null || inbound.kind !== 'configured') return 'unknown';
  if (receivedBefore.gtid !== null && standby.executed.gtid !== null) {
    const lost = subtract(parseSet(receivedBefore.gtid), setOf(standby));
    return lost.size === 0 ? null : wordsOf(lost);
  }
  if (receivedBefore.file === '') return 'unknown';
  if (compareLogs(inbound.received, receivedBefore) >= 0) return null;
  return `what it had received from ${placeOf(inbound.received)} to ${placeOf(receivedBefore)}`;
}

/**
 * Without GTIDs: the other one has read the server's present log further than it goes. A server that restarted has begun
 * another log, and then nothing can be told.
 */
function lackByOffset(server: Server, { inbound }: Server): string | null {
  if (server.writable || inbound.kind !== 'configured') return null;
  const { received } = inbound;
  const end = server.executed;
  if (received.file === '' || received.file !== end.file || received.offset <= end.offset) return null;
  return `${end.file} from ${end.offset} to ${received.offset}`;
}

function executedOf({ executed }: Server): TransactionSet {
  return parseSet(executed.gtid ?? '');
}

/** All that it has: applied, or received and still to be applied. */
function setOf(server: Server): TransactionSet {
  return union(executedOf(server), receivedOf(server.inbound));
}

function receivedOf(inbound: Inbound): TransactionSet {
  return parseSet(inbound.kind === 'configured' ? (inbound.received.gtid ?? '') : '');
}

function wordsOf(set: TransactionSet): string {
  return `${countOf(set)} transactions: ${renderSet(set)}`;
}

function placeOf({ file, offset }: Position): string {
  return `${file}:${offset}`;
}

/** Files are ordered by their number: `binlog.1000000` follows `binlog.999999`. */
function compareLogs(one: Position, other: Position): number {
  const numberOf = ({ file }: Position) => Number(/\.(\d+)$/.exec(file)?.[1] ?? -1);
  return numberOf(one) - numberOf(other) || one.offset - other.offset;
}

/** Chain replicas: what is seen of one, and whether it may follow another source without skipping anything. */
import type { Pair } from '../config/config.ts';
import type { NodeName } from '../names.ts';
import { plural } from '../plural.ts';
import { countOf, parseSet, renderSet, subtract, union } from './gtid.ts';

/** A chain replica, as it says itself. */
export interface ChainReplica {
  /** Whom it follows: the address that its channel has, and the identity of who answered there; null before it did. */
  readonly sourceAddress: string | null;
  readonly sourceIdentity: string | null;
  readonly io: 'yes' | 'no' | 'connecting';
  readonly sql: 'yes' | 'no';
  readonly lagSeconds: number | null;
  /** The last error of its threads, in its own words. */
  readonly error: string | null;
}

/** What came of the order to follow a node. */
export interface Repointed {
  /** `apart`: it does not follow the node, and `because` says why. */
  readonly now: 'followed' | 'repointed' | 'apart';
  readonly because: string;
}

/** A replica that a node feeds, by its process list. */
export interface Fed {
  readonly address: string;
  readonly user: string;
  readonly forSeconds: number;
}

/** The transactions of both, as each server prints them; null where it has no GTIDs. */
export interface Histories {
  /** All that the replica has, in one text or several. */
  readonly replica: readonly string[] | null;
  readonly holder: readonly string[] | null;
  /** What the holder has deleted from its binary log; null where it does not say (MariaDB). */
  readonly purged: string | null;
}

/** The node that the replica follows, by its address, else by who answered there; null when it is neither. */
export function followed(
  { nodes }: Pair,
  { sourceAddress, sourceIdentity }: ChainReplica,
  identityOf: (node: NodeName) => string | null,
): NodeName | null {
  const byAddress = nodes.find(({ address }) => address === sourceAddress);
  if (byAddress !== undefined) return byAddress.name;
  if (sourceIdentity === null) return null;
  return nodes.find(({ name }) => identityOf(name) === sourceIdentity)?.name ?? null;
}

/** The longest list of transactions that a reason shows. Characters. */
const LIST_MAX = 120;

/**
 * Why the replica may not follow the holder; null when it may. It must have nothing that the holder lacks, and the holder
 * must still have all that the replica lacks: else something would be skipped, or stay for good on one of them alone.
 */
export function obstacleToFollow({ replica, holder, purged }: Histories): string | null {
  if (replica === null) return 'it has no GTIDs, and by file and offset nobody can tell where it would go on';
  if (holder === null) return 'the holder has no GTIDs';
  const has = replica.map(parseSet).reduce(union);
  const extra = subtract(has, holder.map(parseSet).reduce(union));
  if (extra.size > 0) return `it has ${listed(extra)} that the holder lacks`;
  const gone = purged === null ? null : subtract(parseSet(purged), has);
  if (gone !== null && gone.size > 0)
    return `the holder has no longer ${listed(gone)} that the replica lacks: rebuild the replica`;
  return null;
}

function listed(set: ReturnType<typeof parseSet>): string {
  const list = renderSet(set);
  const shown = list.length > LIST_MAX ? `${list.slice(0, LIST_MAX)}…` : list;
  return `${plural(countOf(set), 'transaction')} (${shown})`;
}

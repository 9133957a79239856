/**
 * A source that was made anew does not know its own GTIDs of before. A replica that has received them, and does not record them
 * because its log was reset, names them when it connects, and is refused ("Replica has more GTIDs than the source has").
 */
import type { NodeName } from '../names.ts';
import { originatedBy, parseSet, subtract } from './gtid.ts';
import { executedOf, receivedOf } from './history-sets.ts';
import type { Attaching } from './probe-results.ts';
import type { Server } from './sighting.ts';
import type { Verdict } from './verdict.ts';

/**
 * How the channel between the two is attached: `afresh` where its source refuses it for what it had received before, and has
 * nothing that the replica lacks, so that nothing older is sent again.
 */
export function attachingOf(replica: Server | null, source: Server | null): Attaching {
  if (replica?.inbound.kind !== 'configured' || source === null) return 'as-it-is';
  const { inbound } = replica;
  // MariaDB's place of a channel is no list of what it has received.
  if (!inbound.received.gtid?.includes(':') || source.executed.gtid === null) return 'as-it-is';
  const known = executedOf(source);
  const unknown = originatedBy(subtract(receivedOf(inbound), known), source.identity);
  // What is recorded as applied would be named all the same.
  const forgettable = subtract(unknown, executedOf(replica));
  const isAhead = subtract(known, parseSet(replica.executed.gtid ?? '')).size > 0;
  // By places alone, one that was refused need not count as caught up: the command looks at its applier.
  const mayBeApplied = inbound.caughtUp || (inbound.io !== 'yes' && inbound.sql === 'yes');
  return forgettable.size > 0 && mayBeApplied && !isAhead ? 'afresh' : 'as-it-is';
}

/** The same for the channel into this one of the two nodes. */
export function attachingInto(
  node: NodeName,
  { holder, standby }: { readonly holder: Verdict; readonly standby: Verdict },
): Attaching {
  return node === holder.node
    ? attachingOf(holder.server, standby.server)
    : attachingOf(standby.server, holder.server);
}

/** What a server has, as sets of GTIDs: applied, and received by its channel. Empty without GTIDs. */
import { parseSet, type TransactionSet, union } from './gtid.ts';
import type { Inbound, Server } from './sighting.ts';

/** What it has applied, and what was committed there. */
export function executedOf({ executed }: Pick<Server, 'executed'>): TransactionSet {
  return parseSet(executed.gtid ?? '');
}

/** What the channel has received, applied or not. */
export function receivedOf(inbound: Inbound): TransactionSet {
  return parseSet(inbound.kind === 'configured' ? (inbound.received.gtid ?? '') : '');
}

/** Applied, or received, whether or not its server records that as applied. */
export function knownTo(server: Pick<Server, 'executed' | 'inbound'>): TransactionSet {
  return union(executedOf(server), receivedOf(server.inbound));
}

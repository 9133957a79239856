/** `remove`: takes off the hosts what setup wrote. The passwords stay in the parameter store, and the data where it is. */
import type { Pair } from '../../core/config/config.ts';
import type { HostDocument } from '../../core/hosts/host-document.ts';
import type { HostOrder } from '../../core/operator/order.ts';
import { setupUsers } from '../../core/setup/accounts.ts';
import type { SetupFacts } from '../../core/setup/facts.ts';
import { removeGoals } from '../../core/setup/remove-goals.ts';
import type { HostWork } from '../host-work.ts';
import type { Ports } from '../ports/ports.ts';
import { lookAtHosts } from './look.ts';

const DOCUMENT_LIMIT_MS = 60_000;
/** A restart waits up to 45 s for the stop, and then for crash recovery. Milliseconds. */
const RESTART_LIMIT_MS = 150_000;

export type RemoveOrder = Extract<HostOrder, { action: 'remove' }>;

/** The work that an order asks for. */
export function removeWork(ports: Ports, pair: Pair, order: RemoveOrder): HostWork<SetupFacts> {
  return {
    look: () => lookAtHosts(ports, pair, new Set()),
    goals: (facts) => removeGoals(pair, facts, order.channels),
    async carryOut({ name, node }, facts, limitMs) {
      const [document, given] = documentFor(name, facts);
      const mostMs = document === 'restart-mysqld' ? RESTART_LIMIT_MS : DOCUMENT_LIMIT_MS;
      await ports.host.run(pair, String(node), document, Math.min(limitMs, mostMs), given);
    },
  };
}

function documentFor(
  name: string,
  { accounts }: SetupFacts,
): readonly [HostDocument, Readonly<Record<string, string>>] {
  switch (name) {
    case 'server':
      return ['restart-mysqld', {}];
    case 'no-channel':
      return ['end-channel', {}];
    case 'no-replication-account':
      return [
        'remove-account',
        { User: accounts.replication?.user ?? setupUsers.replication, Use: 'replication' },
      ];
    case 'no-vip-unit':
      return ['drop-vip', {}];
    case 'no-configuration-file':
      return ['remove-configuration', {}];
    case 'no-monitor-account':
      return ['remove-account', { User: accounts.monitor?.user ?? setupUsers.monitor, Use: 'monitor' }];
    default:
      throw new Error(`remove has no step ${name}`);
  }
}

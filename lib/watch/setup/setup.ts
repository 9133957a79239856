/** `setup`: from two servers to a healthy pair. */
import type { Pair } from '../../core/config.ts';
import type { Goal } from '../../core/host-work.ts';
import type { HostOrder } from '../../core/request.ts';
import { parseHostFacts, type SetupFacts } from '../../core/setup/facts.ts';
import { setupGoals } from '../../core/setup/goals.ts';
import type { HostWork } from '../host-work.ts';
import { PortError, type Ports } from '../ports.ts';

/** How long a look at one host may take. Milliseconds. */
const LOOK_LIMIT_MS = 60_000;
/** A restart waits up to 45 s for the stop, and then for crash recovery. Milliseconds. */
const RESTART_LIMIT_MS = 150_000;

export type SetupOrder = Extract<HostOrder, { action: 'setup' }>;

export function setupWork(ports: Ports, pair: Pair, _order: SetupOrder): HostWork<SetupFacts> {
  return {
    async look() {
      const hosts = await Promise.all(
        pair.nodes.map(async ({ name }) => {
          const printed = await ports.host.run(pair, name, 'host-facts', LOOK_LIMIT_MS);
          return [name, parseHostFacts(printed)] as const;
        }),
      );
      return { hosts: Object.fromEntries(hosts) };
    },
    goals: (facts) => setupGoals(pair, facts),
    async carryOut({ name, node }: Goal, _facts, limitMs) {
      switch (name) {
        case 'server':
          await ports.host.run(pair, String(node), 'restart-mysqld', Math.min(limitMs, RESTART_LIMIT_MS));
          return;
        default:
          throw new PortError('refused', `setup has no step ${name}`);
      }
    },
  };
}

/** Examines both nodes of a pair, and asks EC2 about it: all that doctor judges. Changes nothing. */
import type { Finding } from '../core/alert/finding.ts';
import type { Node, Pair } from '../core/config/config.ts';
import { diagnose, type Examined, type ExaminedHost } from '../core/doctor/doctor.ts';
import type { NodeName } from '../core/names.ts';
import { setupUsers } from '../core/setup/accounts.ts';
import { askHost } from './host-facts.ts';
import { PortError } from './ports/port-error.ts';
import type { Ports } from './ports/ports.ts';
import { reason } from './step-context.ts';

/** How long one node may take to answer everything. Milliseconds. */
const EXAMINE_LIMIT_MS = 12_000;
/** How long a host may take to say what it is. Milliseconds. */
const HOST_LIMIT_MS = 15_000;

/**
 * The findings on the pair, most dangerous first; with `full`, and where documents may run on the hosts, with what they say of
 * themselves. Never throws for what the world does.
 */
export async function examinePair(
  ports: Pick<Ports, 'database' | 'vip' | 'clock' | 'host'>,
  pair: Pair,
  depth: 'quick' | 'full',
): Promise<readonly Finding[]> {
  const examine = async ({ name }: Node): Promise<readonly [string, Examined]> => {
    try {
      const facts = await ports.database.examine(pair, name, depth, EXAMINE_LIMIT_MS);
      return [name, { kind: 'facts', facts }];
    } catch (error) {
      return [name, { kind: 'unknown', because: reason(error) }];
    }
  };
  const asksHosts = depth === 'full' && pair.hostWork;
  const [located, hosts, ...nodes] = await Promise.all([
    ports.vip.locate([pair]),
    asksHosts ? hostsOf(ports, pair) : {},
    ...pair.nodes.map(examine),
  ]);
  const vip = located.get(pair.name) ?? {
    kind: 'blind',
    atMs: ports.clock.nowMs(),
    because: 'EC2 was not asked',
  };
  return diagnose({ pair, nodes: Object.fromEntries(nodes), vip, hosts });
}

async function hostsOf(
  ports: Pick<Ports, 'host'>,
  pair: Pair,
): Promise<Readonly<Record<NodeName, ExaminedHost>>> {
  const asking = { users: setupUsers, limitMs: HOST_LIMIT_MS };
  const ask = async ({ name }: Node): Promise<readonly [NodeName, ExaminedHost]> => {
    try {
      return [name, { kind: 'facts', facts: await askHost(ports, pair, name, asking) }];
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
      return [name, { kind: 'unknown', because: reason(error) }];
    }
  };
  return Object.fromEntries(await Promise.all(pair.nodes.map(ask)));
}

/** Examines both nodes of a pair, and asks EC2 about it: all that doctor judges. Changes nothing. */
import type { Node, Pair } from '../core/config.ts';
import { diagnose, type Examined } from '../core/doctor/doctor.ts';
import type { Finding } from '../core/finding.ts';
import type { Ports } from './ports.ts';
import { reason } from './step-context.ts';

/** How long one node may take to answer everything. Milliseconds. */
const EXAMINE_LIMIT_MS = 12_000;

/** The findings on the pair, most dangerous first. Never throws for what the world does. */
export async function examinePair(
  ports: Pick<Ports, 'database' | 'vip' | 'clock'>,
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
  const [located, ...nodes] = await Promise.all([ports.vip.locate([pair]), ...pair.nodes.map(examine)]);
  const vip = located.get(pair.name) ?? {
    kind: 'blind',
    atMs: ports.clock.nowMs(),
    because: 'EC2 was not asked',
  };
  return diagnose({ pair, nodes: Object.fromEntries(nodes), vip });
}

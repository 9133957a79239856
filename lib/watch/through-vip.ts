/** Which node answers through the VIP. This is what clients find, even if EC2 reports something else. */
import type { Pair } from '../core/config/config.ts';
import type { ThroughVip } from '../core/evidence/evidence.ts';
import type { NodeName } from '../core/names.ts';
import { PortError } from './ports/port-error.ts';
import type { Ports } from './ports/ports.ts';

/** How long an answer through the VIP is waited for. Milliseconds. */
export const ASK_VIP_MS = 1500;

/** Asks through the VIP. `identityOf`: the identity that each node last reported; null while it never did. */
export async function askThroughVip(
  pair: Pair,
  { database }: Ports,
  identityOf: (node: NodeName) => string | null,
): Promise<ThroughVip> {
  try {
    const { identity } = await database.verify(pair, ASK_VIP_MS);
    const node = pair.nodes.find(({ name }) => identityOf(name) === identity);
    return node === undefined ? { kind: 'unknown' } : { kind: 'node', node: node.name };
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    // A login that is refused, or a function that is throttled, says nothing of the VIP.
    return error.kind === 'unsuccessful' || error.kind === 'timeout'
      ? { kind: 'nobody' }
      : { kind: 'unknown' };
  }
}

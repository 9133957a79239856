/**
 * Invariant 7: only the configured VIP is ever assigned, only to the two configured ENIs. IAM can name the ENIs
 * but not the address, so this is where it is kept. Every change that `vip-ec2` makes goes through here, and
 * takes what it sends from the configuration, never from its caller.
 */
import type { Node, Pair } from '../../core/config/config.ts';
import type { NodeName } from '../../core/names.ts';
import { PortError } from '../../watch/ports/port-error.ts';

/** What may be sent to EC2. */
export interface Assignment {
  readonly eniId: string;
  readonly address: string;
}

/** The assignment that the configuration allows, or a PortError `refused` that says what is wrong with it. */
export function guardAssignment(configured: readonly Pair[], pair: Pair, to: NodeName): Assignment {
  const node = guardNode(configured, pair, to);
  const own = ownPair(configured, pair);
  if (own.vip !== pair.vip) throw refused(`${pair.vip} is not the VIP of ${own.name} (${own.vip})`);
  if (own.nodes.some(({ address }) => address === own.vip)) {
    throw refused(`${own.vip} is a node's own address, not a VIP`);
  }
  return { eniId: node.eniId, address: own.vip };
}

/** The node as configured, or a PortError `refused` when the pair or its node is not as configured. */
export function guardNode(configured: readonly Pair[], pair: Pair, name: NodeName): Node {
  const own = ownPair(configured, pair);
  const node = own.nodes.find((candidate) => candidate.name === name);
  if (!node) {
    throw refused(
      `${own.name} has no node ${name}; it has ${own.nodes.map((one) => one.name).join(' and ')}`,
    );
  }
  const given = pair.nodes.find((candidate) => candidate.name === name);
  if (given?.eniId !== node.eniId || given.instanceId !== node.instanceId) {
    throw refused(`${name} of ${own.name} is ${node.eniId} on ${node.instanceId}, and nothing else`);
  }
  return node;
}

function ownPair(configured: readonly Pair[], pair: Pair): Pair {
  const own = configured.find((candidate) => candidate.name === pair.name);
  if (!own) throw refused(`there is no pair ${pair.name} in this environment`);
  return own;
}

function refused(because: string): PortError {
  return new PortError('refused', `${because}: nothing was changed`);
}

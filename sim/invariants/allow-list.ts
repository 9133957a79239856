import type { Court, Invariant } from './court.ts';

/**
 * Invariant 7. Only the configured VIP is ever assigned, only to the two configured ENIs.
 *
 * No order to assign names another node than the two of the pair, and no such order ever puts the VIP on a
 * stranger's ENI.
 */
export function allowListInvariant(court: Court): Invariant {
  const { world } = court;
  return {
    acting({ process, action, node }) {
      if (action !== 'assign' || world.masters.some(({ name }) => name === node)) return;
      court.accuse(7, `${process.name} orders the VIP to ${node}, which is no node of ${world.pair.name}`);
    },
    vipMoved({ process, node }, strange) {
      if (strange) court.accuse(7, `${process.name} put the VIP on the ENI of ${node}, a stranger`);
    },
  };
}

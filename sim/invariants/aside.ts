import type { NodeName } from '../../lib/core/names.ts';
import type { Court, Invariant } from './court.ts';

/**
 * Invariant 9. A node that is set aside never gets the VIP or writes from us, and only a person's order takes the mark off.
 *
 * Such a node has a part of the data only, whatever its GTIDs say. While the store has it marked: (a) no process sends an
 * order that moves the VIP to it or opens it, whatever an operator forces. (b) The mark goes, or becomes another one, only
 * when an operator has asked for that very work to be reinstated: not with a new leader, a restart, an incident, or time.
 * (c) Nobody is marked who holds the VIP and has held it for 15 s.
 *
 * Excuse: for (a), the node has had the VIP since it was marked, because somebody else moved it there: then it is the
 * holder, and clients write to it. That a failover to it is not to be awaited, W6 and 5 know; once the mark is off,
 * they judge it like any other standby.
 */
export function asideInvariant(court: Court): Invariant {
  const { world } = court;
  /** Since when the VIP has been where it is. */
  let held = { node: world.cloud.holder, sinceMs: Number.NEGATIVE_INFINITY };
  /** The node that is marked, and whether it has had the VIP since. */
  let marked: { readonly node: NodeName; readonly run: string; hasHeld: boolean } | null = null;
  const observe = () => {
    const { holder } = world.cloud;
    if (holder !== held.node) held = { node: holder, sinceMs: world.nowMs };
    if (marked !== null && marked.node === holder) marked.hasHeld = true;
  };
  const isOrdered = (action: 'set-aside' | 'reinstate', node: NodeName, run: string) =>
    [...court.orders.values()].some(
      (order) => order.action === action && order.node === node && order.run === run,
    );
  return {
    changed: observe,
    acting({ process, action, node }) {
      if (action !== 'assign' && action !== 'open') return;
      if (marked === null || marked.node !== node || marked.hasHeld) return;
      const what = action === 'assign' ? 'sends the VIP to' : 'opens';
      court.accuse(9, `${process.name} ${what} ${node}, which is set aside`);
    },
    saved(_, before, after) {
      observe();
      const [was, is] = [before.aside, after.aside];
      if (was?.node === is?.node && was?.run === is?.run) return;
      if (was !== null && !isOrdered('reinstate', was.node, was.run))
        court.accuse(9, `the mark of ${was.node} is gone, and nobody has reinstated it`);
      marked = is === null ? null : { node: is.node, run: is.run, hasHeld: false };
      if (is === null) return;
      if (held.node === is.node && world.nowMs - held.sinceMs > heldForMs)
        court.accuse(9, `${is.node} is set aside, and has held the VIP for ${world.nowMs - held.sinceMs} ms`);
      if (!isOrdered('set-aside', is.node, is.run))
        court.accuse(9, `${is.node} is set aside, and nobody has asked for it`);
    },
  };
}

/** How long the VIP must have been on a node for keepalambda to know it: as long as an old answer of EC2 may count. Milliseconds. */
const heldForMs = 15_000;

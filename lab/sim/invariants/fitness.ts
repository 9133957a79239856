import type { NodeName } from '../../../lib/core/names.ts';
import type { Call } from '../observer.ts';
import type { Court, Flight, Invariant } from './court.ts';

/** How long something must be so before keepalambda can be expected to know it. Milliseconds. */
const knownAfterMs = 12_000;

/**
 * Invariant 2. The VIP only ever moves to a node that was fit in the same epoch, or by an operator's explicit
 * force.
 *
 * When a process sends the order to move the VIP to a node, without `force` (or, for (b) and (c),
 * `acceptLoss`): (a) the node carried out statements at some moment of the last 12 s; (b) it has applied all
 * that it had received when the plan began; (c) if it lacks transactions of the other master, the first of these was committed at
 * most 12 s before the plan began, so that its channel had not been broken for longer than that; (d) it has
 * had no errant transaction for longer than 12 s.
 */
export function fitnessInvariant(court: Court): Invariant {
  const { world } = court;
  const answeredMs = new Map<NodeName, number>();
  const errantSinceMs = new Map<NodeName, number>();
  const note = () => {
    for (const master of world.masters) {
      if (master.answers) answeredMs.set(master.name, world.nowMs);
      if (master.errant > 0 && !errantSinceMs.has(master.name)) errantSinceMs.set(master.name, world.nowMs);
    }
  };
  note();
  const check = ({ node }: Call, flight: Flight) => {
    const { order } = flight;
    if (order?.action === 'failover' && order.force) return;
    const master = world.master(node);
    const deadForMs = master.answers ? 0 : world.nowMs - (answeredMs.get(node) ?? 0);
    if (deadForMs > knownAfterMs)
      court.accuse(2, `the VIP is sent to ${node}, which has been dead for ${deadForMs} ms`);
    const errantForMs = world.nowMs - (errantSinceMs.get(node) ?? world.nowMs);
    if (errantForMs > knownAfterMs && master.executed(world.nowMs, world.peer(node)).gtid !== null) {
      court.accuse(2, `the VIP is sent to ${node}, which has had errant transactions for ${errantForMs} ms`);
    }
    if (order?.action === 'failover' && order.acceptLoss) return;
    checkHistory(court, node, flight);
  };
  return {
    changed: note,
    acting(call) {
      if (call.action !== 'assign' || court.flight === null) return;
      if (!world.masters.some(({ name }) => name === call.node)) return;
      check(call, court.flight);
    },
  };
}

/** The node has what the other master committed, as far as it can have it. */
function checkHistory(court: Court, node: NodeName, { sinceMs }: Flight): void {
  const { world } = court;
  world.advance();
  const { channel } = world.master(node);
  const { log } = world.peer(node);
  if (channel.appliedCount >= log.countAt(sinceMs)) return;
  const missingForMs = sinceMs - log.committedAtMs(channel.appliedCount + 1, world.nowMs);
  if (!channel.caughtUp && missingForMs > channel.transportMs) {
    const left = channel.received - channel.appliedCount;
    court.accuse(2, `the VIP is sent to ${node}, which has ${left} transactions received and not applied`);
  }
  if (missingForMs > knownAfterMs) {
    const missing = log.countAt(world.nowMs) - channel.appliedCount;
    court.accuse(
      2,
      `the VIP is sent to ${node}, which lacks ${missing} transactions, the first ${missingForMs} ms older than the plan`,
    );
  }
}

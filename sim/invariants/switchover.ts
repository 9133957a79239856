import { events } from '../../lib/core/alert/events.ts';
import type { Memory } from '../../lib/core/memory/memory.ts';
import type { PlanRecord } from '../../lib/core/plan/plan.ts';
import type { Court, Flight, Invariant } from './court.ts';

/**
 * Invariant 6. A switchover loses no acknowledged write, and a failed one leaves the pair as it found it.
 *
 * Acknowledged writes are all that clients committed. (a) When a switchover's order has put the VIP on its new
 * holder, that has applied every transaction that the old one ever committed; unless somebody else made the
 * old one writable. (b) When a switchover or a failover has left the store and the VIP is still where it was,
 * the old holder takes writes (if it did when the plan began) and the new one does not, for each of them that
 * was in our hands all the time, and that no person had opened before; or a person has been told.
 */
export function switchoverInvariant(court: Court): Invariant {
  const { world } = court;
  const managed = world.pair.writability === 'managed';
  return {
    vipMoved({ node }) {
      const { flight } = court;
      if (flight?.plan.kind !== 'switchover' || flight.plan.to !== node || flight.plan.from === null) return;
      const old = world.master(flight.plan.from);
      if (!court.wasInHand(old, flight.sinceMs)) return;
      world.advance();
      const { channel } = world.master(node);
      const count = old.log.countAt(world.nowMs);
      const lost = count - channel.relayLog.appliedCount + channel.relayLog.skippedOf(count);
      if (lost > 0)
        court.accuse(6, `the switchover to ${node} loses ${lost} acknowledged transactions of ${old.name}`);
    },
    saved(_, before, after) {
      const { flight } = court;
      if (!managed || flight === null || before.plan === null || after.plan?.id === before.plan.id) return;
      checkUndone(court, before.plan, flight, after);
    },
  };
}

function checkUndone(court: Court, plan: PlanRecord, { sinceMs, writable }: Flight, after: Memory): void {
  const { world } = court;
  if ((plan.kind !== 'switchover' && plan.kind !== 'failover') || plan.from === null) return;
  if (world.cloud.holder !== plan.from) return;
  const from = world.master(plan.from);
  const to = world.master(plan.to);
  const told = after.outbox.some(
    ({ code }) => code === 'plan-incomplete' && events[code].role === 'hands-over',
  );
  const what = `${plan.kind} to ${plan.to} is over without having moved the VIP`;
  // Either it could not be undone, or EC2 showed the move and verifying it failed: a person has it now.
  if (told && (plan.phase === 'undoing' || plan.vipMoved)) return;
  if (court.wasInHand(from, sinceMs) && writable.has(from.name) && !from.writable)
    court.accuse(6, `${what}, and ${from.name} takes no writes`);
  // It is left as it was found; whether it may be so at all is asked by invariant 3.
  const isAsFound = writable.has(to.name) && to.writabilityBy === 'person';
  if (!isAsFound && court.wasInHand(to, sinceMs) && to.writable)
    court.accuse(6, `${what}, and ${to.name} takes writes`);
}

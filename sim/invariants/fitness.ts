import type { NodeName } from '../../lib/core/names.ts';
import type { Call } from '../observer.ts';
import type { Court, Flight, Invariant } from './court.ts';

/** How long something must be so before keepalambda can be expected to know it. Milliseconds. */
const knownAfterMs = 12_000;

/**
 * Invariant 2. The VIP only ever moves to a node that was fit in the same epoch, or by an operator's explicit
 * force.
 *
 * When a process sends the order to move the VIP to a node, without `force` (or, for (b), `acceptLoss`): (a) the node carried out statements at some moment of the last 12 s; (b) it has applied all
 * that it had received when the plan began; (c) it has had no errant transaction for 12 s in which keepalambda saw both
 * masters. What it has not received is W1. Where the node held the VIP last and only gets it back, (b) and (c) do not apply; nor where it was found fit when
 * a plan first sent it the VIP, and that plan has given it the holder's part: somebody took the VIP on its way.
 */
export function fitnessInvariant(court: Court): Invariant {
  const { world } = court;
  const answeredMs = new Map<NodeName, number>();
  const errantSinceMs = new Map<NodeName, number>();
  const errant = new Set<NodeName>();
  let lastHolder = world.cloud.holder;
  let entrusted: NodeName | null = null;
  const note = () => {
    for (const master of world.masters) {
      if (master.answers) answeredMs.set(master.name, world.nowMs);
      const seen =
        master.hasErrant(world.peer(master.name)) && court.seesBoth && world.cloud.holder !== master.name;
      if (!seen) errantSinceMs.delete(master.name);
      else if (!errantSinceMs.has(master.name)) errantSinceMs.set(master.name, world.nowMs);
      const sinceMs = errantSinceMs.get(master.name) ?? world.nowMs;
      if (world.nowMs - sinceMs > knownAfterMs) errant.add(master.name);
    }
    const holder = world.cloud.holder ?? lastHolder;
    if (holder !== lastHolder) entrusted = null;
    lastHolder = holder;
  };
  note();
  const check = ({ node }: Call, flight: Flight) => {
    const { order } = flight;
    if (order?.action === 'failover' && order.force) return;
    const master = world.master(node);
    const deadForMs = master.answers ? 0 : world.nowMs - (answeredMs.get(node) ?? 0);
    if (deadForMs > knownAfterMs)
      court.accuse(2, `the VIP is sent to ${node}, which has been dead for ${deadForMs} ms`);
    if (node === lastHolder || node === entrusted) return;
    if (errant.has(node) && master.executed(world.nowMs, world.peer(node)).gtid !== null) {
      court.accuse(2, `the VIP is sent to ${node}, which has long had errant transactions`);
    }
    if (order?.action === 'failover' && order.acceptLoss) return;
    checkApplied(court, node, flight);
    entrusted = node;
  };
  return {
    changed: note,
    leased: note,
    saved(_, before, after) {
      const isOver = before.plan !== null && after.plan?.id !== before.plan.id;
      if (isOver && after.lastHolder !== entrusted) entrusted = null;
    },
    acting(call) {
      if (call.action !== 'assign' || court.flight === null) return;
      if (!world.masters.some(({ name }) => name === call.node)) return;
      check(call, court.flight);
    },
  };
}

/** The node has applied what it had received. */
function checkApplied(court: Court, node: NodeName, { sinceMs, received }: Flight): void {
  const { world } = court;
  world.advance();
  const { relayLog } = world.master(node).channel;
  const { log } = world.peer(node);
  if (relayLog.appliedCount >= log.countAt(sinceMs)) return;
  const left = (received.get(node) ?? 0) - relayLog.appliedCount;
  if (left > 0) {
    court.accuse(2, `the VIP is sent to ${node}, which has ${left} transactions received and not applied`);
  }
}

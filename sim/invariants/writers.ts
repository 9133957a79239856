import type { NodeName } from '../../lib/core/names.ts';
import type { PlanKind } from '../../lib/core/plan/plan.ts';
import type { Court, Flight, Invariant } from './court.ts';
import { isPaused } from './pause.ts';

const moving: ReadonlySet<PlanKind> = new Set(['failover', 'switchover', 'reattach-vip']);

/**
 * Invariant 3. After a plan ends, at most one node is writable; during it, the VIP never leads to a writable
 * node while the other still takes writes through it.
 *
 * Only for pairs whose writability is managed. (a) At no moment do clients commit through the VIP on both
 * masters: on the one that has it, and on the one to which some clients' network still leads. (b) When a plan
 * leaves the store, at most one master is writable. Both excuse a master that was out of our hands at any
 * moment of the plan, or of the last one for 10 s after it (it did not answer, no vantage reached it, our login failed, or somebody else made it
 * writable): fencing such a node is the pair's `fencing`. (b) also excuses a node that a person opened by hand, while a pause
 * is on, or was on when the plan began: that is left as it is, and what a restart did to the other one is put right all the same. A plan answers for its old
 * holder also when somebody else has moved the VIP back to it meanwhile; and where somebody else has moved it at all since the plan
 * began, the node that has it now may be the one that could not be closed. (c) A plan that moves the VIP ends as done only if
 * clients could commit through the VIP on its new holder at some moment since it began: EC2's word is not success. Excused is
 * a node on which our own heartbeat's table is gone or locked, and one on which an administrator keeps clients out (`offline_mode`):
 * then the answer through the VIP is all that can be had.
 */
export function writersInvariant(court: Court): Invariant {
  const { world } = court;
  const managed = world.pair.writability === 'managed';
  const servedMs = new Map<NodeName, number>();
  let beganInPause = false;
  const changed = () => {
    const { holder } = world;
    if (holder?.servesVip) servedMs.set(holder.name, world.nowMs);
    if (!managed) return;
    const [first, second] = world.masters;
    if (!writes(court, first.name) || !writes(court, second.name)) return;
    const other = holder?.name === first.name ? second : first;
    if (court.wasInHand(other, court.planSinceMs)) {
      court.accuse(3, `clients commit through the VIP on ${holder?.name} and still on ${other.name}`);
    }
  };
  const ended = ({ plan, sinceMs, holder }: Flight, paused: boolean) => {
    const [first, second] = world.masters;
    // A record of an older deployment: nothing of it can be carried out here.
    if (!world.masters.some(({ name }) => name === plan.to)) return;
    if (managed && first.writable && second.writable) {
      // Without a holder, either of them may be the one that could not be closed.
      const isMoved = world.cloud.holder !== holder && court.chronicle.entrusted !== world.cloud.holder;
      const others = world.masters.filter(
        (each) => isMoved || each !== world.holder || each.name === plan.from,
      );
      // A move that failed leaves a standby as it was beside the holder that it began with.
      const beside = isMoved ? others : others.filter((each) => each !== world.holder);
      if (paused && beside.length > 0 && beside.every(({ writabilityBy }) => writabilityBy === 'person'))
        return;
      if (others.every((other) => court.wasInHand(other, sinceMs))) {
        court.accuse(3, `${plan.kind} to ${plan.to} is over, and both masters are writable`);
      }
    }
  };
  return {
    changed,
    saved(process, before, after) {
      changed();
      const wasBegunInPause = beganInPause;
      if (after.plan?.id !== before.plan?.id) beganInPause = isPaused(before, process);
      if (court.flight === null || before.plan === null || after.plan?.id === before.plan.id) return;
      const { sinceMs } = court.flight;
      ended({ ...court.flight, plan: before.plan }, wasBegunInPause || isPaused(after, process));
      if (!moving.has(before.plan.kind) || !isCalledDone(after)) return;
      const served = servedMs.get(before.plan.to) ?? Number.NEGATIVE_INFINITY;
      const serves = world.holder?.name === before.plan.to && world.holder.servesVip;
      const { barred, refusesClients } = world.master(before.plan.to);
      if (serves || served >= sinceMs || barred !== null || refusesClients) return;
      court.accuse(
        3,
        `${before.plan.kind} to ${before.plan.to} is called done, and nobody ever wrote through the VIP`,
      );
    },
  };
}

function writes({ world }: Court, node: NodeName): boolean {
  const { prompt, late } = world.writersOf(world.master(node));
  return prompt || late;
}

function isCalledDone({ outbox }: { outbox: readonly { readonly code: string }[] }): boolean {
  const last = outbox[outbox.length - 1]?.code;
  return last === 'failover-done' || last === 'switchover-done' || last === 'vip-reattached';
}

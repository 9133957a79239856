/** Orders that move the VIP: failover and switchover, and the plan that each would take. */
import { peerOf } from '../config/config.ts';
import { asideReason } from '../decision/aside.ts';
import { delayBeyondFreeze } from '../decision/conditions.ts';
import type { Situation } from '../decision/situation.ts';
import { describeVerdict } from '../evidence/verdict.ts';
import type { Plan } from '../plan/plan.ts';
import { failoverPlan, switchoverPlan } from '../plan/plans.ts';
import type { Order } from './order.ts';
import { act, type OrderDecision, refuse, unknownNode } from './order-decision.ts';

/** So soon after a move, a switchover that would undo it must be forced: two people may have asked at once. Milliseconds. */
const SECOND_THOUGHT_MS = 60_000;

/** The plan that a failover or switchover would take now, or why there is none. */
export function planFor(
  situation: Situation,
  kind: 'failover' | 'switchover',
  to: string,
  terms: { readonly force: boolean; readonly acceptLoss: boolean; readonly killLong: boolean },
): { readonly plan: Plan } | { readonly refused: string; readonly isPassing?: true } {
  const { pair, holder, standby, vip, misconfigured } = situation;
  if (misconfigured !== null) return { refused: misconfigured.because };
  if (!pair.nodes.some((node) => node.name === to)) {
    return { refused: unknownNode(pair, to) };
  }
  if (vip === 'held' && holder.node === to) return { refused: `${to} holds the VIP already; nothing to do` };
  const aside = asideReason(situation.memory, to);
  if (aside !== null) return { refused: `${to} cannot take over: ${aside}. No flag changes that` };
  const target = standby.node === to ? standby : holder;
  if (kind === 'switchover') {
    const reasons = reasonsAgainstSwitchover(situation);
    return reasons.length > 0
      ? passing(`a switchover must lose nothing, and now it could: ${reasons.join('. ')}`)
      : { plan: switchoverPlan(pair, to, terms.killLong) };
  }
  const unfit = target === standby ? situation.fitness.reasons : [];
  if (unfit.length > 0 && !terms.force) {
    return passing(
      `${to} cannot take over: ${unfit.join('; ')}. To fail over anyway, add --force (and --accept-loss to lose what it has not received)`,
    );
  }
  if (target.kind !== 'serving') return passing(`${to} cannot take over. ${describeVerdict(target)}`);
  const alive = holder.kind === 'saturated' || holder.kind === 'locked-out';
  if (alive && !terms.force) {
    const because = `${holder.node} is alive, but refuses our login (${holder.because}), so it cannot be fenced`;
    return passing(`${because}: two masters could take writes. To fail over anyway, add --force`);
  }
  return {
    plan: failoverPlan(pair, to, {
      holderAnswers: holder.kind === 'serving',
      acceptLoss: terms.acceptLoss,
      undoIfHolderServes: false,
    }),
  };
}

/** A refusal that what the next looks show may take back. */
function passing(refused: string) {
  return { refused, isPassing: true } as const;
}

function reasonsAgainstSwitchover(situation: Situation): string[] {
  const { holder, standby, fitness, vip, vipBecause } = situation;
  const reasons: string[] = [];
  if (vip !== 'held') reasons.push(`the VIP is ${vipBecause}`);
  if (holder.kind !== 'serving') reasons.push(describeVerdict(holder));
  if (!fitness.fit) reasons.push(`${standby.node} cannot take over: ${fitness.reasons.join('; ')}`);
  const delay = delayBeyondFreeze(situation);
  if (delay !== null) reasons.push(`${delay}. Take the delay off first`);
  return reasons;
}

/** A failover that a person wants: to a node that can take over, or with `force` to one that cannot. */
export function orderFailover(
  situation: Situation,
  order: Extract<Order, { action: 'failover' }>,
): OrderDecision {
  const to = targetOf(situation, order);
  if (typeof to !== 'string') return refuse(to.refused);
  const planned = planFor(situation, 'failover', to, { ...order, killLong: true });
  return 'refused' in planned ? refused(planned) : act(planned.plan, order);
}

/** A move that loses nothing; one that undoes a move of a moment ago needs `force`. */
export function orderSwitchover(
  situation: Situation,
  order: Extract<Order, { action: 'switchover' }>,
): OrderDecision {
  const to = targetOf(situation, order);
  if (typeof to !== 'string') return refuse(to.refused);
  const { moved } = situation.memory;
  const agoMs = moved === null ? Number.POSITIVE_INFINITY : situation.nowMs - moved.atMs;
  if (moved?.from === to && agoMs < SECOND_THOUGHT_MS && !order.force) {
    const ago = `${Math.round(agoMs / 1000)} s ago`;
    return refuse(
      `the VIP was moved from ${to} to ${moved.to} ${ago}, and this would undo it. To switch back anyway, add --force`,
    );
  }
  const { killLong } = order;
  const planned = planFor(situation, 'switchover', to, { force: false, acceptLoss: false, killLong });
  return 'refused' in planned ? refused(planned) : act(planned.plan, order);
}

/** The node to move to, from `to`, or from `from`, which must be the holder. */
function targetOf(
  { pair, holder, vip }: Situation,
  { to, from }: { readonly to?: string | undefined; readonly from?: string | undefined },
): string | { readonly refused: string } {
  if (from === undefined) return to ?? '';
  if (!pair.nodes.some(({ name }) => name === from)) {
    return { refused: unknownNode(pair, from) };
  }
  if (to === from) return { refused: `got the same node in "from" and "to"; want two nodes, or one of them` };
  if (vip === 'held' && holder.node !== from) {
    return { refused: `${from} does not hold the VIP; ${holder.node} does. Nothing to do` };
  }
  return to ?? peerOf(pair, from).name;
}

function refused({ refused: because, isPassing }: { refused: string; isPassing?: true }): OrderDecision {
  return isPassing ? { kind: 'refuse', because, isPassing } : refuse(because);
}

/** Decides on an operator's order: the same plans, asked for by a person. */
import { tell } from '../alert/alerts.ts';
import { type Pair, peerOf } from '../config/config.ts';
import { asideReason } from '../decision/aside.ts';
import { delayBeyondFreeze } from '../decision/conditions.ts';
import type { Situation } from '../decision/situation.ts';
import { describeVerdict } from '../evidence/verdict.ts';
import { renderRefusal } from '../fault.ts';
import { whyNotAside } from '../hosts/rebuild.ts';
import { orderMaintenance } from '../maintain/order-note.ts';
import { detachedChannels } from '../memory/detached.ts';
import { askForAllText, isResetOf, wouldAskForAll } from '../memory/log-reset.ts';
import type { Memory } from '../memory/memory.ts';
import type { Plan } from '../plan/plan.ts';
import { attachPlan, failoverPlan, releasePlan, switchoverPlan } from '../plan/plans.ts';
import { plural } from '../plural.ts';
import { utcClock } from '../text/utc-time.ts';
import { ORDER_LIFE_MS } from '../time-budget.ts';
import type { Order } from './request.ts';

/** So soon after a move, a switchover that would undo it must be forced: two people may have asked at once. Milliseconds. */
export const SECOND_THOUGHT_MS = 60_000;

export type OrderDecision =
  /** `isPassing`: by what is seen of the nodes, which one look alone may not show as it is. */
  | { readonly kind: 'refuse'; readonly because: string; readonly isPassing?: true }
  | { readonly kind: 'act'; readonly plan: Plan; readonly because: string }
  /** Only memory changes. */
  | { readonly kind: 'note'; readonly memory: Memory; readonly text: string };

/**
 * Order → decision. `O` rows of history stand for orders, as `D` rows do for decisions. A refusal names flags of the
 * command; in a request, `--accept-loss` is `"acceptLoss":true`.
 */
export function decideOrder(situation: Situation, order: Order, atMs: number): OrderDecision {
  if (situation.nowMs - atMs > ORDER_LIFE_MS) {
    return refuse('the order waited for more than a minute and has expired; ask again');
  }
  if (situation.memory.plan) {
    const { kind, id } = situation.memory.plan;
    return refuse(`a ${kind} is in flight (plan ${id}); ask again when it has ended`);
  }
  const forbidden = onlyNotes.has(order.action) ? null : whyNoOrder(situation);
  if (forbidden !== null) return refuse(forbidden);
  switch (order.action) {
    case 'failover':
      return orderFailover(situation, order);
    case 'switchover':
      return orderSwitchover(situation, order);
    case 'reattach':
      return orderReattach(situation, order);
    case 'release':
      return orderRelease(situation, order);
    case 'set-aside':
      return orderSetAside(situation, order);
    case 'reinstate':
      return orderReinstate(situation, order);
    case 'pause':
      return orderPause(situation, order);
    case 'resume':
      return orderResume(situation, order);
    case 'acknowledge':
      return orderAcknowledge(situation, order);
    case 'maintenance':
      return orderMaintenance(situation, order);
  }
}

/** Orders that change memory alone. */
const onlyNotes: ReadonlySet<Order['action']> = new Set(['pause', 'resume', 'acknowledge']);

function whyNoOrder({ pair, misconfigured }: Situation): string | null {
  if (misconfigured !== null) return misconfigured.because;
  return pair.mode === 'observe'
    ? `${pair.name} is only observed; want mode: 'act' in its environment file. To act on it, set that and deploy`
    : null;
}

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

function orderFailover(situation: Situation, order: Extract<Order, { action: 'failover' }>): OrderDecision {
  const to = targetOf(situation, order);
  if (typeof to !== 'string') return refuse(to.refused);
  const planned = planFor(situation, 'failover', to, { ...order, killLong: true });
  return 'refused' in planned ? refused(planned) : act(planned.plan, order);
}

function orderSwitchover(
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

function orderReattach(situation: Situation, order: Extract<Order, { action: 'reattach' }>): OrderDecision {
  const [detached] = detachedChannels(situation.memory);
  if (detached === undefined) return refuse('no channel is detached; nothing to do');
  const { node, from, missing } = detached;
  if (wouldAskForAll(situation.memory, node) && !order.acceptLoss) {
    const { standby } = situation;
    return refuse(
      `${askForAllText(node, from)}. Rebuild ${standby.node}; to attach the channel all the same, add --accept-loss`,
    );
  }
  if (missing !== '' && !order.acceptLoss) {
    const what =
      missing === null ? `it is not known yet which transactions ${from} has` : `${from} has ${missing}`;
    return refuse(
      `${what}. Applied on ${node} now, they could overwrite newer rows. To apply them anyway, add --accept-loss`,
    );
  }
  return act(attachPlan(node, from), order);
}

function orderRelease(
  { memory, pair }: Situation,
  order: Extract<Order, { action: 'release' }>,
): OrderDecision {
  if (!pair.nodes.some(({ name }) => name === order.node)) return refuse(unknownNode(pair, order.node));
  if (memory.quarantine?.node !== order.node) {
    return refuse(
      `${order.node} is not in quarantine${memory.quarantine ? `; ${memory.quarantine.node} is` : ''}`,
    );
  }
  return act(releasePlan(order.node), order);
}

/** Its readiness of before counts no more: the holder may be lost at any moment. */
function orderSetAside(situation: Situation, order: Extract<Order, { action: 'set-aside' }>): OrderDecision {
  const refusal = whyNotAside(situation, order.node);
  if (refusal !== null) return refuse(renderRefusal(refusal));
  const { memory, nowMs } = situation;
  const { node, run, by, why } = order;
  const readiness = memory.readiness?.node === node ? null : memory.readiness;
  return {
    kind: 'note',
    memory: { ...memory, readiness, aside: { node, run, by, why, atMs: nowMs } },
    text: `${node} is set aside: it does not take over before it is reinstated`,
  };
}

function orderReinstate(
  { memory, nowMs }: Situation,
  order: Extract<Order, { action: 'reinstate' }>,
): OrderDecision {
  const { aside } = memory;
  if (aside?.node !== order.node) return refuse(`${order.node} is not set aside`);
  if (aside.run !== order.run)
    return refuse(`${order.node} is set aside for ${aside.run}, not for ${order.run}`);
  const { [order.node]: _, ...behind } = memory.behind;
  const logReset = isResetOf(memory, order.node) ? null : memory.logReset;
  // What was seen of it before is of other data: it must be seen fit once, beside a holder that lives.
  const reasons = ['it was set aside, and has not been seen fit since'];
  const readiness = { node: order.node, fit: false, reasons, atMs: nowMs };
  return {
    kind: 'note',
    memory: { ...memory, readiness, behind, logReset, aside: null },
    text: `${order.node} is reinstated: it can take over once it has been fit for its time`,
  };
}

function orderPause(situation: Situation, order: Extract<Order, { action: 'pause' }>): OrderDecision {
  const { memory, nowMs, pair } = situation;
  const untilMs = nowMs + order.minutes * 60_000;
  const paused = { ...memory, pause: { untilMs, by: order.by, why: order.why } };
  const until = utcClock(untilMs);
  const words = {
    headline: `paused until ${until} by ${order.by}: ${order.why}`,
    happened: `${order.by} paused ${pair.name} for ${plural(order.minutes, 'minute')}, until ${until}: ${order.why}.`,
    done: `Automatic actions are off until ${until}. Operators' orders are still carried out.`,
  };
  return {
    kind: 'note',
    memory: tell(paused, pair.name, 'paused', words, nowMs),
    text: `paused for ${plural(order.minutes, 'minute')}, until ${until}; operators' orders are still carried out`,
  };
}

function orderResume(situation: Situation, order: Extract<Order, { action: 'resume' }>): OrderDecision {
  const { memory, nowMs, pair } = situation;
  if (memory.pause === null) return refuse('the pair is not paused');
  const words = { happened: `${order.by} resumed ${pair.name}.`, done: 'Automatic actions are on again.' };
  return {
    kind: 'note',
    memory: tell({ ...memory, pause: null }, pair.name, 'resumed', words, nowMs),
    text: 'resumed',
  };
}

/**
 * A person takes care of the open incident. The flap guard counts from 0 again, and the identity that the holder has now
 * is accepted, unless the order names the incident alone.
 */
function orderAcknowledge(
  { memory, identity, holder, nowMs }: Situation,
  { by, incident: only }: Extract<Order, { action: 'acknowledge' }>,
): OrderDecision {
  const { incident } = memory;
  if (only !== undefined && incident?.id !== only)
    return refuse(`incident ${only} is not open; ${incident ? `want ${incident.id}` : 'no incident is'}`);
  const count = only === undefined ? memory.failoversAtMs.length : 0;
  const changed = only === undefined && identity?.page === 'identity-changed' && holder.server !== null;
  const isTaken = incident !== null && incident.acknowledged === undefined;
  if (count === 0 && !changed && !isTaken)
    return refuse(
      'there is nothing to acknowledge: no automatic failover in the last hour, no changed identity, no incident that nobody has acknowledged',
    );
  const texts = [
    ...(count > 0 ? [`acknowledged ${count} automatic failovers; the flap guard counts from 0 again`] : []),
    ...(changed ? [`acknowledged that ${holder.node} is ${holder.server.identity} now`] : []),
    ...(isTaken ? [`acknowledged incident ${incident.id}: it is not escalated`] : []),
  ];
  const identities = changed
    ? { ...memory.identities, [holder.node]: holder.server.identity }
    : memory.identities;
  return {
    kind: 'note',
    memory: {
      ...memory,
      ...(only === undefined ? { failoversAtMs: [], lateMove: null } : {}),
      identities,
      incident: isTaken ? { ...incident, acknowledged: { by, atMs: nowMs } } : incident,
    },
    text: texts.join('; '),
  };
}

function unknownNode({ nodes }: Pair, got: string): string {
  return `got node ${got}; want one of ${nodes.map(({ name }) => name).join(', ')}`;
}

function refuse(because: string): OrderDecision {
  return { kind: 'refuse', because };
}

function refused({ refused: because, isPassing }: { refused: string; isPassing?: true }): OrderDecision {
  return isPassing ? { kind: 'refuse', because, isPassing } : refuse(because);
}

function act(plan: Plan, order: Order): OrderDecision {
  return { kind: 'act', plan, because: `${order.by} asked for it: ${order.why}` };
}

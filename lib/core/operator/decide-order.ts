/** Decides on an operator's order: the same plans, asked for by a person. */
import type { Situation } from '../decision/situation.ts';
import { attachingInto } from '../evidence/source-anew.ts';
import { orderMaintenance } from '../maintain/order-note.ts';
import { detachedChannels } from '../memory/detached.ts';
import { askForAllText, wouldAskForAll } from '../memory/log-reset.ts';
import { attachPlan, releasePlan } from '../plan/plans.ts';
import { ORDER_LIFE_MS } from '../time-budget.ts';
import { orderFailover, orderSwitchover } from './move-orders.ts';
import { orderAcknowledge, orderPause, orderReinstate, orderResume, orderSetAside } from './note-orders.ts';
import type { Order } from './order.ts';
import { act, type OrderDecision, refuse, unknownNode } from './order-decision.ts';

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
  return act(attachPlan(node, from, attachingInto(node, situation)), order);
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

/** Orders that change only what is remembered. */
import { tell } from '../alert/alerts.ts';
import type { Situation } from '../decision/situation.ts';
import { renderRefusal } from '../fault.ts';
import { whyNotAside } from '../hosts/rebuild.ts';
import { plural } from '../plural.ts';
import { utcClock } from '../text/utc-time.ts';
import { writesSeen } from '../text/writes-text.ts';
import type { Order } from './order.ts';
import { type OrderDecision, refuse } from './order-decision.ts';

/** Its readiness of before counts no more: the holder may be lost at any moment. */
export function orderSetAside(
  situation: Situation,
  order: Extract<Order, { action: 'set-aside' }>,
): OrderDecision {
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

/** The node that was set aside may take over again, once it was seen fit. Only the run that set it aside can reinstate it. */
export function orderReinstate(
  { memory, nowMs }: Situation,
  order: Extract<Order, { action: 'reinstate' }>,
): OrderDecision {
  const { aside } = memory;
  if (aside?.node !== order.node) return refuse(`${order.node} is not set aside`);
  if (aside.run !== order.run)
    return refuse(`${order.node} is set aside for ${aside.run}, not for ${order.run}`);
  const { [order.node]: _, ...behind } = memory.behind;
  // What was seen of it before is of other data: it must be seen fit once, beside a holder that lives.
  const reasons = ['it was set aside, and has not been seen fit since'];
  const readiness = { node: order.node, fit: false, reasons, atMs: nowMs };
  return {
    kind: 'note',
    memory: { ...memory, readiness, behind, logReset: null, unlogged: null, aside: null },
    text: `${order.node} is reinstated: it can take over once it has been fit for its time`,
  };
}

/** No automatic action until its end; orders are still carried out. */
export function orderPause(situation: Situation, order: Extract<Order, { action: 'pause' }>): OrderDecision {
  const { memory, nowMs, pair } = situation;
  const untilMs = nowMs + order.minutes * 60_000;
  const paused = { ...memory, pause: { untilMs, by: order.by, why: order.why } };
  const until = utcClock(untilMs);
  const words = {
    headline: `paused until ${until} by ${order.by}: ${order.why}`,
    happened: `${order.by} paused ${pair.name} for ${plural(order.minutes, 'minute')}, until ${until}: ${order.why}.`,
    done: `Automatic actions are off until ${until}. Operators' orders are still carried out.`,
    writes: writesSeen(situation),
  };
  return {
    kind: 'note',
    memory: tell(paused, pair.name, 'paused', words, nowMs),
    text: `paused for ${plural(order.minutes, 'minute')}, until ${until}; operators' orders are still carried out`,
  };
}

/** Ends the pause. */
export function orderResume(
  situation: Situation,
  order: Extract<Order, { action: 'resume' }>,
): OrderDecision {
  const { memory, nowMs, pair } = situation;
  if (memory.pause === null) return refuse('the pair is not paused');
  const words = {
    happened: `${order.by} resumed ${pair.name}.`,
    done: 'Automatic actions are on again.',
    writes: writesSeen(situation),
  };
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
export function orderAcknowledge(
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

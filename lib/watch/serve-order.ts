/**
 * An operator's order: put into the inbox, carried out by the leader, answered through memory. Where nobody
 * leads, operate contends for the lease itself, with the same patience as any other contender.
 */
import type { OrderAnswer } from '../core/memory/memory.ts';
import type { Order } from '../core/operator/order.ts';
import { done, notDone, type Reply, type ReplyData } from '../core/operator/reply.ts';
import type { OperateOptions } from './operate.ts';
import { runWatch } from './watch.ts';

const ASK_EVERY_MS = 500;

/** Gives back what the leader answers, or that it has not answered in time. */
export async function serveOrder(options: OperateOptions & { readonly order: Order }): Promise<Reply> {
  const { config, ports, owner, deadlineMs, order, safeguards } = options;
  const { clock, ids, store, log } = ports;
  const id = order.id ?? ids.next();
  log.info(`order ${order.action} by ${order.by}`, {
    pair: order.pair,
    order: id,
    // CloudTrail has the caller under this id.
    invocation: owner,
    why: order.why,
  });
  const known = order.id === undefined ? null : await answerTo(options, id);
  if (known) return replyOf(order, known);
  await store.submitOrder({ id, atMs: clock.nowMs(), order });
  const stop = new AbortController();
  const stand = {
    config,
    ports,
    owner,
    deadlineMs,
    stop: stop.signal,
    ...(safeguards ? { safeguards } : {}),
  };
  const standingIn = runWatch(stand);
  const answer = await awaitAnswer(options, id);
  stop.abort();
  await Promise.all([store.removeOrder(id), standingIn]);
  return answer ? replyOf(order, answer) : unanswered(options, id);
}

/** The answer is that of a move that had the same id, and this is another order: it must not read as done. */
function isOfAnother(order: Order, { moved }: OrderAnswer): boolean {
  if (moved === undefined) return false;
  if (order.action !== 'failover' && order.action !== 'switchover') return true;
  const { to = moved.to, from = moved.from } = order;
  return to !== moved.to || from !== moved.from;
}

function replyOf(order: Order, answer: OrderAnswer): Reply {
  if (!isOfAnother(order, answer)) return replyWith(order, answer);
  const { action, pair } = order;
  const { requestId: id, moved } = answer;
  const text = `got the id ${id} of another order, a move to ${moved?.to}; want an id of its own. Nothing was done`;
  return notDone('refused', [text], { action: 'order', order: action, pair, id });
}

function replyWith(
  { action, pair }: Order,
  { ok, isRefusal, text, requestId, tookMs, closedForMs }: OrderAnswer,
): Reply {
  const data: ReplyData = {
    action: 'order',
    order: action,
    pair,
    id: requestId,
    ...(tookMs === undefined ? {} : { tookMs }),
    ...(closedForMs === undefined ? {} : { closedForMs }),
  };
  if (ok) return done([text], data);
  return notDone(isRefusal ? 'refused' : 'failed', [text], data);
}

async function awaitAnswer(
  { ports, deadlineMs, order }: OperateOptions & { order: Order },
  id: string,
): Promise<OrderAnswer | null> {
  const { clock } = ports;
  while (clock.nowMs() < deadlineMs) {
    const answer = await answerTo({ ports, order }, id);
    if (answer) return answer;
    await clock.sleep(ASK_EVERY_MS);
  }
  return null;
}

/** The answer to the order, when it is known: the same id gets the same answer. */
async function answerTo(
  { ports, order }: Pick<OperateOptions & { order: Order }, 'ports' | 'order'>,
  id: string,
): Promise<OrderAnswer | null> {
  const { answers } = await ports.store.readMemory(order.pair);
  return answers.find(({ requestId }) => requestId === id) ?? null;
}

/** The time is over: the order is withdrawn, unless its plan has begun. */
async function unanswered({ ports, order }: OperateOptions & { order: Order }, id: string): Promise<Reply> {
  const { plan } = await ports.store.readMemory(order.pair);
  const text =
    plan?.requestId === id
      ? `the ${plan.kind} is still in flight (plan ${plan.id}); \`status\` shows how it goes on`
      : 'no leader carried the order out in time. The order is withdrawn, and nothing was changed';
  return notDone('failed', [text], { action: 'order', order: order.action, pair: order.pair, id });
}

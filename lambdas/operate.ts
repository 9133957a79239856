/** The functions for people: `{"action":"status"}`, `{"action":"check","pair":"orders"}` … */
import { wire } from '../lib/aws/wire.ts';
import { renderFault } from '../lib/core/fault.ts';
import { orderFault } from '../lib/core/operator/order.ts';
import { notDone, type Reply } from '../lib/core/operator/reply.ts';
import { OPERATE_GRACE_MS } from '../lib/core/time-budget.ts';
import { operate } from '../lib/watch/operate.ts';
import type { Invocation } from './invocation.ts';

const { config, ports } = wire(process.env, 'operate');

/** Serves a request; what is wrong with it comes back as lines, never as an error of the function. */
export async function handler(raw: unknown, invocation: Invocation): Promise<Reply> {
  const deadlineMs = ports.clock.nowMs() + invocation.getRemainingTimeInMillis() - OPERATE_GRACE_MS;
  return operate({ config, ports, raw, owner: invocation.awsRequestId, deadlineMs });
}

/** The same for those who may only look: what would change something is refused, and this function has no right to it. */
export async function read(raw: unknown, invocation: Invocation): Promise<Reply> {
  const fault = orderFault(raw);
  return fault ? notDone('refused', [renderFault(fault)]) : handler(raw, invocation);
}

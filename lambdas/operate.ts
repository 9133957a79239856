/** The function for people: `{"action":"status"}`, `{"action":"check","pair":"orders"}` … */
import { wire } from '../lib/aws/wire.ts';
import type { Reply } from '../lib/core/reply.ts';
import { OPERATE_GRACE_MS } from '../lib/core/time-budget.ts';
import { operate } from '../lib/watch/operate.ts';
import type { Invocation } from './invocation.ts';

const { config, ports } = wire(process.env, 'operate');

/** Serves a request; what is wrong with it comes back as lines, never as an error of the function. */
export async function handler(raw: unknown, invocation: Invocation): Promise<Reply> {
  const deadlineMs = ports.clock.nowMs() + invocation.getRemainingTimeInMillis() - OPERATE_GRACE_MS;
  return operate({ config, ports, raw, owner: invocation.awsRequestId, deadlineMs });
}

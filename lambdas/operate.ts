/** The function for people: `{"action":"status"}`, `{"action":"check","pair":"orders"}` … */
import { wire } from '../lib/aws/wire.ts';
import { operate, type Reply } from '../lib/watch/operate.ts';
import type { Invocation } from './invocation.ts';

/** What is kept back to withdraw an order and to answer. Milliseconds. */
const GRACE_MS = 10_000;

const { config, ports } = wire(process.env, 'operate');

/** Serves a request; what is wrong with it comes back as lines, never as an error of the function. */
export async function handler(raw: unknown, invocation: Invocation): Promise<Reply> {
  const deadlineMs = ports.clock.nowMs() + invocation.getRemainingTimeInMillis() - GRACE_MS;
  return operate({ config, ports, raw, owner: invocation.awsRequestId, deadlineMs });
}

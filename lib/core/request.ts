/** What an operator asks for. The same core and the same lease serve it: a request instead of a tick. */
import { z } from 'zod';
import type { Parsed } from './config.ts';
import { faultsOf } from './fault.ts';

const pair = z.string('the name of a pair').min(1, 'the name of a pair');
const by = z.string('who asks').min(1, 'who asks').default('operator');
const why = z.string().default('');
/** Who asks and why go into history and alerts. */
const asked = { pair, by, why };

const schemas = {
  /** What is seen of the pair now, and what keepalambda makes of it. */
  status: z.strictObject({ action: z.literal('status'), pair: pair.optional() }),
  /** The mysql_check verdict on both nodes. */
  check: z.strictObject({ action: z.literal('check'), pair }),
  /** Moves the VIP to the standby (or to the node named), which must be fit unless forced. */
  failover: z.strictObject({
    action: z.literal('failover'),
    ...asked,
    to: z.string().optional(),
    force: z.boolean().default(false),
    acceptLoss: z.boolean().default(false),
  }),
  /** Changes the holder and loses nothing. */
  switchover: z.strictObject({ action: z.literal('switchover'), ...asked, to: z.string().optional() }),
  /** No automatic action until the time is over. */
  pause: z.strictObject({
    action: z.literal('pause'),
    ...asked,
    why: z.string('a reason, so that others know').min(1, 'a reason, so that others know'),
    minutes: z
      .number('how long, in minutes: a pause always ends')
      .positive('a positive number of minutes')
      .max(1440, 'at most 1440 minutes'),
  }),
  resume: z.strictObject({ action: z.literal('resume'), ...asked }),
  /** Allows automatic failovers again after the flap guard stopped them. */
  acknowledge: z.strictObject({ action: z.literal('acknowledge'), ...asked }),
  /** Gives a quarantined node its security groups back. */
  release: z.strictObject({
    action: z.literal('release'),
    ...asked,
    node: z.string('the node in quarantine'),
  }),
  /** The exact steps that a failover or switchover would take now. Changes nothing. */
  plan: z.strictObject({
    action: z.literal('plan'),
    pair,
    of: z.enum(['failover', 'switchover'], "'failover' or 'switchover'").default('failover'),
    force: z.boolean().default(false),
  }),
  history: z.strictObject({ action: z.literal('history'), pair, limit: z.int().min(1).max(500).default(50) }),
} as const;

export type Request = {
  [Action in keyof typeof schemas]: z.output<(typeof schemas)[Action]>;
}[keyof typeof schemas];
export type Action = Request['action'];
/** The requests that change something, and so need the lease. */
export type Order = Extract<
  Request,
  { action: 'failover' | 'switchover' | 'pause' | 'resume' | 'acknowledge' | 'release' }
>;

export const actions = Object.keys(schemas) as Action[];

/** An event of the operate function → a request, or what is wrong with it. Never throws. */
export function parseRequest(raw: unknown): Parsed<Request> {
  const action = raw !== null && typeof raw === 'object' ? (raw as { action?: unknown }).action : undefined;
  const schema =
    typeof action === 'string' && Object.hasOwn(schemas, action) ? schemas[action as Action] : undefined;
  if (!schema) {
    const got = action === undefined ? 'nothing' : JSON.stringify(action);
    const want = `one of ${actions.join(', ')}`;
    return {
      kind: 'faulty',
      faults: [{ path: 'action', got, want, remedy: 'set action, as in {"action":"status"}' }],
    };
  }
  const parsed = schema.safeParse(raw, { reportInput: true });
  if (parsed.success) return { kind: 'valid', value: parsed.data };
  const keys = Object.keys(schema.shape).join(', ');
  const faults = faultsOf(parsed.error, raw).map((fault) =>
    fault.got.startsWith('unknown key')
      ? { ...fault, want: `only the keys of ${String(action)}: ${keys}` }
      : fault,
  );
  return { kind: 'faulty', faults };
}

/** Whether a request changes something. */
export function isOrder(request: Request): request is Order {
  switch (request.action) {
    case 'failover':
    case 'switchover':
    case 'pause':
    case 'resume':
    case 'acknowledge':
    case 'release':
      return true;
    case 'status':
    case 'check':
    case 'plan':
    case 'history':
      return false;
  }
}

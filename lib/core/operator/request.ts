/** What an operator asks for. The same core and the same lease serve it: a request instead of a tick. */
import { z } from 'zod';
import type { Parsed } from '../config/config.ts';
import { type ConfigFault, faultsOf, shown } from '../fault.ts';
import { maintainSchema, maintenanceSchema } from '../maintain/request.ts';
import { escaped } from '../one-line.ts';

const pair = z.string('the name of a pair').min(1, 'the name of a pair');
const node = (what: string) => z.string(what).min(1, what).max(31, what);
/** Text from people: bounded, and one line wherever it is shown, so that it cannot forge lines of its own. */
const said = (want: string, max: number) =>
  z.string(want).trim().min(1, want).max(max, `${want}, of at most ${max} characters`).transform(escaped);
/** Who asks and why go into history and alerts. The same id again gets the same answer, and never a second move. */
const asked = {
  pair,
  by: said('who asks: a name', 64),
  why: said('a reason, so that others know', 500),
  id: z
    .string('an id of your own')
    .regex(/^[A-Za-z0-9._-]{1,64}$/, 'an id of at most 64 letters, digits, dots, hyphens and underscores')
    .optional(),
};
/** A move says where to, or from where: repeated by mistake, it then finds its work done. */
const direction = {
  to: node('the node to move to').optional(),
  from: node('the node to move away from').optional(),
};
const directed = { path: ['to'], error: 'the node to move to, or "from", the node to move away from' };
const isDirected = ({ to, from }: { readonly to?: string | undefined; readonly from?: string | undefined }) =>
  to !== undefined || from !== undefined;

const runId = z.string('the id of the work').regex(/^[A-Za-z0-9._-]{1,64}$/, 'the id of the work');
/** Says what would be done, and changes nothing. */
const dryRun = z.boolean().default(false);

/** The rows of history that one answer can hold. */
export const HISTORY_MAX = 2000;
const eventsText = 'a whole number from 0 to 20';
const limitText = `a whole number from 1 to ${HISTORY_MAX}`;

const schemas = {
  /** What is seen of the pair now, and what keepalambda makes of it. */
  status: z.strictObject({
    action: z.literal('status'),
    pair: pair.optional(),
    /** Adds the whole state of the pair as the leader has it. */
    verbose: z.boolean().default(false),
    /** Adds so many of the newest rows of history. */
    events: z.int(eventsText).min(0, eventsText).max(20, eventsText).default(0),
  }),
  /** The row that decides now, why, what led there, and what would have to be different. */
  explain: z.strictObject({ action: z.literal('explain'), pair: pair.optional() }),
  /** The mysql_check verdict on both nodes. */
  check: z.strictObject({ action: z.literal('check'), pair }),
  /** What is wrong with the settings of the pair's servers, why it matters, and what fixes it. */
  doctor: z.strictObject({ action: z.literal('doctor'), pair }),
  /** Moves the VIP to the standby (or to the node named), which must be fit unless forced. */
  failover: z
    .strictObject({
      action: z.literal('failover'),
      ...asked,
      ...direction,
      force: z.boolean().default(false),
      acceptLoss: z.boolean().default(false),
    })
    .refine(isDirected, directed),
  /** Changes the holder and loses nothing. `killLong` ends long sessions; `force` undoes a move of the last minute. */
  switchover: z
    .strictObject({
      action: z.literal('switchover'),
      ...asked,
      ...direction,
      force: z.boolean().default(false),
      killLong: z.boolean().default(false),
    })
    .refine(isDirected, directed),
  /** Lets the holder receive from the old holder again, with what that one has and the holder lacks. */
  reattach: z.strictObject({
    action: z.literal('reattach'),
    ...asked,
    acceptLoss: z.boolean().default(false),
  }),
  /** No automatic action until the time is over. */
  pause: z.strictObject({
    action: z.literal('pause'),
    ...asked,
    minutes: z
      .number('a number of minutes, because a pause always ends')
      .positive('a positive number of minutes')
      .max(1440, 'at most 1440 minutes'),
  }),
  resume: z.strictObject({ action: z.literal('resume'), ...asked }),
  /**
   * A person takes care of the open incident. Allows automatic failovers again after the flap guard stopped them, and accepts
   * a changed identity; with `incident`, neither.
   */
  acknowledge: z.strictObject({
    action: z.literal('acknowledge'),
    ...asked,
    incident: z.string('the id of the open incident').min(1, 'the id of the open incident').optional(),
  }),
  /** Gives a quarantined node its security groups back. */
  release: z.strictObject({
    action: z.literal('release'),
    ...asked,
    node: z.string('the node in quarantine'),
  }),
  /** Marks the standby as unfit while it is made anew. `run` is the work's own id. */
  'set-aside': z.strictObject({
    action: z.literal('set-aside'),
    ...asked,
    node: node('the node'),
    run: runId,
  }),
  /** Takes that mark off. */
  reinstate: z.strictObject({ action: z.literal('reinstate'), ...asked, node: node('the node'), run: runId }),
  /** What each node has and the other lacks: transactions, with the rows of each table. */
  divergence: z.strictObject({ action: z.literal('divergence'), pair }),
  /** The exact steps that a failover or switchover would take now. Changes nothing. */
  plan: z.strictObject({
    action: z.literal('plan'),
    pair,
    of: z.enum(['failover', 'switchover'], "'failover' or 'switchover'").default('failover'),
    force: z.boolean().default(false),
    killLong: z.boolean().default(false),
  }),
  /** The newest rows first; those of one incident alone where it is named. */
  history: z.strictObject({
    action: z.literal('history'),
    pair,
    limit: z.int(limitText).min(1, limitText).max(HISTORY_MAX, limitText).default(50),
    incident: z.string('the id of an incident').min(1, 'the id of an incident').optional(),
  }),
  /** Makes a healthy pair of two servers. Again: changes nothing. */
  setup: z.strictObject({
    action: z.literal('setup'),
    ...asked,
    dryRun,
    /** The node whose data counts, where one has data and the other is empty. */
    from: node('the node whose data counts').optional(),
    /** Restarts the server of the node that has the VIP too, where its configuration needs it. */
    restartHolder: z.boolean().default(false),
  }),
  /** Makes a node anew from the holder's data. What it had of its own is kept as its binary logs, on its host. */
  rebuild: z.strictObject({
    action: z.literal('rebuild'),
    ...asked,
    dryRun,
    node: node('the node to make anew'),
    /** The node has transactions of its own, and may lose them. */
    acceptLoss: z.boolean().default(false),
  }),
  /** Takes off the hosts what setup wrote; never data. */
  remove: z.strictObject({
    action: z.literal('remove'),
    ...asked,
    dryRun,
    /** Ends replication too, and removes its account. */
    channels: z.boolean().default(false),
  }),
  /** Changes both servers, the standby first, with one switchover between them. Again: goes on from where it was. */
  maintain: maintainSchema.extend({ ...asked, dryRun }),
  /** One step of a maintenance, for the leader to remember. Operate gives it; a person gives `maintain`. */
  maintenance: maintenanceSchema.extend(asked),
} as const;

export type Request = {
  [Action in keyof typeof schemas]: z.output<(typeof schemas)[Action]>;
}[keyof typeof schemas];
export type Action = Request['action'];

export const actions = Object.keys(schemas) as Action[];

/** An event of the operate function → a request, or what is wrong with it. Never throws. */
export function parseRequest(raw: unknown): Parsed<Request> {
  if (raw === null || typeof raw !== 'object' || Array.isArray(raw))
    return { kind: 'faulty', faults: [notOne(raw)] };
  const { action } = raw as { action?: unknown };
  const schema =
    typeof action === 'string' && Object.hasOwn(schemas, action) ? schemas[action as Action] : undefined;
  if (!schema) {
    const got = shown(action);
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
      ? { ...fault, path: fault.path || 'the request', want: `only the keys of ${String(action)}: ${keys}` }
      : fault,
  );
  return { kind: 'faulty', faults };
}

/** The event is no object. A text is mostly a request that was made JSON twice. */
function notOne(raw: unknown): ConfigFault {
  const isTwice = typeof raw === 'string' && /^\s*\{/.test(raw);
  return {
    path: 'the request',
    got: shown(raw),
    want: 'one JSON object, such as {"action":"status"}',
    remedy: isTwice
      ? 'send the object itself: this is a text, so it was made JSON twice'
      : `send an object with action, one of ${actions.join(', ')}`,
  };
}

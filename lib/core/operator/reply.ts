/** What operate answers, as a person reads it (`lines`) and as a program does (`data`). */
import { z } from 'zod';
import { type Finding, severities } from '../alert/finding.ts';
import type { SubscriptionsSeen } from '../config/subscriber.ts';
import { hostActions, stepResults } from '../hosts/host-work.ts';
import { detailSchema } from '../memory/history.ts';
import type { Lack } from '../standby/divergence.ts';

const text = z.string();
const many = <Schema extends z.ZodType>(schema: Schema) => z.array(schema).readonly();

const nodeStatus = z.object({
  node: text,
  verdict: z.enum(['serving', 'stopped', 'silent', 'stuck', 'saturated', 'locked-out', 'unseen']),
  because: text,
  /** Null where the node did not let us in. */
  writes: z.enum(['open', 'closed', 'half-closed']).nullable(),
  /** It takes none from clients all the same: `offline_mode` is on. */
  offline: z.literal(true).exactOptional(),
  lagSeconds: z.number().nullable(),
  replicates: z.boolean().nullable(),
  version: text.nullable(),
});

const planStatus = z.object({
  id: text,
  kind: text,
  from: text.nullable(),
  to: text,
  by: text,
  row: text,
  startedAtMs: z.number(),
  /** Whether it is carried out, or taken back. */
  phase: z.enum(['running', 'undoing']),
  /** Every step in order, with what came of it; null before that. */
  steps: many(z.object({ step: text, outcome: text.nullable() })),
});

const replicaStatus = z.object({
  /** Null of one that is not configured: a node feeds it. */
  name: text.nullable(),
  address: text,
  answers: z.boolean(),
  /** The node that it follows; null when it is neither, or not known. */
  follows: text.nullable(),
  /** The error of its threads, or why it does not answer. */
  because: text.nullable(),
  io: z.enum(['yes', 'no', 'connecting']).nullable(),
  sql: z.enum(['yes', 'no']).nullable(),
  lagSeconds: z.number().nullable(),
});

export const pairStatusSchema = z.object({
  pair: text,
  mode: z.enum(['act', 'observe']),
  vip: text,
  /** The node that has the VIP; null when it is on neither, or not known. */
  holder: text.nullable(),
  /** Where the VIP is, in words. */
  vipIs: text,
  nodes: many(nodeStatus),
  standby: text,
  canTakeOver: z.boolean(),
  /** Why the standby cannot take over. */
  reasons: many(text),
  row: text,
  /** What is done, in words. */
  does: text,
  why: text,
  incident: text.nullable(),
  pause: z.object({ untilMs: z.number(), by: text, why: text }).nullable(),
  flapGuard: text.nullable(),
  quarantine: text.nullable(),
  plan: planStatus.nullable(),
  /** Of both servers, while it is at work. */
  maintenance: z
    .object({
      work: text,
      by: text,
      why: text,
      out: text.nullable(),
      nodes: many(text),
      done: many(text),
      stopped: text.nullable().default(null),
    })
    .nullable()
    .default(null),
  /** A function of an older release does not say. */
  replicas: many(replicaStatus).default([]),
  /** Whose evidence it is: the leader's, or that of one look, which confirms nothing. An older release has only looked. */
  seenBy: z.enum(['leader', 'one look']).default('one look'),
  atMs: z.number(),
});
export type PairStatus = z.infer<typeof pairStatusSchema>;

/** The lease as it was read; `version` changes with each renewal. */
const leaseStatus = z.object({ owner: text, epoch: z.number(), version: text, released: z.boolean() });

const subscriptionsSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('known'), confirmed: z.number(), pending: z.number() }),
  z.object({ kind: z.literal('unknown'), because: text }),
]) satisfies z.ZodType<SubscriptionsSeen>;

const historyRow = z.object({
  pair: text,
  atMs: z.number(),
  incident: text.nullable(),
  epoch: z.number(),
  what: text,
  text,
  /** The same for programs. Absent in rows of older releases. */
  detail: detailSchema.optional(),
});
export type HistoryRow = z.infer<typeof historyRow>;

/** A pair's whole state: the leader's own, or what the store remembers where no leader answered. */
const wholeState = z.object({
  from: z.enum(['leader', 'store']),
  epoch: z.number().nullable(),
  atMs: z.number(),
  /** `PairState` of the leader, or `Memory` of the store. */
  state: z.unknown(),
});
export type WholeState = z.infer<typeof wholeState>;

export const explanationSchema = z.object({
  pair: text,
  /** Whose evidence it is: the leader's, or that of one look where no leader answered. */
  from: z.enum(['leader', 'one look']),
  row: text,
  says: text,
  does: text,
  /** Why this is done now. */
  because: text.nullable(),
  reason: text,
  origin: text,
  /** What was seen that led there, a line each. */
  sightings: many(text),
  /** What would have to be different, and what would be done then. */
  otherwise: many(z.object({ if: text, row: text, does: text })),
});
export type Explanation = z.infer<typeof explanationSchema>;

const findingSchema = z.object({
  id: text,
  severity: z.enum(severities),
  subject: text,
  got: text,
  want: text,
  why: text,
  fix: text,
}) satisfies z.ZodType<Finding>;

const extentSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('nothing') }),
  z.object({ kind: z.literal('set'), set: text, count: z.number(), isExact: z.boolean() }),
  z.object({ kind: z.literal('behind'), place: text }),
  z.object({ kind: z.literal('unknown'), because: text }),
]);

const tableCount = z.object({
  table: text,
  inserted: z.number(),
  updated: z.number(),
  deleted: z.number(),
  statements: z.number(),
});

/** What one node has and the other lacks. */
const lackSchema = z.object({
  has: text,
  lacks: text,
  extent: extentSchema,
  counted: z
    .object({
      transactions: z.number(),
      tables: many(tableCount),
      moreTables: z.number(),
      statements: z.number(),
      unread: text.nullable(),
    })
    .nullable(),
  unread: text.nullable(),
}) satisfies z.ZodType<Lack>;

const dataSchema = z.discriminatedUnion('action', [
  z.object({
    action: z.literal('status'),
    pairs: many(pairStatusSchema),
    lease: leaseStatus.nullable(),
    /** The newest rows of all pairs together, newest first. */
    events: many(historyRow),
    /** Whom alerts reach. A function of an older release does not say. */
    subscriptions: subscriptionsSchema.optional(),
    states: many(wholeState.extend({ pair: text })).optional(),
  }),
  z.object({ action: z.literal('explain'), pairs: many(explanationSchema) }),
  z.object({
    action: z.literal('check'),
    nodes: many(z.object({ pair: text, node: text, passes: z.boolean(), faults: many(text) })),
  }),
  /** The most dangerous first. */
  z.object({ action: z.literal('doctor'), pair: text, findings: many(findingSchema) }),
  z.object({ action: z.literal('divergence'), pair: text, lacks: many(lackSchema) }),
  z.object({
    action: z.literal('plan'),
    pair: text,
    of: z.enum(['failover', 'switchover']),
    from: text,
    to: text,
    /** The steps of a stage are carried out at the same time. */
    stages: many(many(text)),
    loss: text,
    /** Of a switchover: the long sessions that stand in its way, in words. */
    sessions: text.nullable(),
  }),
  z.object({ action: z.literal('history'), rows: many(historyRow) }),
  z.object({
    action: z.literal('order'),
    order: text,
    pair: text,
    id: text,
    /** How long its plan took, and for how long no node took writes in it. */
    tookMs: z.number().optional(),
    closedForMs: z.number().optional(),
  }),
  z.object({
    action: z.enum(hostActions),
    pair: text,
    /** In their order: what was met already, was changed, or (in a dry run) would be. */
    steps: many(
      z.object({
        name: text,
        /** Null for a step of the whole pair. */
        node: text.nullable(),
        does: text,
        result: z.enum(stepResults),
        tookMs: z.number(),
      }),
    ),
    changed: z.number(),
    /** The time of this invocation was over: the same request goes on. */
    unfinished: z.boolean(),
    /** What it waits for runs on a host: it moves on, though nothing was changed. */
    atWork: z.boolean().optional(),
  }),
]);
export type ReplyData = z.infer<typeof dataSchema>;

/** `faulty`: the request itself was wrong. `refused`: it was understood, and is not done. `failed`: it was tried. */
export const outcomes = ['done', 'failed', 'refused', 'faulty'] as const;

export const replySchema = z.object({
  ok: z.boolean(),
  outcome: z.enum(outcomes),
  lines: many(text),
  data: dataSchema.optional(),
});
export type Reply = z.infer<typeof replySchema>;

/** It is done, or answered. */
export function done(lines: readonly string[], data?: ReplyData): Reply {
  return { ok: true, outcome: 'done', lines, ...(data ? { data } : {}) };
}

/** It is not done. */
export function notDone(
  outcome: Exclude<Reply['outcome'], 'done'>,
  lines: readonly string[],
  data?: ReplyData,
): Reply {
  return { ok: false, outcome, lines, ...(data ? { data } : {}) };
}

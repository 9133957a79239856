/**
 * What watch and probe say to each other: the payload of the probe function's invocation, and its answer.
 *
 * The schemas are checked on both sides. Unknown keys are dropped, not refused: while a deployment is under
 * way, a new watch may speak to an old probe. A probe never sends a time, only ages: its clock is its own.
 */
import * as z from 'zod';
import type { Answered, CaughtUp, Closed, Detached } from '../core/evidence/probe-results.ts';
import { serverFactsSchema } from './facts-schemas.ts';
import { lookSchema } from './look-schemas.ts';
import { chainReplicaSchema, fedSchema, repointedSchema } from './replica-schemas.ts';
import {
  credentialsSchema,
  nodeSchema,
  obstacleSchema,
  peerSchema,
  positionSchema,
} from './shared-schemas.ts';
import { heartbeatSchema, sightingSchema } from './sighting-schemas.ts';

/** Where a command goes. The probe must have answered `limitMs` after it began. */
const commandFields = {
  pair: z.string(),
  port: z.int(),
  credentials: credentialsSchema,
  limitMs: z.number(),
};

/** Whether scheduled events move with the role. A watch of before did not say. */
const eventsSchema = z.enum(['leave', 'managed']).default('leave');

const closeSchema = z.object({
  kind: z.literal('close'),
  ...commandFields,
  node: nodeSchema,
  kills: z.enum(['to-close', 'once-closed']),
  events: eventsSchema,
  /** The source of its replication: what feeds it, or is fed by it, is not killed. */
  peer: peerSchema,
});
const openSchema = z.object({
  kind: z.literal('open'),
  ...commandFields,
  node: nodeSchema,
  events: eventsSchema,
});
const catchUpSchema = z.object({
  kind: z.literal('catch-up'),
  ...commandFields,
  node: nodeSchema,
  /** The position of its source to reach; null: all that it received. */
  upTo: positionSchema.nullable(),
  peer: peerSchema,
});
const detachSchema = z.object({
  kind: z.literal('detach'),
  ...commandFields,
  node: nodeSchema,
  peer: peerSchema,
  /** As in `DatabasePort.detach`; a watch of an older release does not say. */
  threads: z.enum(['receiver', 'both']).default('receiver'),
});
const attachSchema = z.object({
  kind: z.literal('attach'),
  ...commandFields,
  node: nodeSchema,
  peer: peerSchema,
  /** As in `DatabasePort.attach`; a watch of an older release does not say. */
  attaching: z.enum(['as-it-is', 'afresh']).default('as-it-is'),
});
const reconnectSchema = z.object({
  kind: z.literal('reconnect'),
  ...commandFields,
  node: nodeSchema,
  peer: peerSchema,
});
const replicateSchema = z.object({
  kind: z.literal('replicate'),
  ...commandFields,
  node: nodeSchema,
  peer: peerSchema,
  /** What the node logs in to its source with. */
  account: credentialsSchema,
});
const inspectSchema = z.object({ kind: z.literal('inspect'), ...commandFields, node: nodeSchema });
const examineSchema = z.object({
  kind: z.literal('examine'),
  ...commandFields,
  node: nodeSchema,
  depth: z.enum(['quick', 'full']),
});
const verifySchema = z.object({
  kind: z.literal('verify'),
  ...commandFields,
  vip: z.string(),
  writeProbe: z.boolean(),
});

const replicaSchema = z.object({ kind: z.literal('replica'), ...commandFields, node: nodeSchema });
const feedsSchema = z.object({
  kind: z.literal('feeds'),
  ...commandFields,
  node: nodeSchema,
  peer: peerSchema,
});
const repointSchema = z.object({
  kind: z.literal('repoint'),
  ...commandFields,
  /** The chain replica. */
  node: nodeSchema,
  from: peerSchema,
  to: peerSchema,
});

export const probeRequestSchema = z.discriminatedUnion('kind', [
  lookSchema,
  closeSchema,
  openSchema,
  catchUpSchema,
  detachSchema,
  attachSchema,
  reconnectSchema,
  replicateSchema,
  inspectSchema,
  examineSchema,
  verifySchema,
  replicaSchema,
  feedsSchema,
  repointSchema,
]);

/**
 * Why a command did not succeed. All but `timeout` mean that nothing was changed:
 * `unreachable`: no connection, so another vantage may do better; `locked-out`: password, TLS or grants;
 * `saturated`: no connection left for us; `timeout`: a statement was sent and not answered, it may yet take
 * effect; `unsuccessful`: the server answered, and it is not as wanted.
 */
const failureSchema = z.enum(['unreachable', 'locked-out', 'saturated', 'timeout', 'unsuccessful']);

const failedSchema = z.object({ kind: z.literal('failed'), failure: failureSchema, because: z.string() });

/** The answer to each kind of request, when it succeeds. */
const probeAnswerSchemas = {
  look: z.object({ kind: z.literal('looks'), pairs: z.record(z.string(), z.array(sightingSchema)) }),
  close: z.object({
    kind: z.literal('closed'),
    closed: z.object({
      wasWritable: z.boolean(),
      killed: z.number(),
      position: positionSchema,
    }) satisfies z.ZodType<Closed>,
  }),
  open: z.object({ kind: z.literal('opened'), wasWritable: z.boolean() }),
  'catch-up': z.object({
    kind: z.literal('caught-up'),
    caughtUp: z.object({
      reached: z.boolean(),
      applied: positionSchema,
      received: positionSchema,
      executed: positionSchema,
      because: z.string(),
    }) satisfies z.ZodType<CaughtUp>,
  }),
  detach: z.object({
    kind: z.literal('detached'),
    detached: z.object({
      was: z.enum(['running', 'stopped', 'unconfigured']),
      received: positionSchema,
      outlasts: z.boolean(),
    }) satisfies z.ZodType<Detached>,
  }),
  attach: z.object({ kind: z.literal('attached'), wasRunning: z.boolean() }),
  reconnect: z.object({ kind: z.literal('reconnected'), answers: z.boolean() }),
  replicate: z.object({ kind: z.literal('replicates') }),
  inspect: z.object({
    kind: z.literal('inspected'),
    obstacles: z.array(obstacleSchema),
  }),
  examine: z.object({ kind: z.literal('examined'), facts: serverFactsSchema }),
  replica: z.object({ kind: z.literal('replica-seen'), replica: chainReplicaSchema }),
  feeds: z.object({ kind: z.literal('fed'), fed: z.array(fedSchema) }),
  repoint: z.object({ kind: z.literal('repointed'), repointed: repointedSchema }),
  verify: z.object({
    kind: z.literal('verified'),
    answered: z.object({
      identity: z.string(),
      writable: z.boolean(),
      heartbeat: heartbeatSchema,
    }) satisfies z.ZodType<Answered>,
  }),
} as const;

export const probeResponseSchema = z.discriminatedUnion('kind', [
  probeAnswerSchemas.look,
  probeAnswerSchemas.close,
  probeAnswerSchemas.open,
  probeAnswerSchemas['catch-up'],
  probeAnswerSchemas.detach,
  probeAnswerSchemas.replicate,
  probeAnswerSchemas.attach,
  probeAnswerSchemas.reconnect,
  probeAnswerSchemas.inspect,
  probeAnswerSchemas.examine,
  probeAnswerSchemas.verify,
  probeAnswerSchemas.replica,
  probeAnswerSchemas.feeds,
  probeAnswerSchemas.repoint,
  failedSchema,
]);

export type ProbeCredentials = z.output<typeof credentialsSchema>;
export type ProbeRequest = z.output<typeof probeRequestSchema>;
export type ProbeRequestOf<Kind extends ProbeRequest['kind']> = Extract<ProbeRequest, { kind: Kind }>;
export type ProbeResponse = z.output<typeof probeResponseSchema>;
/** What a request of this kind is answered with, when it succeeds. */
export type ProbeAnswer<Kind extends ProbeRequest['kind']> = z.output<(typeof probeAnswerSchemas)[Kind]>;
export type ProbeFailed = z.output<typeof failedSchema>;
export type ProbeFailure = z.output<typeof failureSchema>;

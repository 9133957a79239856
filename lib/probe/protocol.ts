/**
 * What watch and probe say to each other: the payload of the probe function's invocation, and its answer.
 *
 * The schemas are checked on both sides. Unknown keys are dropped, not refused: while a deployment is under
 * way, a new watch may speak to an old probe. A probe never sends a time, only ages: its clock is its own.
 */
import * as z from 'zod';
import type { Answered, CaughtUp, Closed, Detached } from '../core/evidence/probe-results.ts';
import type { Heartbeat, Inbound, Position, Saw, Server, Sighting } from '../core/evidence/sighting.ts';
import { serverFactsSchema } from './facts-protocol.ts';
import { chainReplicaSchema, fedSchema, repointedSchema } from './replica-schemas.ts';
import { errorSchema, obstacleSchema, scheduledEventsSchema, sessionSchema } from './shared-schemas.ts';

const positionSchema = z.object({
  gtid: z.string().nullable(),
  file: z.string(),
  offset: z.number(),
}) satisfies z.ZodType<Position>;

/** The monitor's account. It travels in the invocation only, and is never logged or stored. */
const credentialsSchema = z.object({
  user: z.string(),
  password: z.string(),
  /** `off` (also when left out), `encrypt` without a check, `verify-ca`. */
  tls: z.enum(['off', 'encrypt', 'verify-ca']).optional(),
  /** The certificate authority (PEM) that must have signed the server's certificate. */
  ca: z.string().optional(),
});

const nodeSchema = z.object({ name: z.string(), address: z.string() });

/** The pair's other node, as a source: its address, and its identity where that is known. */
const peerSchema = z.object({ address: z.string(), identity: z.string().nullable() });

/** How a pair is to be looked at. When the look is due is the leader's affair: it is not sent. */
const lookOrderSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('held'), forMs: z.number() }),
  z.object({ kind: z.literal('close-up'), forMs: z.number(), witnessMs: z.number() }),
  z.object({ kind: z.literal('soon') }),
  z.object({ kind: z.literal('now') }),
]);
type ProbeLookOrder = z.output<typeof lookOrderSchema>;

/** One pair to look at. */
const lookTargetSchema = z.object({
  pair: z.string(),
  port: z.int(),
  /** Both nodes, by their own addresses: a look never goes through the VIP. */
  nodes: z.array(nodeSchema).min(1),
  /** The node whose look commits the heartbeat row; null when nobody holds the VIP. */
  holder: z.string().nullable(),
  /** The fingerprint of what watch last saw from this vantage; null to be answered at once. */
  seen: z.string().nullable(),
  /** Whether the pair has the table `keepalambda.heartbeat`. */
  writeProbe: z.boolean(),
  credentials: credentialsSchema,
  order: lookOrderSchema,
  settings: z.object({ lagLimitSeconds: z.number(), lookLimitMs: z.number(), lookIntervalMs: z.number() }),
});

/**
 * Looks at every target, once; or, where all orders allow it, until one differs from its `seen`. A watch of the release
 * before this one may lead for two more minutes after a deployment: it sends no orders, but `holdMs` and `witnessMs`.
 */
const lookSchema = z
  .object({
    kind: z.literal('look'),
    targets: z.array(
      lookTargetSchema.partial({ order: true }).extend({
        settings: lookTargetSchema.shape.settings.extend({ witnessMs: z.number().nullable().optional() }),
      }),
    ),
    holdMs: z.number().optional(),
  })
  .transform(({ kind, targets, holdMs = 0 }) => ({
    kind,
    targets: targets.map(({ settings: { witnessMs = null, ...settings }, order, ...target }) => {
      return { ...target, settings, order: order ?? formerOrder(holdMs, witnessMs) };
    }),
  }));

function formerOrder(holdMs: number, witnessMs: number | null): ProbeLookOrder {
  if (holdMs === 0) return { kind: 'soon' };
  return witnessMs === null
    ? { kind: 'held', forMs: holdMs }
    : { kind: 'close-up', forMs: holdMs, witnessMs };
}

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
  replicateSchema,
  inspectSchema,
  examineSchema,
  verifySchema,
  replicaSchema,
  feedsSchema,
  repointSchema,
]);

const inboundSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('unconfigured') }),
  z.object({
    kind: z.literal('configured'),
    io: z.enum(['yes', 'no', 'connecting']),
    sql: z.enum(['yes', 'no']),
    lagSeconds: z.number().nullable(),
    ioError: errorSchema.nullable(),
    sqlError: errorSchema.nullable(),
    sourceAddress: z.string(),
    sourceIdentity: z.string().nullable(),
    delaySeconds: z.number(),
    /** A probe of an older release does not say. */
    retrySeconds: z.number().default(60),
    applierBlocked: z.string().nullable(),
    /** A probe of an older release does not say. */
    barred: z.boolean().optional(),
    received: positionSchema,
    applied: positionSchema,
    caughtUp: z.boolean(),
    heardAgoMs: z.number().nullable(),
    receivedAgoMs: z.number().nullable(),
  }),
]) satisfies z.ZodType<Inbound>;

const heartbeatSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('not-tried') }),
  z.object({ kind: z.literal('committed') }),
  z.object({ kind: z.literal('barred'), because: z.string(), blocker: sessionSchema.nullable() }),
  z.object({ kind: z.literal('refused'), errno: z.number(), message: z.string() }),
  z.object({
    kind: z.literal('failed'),
    forMs: z.number(),
    because: z.string(),
    cause: z.enum(['global-lock', 'disk-full', 'semi-sync', 'unknown']),
    blocker: sessionSchema.nullable(),
  }),
]) satisfies z.ZodType<Heartbeat>;

const serverSchema = z.object({
  identity: z.string(),
  version: z.string(),
  flavor: z.enum(['mysql', 'mariadb']),
  writable: z.boolean(),
  halfClosed: z.boolean(),
  offline: z.literal(true).exactOptional(),
  uptimeSeconds: z.number(),
  roundTripMs: z.number(),
  clockOffMs: z.number().nullable().default(null),
  binaryLog: z.enum(['on', 'off', 'unknown']),
  semiSync: z.object({ waiting: z.boolean(), timeoutMs: z.number() }).nullable(),
  events: scheduledEventsSchema.nullable(),
  globalLock: sessionSchema.nullable(),
  loginRefused: errorSchema.nullable(),
  inbound: inboundSchema,
  executed: positionSchema,
  heartbeat: heartbeatSchema,
}) satisfies z.ZodType<Server>;

const sawSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('answered'), server: serverSchema }),
  z.object({ kind: z.literal('refused') }),
  z.object({
    kind: z.literal('unanswered'),
    during: z.enum(['connect', 'login', 'query']),
    because: z.enum(['timeout', 'dropped', 'unreachable']),
    afterMs: z.number(),
  }),
  z.object({ kind: z.literal('saturated'), errno: z.number(), message: z.string() }),
  z.object({ kind: z.literal('locked-out'), errno: z.number(), message: z.string() }),
]) satisfies z.ZodType<Saw>;

const sightingSchema = z.object({ node: z.string(), saw: sawSchema }) satisfies z.ZodType<Sighting>;

/**
 * Why a command did not succeed. All but `timeout` mean that nothing was changed:
 * `unreachable`: no connection, so another vantage may do better; `locked-out`: password, TLS or grants;
 * `saturated`: no connection left for us; `timeout`: a statement was sent and not answered, it may yet take
 * effect; `unsuccessful`: the server answered, and it is not as wanted.
 */
const failureSchema = z.enum(['unreachable', 'locked-out', 'saturated', 'timeout', 'unsuccessful']);

const failedSchema = z.object({ kind: z.literal('failed'), failure: failureSchema, because: z.string() });

/** The answer to each kind of request, when it succeeds. */
export const probeAnswerSchemas = {
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
  probeAnswerSchemas.inspect,
  probeAnswerSchemas.examine,
  probeAnswerSchemas.verify,
  probeAnswerSchemas.replica,
  probeAnswerSchemas.feeds,
  probeAnswerSchemas.repoint,
  failedSchema,
]);

export type ProbeCredentials = z.output<typeof credentialsSchema>;
export type ProbeTarget = z.output<typeof lookTargetSchema>;
export type ProbeRequest = z.output<typeof probeRequestSchema>;
export type ProbeRequestOf<Kind extends ProbeRequest['kind']> = Extract<ProbeRequest, { kind: Kind }>;
export type ProbeResponse = z.output<typeof probeResponseSchema>;
/** What a request of this kind is answered with, when it succeeds. */
export type ProbeAnswer<Kind extends ProbeRequest['kind']> = z.output<(typeof probeAnswerSchemas)[Kind]>;
export type ProbeFailed = z.output<typeof failedSchema>;
export type ProbeFailure = z.output<typeof failureSchema>;

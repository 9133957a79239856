/** What a look saw of a node, as the probe sends it. */
import * as z from 'zod';
import type { Heartbeat, Inbound, Saw, Server, Sighting } from '../core/evidence/sighting.ts';
import { errorSchema, positionSchema, scheduledEventsSchema, sessionSchema } from './shared-schemas.ts';

const inboundSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('unconfigured') }),
  z.object({ kind: z.literal('unread') }),
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
    leavesOut: z.string().exactOptional(),
    received: positionSchema,
    applied: positionSchema,
    caughtUp: z.boolean(),
    heardAgoMs: z.number().nullable(),
    receivedAgoMs: z.number().nullable(),
    unanswered: z.literal(true).exactOptional(),
    heartbeatSeconds: z.number().exactOptional(),
  }),
]) satisfies z.ZodType<Inbound>;

export const heartbeatSchema = z.discriminatedUnion('kind', [
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
  isEarly: z.literal(true).exactOptional(),
  serverId: z.number().exactOptional(),
  uptimeSeconds: z.number(),
  startSecond: z.number().exactOptional(),
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

const shutOut = { errno: z.number(), message: z.string(), isFresh: z.literal(true).exactOptional() };

const sawSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('answered'), server: serverSchema }),
  z.object({ kind: z.literal('refused') }),
  z.object({
    kind: z.literal('unanswered'),
    during: z.enum(['connect', 'login', 'query']),
    because: z.enum(['timeout', 'dropped', 'unreachable']),
    afterMs: z.number(),
    wasBusy: z.literal(true).exactOptional(),
  }),
  z.object({ kind: z.literal('saturated'), ...shutOut }),
  z.object({ kind: z.literal('locked-out'), ...shutOut }),
]) satisfies z.ZodType<Saw>;

export const sightingSchema = z.object({ node: z.string(), saw: sawSchema }) satisfies z.ZodType<Sighting>;

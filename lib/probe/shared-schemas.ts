/** What several messages of the protocol have in common. */
import * as z from 'zod';
import type { Obstacle } from '../core/evidence/probe-results.ts';
import type { Position, ReplicationError, ScheduledEvents, Session } from '../core/evidence/sighting.ts';

export const positionSchema = z.object({
  gtid: z.string().nullable(),
  file: z.string(),
  offset: z.number(),
}) satisfies z.ZodType<Position>;

/** The monitor's account. It travels in the invocation only, and is never logged or stored. */
export const credentialsSchema = z.object({
  user: z.string(),
  password: z.string(),
  /** `off` (also when left out), `encrypt` without a check, `verify-ca`. */
  tls: z.enum(['off', 'encrypt', 'verify-ca']).optional(),
  /** The certificate authority (PEM) that must have signed the server's certificate. */
  ca: z.string().optional(),
});

export const nodeSchema = z.object({ name: z.string(), address: z.string() });

/** The pair's other node, as a source: its address, and its identity where that is known. */
export const peerSchema = z.object({ address: z.string(), identity: z.string().nullable() });

export const errorSchema = z.object({
  errno: z.number(),
  message: z.string(),
}) satisfies z.ZodType<ReplicationError>;

export const sessionSchema = z.object({
  id: z.number(),
  user: z.string(),
  host: z.string(),
  forSeconds: z.number(),
  statement: z.string(),
}) satisfies z.ZodType<Session>;

export const obstacleSchema = z.object({
  kind: z.enum(['lock', 'statement', 'transaction', 'schema-change', 'backup', 'xa']),
  session: sessionSchema,
  rows: z.number().nullable(),
}) satisfies z.ZodType<Obstacle>;

export const scheduledEventsSchema = z.object({
  scheduler: z.enum(['on', 'off']),
  enabled: z.number(),
  disabledOnReplica: z.number(),
}) satisfies z.ZodType<ScheduledEvents>;

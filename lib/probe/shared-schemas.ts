/** What several messages of the protocol have in common. */
import * as z from 'zod';
import type { Obstacle } from '../core/evidence/probe-results.ts';
import type { ReplicationError, ScheduledEvents, Session } from '../core/evidence/sighting.ts';

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

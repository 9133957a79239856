/** The facts of doctor as they travel from probe to watch. */
import * as z from 'zod';
import type { ChannelFacts, ServerFacts, TableFacts } from '../core/doctor/facts.ts';
import { errorSchema, obstacleSchema, scheduledEventsSchema } from './shared-schemas.ts';

const channelFactsSchema = z.object({
  name: z.string(),
  sourceHost: z.string(),
  sourcePort: z.number(),
  sourceIdentity: z.string().nullable(),
  io: z.enum(['yes', 'no', 'connecting']),
  sql: z.enum(['yes', 'no']),
  ioError: errorSchema.nullable(),
  sqlError: errorSchema.nullable(),
  barred: z.boolean(),
  byGtid: z.boolean(),
  delaySeconds: z.number(),
  retrySeconds: z.number(),
  retryCount: z.number().nullable(),
  heartbeatSeconds: z.number().nullable(),
  filters: z.array(z.string()).readonly(),
}) satisfies z.ZodType<ChannelFacts>;

const tableFactsSchema = z.object({
  withoutKey: z.array(z.string()).readonly(),
  notInnodb: z.array(z.string()).readonly(),
  ofTools: z.array(z.string()).readonly(),
}) satisfies z.ZodType<TableFacts>;

/** Variables by name: one that this release does not know does no harm. */
export const serverFactsSchema = z.object({
  flavor: z.enum(['mysql', 'mariadb']),
  version: z.string(),
  identity: z.string(),
  variables: z.record(z.string(), z.string()),
  readOnlyAtStart: z.enum(['yes', 'no', 'unknown']),
  logFilters: z.array(z.string()).readonly(),
  channels: z.array(channelFactsSchema).nullable().readonly(),
  grants: z.array(z.string()).nullable().readonly(),
  passwordDays: z.number().nullable(),
  certificateDays: z.number().nullable(),
  accountConnections: z.number(),
  connectionsUsed: z.number().nullable(),
  clockOffMs: z.number().nullable(),
  events: scheduledEventsSchema.nullable(),
  tables: tableFactsSchema.nullable(),
  obstacles: z.array(obstacleSchema).readonly(),
  unread: z.array(z.object({ what: z.string(), because: z.string() })).readonly(),
}) satisfies z.ZodType<ServerFacts>;

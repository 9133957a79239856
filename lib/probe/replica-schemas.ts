/** Chain replicas as watch and probe speak of them. */
import * as z from 'zod';
import type { ChainReplica, Fed, Repointed } from '../core/evidence/chain.ts';

export const chainReplicaSchema = z.object({
  sourceAddress: z.string().nullable(),
  sourceIdentity: z.string().nullable(),
  io: z.enum(['yes', 'no', 'connecting']),
  sql: z.enum(['yes', 'no']),
  lagSeconds: z.number().nullable(),
  error: z.string().nullable(),
}) satisfies z.ZodType<ChainReplica>;

export const fedSchema = z.object({
  address: z.string(),
  user: z.string(),
  forSeconds: z.number(),
}) satisfies z.ZodType<Fed>;

export const repointedSchema = z.object({
  now: z.enum(['followed', 'repointed', 'apart']),
  because: z.string(),
}) satisfies z.ZodType<Repointed>;

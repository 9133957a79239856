/** What a row of history holds beside its text: facts for programs, and for the page of an incident. */
import { z } from 'zod';
import { severities } from '../alert/remedies.ts';
import type { Saw } from '../evidence/sighting.ts';

const text = z.string();
const many = <Schema extends z.ZodType>(schema: Schema) => z.array(schema).readonly();

const sights = [
  'answered',
  'refused',
  'unanswered',
  'saturated',
  'locked-out',
] as const satisfies readonly Saw['kind'][];

/** One node as it was seen. */
const nodeSeen = z.object({
  node: text,
  verdict: text,
  /** Null where it did not let us in. */
  writes: z.enum(['open', 'closed', 'half-closed']).nullable(),
  lagSeconds: z.number().nullable(),
  /** What each vantage saw of it last. */
  from: z.record(text, z.enum(sights)),
});

/** The pair at one moment. Stored in an incident, when something of it has changed. */
const seen = z.object({
  kind: z.literal('seen'),
  /** The node that has the VIP, or what is known of it instead. */
  vip: text,
  nodes: many(nodeSeen),
  /** Vantages that could not look. */
  blind: many(text),
  /** The row of the decision table that applied. */
  row: text,
});
export type Seen = z.infer<typeof seen>;

const stepDone = z.object({
  step: text,
  outcome: z.enum(['done', 'already', 'skipped', 'missed', 'failed', 'blocked']),
  says: text,
  /** From the start of the plan; null where it is not known. Milliseconds. */
  beganAfterMs: z.number().nullable(),
  tookMs: z.number().nullable(),
});

const direction = { plan: text, of: text, from: text.nullable(), to: text, by: text, row: text };

const planEnded = z.object({
  kind: z.literal('plan'),
  ...direction,
  startedAtMs: z.number(),
  endedAtMs: z.number(),
  /** Since when the holder had the fault for which the plan began. */
  badSinceMs: z.number(),
  ending: z.enum(['completed', 'undone', 'incomplete']),
  vipMoved: z.boolean(),
  steps: many(stepDone),
});
export type PlanEnded = z.infer<typeof planEnded>;

export const detailSchema = z.discriminatedUnion('kind', [
  seen,
  z.object({ kind: z.literal('decision'), ...direction }),
  planEnded,
  z.object({
    kind: z.literal('alert'),
    code: text,
    severity: z.enum(severities),
    happened: text,
    done: text,
    cost: text,
  }),
  z.object({
    kind: z.literal('order'),
    action: text,
    by: text,
    why: text,
    decided: z.enum(['refuse', 'note', 'act']),
  }),
]);
export type Detail = z.infer<typeof detailSchema>;

/** What was stored, read back; undefined for what this release does not know. */
export function detailOf(json: string | null): Detail | undefined {
  if (json === null) return undefined;
  try {
    return detailSchema.safeParse(JSON.parse(json)).data;
  } catch {
    return undefined;
  }
}

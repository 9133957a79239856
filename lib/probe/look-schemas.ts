/** The order to look, as watch sends it to the probe. */
import * as z from 'zod';
import { credentialsSchema, nodeSchema } from './shared-schemas.ts';

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

export type ProbeTarget = z.output<typeof lookTargetSchema>;

/**
 * Looks at every target, once; or, where all orders allow it, until one differs from its `seen`. A watch of the release
 * before this one may lead for two more minutes after a deployment: it sends no orders, but `holdMs` and `witnessMs`.
 */
export const lookSchema = z
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

/** Taking a plan up: from here on it is in the store, and some watch will end it. */
import { tell, withIncident } from './alerts.ts';
import type { Memory } from './memory.ts';
import type { Plan, PlanRecord } from './plan.ts';
import type { Position } from './sighting.ts';
import type { Situation } from './situation.ts';

/** Who wants a plan carried out, and why. */
export interface Claim {
  readonly plan: Plan;
  readonly row: string;
  readonly because: string;
  /** `keepalambda`, or the operator's name. */
  readonly by: string;
  readonly requestId: string | null;
  readonly epoch: number;
  readonly planId: string;
  readonly incidentId: string;
  /** Where the old holder was last seen in its own history; null if never. */
  readonly lastSeen: Position | null;
}

/** Memory with the plan in flight. An automatic failover counts for the flap guard from here. */
export function claim(memory: Memory, situation: Situation, wanted: Claim): Memory {
  const { nowMs, pair } = situation;
  const record: PlanRecord = {
    ...wanted.plan,
    id: wanted.planId,
    epoch: wanted.epoch,
    row: wanted.row,
    because: wanted.because,
    by: wanted.by,
    requestId: wanted.requestId,
    startedAtMs: nowMs,
    badSinceMs: situation.badSinceMs,
    phase: 'running',
    outcomes: {},
    fencedAt: null,
    lastSeen: wanted.lastSeen,
    wasWritable: situation.holder.server?.writable === true,
    kept: null,
    // What `release` gives back was noted when the node was isolated.
    isolatedFrom: wanted.plan.kind === 'release-node' ? (memory.quarantine?.groups ?? null) : null,
    vipMoved: false,
  };
  const automatic = wanted.requestId === null;
  const open = automatic ? withIncident(memory, wanted.row, nowMs, wanted.incidentId) : memory;
  // From here on, a node that is read-only was perhaps closed by us.
  const claimed: Memory = { ...open, plan: record, settled: {} };
  if (wanted.plan.kind !== 'failover') return claimed;
  const counted = automatic ? { ...claimed, failoversAtMs: [...claimed.failoversAtMs, nowMs] } : claimed;
  const words = {
    happened: `${wanted.because}.`,
    done: `Failing over from ${wanted.plan.from} to ${wanted.plan.to} (${wanted.row}, by ${wanted.by}).`,
  };
  return tell(counted, pair.name, 'failover-started', words, nowMs);
}

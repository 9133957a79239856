/** Beginning a plan: from here on it is in the store, and a later leader ends it if this one dies. */
import { tell, withIncident } from '../alert/alerts.ts';
import { governed, holderBehind } from '../decision/conditions.ts';
import type { Situation } from '../decision/situation.ts';
import type { Position } from '../evidence/sighting.ts';
import type { Memory } from '../memory/memory.ts';
import { settledBeside } from '../memory/settled.ts';
import { isProvenGone, unknownLoss } from '../standby/unknown-loss.ts';
import { causeText, seenText } from '../text/cause-text.ts';
import type { Plan, PlanRecord } from './plan.ts';

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
  /** When that was read. */
  readonly lastSeenAtMs?: number | null;
}

/** After an automatic move that was undone, the next try waits for this. Milliseconds. */
export const TRY_AGAIN_MS = 5000;

/** Whether a plan of our own may begin now: one that moves the VIP waits a moment after a try that was undone. */
export function mayTry({ triedAtMs }: Memory, { kind }: Plan, nowMs: number): boolean {
  if (triedAtMs === null || (kind !== 'failover' && kind !== 'switchover')) return true;
  return nowMs - triedAtMs >= TRY_AGAIN_MS;
}

/** Memory with the plan in flight. It counts for the flap guard when it has moved the VIP. */
export function beginPlan(memory: Memory, situation: Situation, wanted: Claim): Memory {
  const { nowMs, pair } = situation;
  const cause = causeText(situation, wanted);
  const seen = seenText(situation, wanted.row);
  const record: PlanRecord = {
    ...wanted.plan,
    id: wanted.planId,
    epoch: wanted.epoch,
    row: wanted.row,
    because: wanted.because,
    by: wanted.by,
    requestId: wanted.requestId,
    cause,
    seen,
    ...lossUnknownTo(situation, wanted.plan),
    ...(isProvenGone(situation.holder) ? { holderGone: true } : {}),
    startedAtMs: nowMs,
    badSinceMs: situation.badSinceMs,
    unservedSinceMs: unservedSinceMs(situation),
    phase: 'running',
    outcomes: {},
    fencedAt: null,
    lastSeen: wanted.lastSeen,
    wasWritable: isToTakeWrites(situation, wanted.plan),
    kept: null,
    // What `release` gives back was noted when the node was isolated.
    isolatedFrom: wanted.plan.kind === 'release-node' ? (memory.quarantine?.groups ?? null) : null,
    vipMoved: false,
    frozenAtMs: null,
    steppedAtMs: nowMs,
    receivedAt: null,
    lastSeenAtMs: wanted.lastSeenAtMs ?? null,
  };
  const automatic = wanted.requestId === null;
  const open = automatic ? withIncident(memory, wanted.row, nowMs, wanted.incidentId) : memory;
  const claimed: Memory = { ...open, plan: record, settled: settledBeside(memory.settled, wanted.plan) };
  if (wanted.plan.kind !== 'failover') return claimed;
  const { from, to } = wanted.plan;
  const words = {
    headline: `FAILING OVER ${from} -> ${to}: ${cause}`,
    happened: `${wanted.because}.`,
    seen,
    done: `Failing over from ${from} to ${to} (${wanted.row}, by ${wanted.by}).`,
  };
  return tell(claimed, pair.name, 'failover-started', words, nowMs);
}

/** A plan that moves the roles says what that costs, or that nobody knows. */
function lossUnknownTo(situation: Situation, { kind, from, to }: Plan): Pick<PlanRecord, 'lossUnknown'> {
  if (from === null || (kind !== 'failover' && kind !== 'switchover')) return {};
  const lossUnknown = unknownLoss(situation, from, to);
  return lossUnknown === null ? {} : { lossUnknown };
}

/**
 * Whether undoing the plan opens the old holder. One that has come to the VIP closed would be opened by now if there were no
 * switchover. One that somebody closed by hand is closed by us from here on, and must not wait for an EC2 that does not answer.
 */
function isToTakeWrites(situation: Situation, { kind }: Plan): boolean {
  if (situation.holder.server?.writable === true) return true;
  return kind === 'switchover' && governed(situation) && !holderBehind(situation);
}

/** Since when clients could not write: of a holder that is gone, since its first bad look. Null while they could. */
function unservedSinceMs({ isServed, holder, badSinceMs, unservedForMs, nowMs }: Situation): number | null {
  if (isServed) return null;
  return holder.kind === 'serving' ? nowMs - unservedForMs : badSinceMs;
}

/**
 * For how long a plan has kept a live holder closed. Its clients wait, so the time counts over all leaders that carry the plan
 * out, whatever their clocks say.
 */
import type { Memory } from '../memory/memory.ts';
import type { PlanRecord } from './plan.ts';

/** How long a plan may wait for EC2 while a live holder is kept from taking writes. Milliseconds. */
export const FROZEN_LIMIT_MS = 10_000;

/** Who carries on with a plan. */
export interface Successor {
  readonly epoch: number;
  /** Since when nobody may have led, by its own clock. */
  readonly unwatchedSinceMs: number;
}

/**
 * The plan as its next leader takes it up. The times in it are of the clock of the leader before, which may be far ahead: then the
 * freeze would begin anew. By its own clock, the next one knows how long nobody has led, and for how long the holder had been
 * closed by then. It comes to the same again and again, until the plan is stored by the new leader.
 */
export function takenUp(plan: PlanRecord, { epoch, unwatchedSinceMs }: Successor): PlanRecord {
  const taken: PlanRecord = { ...plan, epoch };
  if (plan.epoch === epoch) return taken;
  const { frozenAtMs, frozenForMs = 0, steppedAtMs } = plan;
  const known =
    frozenAtMs == null ? {} : { frozenAtMs: Math.min(frozenAtMs, unwatchedSinceMs - frozenForMs) };
  const stepped = steppedAtMs === undefined ? {} : { steppedAtMs: Math.min(steppedAtMs, unwatchedSinceMs) };
  return { ...taken, ...known, ...stepped };
}

/** The plan with how long the holder has been closed by now, for the next leader. */
export function withFrozenTime(plan: PlanRecord, nowMs: number): PlanRecord {
  if (plan.frozenAtMs == null || plan.vipMoved) return plan;
  return { ...plan, frozenForMs: Math.max(0, nowMs - plan.frozenAtMs) };
}

/** The same for what is stored between two steps of the plan, or as its leader leaves. The same memory where nothing is closed. */
export function noteFrozenTime(memory: Memory, by: Successor, nowMs: number): Memory {
  const { plan } = memory;
  if (plan?.frozenAtMs == null || plan.vipMoved) return memory;
  return { ...memory, plan: withFrozenTime(takenUp(plan, by), nowMs) };
}

/** How much is left of that time, by the clock of who carries the plan out; null where no live holder is kept closed. Milliseconds. */
export function frozenLeftMs(
  { wasWritable, frozenAtMs, startedAtMs }: PlanRecord,
  nowMs: number,
): number | null {
  return wasWritable ? FROZEN_LIMIT_MS - (nowMs - (frozenAtMs ?? startedAtMs)) : null;
}

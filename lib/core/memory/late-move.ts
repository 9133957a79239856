/**
 * A move of ours that may take effect after its plan has ended: EC2 took the order, or may have, and did not show it. Where the
 * VIP is found afterwards says what became of it.
 */
import type { NodeName } from '../names.ts';
import { mayHaveBegun, outcomeOf, type PlanRecord } from '../plan/plan.ts';
import type { Memory } from './memory.ts';

/** The order of a plan that has ended, and the VIP was not seen to move. */
export interface LateMove {
  readonly from: NodeName;
  readonly to: NodeName;
  /** When the plan ended. */
  readonly atMs: number;
  /** Whether the flap guard counts it: nobody asked for the move. */
  readonly counts: boolean;
}

/** EC2's answers are not older than this: the VIP is where it was, and the order has come to nothing. Milliseconds. */
const LATE_MS = 30_000;

/** What a plan that has ended leaves of its move; null where the VIP is known to have moved, or EC2 was not told, or refused. */
export function lateMoveOf(plan: PlanRecord, nowMs: number): LateMove | null {
  const { from, to, vipMoved, requestId } = plan;
  if (from === null || vipMoved || !mayHaveBegun(plan, 'move-vip')) return null;
  if (outcomeOf(plan, 'move-vip')?.kind === 'failed') return null;
  return { from, to, atMs: nowMs, counts: requestId === null };
}

/** Whether the order has moved the VIP: it is on the new node, or has gone from the old one. */
export function hasTakenEffect(
  { from, to }: LateMove,
  { vip, holder }: { readonly vip: string; readonly holder: NodeName },
): boolean {
  if (vip === 'held') return holder === to;
  return vip === 'unheld' && holder === from;
}

/** The automatic moves that the flap guard counts, with one that took effect late. */
export function countedMoves(
  { failoversAtMs, lateMove }: Memory,
  seen: { readonly vip: string; readonly holder: NodeName },
): readonly number[] {
  const counts = lateMove?.counts === true && hasTakenEffect(lateMove, seen);
  return counts ? [...failoversAtMs, lateMove.atMs] : failoversAtMs;
}

/** The memory once it is seen what became of the order; the same object while it is not. */
export function noteLateMove(
  memory: Memory,
  { vip, holder, nowMs }: { readonly vip: string; readonly holder: NodeName; readonly nowMs: number },
): Memory {
  const { lateMove } = memory;
  if (lateMove === null || memory.plan !== null) return memory;
  const seen = { vip, holder };
  if (hasTakenEffect(lateMove, seen))
    return { ...memory, failoversAtMs: countedMoves(memory, seen), lateMove: null };
  return vip === 'held' && nowMs - lateMove.atMs >= LATE_MS ? { ...memory, lateMove: null } : memory;
}

import { isAutomaticMove } from '../tally.ts';
import type { Court, Invariant } from './court.ts';

/**
 * Where there is nothing but noise, nothing may move: no automatic failover begins, and no automatic switchover.
 * It counts as invariant 4.
 */
export function quietInvariant(court: Court): Invariant {
  return {
    saved(_, before, after) {
      const { plan } = after;
      if (plan === null || !isAutomaticMove(before, after)) return;
      court.accuse(4, `${plan.kind} to ${plan.to} begins, and there was nothing but noise: ${plan.because}`);
    },
  };
}

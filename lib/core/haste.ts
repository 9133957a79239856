/** How soon the next look is wanted. */
import type { Durations, Situation } from './situation.ts';
import type { Verdict } from './verdict.ts';

/** While something is wrong and known, once a second is soon enough to see it mend. Milliseconds. */
const WATCHFUL_MS = 1000;

/**
 * Milliseconds until the next look is wanted, or null when a held look will do. Suspicion is followed up at
 * the pace that confirms it; what lasts (a fault that must last 10 s, an incident) is watched once a second.
 */
export function hasteOf(situation: Situation, durations: Durations): number | null {
  const { holder, standby, pair } = situation;
  const paces = [paceOf(holder, pair.settings), paceOf(standby, pair.settings)].filter(
    (pace) => pace !== null,
  );
  if (paces.length > 0) return Math.min(...paces);
  const holderIll = holder.kind !== 'serving' || holder.server?.heartbeat.kind === 'failed';
  const counting = durations.holderFaultsSinceMs !== null && !situation.holderFaultsConfirmed;
  const unreadyUnnoted = durations.unreadySinceMs !== null && situation.memory.readiness?.fit !== false;
  const closing = situation.memory.incident !== null && durations.steadySinceMs !== null;
  const wrongWriter =
    pair.writability === 'managed' &&
    (holder.server?.writable === false || standby.server?.writable === true);
  return holderIll || counting || unreadyUnnoted || closing || wrongWriter || situation.vip !== 'held'
    ? WATCHFUL_MS
    : null;
}

function paceOf(verdict: Verdict, settings: Situation['pair']['settings']): number | null {
  if (verdict.confirmed) return null;
  switch (verdict.kind) {
    case 'stopped':
      return settings.stoppedIntervalMs;
    case 'silent':
      return settings.silentIntervalMs;
    case 'saturated':
    case 'locked-out':
    case 'unseen':
      return settings.lookIntervalMs;
    case 'serving':
    case 'stuck':
      return null;
  }
}

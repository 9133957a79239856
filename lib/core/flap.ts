/** A holder that flaps: how long its incident stays open, and until when the flap guard forbids a failover. */
import type { Pair } from './config.ts';
import type { EventCode } from './events.ts';
import type { Memory } from './memory.ts';

const HOUR_MS = 3_600_000;
/** After an automatic failover, or one that the flap guard forbade, the incident stays open for this long. Milliseconds. */
const OPEN_MS = 60_000;

/**
 * Alerts that a flapping holder would send again and again: they say that clients cannot write. So many of a code go out
 * at once; an operator who knows that the flap guard is spent needs fewer.
 */
const atOnce: Readonly<Partial<Record<EventCode, number>>> = {
  'flap-guard': 2,
  'holder-lost': 5,
  'service-lost': 5,
};
/** How long after the last of those the next one goes out, and then each further one. Milliseconds. */
const NEXT_MS = HOUR_MS / 2;
const FURTHER_MS = HOUR_MS;
/** For how long alerts are counted for that. Milliseconds. */
export const FLAP_WITHIN_MS = 2 * HOUR_MS;

export function saysLoss(code: EventCode): boolean {
  return atOnce[code] !== undefined;
}

/** Whether people know from the last alerts of a code that its condition comes and goes. */
export function isKnownToFlap(code: EventCode, toldAtMs: readonly number[], nowMs: number): boolean {
  const recent = toldAtMs.filter((atMs) => nowMs - atMs < FLAP_WITHIN_MS);
  const beyond = recent.length - (atOnce[code] ?? Number.POSITIVE_INFINITY);
  if (beyond < 0) return false;
  return nowMs - (recent.at(-1) ?? 0) < (beyond === 0 ? NEXT_MS : FURTHER_MS);
}

/** Until when the flap guard forbids an automatic failover because of their number; null when it does not. */
export function guardedUntilMs(
  { failoversAtMs }: Memory,
  { settings }: Pick<Pair, 'settings'>,
  nowMs: number,
): number | null {
  const recent = failoversAtMs.filter((atMs) => nowMs - atMs < HOUR_MS);
  const oldest = recent[recent.length - settings.flapLimit];
  return oldest === undefined ? null : oldest + HOUR_MS;
}

/** Whether the open incident may come back at once: a failover in it was a moment ago, or the flap guard forbade one. */
export function mayComeBack({ incident, failoversAtMs, reports }: Memory, nowMs: number): boolean {
  if (incident === null) return false;
  const ends = Object.keys(atOnce).map((code) => reports[code as EventCode]?.overSinceMs ?? 0);
  const isFlapping =
    failoversAtMs.some((atMs) => atMs >= incident.openedAtMs) || incident.told.includes('flap-guard');
  const lastMs = isFlapping ? Math.max(failoversAtMs.at(-1) ?? 0, ...ends) : 0;
  return lastMs >= incident.openedAtMs && nowMs - lastMs < OPEN_MS;
}

/** A holder that flaps: how long its incident stays open, and until when the flap guard forbids a failover. */
import type { EventCode } from '../alert/events.ts';
import type { Reported } from '../alert/incident.ts';
import type { Pair } from '../config/config.ts';
import type { Memory } from '../memory/memory.ts';

const HOUR_MS = 3_600_000;
/** After an automatic failover, or one that the flap guard forbade, the incident stays open for this long. Milliseconds. */
const OPEN_MS = 60_000;
/** A standby that was unfit several times in an hour has to be fit for this long. Milliseconds. */
const STANDBY_OPEN_MS = 600_000;

/** Alerts that say that clients cannot write, which a flapping holder would send again and again. They are counted together. */
const lossCodes = ['flap-guard', 'holder-lost', 'service-lost'] as const satisfies readonly EventCode[];
/** So many of them go out at once: the second says that it comes and goes, and that more are counted. */
const AT_ONCE = 2;
/** How long after the last of those the next one goes out, and then each further one. Milliseconds. */
const NEXT_MS = HOUR_MS / 2;
const FURTHER_MS = HOUR_MS;
/** For how long alerts are counted for that. Milliseconds. */
export const FLAP_WITHIN_MS = 2 * HOUR_MS;
/**
 * A loss that lasts this long does not come and go: it is alerted however often there was one. It is long before the 30 s that are
 * promised, because the clocks of two leaders differ. Milliseconds.
 */
const STAYS_MS = 10_000;
/** Alerts that are closer than this are of one loss. Milliseconds. */
const ONE_LOSS_MS = 15_000;
/**
 * `service-lost` so soon after another of them is the end of that loss: the holder answers again, and takes no writes for a
 * moment more. Milliseconds.
 */
const SAME_LOSS_MS = 60_000;
/** Losses with less service between them than this are one. Milliseconds. */
const BETWEEN_MS = 10_000;
/** But no more of these than so many alerts in all. */
const STAYING_MAX = 4;

/** Whether this alert says that clients cannot write. */
export function saysLoss(code: EventCode): boolean {
  return lossCodes.some((each) => each === code);
}

/** Whether people were alerted since then that clients cannot write. */
export function isLossToldSince(reports: Memory['reports'], sinceMs: number): boolean {
  return lossCodes.some((code) => (reports[code]?.toldAtMs.at(-1) ?? 0) >= sinceMs);
}

/** Whether people know from the last alerts that clients cannot write now and then. */
export function isKnownToFlap(reports: Memory['reports'], nowMs: number): boolean {
  const recent = toldOfLoss(reports, nowMs);
  const beyond = recent.length - AT_ONCE;
  if (beyond < 0) return false;
  return nowMs - Math.max(0, ...recent) < (beyond === 0 ? NEXT_MS : FURTHER_MS);
}

/** Whether the next alert of a loss is the last one for a while. A second alert of one loss does not show that it comes and goes. */
export function isLastAtOnce({ reports, unservedSinceMs }: Memory, nowMs: number): boolean {
  if (unservedSinceMs !== null && isLossToldSince(reports, unservedSinceMs)) return false;
  return toldOfLoss(reports, nowMs).length >= AT_ONCE - 1;
}

/** Whether a loss that was not alerted as it began is alerted now, because it stays: under whatever name it began. */
export function mustTellStaying(memory: Memory, code: EventCode, nowMs: number): boolean {
  const { reports, unservedSinceMs } = memory;
  if (!saysLoss(code) || reports[code] === undefined) return false;
  // It began before a row could name it: a holder that hangs is awaited for seconds.
  const begunMs = unservedSinceMs ?? Number.POSITIVE_INFINITY;
  const sinceMs = Math.min(begunMs, ...lossCodes.map((each) => onSinceMs(reports[each], nowMs)));
  if (nowMs - sinceMs < STAYS_MS) return false;
  return !isLossToldSince(reports, sinceMs) && toldOfLoss(reports, nowMs).length < STAYING_MAX;
}

/**
 * Since when it is on, also if it was over a moment ago: another may have taken its place. By a leader whose clock was ahead, it
 * may have been over for any time.
 */
function onSinceMs(report: Reported | undefined, nowMs: number): number {
  if (report === undefined) return Number.POSITIVE_INFINITY;
  const { sinceMs, overSinceMs } = report;
  if (overSinceMs === null) return sinceMs;
  const overForMs = nowMs - overSinceMs;
  return overForMs >= 0 && overForMs < BETWEEN_MS ? sinceMs : Number.POSITIVE_INFINITY;
}

/** When losses were alerted: the first alert of each, because one loss may be alerted under two names. */
function toldOfLoss(reports: Memory['reports'], nowMs: number): readonly number[] {
  const toldAt = (code: EventCode) => reports[code]?.toldAtMs ?? [];
  const named = [...toldAt('flap-guard'), ...toldAt('holder-lost')];
  const ends = (atMs: number) => named.some((other) => other <= atMs && atMs - other < SAME_LOSS_MS);
  const all = [...named, ...toldAt('service-lost').filter((atMs) => !ends(atMs))]
    .filter((atMs) => nowMs - atMs < FLAP_WITHIN_MS)
    .toSorted((one, other) => one - other);
  const firsts: number[] = [];
  for (const atMs of all) if (atMs - (firsts.at(-1) ?? 0) >= ONE_LOSS_MS) firsts.push(atMs);
  return firsts;
}

/** Why an automatic failover is forbidden after these automatic moves; null when it is not. */
export function flapGuardOf(
  movedAtMs: readonly number[],
  { settings: { flapLimit, flapQuietMs } }: Pick<Pair, 'settings'>,
  nowMs: number,
): string | null {
  const lastHour = movedAtMs.filter((atMs) => nowMs - atMs < HOUR_MS);
  if (lastHour.length >= flapLimit)
    return `${lastHour.length} automatic failovers in the last hour (limit ${flapLimit})`;
  const last = lastHour.at(-1);
  if (last === undefined || nowMs - last >= flapQuietMs) return null;
  return `the last automatic failover was ${Math.round((nowMs - last) / 1000)} s ago (at least ${flapQuietMs / 1000} s must be between two)`;
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

/**
 * Whether the open incident may come back at once: a failover in it was a moment ago, or the flap guard forbade one, or the
 * standby is unfit again and again.
 */
export function mayComeBack({ incident, failoversAtMs, reports }: Memory, nowMs: number): boolean {
  if (incident === null) return false;
  if (isStandbyFlapping(reports['standby-unfit'], nowMs)) return true;
  const ends = lossCodes.map((code) => reports[code]?.overSinceMs ?? 0);
  const isFlapping =
    failoversAtMs.some((atMs) => atMs >= incident.openedAtMs) || incident.told.includes('flap-guard');
  const lastMs = isFlapping ? Math.max(failoversAtMs.at(-1) ?? 0, ...ends) : 0;
  return lastMs >= incident.openedAtMs && nowMs - lastMs < OPEN_MS;
}

/** It was unfit several times in an hour, and has been fit for a short while only. */
function isStandbyFlapping(report: Reported | undefined, nowMs: number): boolean {
  if (report === undefined || report.overSinceMs === null) return false;
  const begun = report.toldAtMs.filter((atMs) => nowMs - atMs < HOUR_MS).length + report.heldBack;
  return begun >= AT_ONCE && nowMs - report.overSinceMs < STANDBY_OPEN_MS;
}

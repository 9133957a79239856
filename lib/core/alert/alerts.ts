/** Making alerts: what happened, what was done, what is left to do; and how often an alert is repeated. */
import { FLAP_WITHIN_MS, isKnownToFlap, isLastAtOnce, mustTellStaying, saysLoss } from '../decision/flap.ts';
import type { Memory } from '../memory/memory.ts';
import type { NodeName } from '../names.ts';
import { type EventCode, events } from './events.ts';
import type { Alert, Incident, Reported } from './incident.ts';
import { remedies } from './remedies.ts';
import { isAboutAnother, isOfNew, subjectsNow } from './subjects.ts';

/** What a case says of itself. What is left out is the event's own. */
export interface Words
  extends Partial<
    Pick<Alert, 'headline' | 'seen' | 'cost' | 'move' | 'writes' | 'commands' | 'again' | 'escalates'>
  > {
  readonly happened: string;
  readonly done: string;
  readonly todo?: string;
  readonly steps?: readonly string[];
}

/** A condition that was over for less than this has not ended. Milliseconds. */
const ENDED_MS = 5000;
const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;
/** When a condition that lasts is alerted again, counted from its beginning. Milliseconds. */
const REPEAT_AT_MS = [5 * 60_000, 15 * 60_000, HOUR_MS];
/** Of one code, no more alerts than this in that time: the rest are counted. */
const LIMIT_WITHIN_MS = 10 * 60_000;
const LIMITS = { 'hands-over': 6, tells: 3, ends: 3 } as const;
/** What is not critical comes and goes after so many alerts in one incident: then it is alerted once an hour. */
const AGAIN_MAX = 2;
/** In an incident with as many alerts as this, that is so after the first. */
const NOISY = 6;
/**
 * The only alerts of a loss of service that a plan has ended at once, or that a barred heartbeat hides: a noisy incident does
 * not hold them back, unless people know that such losses come and go.
 */
const ofALoss: readonly EventCode[] = ['vip-reattached', 'holder-opened', 'heartbeat-barred'];

/** Opens an incident unless one is open. The id comes from outside, so that the core stays pure. */
export function withIncident(memory: Memory, row: string, nowMs: number, newId: string): Memory {
  if (memory.incident) return memory;
  const incident: Incident = { id: newId, openedAtMs: nowMs, row, told: [] };
  return { ...memory, incident };
}

/** Puts an alert into the outbox, and its code into the incident. For alerts whose number is limited elsewhere. */
export function tell(memory: Memory, pair: string, code: EventCode, words: Words, nowMs: number): Memory {
  const { incident } = memory;
  const count = incident?.alerts ?? 0;
  const alert: Alert = {
    id: `${incident?.id ?? `${pair}-${nowMs}`}-${code}-${incident ? count : memory.outbox.length}`,
    code,
    pair,
    incident: incident?.id ?? null,
    atMs: nowMs,
    holder: memory.lastHolder,
    ...words,
    todo: words.todo ?? events[code].todo,
    steps: words.steps ?? [],
  };
  const told = incident?.told.includes(code) ? incident.told : [...(incident?.told ?? []), code];
  return {
    ...memory,
    incident: incident
      ? { ...incident, told, alerts: count + 1, ...criticalSince(incident, code, nowMs) }
      : null,
    outbox: [...memory.outbox, alert],
  };
}

/** What is escalated counts from the first critical alert of the incident. */
function criticalSince({ criticalAtMs }: Incident, code: EventCode, nowMs: number): Partial<Incident> {
  const isFirst = criticalAtMs === undefined && remedies[code].severity === 'critical';
  return isFirst ? { criticalAtMs: nowMs } : {};
}

/** Without the alerts of this code that still wait, because the next alert says what they say, and more. */
export function takeBack(memory: Memory, code: EventCode): Memory {
  const outbox = memory.outbox.filter((alert) => alert.code !== code);
  return outbox.length === memory.outbox.length ? memory : { ...memory, outbox };
}

/**
 * As `tell`, for what can come again and again: beyond a few in ten minutes it is counted, and the next alert says so. `isNew`: what
 * was alerted before was about another node.
 */
export function tellLimited(
  memory: Memory,
  pair: string,
  code: EventCode,
  words: Words,
  nowMs: number,
  isNew = false,
): Memory {
  const before = memory.reports[code] ?? { ...unreported, sinceMs: nowMs };
  const recent = before.toldAtMs.filter((atMs) => nowMs - atMs < FLAP_WITHIN_MS);
  const isStaying = mustTellStaying(memory, code, nowMs);
  if (!isStaying && isTooMuch(memory, code, recent, nowMs, isNew)) {
    return withReport(memory, code, { ...before, heldBack: before.heldBack + 1 });
  }
  const report = { ...before, toldAtMs: [...recent, nowMs], heldBack: 0 };
  const more = before.heldBack === 0 ? '' : ` ${before.heldBack} more alerts of this kind were not sent.`;
  const isLast = saysLoss(code) && isLastAtOnce(memory, nowMs);
  const told = { ...words, happened: `${words.happened}${more}${isLast ? lastForAWhile : ''}` };
  return tell(withReport(memory, code, report), pair, code, told, nowMs);
}

/** What the last alert of a loss says before they are only counted. */
const lastForAWhile =
  ' It comes and goes: more losses of less than 10 s are counted, and the next alert says how many.';

/** Too many of this code lately; or people know that the holder flaps, and this says nothing new. */
function isTooMuch(
  { incident, reports, unservedSinceMs }: Memory,
  code: EventCode,
  toldAtMs: readonly number[],
  nowMs: number,
  isNew: boolean,
): boolean {
  if (saysLoss(code)) return isKnownToFlap(reports, nowMs);
  const within = (ms: number) => toldAtMs.filter((atMs) => nowMs - atMs < ms).length;
  // Of a loss that was only counted as it began, the end is not alerted either.
  const isOfAlerted = ofALoss.includes(code) && !isKnownToFlap(reports, unservedSinceMs ?? nowMs);
  const isUrgent = remedies[code].severity === 'critical' || isOfAlerted;
  if (!isUrgent && !isNew && incident?.told.includes(code) && within(HOUR_MS) > 0) {
    const inIncident = toldAtMs.filter((atMs) => atMs >= incident.openedAtMs).length;
    if (inIncident >= AGAIN_MAX || (incident.alerts ?? 0) >= NOISY) return true;
  }
  return within(LIMIT_WITHIN_MS) >= LIMITS[events[code].role];
}

/**
 * Alerts a condition: when it begins, after 5, 15 and 60 minutes, then every hour if it is critical, and every day if not.
 * A condition that has ended and comes back is alerted anew, and so is one that has come to be about another node. Returns the same
 * memory when there is nothing to alert.
 */
export function tellCondition(
  before: Memory,
  pair: string,
  code: EventCode,
  words: Words,
  nowMs: number,
  about: readonly NodeName[] = [],
): Memory {
  const known = before.reports[code];
  const isNew = isOfNew(known?.about, about);
  if (known === undefined || hasEnded(code, before, nowMs)) {
    const begun = { ...lastTold(known), sinceMs: nowMs, overSinceMs: null, times: 1 };
    const ofWhom = about.length === 0 ? begun : { ...begun, about: subjectsNow(known?.about, about, nowMs) };
    return tellLimited(withReport(before, code, ofWhom), pair, code, words, nowMs, isNew);
  }
  const memory = withSubjects(before, code, known, about, nowMs);
  const report = memory.reports[code] ?? known;
  if (isAboutAnother(known.about, about, nowMs, ENDED_MS)) {
    const on = withReport(memory, code, { ...report, overSinceMs: null });
    return tellLimited(on, pair, code, words, nowMs, isNew);
  }
  if (mustTellStaying(memory, code, nowMs)) return tellLimited(memory, pair, code, words, nowMs);
  if (nowMs >= report.sinceMs + repeatAfterMs(report.times, code)) {
    const minutes = Math.round((nowMs - report.sinceMs) / 60_000);
    const lasting = { ...report, overSinceMs: null, times: report.times + 1 };
    const again = { times: lasting.times, minutes };
    return tell(withReport(memory, code, lasting), pair, code, { ...words, again }, nowMs);
  }
  return report.overSinceMs === null ? memory : withReport(memory, code, { ...report, overSinceMs: null });
}

function withSubjects(
  memory: Memory,
  code: EventCode,
  report: Reported,
  about: readonly NodeName[],
  nowMs: number,
): Memory {
  if (about.length === 0) return memory;
  const now = subjectsNow(report.about, about, nowMs);
  return now === report.about ? memory : withReport(memory, code, { ...report, about: now });
}

/** As `tellCondition`, in the incident that this row opens where none is open. Where nothing is told, the same memory comes back. */
export function tellOpening(
  memory: Memory,
  { row, newId }: { readonly row: string; readonly newId: string },
  pair: string,
  code: EventCode,
  words: Words,
  nowMs: number,
): Memory {
  const open = withIncident(memory, row, nowMs, newId);
  const told = tellCondition(open, pair, code, words, nowMs);
  return told === open ? memory : told;
}

/** Notes which conditions are over since then: all but those that are on. The same memory comes back when none has just ended. */
export function endConditions(memory: Memory, on: readonly EventCode[], overSinceMs: number): Memory {
  const isOn = (code: string) => on.some((each) => each === code);
  const ended = Object.entries(memory.reports).filter(
    ([code, report]) => report.overSinceMs === null && !isOn(code),
  );
  if (ended.length === 0) return memory;
  const over = ended.map(([code, report]) => [code, { ...report, overSinceMs }]);
  return { ...memory, reports: { ...memory.reports, ...Object.fromEntries(over) } };
}

/**
 * An all-clear goes out: what comes after it is alerted anew, by whatever clock the next leader counts, and also what another
 * alert has said beforehand (`countAsTold`).
 */
export function endForGood(memory: Memory, nowMs: number): Memory {
  const ended = Object.entries(memory.reports).map(([code, report]): [string, Reported] => {
    const overSinceMs = Math.min(report.overSinceMs ?? nowMs, nowMs);
    return [code, { ...report, overSinceMs, isEnded: true }];
  });
  return { ...memory, reports: Object.fromEntries(ended) };
}

/**
 * A condition that was on a moment ago, as under another leader, and that nothing shows to be over, goes on. The same memory
 * comes back where it was not on.
 */
export function goOn(memory: Memory, code: EventCode, nowMs: number): Memory {
  const report = memory.reports[code];
  if (report === undefined || report.overSinceMs === null || hasEnded(code, memory, nowMs)) return memory;
  return withReport(memory, code, { ...report, overSinceMs: null });
}

/** Counts a condition as alerted until then, because another alert has just said it. */
export function countAsTold(memory: Memory, code: EventCode, nowMs: number, untilMs: number): Memory {
  const before = lastTold(memory.reports[code]);
  return withReport(memory, code, { ...before, sinceMs: nowMs, overSinceMs: untilMs, times: 1 });
}

const unreported: Reported = { sinceMs: 0, overSinceMs: null, times: 0, toldAtMs: [], heldBack: 0 };

/** What is known of its alerts, without whether it is over. */
function lastTold(report: Reported | undefined): Reported {
  const { isEnded: _, ...told } = report ?? unreported;
  return told;
}

/**
 * How long ago it was over, a leader whose clock is behind cannot tell. A loss then counts as ended: a second alert is better than
 * none. So does one before the loss that goes on now, where the leader that noted both says that this one began later. That of
 * others may be a time until which they count as alerted (`countAsTold`).
 */
function hasEnded(code: EventCode, { reports, unservedSinceMs }: Memory, nowMs: number): boolean {
  const { overSinceMs = null, isEnded } = reports[code] ?? unreported;
  if (overSinceMs === null) return false;
  const isUnknown = saysLoss(code) && overSinceMs > nowMs;
  const isBefore = code === 'service-lost' && unservedSinceMs !== null && unservedSinceMs > overSinceMs;
  return isEnded === true || isUnknown || isBefore || nowMs - overSinceMs >= ENDED_MS;
}

/** When the next repeat is due, from the beginning of the condition. Milliseconds. */
function repeatAfterMs(times: number, code: EventCode): number {
  const everyMs = remedies[code].severity === 'critical' ? HOUR_MS : DAY_MS;
  return REPEAT_AT_MS[times - 1] ?? HOUR_MS + everyMs * (times - REPEAT_AT_MS.length);
}

/** What is long over is forgotten. */
function withReport(memory: Memory, code: EventCode, report: Reported): Memory {
  const kept = Object.entries(memory.reports).filter(
    ([, { overSinceMs }]) => overSinceMs === null || report.sinceMs - overSinceMs < HOUR_MS,
  );
  return { ...memory, reports: { ...Object.fromEntries(kept), [code]: report } };
}

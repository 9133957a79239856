/**
 * Which alerts go out in the next mail, and when: alerts of many pairs share a mail, and mails keep a distance. SNS switches
 * a subscription off that gets more than 10 mails a second, and nobody reads 30 mails about one zone.
 */
import type { PairName } from '../names.ts';
import type { EventCode } from './events.ts';
import type { Alert } from './incident.ts';
import { remedyOf, type Severity, severities } from './remedies.ts';

/** An alert on its way, and how its tries went. */
export interface Waiting {
  readonly alert: Alert;
  /** How often SNS refused it. */
  readonly refusals: number;
  /** How often SNS did not answer. */
  readonly losses: number;
  /** It is not tried before this moment. */
  readonly notBeforeMs: number;
}

/** A mail that went out. */
export interface Sent {
  readonly atMs: number;
  readonly pairs: readonly PairName[];
}

/** No two mails are closer than this. Milliseconds. */
const MAIL_GAP_MS = 900;
/** What is not critical waits for this long, for company: a mail about the pair takes it along. Milliseconds. */
const companyMs = { critical: 0, warning: 5000, info: 60_000 } as const satisfies Record<Severity, number>;
/** So long, too, waits what the next alert of the pair says as well. Milliseconds. */
const heldBackMs: Readonly<Partial<Record<EventCode, number>>> = {
  'failover-started': 5000,
  // A person waits for these.
  paused: 0,
  resumed: 0,
  'switchover-done': 0,
  'all-clear': 0,
};
/** As many pairs as this, alerted within this time, are many. */
const MANY_PAIRS = 3;
export const MANY_WITHIN_MS = 300_000;
/** While many pairs are alerted, mails keep this distance. Milliseconds. */
const MANY_GAP_MS = 20_000;
/** What is not critical is collected for this long then. Milliseconds. */
const COLLECT_MS = 90_000;
/** Alerts in one mail, at most: SNS takes 256 KB. */
const ALERTS_IN_MAIL_MAX = 60;

/**
 * The alerts of the mail that is due now; empty when none is. Escalations have mails of their own, because they go to
 * another topic, and come first, because people have waited for somebody to come.
 */
export function nextMail(all: readonly Waiting[], sent: readonly Sent[], nowMs: number): readonly Waiting[] {
  const isEscalation = ({ alert }: Waiting) => alert.escalates === true;
  const escalations = mailOfOneTopic(all.filter(isEscalation), sent, nowMs);
  if (escalations.length > 0) return escalations;
  return mailOfOneTopic(
    all.filter((waiting) => !isEscalation(waiting)),
    sent,
    nowMs,
  );
}

/** Those that SNS refused go out after all others. */
function mailOfOneTopic(all: readonly Waiting[], sent: readonly Sent[], nowMs: number): readonly Waiting[] {
  const due = all.filter(({ notBeforeMs }) => nowMs >= notBeforeMs);
  const willing = due.filter(({ refusals }) => refusals === 0);
  const sinceMs = nowMs - (sent.at(-1)?.atMs ?? Number.NEGATIVE_INFINITY);
  const ripe = ripeOf(willing, sent, sinceMs, nowMs);
  if (ripe.length > 0) {
    // Those whose answers are lost again and again must not keep the others back.
    const losses = Math.min(...ripe.map((waiting) => waiting.losses));
    return ripe.filter((waiting) => waiting.losses === losses).slice(0, ALERTS_IN_MAIL_MAX);
  }
  return sinceMs < MAIL_GAP_MS ? [] : retryOf(due.filter(({ refusals }) => refusals > 0));
}

/** Of those that were refused: fewer at each refusal, so that one cannot keep the others back; the most severe first. */
function retryOf(refused: readonly Waiting[]): readonly Waiting[] {
  const worst = Math.max(0, ...refused.map(({ refusals }) => refusals));
  const count = Math.max(1, Math.ceil(refused.length / 2 ** (worst - 1)));
  return refused
    .toSorted((one, other) => rankOf(other) - rankOf(one))
    .slice(0, Math.min(count, ALERTS_IN_MAIL_MAX));
}

function rankOf({ alert }: Waiting): number {
  return severities.indexOf(remedyOf(alert.code).severity);
}

/** The alerts that need not wait any longer, and those that go along with them. */
function ripeOf(
  waiting: readonly Waiting[],
  sent: readonly Sent[],
  sinceMs: number,
  nowMs: number,
): readonly Waiting[] {
  const ageMs = ({ alert }: Waiting) => nowMs - alert.atMs;
  if (areMany(waiting, sent, nowMs)) {
    const isDue = (one: Waiting) => isCritical(one) || ageMs(one) >= COLLECT_MS;
    return sinceMs >= MANY_GAP_MS && waiting.some(isDue) ? waiting : [];
  }
  if (sinceMs < MAIL_GAP_MS) return [];
  const ripe = waiting.filter((one) => ageMs(one) >= waitMs(one));
  return waiting.filter(({ alert }) => ripe.some((one) => one.alert.pair === alert.pair));
}

function waitMs({ alert }: Waiting): number {
  return heldBackMs[alert.code] ?? companyMs[remedyOf(alert.code).severity];
}

function isCritical({ alert }: Waiting): boolean {
  return remedyOf(alert.code).severity === 'critical';
}

function areMany(waiting: readonly Waiting[], sent: readonly Sent[], nowMs: number): boolean {
  const lately = sent.filter(({ atMs }) => nowMs - atMs < MANY_WITHIN_MS);
  const pairs = new Set(lately.flatMap((mail) => mail.pairs));
  for (const { alert } of waiting) pairs.add(alert.pair);
  // The first mails of an event go out at once.
  return pairs.size >= MANY_PAIRS && lately.length >= 2;
}

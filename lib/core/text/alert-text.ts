/**
 * An alert as on-call reads it. The subject must tell on a locked phone which pair and what; the body is plain
 * text to be understood in ten seconds: what happened, what was done, what is left.
 */
import { events } from '../events.ts';
import type { Alert } from '../memory.ts';

/** What the plainest form of an alert ends with. */
const SHORTENED = '(Shortened: SNS refused the whole text.)';

/** SNS: a subject has fewer than 100 characters, all of them printable ASCII. */
const SUBJECT_LENGTH_MAX = 99;

/** `[orders] failed over (41c0ffee)`. Too long a title is cut; pair and id never are. */
export function alertSubject(alert: Alert): string {
  const head = printableAscii(`[${alert.pair}] `);
  const tail = printableAscii(` (${threadId(alert)})`);
  const room = SUBJECT_LENGTH_MAX - head.length - tail.length;
  const title = printableAscii(events[alert.code].title);
  return `${head}${title.length <= room ? title : `${title.slice(0, room - 3)}...`}${tail}`;
}

/** The body: three questions and their answers, then whom it concerns and where to read on. */
export function alertBody(alert: Alert): string {
  const event = events[alert.code];
  const concerns = [
    `Pair:       ${alert.pair}`,
    `Incident:   ${alert.incident ?? 'none'}`,
    `Event:      ${alert.code} (alert ${alert.id})`,
    `Time:       ${utcTime(alert.atMs)}`,
    `Runbook:    docs/runbook.md#${alert.code}`,
  ];
  return [
    `WHAT HAPPENED  ${alert.happened}`,
    `WHAT WAS DONE  ${alert.done || 'Nothing.'}`,
    `WHAT IS LEFT   ${alert.todo || event.todo}`,
    '',
    ...concerns,
    '',
    ...(alert.steps.length > 0 ? ['Steps:', ...alert.steps.map((step) => `- ${step}`), ''] : []),
    `What "${event.title}" means: ${event.meaning}`,
    '',
  ].join('\n');
}

/** What a plain alert says of what happened, at most. Characters. */
const PLAIN_LENGTH_MAX = 300;

/** The alert without anything that SNS could refuse: printable ASCII, short, and no steps. */
export function plainAlert(alert: Alert): Alert {
  const plain = (text: string) => printableAscii(text).slice(0, PLAIN_LENGTH_MAX);
  const happened = `${plain(alert.happened)} ${SHORTENED}`;
  return { ...alert, happened, done: plain(alert.done), todo: plain(alert.todo), steps: [] };
}

/** Whether this is the plainest form of an alert. */
export function isPlain({ happened }: Alert): boolean {
  return happened.endsWith(SHORTENED);
}

/** The id under which a person finds everything that belongs together: the incident's, else the alert's own. */
function threadId(alert: Alert): string {
  return alert.incident ?? alert.id;
}

function printableAscii(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\s+/g, ' ')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[^\x20-\x7e]/g, '?');
}

/** Milliseconds since 1970 → `2026-08-14 12:01:33 UTC`. The core has no `Date`; this is Hinnant's civil_from_days. */
export function utcTime(atMs: number): string {
  const seconds = Math.floor(atMs / 1000);
  const days = Math.floor(seconds / 86_400);
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const secondOfDay = seconds - days * 86_400;
  const two = (value: number) => String(value).padStart(2, '0');
  const clock = [secondOfDay / 3600, (secondOfDay % 3600) / 60, secondOfDay % 60].map((part) =>
    two(Math.floor(part)),
  );
  return `${year}-${two(month)}-${two(day)} ${clock.join(':')} UTC`;
}

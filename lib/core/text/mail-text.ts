/**
 * A mail about one alert or many, in every form that goes out: a subject, a text, an SMS, and a form for machines, which
 * has the shape of a CloudWatch alarm, because receivers of SNS know that one (docs/alerts.md).
 */
import type { Alert } from '../alert/incident.ts';
import { remedyOf, type Severity, severities } from '../alert/remedies.ts';
import { alertForm, isoTime, threadOf } from './alert-form.ts';
import { alertBody, alertSubject, headlineOf, type Place, plainAlert, subject } from './alert-text.ts';

export interface Mail {
  readonly subject: string;
  readonly text: string;
  /** For a telephone: one line. */
  readonly sms: string;
  /** For an https subscriber: JSON. */
  readonly machine: string;
  /** What filter policies match. */
  readonly attributes: MailAttributes;
}

export interface MailAttributes {
  readonly environment: string;
  /** The highest of all. */
  readonly severity: Severity;
  readonly pair: readonly string[];
  readonly event: readonly string[];
  /** Empty where there is none. */
  readonly incident: readonly string[];
}

/** The version of the machine form. It grows when a field changes its meaning or goes. */
const SCHEMA = 'keepalambda/alert/1';
/** SNS takes 256 KB for all forms together. Characters of the text. */
const TEXT_MAX = 100_000;

/** One mail about all these alerts, of which there is at least one. */
export function mailOf(alerts: readonly Alert[], place: Place): Mail {
  const attributes: MailAttributes = {
    environment: place.environment,
    severity: remedyOf(mainOf(alerts).code).severity,
    pair: unique(alerts.map(({ pair }) => pair)),
    event: unique(alerts.map(({ code }) => code)),
    incident: unique(alerts.flatMap(({ incident }) => incident ?? [])),
  };
  const line = subjectOf(alerts, attributes, place);
  return {
    subject: line,
    text: textOf(alerts, attributes, place),
    sms: line,
    machine: JSON.stringify(machineOf(alerts, attributes, place)),
    attributes,
  };
}

/** The alert that the subject is about: the newest of the most severe; or the all-clear, where it came last. */
function mainOf(alerts: readonly Alert[]): Alert {
  const last = alerts.at(-1);
  if (last === undefined) throw new Error('a mail needs an alert');
  if (last.code === 'all-clear') return last;
  const severityOf = ({ code }: Alert) => severities.indexOf(remedyOf(code).severity);
  return alerts.reduce((main, alert) => (severityOf(alert) >= severityOf(main) ? alert : main));
}

function subjectOf(alerts: readonly Alert[], { pair }: MailAttributes, place: Place): string {
  if (pair.length === 1) return alertSubject(mainOf(alerts), place);
  return subject(place.environment, `${pair.length} pairs: ${countsOf(alerts)}`);
}

/** `24 failover done, 6 holder lost`: the most first. */
function countsOf(alerts: readonly Alert[]): string {
  const counts = new Map<string, number>();
  for (const { code } of alerts) counts.set(code, (counts.get(code) ?? 0) + 1);
  return [...counts]
    .toSorted(([, one], [, other]) => other - one)
    .map(([code, count]) => `${count} ${code.replaceAll('-', ' ')}`)
    .join(', ');
}

function textOf(alerts: readonly Alert[], { pair }: MailAttributes, place: Place): string {
  const [only, ...others] = alerts;
  if (only !== undefined && others.length === 0) return alertBody(only, place);
  const head = `${alerts.length} alerts about ${pair.length === 1 ? 'one pair' : `${pair.length} pairs`} of ${place.environment}:`;
  const lines = alerts.map((alert) => `- ${alert.pair}: ${headlineOf(alert, place)}`);
  return [head, '', ...lines, '', ...bodiesOf(alerts, place)].join('\n');
}

/** All texts, one below the other; the plainest form of those for which there is no room. */
function bodiesOf(alerts: readonly Alert[], place: Place): readonly string[] {
  let room = TEXT_MAX;
  return alerts.map((alert) => {
    const body = `${'='.repeat(72)}\n${alert.pair}: ${alertBody(alert, place)}`;
    room -= body.length;
    return room > 0 ? body : `${'='.repeat(72)}\n${alert.pair}: ${alertBody(plainAlert(alert), place)}`;
  });
}

function machineOf(alerts: readonly Alert[], { pair, severity, incident }: MailAttributes, place: Place) {
  const main = mainOf(alerts);
  const isOver =
    alerts.every(({ code }) => code === 'all-clear') || (pair.length === 1 && main.code === 'all-clear');
  const dedupKey =
    pair.length === 1
      ? threadOf({ ...main, incident: incident[0] ?? null }, place)
      : `${place.environment}/many-pairs`;
  return {
    schema: SCHEMA,
    AlarmName: `keepalambda ${dedupKey}`,
    AlarmDescription: `${place.runbookUrl}#${main.code}`,
    NewStateValue: isOver ? 'OK' : 'ALARM',
    NewStateReason: subjectOf(alerts, { pair, severity, incident, event: [], environment: '' }, place),
    StateChangeTime: isoTime(main.atMs),
    AWSAccountId: place.account,
    Region: place.region,
    action: isOver ? 'resolve' : 'open',
    dedupKey,
    severity,
    environment: place.environment,
    alerts: alerts.map((alert) => alertForm(alert, place)),
  };
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}

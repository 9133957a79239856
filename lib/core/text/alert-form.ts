/** One alert in the form for machines: the same fields for https subscribers and for EventBridge (docs/alerts.md). */
import type { Alert } from '../alert/incident.ts';
import { remedyOf } from '../alert/remedies.ts';
import { commandsOf, headlineOf, type Place, writesOf } from './alert-text.ts';
import { utcTime } from './utc-time.ts';

/** The version of the event. It grows when a field changes its meaning or goes. */
const EVENT_SCHEMA = 'keepalambda/event/1';

/** Who sends the events: rules match it, and IAM allows no other. */
export const EVENT_SOURCE = 'keepalambda';
export const EVENT_TYPE = 'keepalambda alert';

/** The fields of one alert. */
export function alertForm(alert: Alert, place: Place) {
  return {
    id: alert.id,
    event: alert.code,
    severity: remedyOf(alert.code).severity,
    pair: alert.pair,
    incident: alert.incident,
    time: isoTime(alert.atMs),
    headline: headlineOf(alert, place),
    direction: alert.move ?? null,
    cost: alert.cost ?? null,
    holder: alert.holder ?? null,
    clientsCanWrite: writesOf(alert),
    commands: commandsOf(alert, place),
    runbook: `${place.runbookUrl}#${alert.code}`,
  };
}

/** The `detail` of the EventBridge event about an alert. It has the same `id` however often it comes. */
export function eventDetail(alert: Alert, place: Place) {
  return {
    schema: EVENT_SCHEMA,
    environment: place.environment,
    action: alert.code === 'all-clear' ? 'resolve' : 'open',
    dedupKey: threadOf(alert, place),
    ...alertForm(alert, place),
  };
}

/** One key for all messages about an incident. */
export function threadOf({ pair, incident, id }: Alert, { environment }: Place): string {
  return [environment, pair, incident ?? id].join('/');
}

/** `2026-08-14T12:01:33Z`. */
export function isoTime(atMs: number): string {
  return `${utcTime(atMs).slice(0, 19).replace(' ', 'T')}Z`;
}

/** Alerts as events on a bus, beside the mails. Whether an event succeeds or fails, no mail waits for it or is sent again. */
import { setTimeout as delay } from 'node:timers/promises';
import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { Alert } from '../core/alert/incident.ts';
import { EVENT_SOURCE, EVENT_TYPE, eventDetail } from '../core/text/alert-form.ts';
import type { Place } from '../core/text/alert-text.ts';
import { REQUEST_LIMIT_MS } from '../core/time-budget.ts';
import type { AlertPort } from '../watch/ports/alerts.ts';
import type { Log } from '../watch/ports/ports.ts';
import { within } from './clients.ts';

/** The most that PutEvents takes. */
const EVENTS_A_CALL = 10;
/** How often an event is tried. Each try is two attempts of the SDK's. */
const TRIES = 2;
/** How long the next mail waits for the events of this one, in milliseconds. */
const GRACE_MS = 500;
/** How many ids are remembered, so that a mail that is sent again makes no second event. */
const KNOWN_MAX = 500;

export interface EventsParts {
  readonly client: EventBridgeClient;
  /** Its name, or its ARN in another account. */
  readonly bus: string;
  readonly place: Place;
  readonly log: Log;
}

/**
 * The same alerts, each put on the bus as well when its mail is first tried. An event that fails twice is lost, and logged.
 * A leader that dies before it noted the mail leaves it to the next one, so an event may come twice: with the same `id`.
 */
export function withEvents(alerts: AlertPort, parts: EventsParts): AlertPort {
  const known = new Set<string>();
  return {
    subscriptions: () => alerts.subscriptions(),
    async publish(mail) {
      const news = mail.filter(({ id }) => !known.has(id));
      for (const { id } of news) known.add(id);
      for (const id of [...known].slice(0, Math.max(0, known.size - KNOWN_MAX))) known.delete(id);
      const putting = putAll(parts, news);
      try {
        await alerts.publish(mail);
      } finally {
        // It has begun before the mail, and never fails; a function that ends now would freeze it.
        await Promise.race([putting, delay(GRACE_MS, undefined, { ref: false })]);
      }
    },
  };
}

async function putAll(parts: EventsParts, alerts: readonly Alert[]): Promise<void> {
  const starts = Array.from(
    { length: Math.ceil(alerts.length / EVENTS_A_CALL) },
    (_, n) => n * EVENTS_A_CALL,
  );
  await Promise.all(starts.map((start) => putSome(parts, alerts.slice(start, start + EVENTS_A_CALL))));
}

/** Never rejects. */
async function putSome(parts: EventsParts, alerts: readonly Alert[]): Promise<void> {
  let left = alerts;
  let because = '';
  for (let tries = 0; left.length > 0 && tries < TRIES; tries += 1) {
    try {
      const entries = await put(parts, left);
      because = entries.find(({ ErrorCode }) => ErrorCode !== undefined)?.ErrorCode ?? '';
      left = left.filter((_, index) => entries[index]?.ErrorCode !== undefined);
    } catch (error) {
      because = String(error);
    }
  }
  for (const { id, code, pair, incident } of left)
    parts.log.warn(`alert ${code} is no event on ${parts.bus}: ${because}`, { pair, incident, id });
}

async function put({ client, bus, place }: EventsParts, alerts: readonly Alert[]) {
  const Entries = alerts.map((alert) => ({
    EventBusName: bus,
    Source: EVENT_SOURCE,
    DetailType: EVENT_TYPE,
    Time: new Date(alert.atMs),
    Detail: JSON.stringify(eventDetail(alert, place)),
  }));
  const answer = await client.send(new PutEventsCommand({ Entries }), within(REQUEST_LIMIT_MS));
  return answer.Entries ?? [];
}

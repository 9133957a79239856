/**
 * Sends the alerts of all pairs of a leader: one mail at a time, many alerts in one where many wait. The outboxes in the
 * store are the truth: an alert leaves its outbox after SNS has it, so a leader that dies loses none.
 */
import type { Alert } from '../core/alert/incident.ts';
import { MANY_WITHIN_MS, nextMail, type Sent, type Waiting } from '../core/alert/mails.ts';
import type { Safeguards } from '../core/decision/safeguards.ts';
import { plainAlert } from '../core/text/alert-text.ts';
import { PortError } from './ports/port-error.ts';
import type { Ports } from './ports/ports.ts';

/** When SNS did not answer, nothing is sent for this long. Milliseconds. */
const PUBLISH_AGAIN_MS = 5000;
/** An alert that SNS refuses waits longer each time, up to this; the others do not wait for it. Milliseconds. */
const REFUSED_AGAIN_MS = 15_000;

/** A pair that has alerts to send. */
export interface Outbox {
  /** Those in the store that SNS does not have yet, the oldest first. */
  readonly waiting: () => readonly Alert[];
  /** Whether something more urgent goes first. @default never */
  readonly isPutOff?: () => boolean;
  /** SNS has it. */
  readonly onPublished: (id: string) => void;
}

type Tries = Pick<Waiting, 'refusals' | 'losses' | 'notBeforeMs'>;

const untried: Tries = { refusals: 0, losses: 0, notBeforeMs: Number.NEGATIVE_INFINITY };

export class AlertDesk {
  readonly #ports: Ports;
  readonly #safeguards: Safeguards;
  #outboxes: readonly Outbox[] = [];
  /** Alerts that are in no outbox, because their pair's record cannot be written. */
  #unstored: readonly Alert[] = [];
  #tries: ReadonlyMap<string, Tries> = new Map();
  #sent: readonly Sent[] = [];
  #notBeforeMs = Number.NEGATIVE_INFINITY;
  #sending: Promise<void> | null = null;

  constructor(ports: Ports, safeguards: Safeguards) {
    this.#ports = ports;
    this.#safeguards = safeguards;
  }

  /** Takes in a pair. What waits in its outbox goes out from now on. */
  add(outbox: Outbox): void {
    this.#outboxes = [...this.#outboxes, outbox];
    this.send();
  }

  /** Takes an alert that cannot be stored. If this leader dies, the alert is lost, and the next leader makes it again. */
  post(alert: Alert): void {
    this.#unstored = [...this.#unstored, alert];
    this.send();
  }

  /** Sends what is due, beside whatever else goes on: no plan waits for a mail. */
  send(): void {
    const nowMs = this.#ports.clock.nowMs();
    if (this.#sending !== null || nowMs < this.#notBeforeMs) return;
    const waiting = this.#waiting();
    if (waiting.length === 0) return;
    const mail = nextMail(waiting, this.#sent, nowMs);
    if (mail.length === 0) return;
    this.#sending = this.#publish(mail).finally(() => {
      this.#sending = null;
    });
  }

  /** Resolves when nothing is being sent. */
  async idle(): Promise<void> {
    await this.#sending;
  }

  #waiting(): readonly Waiting[] {
    const alerts = [...this.#outboxes.flatMap(({ waiting }) => waiting()), ...this.#unstored];
    if (alerts.length === 0 && this.#tries.size === 0) return [];
    const known = new Map(alerts.flatMap(({ id }) => this.#knownTries(id)));
    this.#tries = known;
    const putOff = this.#outboxes.filter(({ isPutOff }) => isPutOff?.() === true);
    const held = new Set(putOff.flatMap(({ waiting }) => waiting()));
    return alerts
      .filter((alert) => !held.has(alert))
      .map((alert) => ({ alert, ...(known.get(alert.id) ?? untried) }));
  }

  #knownTries(id: string): readonly (readonly [string, Tries])[] {
    const tries = this.#tries.get(id);
    return tries === undefined ? [] : [[id, tries]];
  }

  async #publish(mail: readonly Waiting[]): Promise<void> {
    const { clock, alerts } = this.#ports;
    try {
      // SNS may refuse an alert for its text, so the next try sends it in its plainest form.
      await alerts.publish(mail.map(({ alert, refusals }) => (refusals > 0 ? plainAlert(alert) : alert)));
      this.#noteGone(mail);
      this.#noteSuccess();
    } catch (error) {
      if (!this.#safeguards.keepsAlerts) this.#noteGone(mail);
      this.#noteFailure(mail, error);
    }
    const pairs = mail.map(({ alert }) => alert.pair);
    const atMs = clock.nowMs();
    this.#sent = [...this.#sent.filter((one) => atMs - one.atMs < MANY_WITHIN_MS), { atMs, pairs }];
  }

  #noteGone(mail: readonly Waiting[]): void {
    const gone = new Set(mail.map(({ alert }) => alert.id));
    this.#unstored = this.#unstored.filter(({ id }) => !gone.has(id));
    for (const outbox of this.#outboxes)
      for (const { id } of outbox.waiting()) if (gone.has(id)) outbox.onPublished(id);
  }

  /** SNS takes mails: those that it refused are tried at once, and together. */
  #noteSuccess(): void {
    const nowMs = this.#ports.clock.nowMs();
    const again = ([id, tries]: readonly [string, Tries]) =>
      [
        id,
        { ...tries, refusals: Math.min(tries.refusals, 1), notBeforeMs: Math.min(tries.notBeforeMs, nowMs) },
      ] as const;
    this.#tries = new Map([...this.#tries].map(again));
  }

  /** SNS refuses this mail: others may still be accepted. When SNS does not answer, no other is tried. */
  #noteFailure(mail: readonly Waiting[], error: unknown): void {
    const { clock, metrics, log } = this.#ports;
    const nowMs = clock.nowMs();
    metrics.publish('PublishFailure', 1);
    const isRefused = error instanceof PortError && isRefusal(error);
    const tries = new Map(this.#tries);
    for (const { alert, refusals, losses } of mail) {
      log.error(`alert ${alert.code} was not published, and will be tried again: ${String(error)}`, {
        pair: alert.pair,
        incident: alert.incident,
      });
      const waitMs = Math.min((refusals + 1) * PUBLISH_AGAIN_MS, REFUSED_AGAIN_MS);
      const next = isRefused
        ? { refusals: refusals + 1, losses, notBeforeMs: nowMs + waitMs }
        : { refusals, losses: losses + 1, notBeforeMs: nowMs };
      tries.set(alert.id, next);
    }
    this.#tries = tries;
    if (!isRefused) this.#notBeforeMs = nowMs + PUBLISH_AGAIN_MS;
  }
}

function isRefusal({ kind }: PortError): boolean {
  return kind === 'denied' || kind === 'refused' || kind === 'unsuccessful';
}

/** The alerts that on-call has got since a fault began: for faults that wait for one, or judge its text. */
import { setTimeout as delay } from 'node:timers/promises';
import { codesOf, type Message } from '../aws/events.ts';
import type { LabWorld } from '../world.ts';
import type { ExpectedCode } from './codes.ts';

export class Alerts {
  readonly #messages: Message[] = [];

  constructor({ aws }: LabWorld) {
    aws.events.on('message', (message) => this.#messages.push(message));
  }

  /** Every one of those codes, oldest first. */
  of(...codes: readonly ExpectedCode[]): readonly Message[] {
    return this.#messages.filter((message) => codes.some((code) => codesOf(message).includes(code)));
  }

  /** The first one of that code, or null when none came in time. */
  async within(code: ExpectedCode, limitMs: number): Promise<Message | null> {
    const deadlineMs = Date.now() + limitMs;
    for (;;) {
      const [message] = this.of(code);
      if (message) return message;
      if (Date.now() > deadlineMs) return null;
      await delay(50);
    }
  }
}

/** How long on-call may wait for an alert that is to come before it is needed, in milliseconds. */
export const WARNING_MS = 15_000;

/** The complaint, if any, of an alert that must have come before a moment. */
export function notBefore(
  code: ExpectedCode,
  message: Message | null,
  moment: string,
  limitMs = WARNING_MS,
): readonly string[] {
  return message === null ? [`${code} was not alerted in ${limitMs / 1000} s, before ${moment}`] : [];
}

/** The complaint, if any, of an alert that must name a session. */
export function notNaming(session: number, messages: readonly Message[]): readonly string[] {
  const names = new RegExp(`\\b${session}\\b`);
  const named = messages.some(({ subject, message }) => names.test(message) || names.test(subject ?? ''));
  return named ? [] : [`no alert names session ${session}, which holds the lock`];
}

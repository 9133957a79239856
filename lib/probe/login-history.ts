/** What became of the logins to one node so far: how long the next one may take, and when it may come. */
import type { Saw } from '../core/evidence/sighting.ts';
import { type MysqlFailure, sawOf } from './errors.ts';
import { nowMs } from './waiting.ts';

/**
 * How long a server may take to let us in. While it hangs, a fresh try each second shows that its host still accepts
 * connections; a failover may need that proof for some seconds. Then each try lasts twice as long as the one before,
 * and we do not break off the last one: the server finds 18 of them after a hang of 40 s, and never more than 60.
 * If the host dies meanwhile, TCP keep-alive ends the try. Milliseconds.
 */
const LOGIN = { firstMs: 1000, shortTries: 15, maxMs: 60_000, tries: 60, lastMs: 2 ** 31 - 1 } as const;

/**
 * Time between two checks whether a fresh login is let in. A login costs as much CPU as all other questions of a second.
 * Its result is only alerted: the server's counters show a full connection table. Milliseconds.
 */
const CHECK_MS = 5000;
/** The same after a refusal, doubled each time. Milliseconds. */
const REFUSED_MS = 2000;
/** A full table may have room again soon; a refused password stays refused until a person changes it. Milliseconds. */
const BACK_OFF_MAX_MS = { saturated: 4000, 'locked-out': 30_000 } as const;
/** How often a refused password is tried while no connection of ours answers: the server may die meanwhile. Milliseconds. */
const URGENT_MS = 1000;

/** A login that the server refused: no room for us, or our password, TLS or account. */
export type Refusal = Extract<Saw, { kind: 'saturated' | 'locked-out' }>;

interface Refused {
  readonly saw: Refusal;
  readonly failure: MysqlFailure;
  readonly times: number;
}

export class LoginHistory {
  #refused: Refused | null = null;
  /** How many handshakes in a row the server did not answer. */
  #hung = 0;
  #endedAtMs = Number.NEGATIVE_INFINITY;

  /** A login ended, by its own result. */
  noteEnd(): void {
    this.#endedAtMs = nowMs();
  }

  noteLetIn(): void {
    this.#refused = null;
    this.#hung = 0;
  }

  /** A login that was cut off or came late is neither a refusal nor an open door. */
  noteFailure(failure: MysqlFailure): void {
    if (failure.timedOut && failure.during === 'login') this.#hung += 1;
    const saw = sawOf(failure);
    if (saw.kind !== 'saturated' && saw.kind !== 'locked-out') return;
    this.#refused = { saw, failure, times: (this.#refused?.times ?? 0) + 1 };
  }

  /** Why the newest login that was answered was refused; null when it was let in. */
  get refusal(): Refusal | null {
    return this.#refused?.saw ?? null;
  }

  /** The earlier refusal, which counts for a login of now as well; null when it is time to ask again. */
  standing(urgent: boolean): MysqlFailure | null {
    if (this.#refused === null) return null;
    const { saw, times, failure } = this.#refused;
    const urgentMs = saw.kind === 'saturated' ? 0 : URGENT_MS;
    const waitMs = urgent ? urgentMs : Math.min(REFUSED_MS * 2 ** (times - 1), BACK_OFF_MAX_MS[saw.kind]);
    return nowMs() - this.#endedAtMs < waitMs ? failure : null;
  }

  /** Whether it is time to see again if a login is let in. */
  get isCheckDue(): boolean {
    if (this.standing(false) !== null) return false;
    return nowMs() - this.#endedAtMs >= (this.#refused === null ? CHECK_MS : 0);
  }

  /** How long the next handshake may wait. Milliseconds. */
  get loginLimitMs(): number {
    return loginLimitMs(this.#hung);
  }
}

/** How long the next handshake may wait, after so many in a row that were not answered. Milliseconds. */
export function loginLimitMs(hung: number): number {
  if (hung >= LOGIN.tries) return LOGIN.lastMs;
  const doublings = Math.max(0, hung - LOGIN.shortTries + 1);
  return Math.min(LOGIN.firstMs * 2 ** doublings, LOGIN.maxMs);
}

/** The pulse of one node: the answer that shows that its server lives, asked on a connection of its own. */
import type { Server } from '../core/evidence/sighting.ts';
import { isLost, MysqlFailure } from './errors.ts';
import { KeptConnection, type Lent } from './kept-connection.ts';
import { type LateAnswer, LateAnswers } from './late-answers.ts';
import type { Logins } from './logins.ts';
import { type Pulse, readPulse } from './pulse-row.ts';
import { type Alarm, createBell, nowMs, pause } from './waiting.ts';

/** Time until a dropped connection is made again; doubled each time. Milliseconds. */
const FIRST_REDIAL_MS = 10;

/** A pulse, and whether it came on another connection than the one that was open when it was asked for. */
interface PulseRead {
  readonly pulse: Pulse;
  readonly isOnOtherLink: boolean;
}

export class PulseReader {
  readonly #lost = createBell();
  readonly #kept: KeptConnection;
  readonly #lateAnswers: LateAnswers;

  constructor(logins: Logins) {
    this.#kept = new KeptConnection(logins, this.#lost.ring);
    this.#lateAnswers = new LateAnswers(logins);
  }

  /** Goes off when the kept connection is lost. */
  get lost(): Alarm {
    return this.#lost.alarm;
  }

  /** As the connection shows it; MySQL while there is none. */
  get flavor(): Server['flavor'] {
    return this.#kept.current()?.dialect.flavor ?? 'mysql';
  }

  /**
   * Asks for the pulse. Throws a `MysqlFailure`.
   *
   * A server that dies closes its connections a moment before its port. So after a fresh connection that was dropped,
   * another one is tried, a little later each time, until the port shows whether a server is there.
   */
  async read(limitMs: number): Promise<PulseRead> {
    const before = this.#kept.current();
    const deadlineMs = nowMs() + limitMs;
    for (let waitMs = FIRST_REDIAL_MS; ; waitMs *= 2) {
      try {
        const { link, row } = await this.#askOnce(limitMs);
        return { pulse: readPulse(row), isOnOtherLink: link !== before };
      } catch (error) {
        if (!(error instanceof MysqlFailure) || !isLost(error) || nowMs() + waitMs > deadlineMs) throw error;
      }
      await pause(waitMs);
    }
  }

  /** The connection for a command; null while an answer on it is overdue. */
  lend(): Lent | null {
    return this.#lateAnswers.isWaiting ? null : this.#kept.lend();
  }

  /** After a failure: throws the connection away, unless an answer may still come. */
  dropUnlessWaiting(): void {
    if (!this.#lateAnswers.isWaiting) this.#kept.drop();
  }

  /** Gives up the answers that are overdue. */
  dropLateAnswers(): void {
    this.#lateAnswers.drop();
  }

  /** Throws all connections away. */
  drop(): void {
    this.#lateAnswers.drop();
    this.#kept.drop();
  }

  /** On the kept connection; while there is none, or an answer on it is overdue, on a fresh one too. */
  async #askOnce(limitMs: number): Promise<LateAnswer> {
    const late = this.#lateAnswers;
    if (!late.isWaiting && this.#kept.current() !== null)
      return this.#kept.use(limitMs, (link) => late.ask(link, limitMs));
    const answer = await late.askAnew(limitMs);
    this.#kept.adopt(answer.link);
    return answer;
  }
}

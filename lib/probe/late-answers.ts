/**
 * Answers that come late. A look that is not answered in time is over, but its question stays, and so does a fresh
 * connection that was not made in time: the answer proves that the server lives, in whichever look it arrives. On a
 * path that loses packets TCP sends again after some hundred milliseconds, and a fresh login needs several exchanges
 * to go well; giving either up after one look would make a slow path look like a dead server.
 */
import type { StatusRow } from './columns.ts';
import type { MysqlLink } from './connection.ts';
import { MysqlFailure, type Phase } from './errors.ts';
import type { Logins } from './logins.ts';
import { askPulse } from './pulse.ts';
import { late, within } from './waiting.ts';

/** A fresh connection has at least this long to answer, over as many looks as it takes. Milliseconds. */
const ANSWER_MS = 1000;

/** A question on a connection, asked in an earlier look and not answered yet. */
interface Overdue {
  readonly link: MysqlLink;
  readonly answer: Promise<StatusRow>;
}

/** Who answered, and what. */
export interface LateAnswer {
  readonly link: MysqlLink;
  readonly row: StatusRow;
}

/** A fresh connection on its way, with the question on it. */
interface Attempt {
  readonly answer: Promise<LateAnswer>;
  during(): Phase;
}

/** What earlier looks at one node left open. */
export class LateAnswers {
  readonly #logins: Logins;
  #overdue: Overdue | null = null;
  #fresh: Attempt | null = null;
  /** A fresh connection that was ready while no look waited for it. */
  #ready: MysqlLink | null = null;

  constructor(logins: Logins) {
    this.#logins = logins;
  }

  /** Whether an earlier question, or an earlier attempt at a connection, is still open. */
  get isWaiting(): boolean {
    return this.#overdue !== null || this.#fresh !== null || this.#ready !== null;
  }

  /** Asks on the connection; throws a `MysqlFailure` of a timeout after `limitMs`, and keeps the question. */
  async ask(link: MysqlLink, limitMs: number): Promise<LateAnswer> {
    const answer = askPulse(link, null);
    const row = await within(answer, limitMs);
    if (row !== late) return { link, row };
    this.#overdue = { link, answer };
    // A later look that waits for it reports its failure; perhaps none does.
    answer.catch(() => {});
    throw new MysqlFailure('query', limitMs, 'timeout');
  }

  /**
   * Begins a fresh connection, unless an earlier one is still on its way, and waits for its answer or for that of the
   * open question, whichever comes first. Throws a `MysqlFailure`: of a timeout after `limitMs`, while both go on.
   */
  async askAnew(limitMs: number): Promise<LateAnswer> {
    const link = this.#ready;
    this.#ready = null;
    if (link !== null && !link.isGone()) {
      // It has logged in since the open question was asked, so that connection is the worse one.
      this.#giveUpOverdue();
      return this.ask(link, limitMs);
    }
    this.#fresh ??= this.#attempt(limitMs);
    const newest = this.#fresh;
    const first = await within(firstOf(newest, this.#overdue), limitMs);
    if (first === late) throw new MysqlFailure(newest.during(), limitMs, 'timeout');
    this.#keepOnly(first.link);
    return first;
  }

  /** Gives up what is open. */
  drop(): void {
    this.#giveUpOverdue();
    leave(this.#fresh, null);
    this.#fresh = null;
    this.#ready?.quit();
    this.#ready = null;
  }

  #attempt(limitMs: number): Attempt {
    const begun = begin(this.#logins, Math.max(limitMs, ANSWER_MS));
    const end = (link: MysqlLink | null) => {
      if (this.#fresh !== begun) return;
      this.#fresh = null;
      this.#ready = link;
    };
    begun.answer.then(
      ({ link }) => end(link),
      () => end(null),
    );
    return begun;
  }

  /** This connection has answered; the other one is not needed any more. */
  #keepOnly(link: MysqlLink): void {
    if (this.#overdue?.link === link) this.#overdue = null;
    else this.#giveUpOverdue();
    leave(this.#fresh, link);
    this.#fresh = null;
    this.#ready = null;
  }

  #giveUpOverdue(): void {
    this.#overdue?.link.destroy();
    this.#overdue = null;
  }
}

/** The first answer of the two; the fresh connection's failure once neither can answer. */
function firstOf(fresh: Attempt, open: Overdue | null): Promise<LateAnswer> {
  const kept = open ? [open.answer.then((row): LateAnswer => ({ link: open.link, row }))] : [];
  const any = Promise.any([...kept, fresh.answer]);
  // The fresh one's failure counts: it says why. The other's says only that it was lost, or took too long.
  return Promise.race([
    any.catch(() => fresh.answer),
    fresh.answer.catch((error: unknown) => settleFor(any, error)),
  ]);
}

function begin(logins: Logins, limitMs: number): Attempt {
  let during: Phase | null = null;
  async function answer(): Promise<LateAnswer> {
    const link = await logins.take(true);
    during = 'query';
    try {
      return { link, row: await askPulse(link, limitMs) };
    } catch (error) {
      link.destroy();
      throw error;
    }
  }
  return { answer: answer(), during: () => during ?? logins.during() };
}

/** Nobody waits for it any more; its login is not broken off. */
function leave(attempt: Attempt | null, won: MysqlLink | null): void {
  attempt?.answer.then(({ link }) => link !== won && link.quit()).catch(() => {});
}

/** An answer that is there by now, else the newest attempt's error. */
async function settleFor(any: Promise<LateAnswer>, error: unknown): Promise<LateAnswer> {
  const answer = await within(any, 0).catch(() => late);
  if (answer === late) throw error;
  return answer as LateAnswer;
}

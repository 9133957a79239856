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

export interface LateAnswers {
  /** Whether an earlier question, or an earlier attempt at a connection, is still open. */
  readonly isWaiting: boolean;
  /** Asks on the connection; throws a `MysqlFailure` of a timeout after `limitMs`, and keeps the question. */
  ask(link: MysqlLink, limitMs: number): Promise<LateAnswer>;
  /**
   * Begins a fresh connection, unless an earlier one is still on its way, and waits for its answer or for that of the
   * open question, whichever comes first. Throws a `MysqlFailure`: of a timeout after `limitMs`, while both go on.
   */
  askAnew(limitMs: number): Promise<LateAnswer>;
  /** Gives up what is open. */
  drop(): void;
}

/** A fresh connection on its way, with the question on it. */
interface Attempt {
  readonly answer: Promise<LateAnswer>;
  during(): Phase;
}

export function createLateAnswers(logins: Logins): LateAnswers {
  let overdue: Overdue | null = null;
  let fresh: Attempt | null = null;
  /** A fresh connection that was ready while no look waited for it. */
  let ready: MysqlLink | null = null;

  const give = (): void => {
    overdue?.link.destroy();
    overdue = null;
  };

  async function ask(link: MysqlLink, limitMs: number): Promise<LateAnswer> {
    const answer = askPulse(link, null);
    const row = await within(answer, limitMs);
    if (row !== late) return { link, row };
    overdue = { link, answer };
    // Its failure is told by whoever waits for it; nobody may.
    answer.catch(() => {});
    throw new MysqlFailure('query', limitMs, 'timeout');
  }

  function attempt(limitMs: number): Attempt {
    const begun = begin(logins, Math.max(limitMs, ANSWER_MS));
    const end = (link: MysqlLink | null) => {
      if (fresh !== begun) return;
      fresh = null;
      ready = link;
    };
    begun.answer.then(
      ({ link }) => end(link),
      () => end(null),
    );
    return begun;
  }

  /** The other one is of no use any more. */
  function settle(won: LateAnswer): void {
    if (overdue?.link === won.link) overdue = null;
    else give();
    leave(fresh, won.link);
    fresh = null;
    ready = null;
  }

  return {
    get isWaiting() {
      return overdue !== null || fresh !== null || ready !== null;
    },
    ask,
    async askAnew(limitMs) {
      const link = ready;
      ready = null;
      if (link !== null && !link.isGone()) {
        // It has logged in since the open question was asked, so that connection is the worse one.
        give();
        return ask(link, limitMs);
      }
      fresh ??= attempt(limitMs);
      const newest = fresh;
      const open = overdue;
      const kept = open ? [open.answer.then((row): LateAnswer => ({ link: open.link, row }))] : [];
      const any = Promise.any([...kept, newest.answer]);
      // The fresh one's failure counts: it says why. The other's says only that it was lost, or took too long.
      const first = await within(
        Promise.race([
          any.catch(() => newest.answer),
          newest.answer.catch((error: unknown) => settleFor(any, error)),
        ]),
        limitMs,
      );
      if (first === late) throw new MysqlFailure(newest.during(), limitMs, 'timeout');
      settle(first);
      return first;
    },
    drop() {
      give();
      leave(fresh, null);
      fresh = null;
      ready?.quit();
      ready = null;
    },
  };
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

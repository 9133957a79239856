/**
 * Answers that come late. A look that is not answered in time is over, but its question stays, and so does a fresh
 * connection that was not made in time: the answer proves that the server lives, whichever look it arrives in. On a
 * path that loses packets TCP sends again after some hundred milliseconds, and a fresh login needs several exchanges
 * to go well; giving either up after one look would make a slow path look like a dead server.
 */
import { type Endpoint, type Link, startDial } from './connection.ts';
import { MysqlFailure, type Phase } from './errors.ts';
import { late, nowMs, within } from './limit.ts';
import type { Row } from './status.ts';

/** A fresh connection has at least this long to be made and to answer, over as many looks as it takes. Milliseconds. */
const ATTEMPT_MS = 1000;

/** A question on a connection, asked in an earlier look and not answered yet. */
interface Overdue {
  readonly link: Link;
  readonly answer: Promise<readonly Row[]>;
}

/** Who answered, and what. */
export interface Answer {
  readonly link: Link;
  readonly rows: readonly Row[];
}

export interface Patience {
  /** Whether an earlier question, or an earlier attempt at a connection, is still open. */
  readonly isWaiting: boolean;
  /** Asks on the connection; throws a `MysqlFailure` of a timeout after `limitMs`, and keeps the question. */
  ask(link: Link, limitMs: number): Promise<Answer>;
  /**
   * Begins one more fresh connection, and waits for its answer, for those of earlier ones and for that of the open
   * question, whichever comes first. Throws a `MysqlFailure`: of a timeout after `limitMs`, while all of them go on.
   */
  askAnew(endpoint: Endpoint, limitMs: number): Promise<Answer>;
  /** Gives up what is open. */
  drop(): void;
}

/** A fresh connection on its way, with the question on it. */
interface Attempt {
  readonly answer: Promise<Answer>;
  during(): Phase;
  abandon(): void;
}

export function createPatience(): Patience {
  let overdue: Overdue | null = null;
  const attempts = new Set<Attempt>();

  const give = (): void => {
    overdue?.link.destroy();
    overdue = null;
  };

  async function ask(link: Link, limitMs: number): Promise<Answer> {
    const answer = link.queryWithoutLimit(link.dialect.pulse, []);
    const rows = await within(answer, limitMs);
    if (rows !== late) return { link, rows };
    overdue = { link, answer };
    // Its failure is told by whoever waits for it; nobody may.
    answer.catch(() => {});
    throw new MysqlFailure('query', limitMs, 'timeout');
  }

  function attempt(endpoint: Endpoint, limitMs: number): Attempt {
    const begun = begin(endpoint, Math.max(limitMs, ATTEMPT_MS));
    attempts.add(begun);
    begun.answer.catch(() => {}).finally(() => attempts.delete(begun));
    return begun;
  }

  /** The others are of no use any more. */
  function settle(won: Answer): void {
    if (overdue?.link === won.link) overdue = null;
    else give();
    for (const other of attempts) {
      other.abandon();
      other.answer.then(({ link }) => link !== won.link && link.destroy()).catch(() => {});
    }
  }

  return {
    get isWaiting() {
      return overdue !== null || attempts.size > 0;
    },
    ask,
    async askAnew(endpoint, limitMs) {
      const newest = attempt(endpoint, limitMs);
      const open = overdue;
      const kept = open ? [open.answer.then((rows): Answer => ({ link: open.link, rows }))] : [];
      const any = Promise.any([...kept, ...[...attempts].map(({ answer }) => answer)]);
      // The newest one's failure counts: it says why. Another's says only that it was lost, or took too long.
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
      for (const each of attempts) each.abandon();
    },
  };
}

function begin(endpoint: Endpoint, limitMs: number): Attempt {
  const startMs = nowMs();
  const dialling = startDial(endpoint, limitMs);
  let during: Phase | null = null;
  async function answer(): Promise<Answer> {
    const link = await dialling.link;
    during = 'query';
    try {
      return { link, rows: await link.query(link.dialect.pulse, [], limitMs - (nowMs() - startMs)) };
    } catch (error) {
      link.destroy();
      throw error;
    }
  }
  return { answer: answer(), during: () => during ?? dialling.during(), abandon: dialling.abandon };
}

/** An answer that is there by now, else the newest attempt's error. */
async function settleFor(any: Promise<Answer>, error: unknown): Promise<Answer> {
  const answer = await within(any, 0).catch(() => late);
  if (answer === late) throw error;
  return answer as Answer;
}

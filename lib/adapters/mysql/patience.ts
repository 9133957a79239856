/**
 * Answers that come late. A look that is not answered in time is over, but its question stays: the answer
 * proves that the server lives, whichever look it arrives in. On a path that loses packets TCP sends again
 * after some hundred milliseconds, and a fresh login needs several exchanges to go well; giving the question
 * up would make a slow path look like a dead server.
 */
import { dial, type Endpoint, type Link } from './connection.ts';
import { MysqlFailure } from './errors.ts';
import { late, nowMs, within } from './limit.ts';
import type { Row } from './status.ts';

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
  /** Whether an earlier question is still open. */
  readonly isWaiting: boolean;
  /** Asks on the connection; throws a `MysqlFailure` of a timeout after `limitMs`, and keeps the question. */
  ask(link: Link, limitMs: number): Promise<Answer>;
  /** Waits for the open question's answer and for one on a fresh connection, whichever comes first. */
  askAnew(endpoint: Endpoint, limitMs: number): Promise<Answer>;
  /** Gives up what is open. */
  drop(): void;
}

export function createPatience(): Patience {
  let overdue: Overdue | null = null;

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

  async function askFresh(endpoint: Endpoint, limitMs: number): Promise<Answer> {
    const startMs = nowMs();
    const link = await dial(endpoint, limitMs);
    try {
      return { link, rows: await link.query(link.dialect.pulse, [], limitMs - (nowMs() - startMs)) };
    } catch (error) {
      link.destroy();
      throw error;
    }
  }

  return {
    get isWaiting() {
      return overdue !== null;
    },
    ask,
    async askAnew(endpoint, limitMs) {
      const open = overdue;
      if (open === null) return askFresh(endpoint, limitMs);
      const fresh = askFresh(endpoint, limitMs);
      const kept = open.answer.then((rows): Answer => ({ link: open.link, rows }));
      // The fresh one's failure counts: it says why. The kept one's alone says only that it was lost.
      const first = await Promise.race([
        kept.catch(() => fresh),
        fresh.catch((error: unknown) => settleFor(kept, error)),
      ]);
      if (first.link === open.link) {
        overdue = null;
        fresh.then(({ link }) => link.destroy()).catch(() => {});
      } else {
        give();
      }
      return first;
    },
    drop: give,
  };
}

/** The kept answer if it is there by now, else the fresh one's error. */
async function settleFor(kept: Promise<Answer>, error: unknown): Promise<Answer> {
  const answer = await within(kept, 0).catch(() => late);
  if (answer === late) throw error;
  return answer as Answer;
}

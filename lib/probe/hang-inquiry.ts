/** Why a commit of ours hangs, asked again and again while it does. */
import type { MysqlLink } from './connection.ts';
import { askWhy, HANGS, type Why } from './hang-cause.ts';
import type { Logins } from './logins.ts';

export const unexplained: Why = { kind: 'failed', cause: 'unknown', because: HANGS, blocker: null };

/** Finds out why a commit hangs, on a connection that it keeps until nothing hangs any more. */
export class HangInquiry {
  readonly #logins: Logins;
  #link: MysqlLink | null = null;
  #why: Why | null = null;
  #isAsking = false;
  /** Counts hangs, so that what was found of an earlier one is dropped. */
  #hang = 0;

  constructor(logins: Logins) {
    this.#logins = logins;
  }

  /** What was found last; null while nothing was. */
  get why(): Why | null {
    return this.#why;
  }

  /** Begins to ask why this session of ours hangs. Never throws. */
  ask(ownId: number): void {
    if (this.#isAsking || ownId === 0) return;
    this.#isAsking = true;
    const mine = this.#hang;
    void this.#find(ownId).then((found) => {
      this.#isAsking = false;
      // An earlier finding stays until there is a new one: between two tries there may be nothing to find.
      if (mine !== this.#hang) this.#release();
      else this.#why = found ?? this.#why;
    });
  }

  /** Nothing hangs any more. */
  end(): void {
    this.#hang += 1;
    this.#why = null;
    if (!this.#isAsking) this.#release();
  }

  /** Null where there is nothing new to say. */
  async #find(ownId: number): Promise<Why | null> {
    try {
      const link = this.#link === null || this.#link.isGone() ? await this.#logins.take() : this.#link;
      this.#link = link;
      return await askWhy(link, ownId);
    } catch (error) {
      const because = error instanceof Error ? error.message : String(error);
      return { ...unexplained, because: `${HANGS} (the cause could not be read: ${because})` };
    }
  }

  #release(): void {
    this.#link?.quit();
    this.#link = null;
  }
}

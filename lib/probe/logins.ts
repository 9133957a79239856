/**
 * All logins of this probe to one node. There is only one at a time; all who need a connection share it.
 *
 * A server counts a handshake that its client breaks off. With the vendor's default, a hundred of them in a row block
 * the client's address (error 1129, `max_connect_errors`), and a hung server finds all of them when it wakes. With
 * `connection_control` a refused login waits on the server, and holds one of its connections. So we wait for a login
 * instead of breaking it off, and after each refusal the pause before the next login is longer.
 */
import type { MysqlLink, NodeEndpoint } from './connection.ts';
import { MysqlFailure, type Phase } from './errors.ts';
import { LoginAttempt } from './login-attempt.ts';
import { LoginHistory, type Refusal } from './login-history.ts';

/** One that waits for a connection. */
interface Taker {
  readonly resolve: (link: MysqlLink) => void;
  readonly reject: (error: unknown) => void;
}

export class Logins {
  readonly #endpoint: NodeEndpoint;
  readonly #nowWallMs: () => number;
  readonly #history = new LoginHistory();
  readonly #takers: Taker[] = [];
  /** Every connection that was handed out and is still there. */
  readonly #links = new Set<MysqlLink>();
  #attempt: LoginAttempt | null = null;
  #isOver = false;

  /** `nowWallMs` is a clock that goes on while the process is frozen. */
  constructor(endpoint: NodeEndpoint, nowWallMs: () => number = Date.now) {
    this.#endpoint = endpoint;
    this.#nowWallMs = nowWallMs;
  }

  /**
   * A fresh connection, owned by the caller from then on. Rejects with a `MysqlFailure`. It ends by its own limits; a
   * caller that waits no longer still gets the connection. `urgent`: no other connection answers, so it goes first.
   */
  take(urgent = false): Promise<MysqlLink> {
    if (this.#isOver) return Promise.reject(dropped());
    const before = this.#attempt === null ? this.#history.standing(urgent) : null;
    if (before !== null) return Promise.reject(before);
    return new Promise((resolve, reject) => {
      if (urgent) this.#takers.unshift({ resolve, reject });
      else this.#takers.push({ resolve, reject });
      if (this.#attempt === null) this.#begin();
    });
  }

  /** What the login under way is at: `login` only while that shows that the host accepts connections. */
  during(): Phase {
    return this.#attempt?.during() ?? 'query';
  }

  /** Sees whether a fresh login is let in, if that was not seen lately. Nobody waits for it. */
  check(): void {
    if (!this.#isOver && this.#attempt === null && this.#history.isCheckDue) this.#begin();
  }

  /** Why the newest login that was answered was refused; null when it was let in. */
  refusal(): Refusal | null {
    return this.#history.refusal;
  }

  /** For good: gives up the login under way, and throws away every connection that was made here. */
  drop(): void {
    this.#isOver = true;
    const last = this.#attempt;
    this.#attempt = null;
    last?.end();
    last?.abandon();
    for (const { reject } of this.#takers.splice(0)) reject(dropped());
    for (const link of this.#links) link.destroy();
  }

  #begin(): void {
    const mine = new LoginAttempt(this.#endpoint, {
      loginLimitMs: () => this.#history.loginLimitMs,
      isWanted: () => this.#takers.length > 0,
      nowWallMs: this.#nowWallMs,
    });
    this.#attempt = mine;
    mine.link.then(
      (link) => this.#letIn(mine, link),
      (error: unknown) => this.#failed(mine, error),
    );
  }

  /** Ends the attempt; says whether its result still counts. */
  #end(mine: LoginAttempt): boolean {
    mine.end();
    if (this.#attempt !== mine) return false;
    this.#attempt = null;
    this.#history.noteEnd();
    return true;
  }

  /** No link: it was only seen that a login is let in. */
  #letIn(mine: LoginAttempt, link: MysqlLink | null): void {
    if (!this.#end(mine)) {
      link?.destroy();
      return;
    }
    this.#history.noteLetIn();
    if (link !== null) this.#give(link);
    if (this.#takers.length > 0) this.#begin();
  }

  #give(link: MysqlLink): void {
    this.#links.add(link);
    void link.gone.then(() => this.#links.delete(link));
    const taker = this.#takers.shift();
    if (taker === undefined) link.quit();
    else taker.resolve(link);
  }

  #failed(mine: LoginAttempt, error: unknown): void {
    if (!this.#end(mine)) return;
    // What became of it while we were frozen says nothing of now.
    if (mine.wasFrozen()) {
      if (this.#takers.length > 0) this.#begin();
      return;
    }
    if (error instanceof MysqlFailure) this.#history.noteFailure(error);
    for (const { reject } of this.#takers.splice(0)) reject(error);
  }
}

function dropped(): MysqlFailure {
  return new MysqlFailure('connect', 0, new Error('the connections were dropped'));
}

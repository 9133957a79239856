/** One login to a node, from the first packet until the server lets us in. */
import { Dialling, type MysqlLink, type NodeEndpoint } from './connection.ts';
import type { Phase } from './errors.ts';
import { nowMs } from './waiting.ts';

/** How long a connection may take until the host accepts it. Nothing is broken off on the server. Milliseconds. */
const CONNECT_MS = 1000;

/** A handshake that waits shows only for this long that the host accepts connections. Milliseconds. */
const ACCEPTED_MS = 1500;

/** A clock that jumps by more than this while a login is under way: the function was frozen. Milliseconds. */
const FREEZE_MS = 1500;

interface LoginTerms {
  /** How long the server may take to let us in. Milliseconds. */
  loginLimitMs(): number;
  /** Whether somebody takes the connection; if not, the login only shows that we are let in. */
  isWanted(): boolean;
  /** A clock that goes on while the process is frozen. */
  nowWallMs(): number;
}

/** An attempt that knows whether the process was frozen while it was under way. `end` must be called. */
export class LoginAttempt {
  /** Null where nobody wanted it when it was let in. Rejects with a `MysqlFailure`. */
  readonly link: Promise<MysqlLink | null>;
  readonly #terms: LoginTerms;
  readonly #dialling: Dialling;
  readonly #timer: NodeJS.Timeout;
  /** When the host accepted the connection; null before. */
  #loginSinceMs: number | null = null;
  #lastWallMs: number;
  #isFrozen = false;

  constructor(endpoint: NodeEndpoint, terms: LoginTerms) {
    this.#terms = terms;
    this.#lastWallMs = terms.nowWallMs();
    this.#timer = setInterval(() => this.#readClock(), FREEZE_MS / 6).unref();
    this.#dialling = new Dialling(endpoint, (during, sinceMs) => this.#leftMs(during, sinceMs));
    this.link = this.#dialling.makeIf(() => terms.isWanted());
  }

  /** What it is at: `login` only while that shows that the host accepts connections. */
  during(): Phase {
    const sinceMs = this.#loginSinceMs;
    return sinceMs !== null && nowMs() - sinceMs > ACCEPTED_MS ? 'query' : this.#dialling.during();
  }

  /** Whether the process was frozen since it began. */
  wasFrozen(): boolean {
    this.#readClock();
    return this.#isFrozen;
  }

  /** Stops watching the clock. */
  end(): void {
    clearInterval(this.#timer);
  }

  /** Gives the login up, unless it is made. */
  abandon(): void {
    this.#dialling.abandon();
  }

  #leftMs(during: 'connect' | 'login', sinceMs: number): number {
    if (during === 'login') this.#loginSinceMs = sinceMs;
    return (during === 'connect' ? CONNECT_MS : this.#terms.loginLimitMs()) - (nowMs() - sinceMs);
  }

  #readClock(): void {
    const atMs = this.#terms.nowWallMs();
    if (atMs - this.#lastWallMs > FREEZE_MS) this.#isFrozen = true;
    this.#lastWallMs = atMs;
  }
}

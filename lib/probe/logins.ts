/**
 * All logins of this probe to one node: one at a time, whoever needs the connection.
 *
 * A server counts a handshake that its client breaks off. With the vendor's default, a hundred of them in a row block
 * the client's address (error 1129, `max_connect_errors`), and a hung server finds all of them when it wakes. With
 * `connection_control` a refused login waits on the server, and holds one of its connections. So a login is waited for
 * and shared, and after a refusal the next one comes later and later.
 */
import type { Saw } from '../core/evidence/sighting.ts';
import { type Dialling, type MysqlLink, type NodeEndpoint, startDial } from './connection.ts';
import { MysqlFailure, type Phase, sawOf } from './errors.ts';
import { nowMs } from './waiting.ts';

/** How long a connection may take until the host accepts it. Nothing is broken off on the server. Milliseconds. */
const CONNECT_MS = 1000;

/**
 * How long a server may take to let us in. While it hangs, a fresh try each second shows that its host still accepts
 * connections; that is wanted for as long as a failover may take. Then each try lasts twice as long as the one before,
 * and the last one is not broken off by us: the server finds 18 of them after a hang of 40 s, and never more than 60.
 * A host that is gone meanwhile ends it (keep-alive). Milliseconds.
 */
const LOGIN = { firstMs: 1000, shortTries: 15, maxMs: 60_000, tries: 60, lastMs: 2 ** 31 - 1 } as const;

/** For so long after it began, a handshake that waits shows that the host accepts connections. Milliseconds. */
const ACCEPTED_MS = 1500;

/**
 * Time between two checks whether a fresh login is let in. A login costs as much CPU as all other questions of a second, and what
 * it tells is only alerted: a full connection table is seen in the server's counters. Milliseconds.
 */
const CHECK_MS = 5000;
/** The same after a refusal, doubled each time. Milliseconds. */
const REFUSED_MS = 2000;
/** A full table may have room again soon; a password that is refused will be until a person changes it. Milliseconds. */
const BACK_OFF_MAX_MS = { saturated: 4000, 'locked-out': 30_000 } as const;
/** While no connection of ours answers, a refused password is tried so often: the server may die meanwhile. Milliseconds. */
const URGENT_MS = 1000;

/** A clock that jumps by more than this while a login is under way: the function was frozen. Milliseconds. */
const FREEZE_MS = 1500;

/** A login that the server refused: no room for us, or our password, TLS or account. */
export type Refusal = Extract<Saw, { kind: 'saturated' | 'locked-out' }>;

export interface Logins {
  /**
   * A fresh connection, owned by the caller from then on. Rejects with a `MysqlFailure`. It ends by its own limits; a
   * caller that waits no longer still gets the connection. `urgent`: no other connection answers, so it goes first.
   */
  take(urgent?: boolean): Promise<MysqlLink>;
  /** What the login under way is at: `login` only while that shows that the host accepts connections. */
  during(): Phase;
  /** Sees whether a fresh login is let in, if that was not seen lately. Nobody waits for it. */
  check(): void;
  /** Why the newest login that was answered was refused; null when it was let in. */
  refusal(): Refusal | null;
  /** For good: gives up the login under way, and throws away every connection that was made here. */
  drop(): void;
}

interface Taker {
  readonly resolve: (link: MysqlLink) => void;
  readonly reject: (error: unknown) => void;
}

interface Attempt {
  dialling: Dialling<MysqlLink | null> | null;
  loginSinceMs: number | null;
  isFrozen(): boolean;
  end(): void;
}

interface Refused {
  readonly saw: Refusal;
  readonly failure: MysqlFailure;
  readonly times: number;
}

/** `nowWallMs` is a clock that goes on while the process is frozen. */
export function createLogins(endpoint: NodeEndpoint, nowWallMs: () => number = Date.now): Logins {
  const takers: Taker[] = [];
  /** Every connection that was handed out and is still there. */
  const links = new Set<MysqlLink>();
  let isOver = false;
  let attempt: Attempt | null = null;
  let refused: Refused | null = null;
  /** How many handshakes in a row the server did not answer. */
  let hung = 0;
  let endedAtMs = Number.NEGATIVE_INFINITY;

  function begin(): void {
    const mine = watch(nowWallMs);
    attempt = mine;
    const leftMs = (during: 'connect' | 'login', sinceMs: number) => {
      if (during === 'login') mine.loginSinceMs = sinceMs;
      return (during === 'connect' ? CONNECT_MS : loginLimitMs(hung)) - (nowMs() - sinceMs);
    };
    mine.dialling = startDial(endpoint, leftMs, () => takers.length > 0);
    mine.dialling.link.then(
      (link) => letIn(mine, link),
      (error: unknown) => failed(mine, error),
    );
  }

  function over(mine: Attempt): boolean {
    mine.end();
    if (attempt !== mine) return true;
    attempt = null;
    endedAtMs = nowMs();
    return false;
  }

  /** No link: it was only seen that a login is let in. */
  function letIn(mine: Attempt, link: MysqlLink | null): void {
    if (over(mine)) {
      link?.destroy();
      return;
    }
    refused = null;
    hung = 0;
    if (link !== null) give(link);
    if (takers.length > 0) begin();
  }

  function give(link: MysqlLink): void {
    links.add(link);
    void link.gone.then(() => links.delete(link));
    const taker = takers.shift();
    if (taker === undefined) link.quit();
    else taker.resolve(link);
  }

  function failed(mine: Attempt, error: unknown): void {
    if (over(mine)) return;
    // What became of it while we were frozen says nothing of now.
    if (mine.isFrozen()) {
      if (takers.length > 0) begin();
      return;
    }
    if (error instanceof MysqlFailure) note(error);
    for (const { reject } of takers.splice(0)) reject(error);
  }

  /** A login that was cut off or came late is neither a refusal nor an open door. */
  function note(failure: MysqlFailure): void {
    if (failure.timedOut && failure.during === 'login') hung += 1;
    const saw = sawOf(failure);
    if (saw.kind !== 'saturated' && saw.kind !== 'locked-out') return;
    refused = { saw, failure, times: (refused?.times ?? 0) + 1 };
  }

  /** The refusal that stands for one that would come now; null when it is time to ask again. */
  function standing(urgent: boolean): Refused | null {
    if (refused === null) return null;
    const { saw, times } = refused;
    const urgentMs = saw.kind === 'saturated' ? 0 : URGENT_MS;
    const waitMs = urgent ? urgentMs : Math.min(REFUSED_MS * 2 ** (times - 1), BACK_OFF_MAX_MS[saw.kind]);
    return nowMs() - endedAtMs < waitMs ? refused : null;
  }

  return {
    take(urgent = false) {
      if (isOver) return Promise.reject(dropped());
      const before = attempt === null ? standing(urgent) : null;
      if (before !== null) return Promise.reject(before.failure);
      return new Promise((resolve, reject) => {
        if (urgent) takers.unshift({ resolve, reject });
        else takers.push({ resolve, reject });
        if (attempt === null) begin();
      });
    },
    during() {
      const phase = attempt?.dialling?.during() ?? 'query';
      const sinceMs = attempt?.loginSinceMs ?? null;
      return sinceMs !== null && nowMs() - sinceMs > ACCEPTED_MS ? 'query' : phase;
    },
    check() {
      if (isOver || attempt !== null || standing(false) !== null) return;
      if (nowMs() - endedAtMs >= (refused === null ? CHECK_MS : 0)) begin();
    },
    refusal: () => refused?.saw ?? null,
    drop() {
      isOver = true;
      const last = attempt;
      attempt = null;
      last?.end();
      last?.dialling?.abandon();
      for (const { reject } of takers.splice(0)) reject(dropped());
      for (const link of links) link.destroy();
    },
  };
}

function dropped(): MysqlFailure {
  return new MysqlFailure('connect', 0, new Error('the connections were dropped'));
}

/** How long the next handshake may wait, after so many in a row that were not answered. Milliseconds. */
export function loginLimitMs(hung: number): number {
  if (hung >= LOGIN.tries) return LOGIN.lastMs;
  const doublings = Math.max(0, hung - LOGIN.shortTries + 1);
  return Math.min(LOGIN.firstMs * 2 ** doublings, LOGIN.maxMs);
}

/** An attempt that knows whether the process was frozen while it was under way. */
function watch(nowWallMs: () => number): Attempt {
  let lastMs = nowWallMs();
  let frozen = false;
  const look = () => {
    const atMs = nowWallMs();
    if (atMs - lastMs > FREEZE_MS) frozen = true;
    lastMs = atMs;
  };
  const timer = setInterval(look, FREEZE_MS / 6).unref();
  return {
    dialling: null,
    loginSinceMs: null,
    isFrozen() {
      look();
      return frozen;
    },
    end: () => clearInterval(timer),
  };
}

/**
 * The write probe: a row of `keepalambda.heartbeat` that the holder commits, at most once a second.
 *
 * It has a connection of its own, so that a commit that hangs (disk full, dead volume, stalled semi-sync) is seen
 * beside looks that are still answered.
 */
import type { Heartbeat } from '../core/evidence/sighting.ts';
import type { MysqlLink } from './connection.ts';
import { errnoOf, heartbeatOf, MysqlFailure } from './errors.ts';
import type { Why } from './hang-cause.ts';
import { HangInquiry, unexplained } from './hang-inquiry.ts';
import type { HeartbeatLag } from './heartbeat-lag.ts';
import { commitHeartbeat } from './heartbeat-row.ts';
import { KeptConnection, type Lent } from './kept-connection.ts';
import type { Logins } from './logins.ts';
import { late, nowMs, within } from './waiting.ts';

/** The least time between two commits. Milliseconds. */
const BEAT_MS = 1000;

/** After so long without one, a node has lost its role, or nobody looked: then no row of before is waited for. Milliseconds. */
const BEATS_LIFE_MS = 60_000;

/** How often the cause is asked for again while a commit hangs. Milliseconds. */
const ASK_AGAIN_MS = 1000;

/** ER_LOCK_WAIT_TIMEOUT. */
const LOCK_WAIT_TIMEOUT = 1205;

/** The write probe of one node; its rows have the node's name for a key. What it commits is noted in `beats`. */
export class HeartbeatWriter {
  readonly #node: string;
  readonly #beats: HeartbeatLag;
  readonly #kept: KeptConnection;
  readonly #inquiry: HangInquiry;
  #underWay: Promise<void> | null = null;
  #startedAtMs = Number.NEGATIVE_INFINITY;
  #notedAtMs = Number.NEGATIVE_INFINITY;
  /** When the commit under way, or else the last one, was sent; null while it waits for a connection. */
  #sentAtMs: number | null = null;
  /** Since when its commits fail; null while none does. */
  #failingSinceMs: number | null = null;
  #last: Heartbeat = { kind: 'not-tried' };

  constructor(logins: Logins, node: string, beats: HeartbeatLag) {
    this.#node = node;
    this.#beats = beats;
    this.#kept = new KeptConnection(logins);
    this.#inquiry = new HangInquiry(logins);
  }

  /** Begins a commit if one is due and none is under way; says within `limitMs` how it stands. Never throws. */
  async beat(limitMs: number): Promise<Heartbeat> {
    if (this.#underWay === null && nowMs() - this.#startedAtMs >= BEAT_MS) {
      this.#startedAtMs = nowMs();
      this.#underWay = this.#attempt(limitMs);
    }
    if (this.#underWay !== null) {
      const remainingMs = this.#startedAtMs + limitMs - nowMs();
      if ((await within(this.#underWay, remainingMs)) === late && this.#hasHung(limitMs)) {
        return this.#hanging(this.#inquiry.why ?? unexplained);
      }
    }
    return this.#last.kind === 'failed' ? { ...this.#last, forMs: this.#forMs } : this.#last;
  }

  /** Its connection for a command, unless a commit is under way on it. */
  lend(): Lent | null {
    return this.#underWay === null ? this.#kept.lend() : null;
  }

  /** Throws the connection away, with what is under way on it. */
  drop(): void {
    this.#kept.drop();
    // A rest between two looks says nothing of the rows: what has not got there yet is still late.
    if (nowMs() - this.#notedAtMs > BEATS_LIFE_MS) this.#beats.forget();
    this.#underWay = null;
    this.#startedAtMs = Number.NEGATIVE_INFINITY;
    this.#settle({ kind: 'not-tried' });
  }

  async #attempt(limitMs: number): Promise<void> {
    const mine = this.#startedAtMs;
    let ownId = 0;
    this.#sentAtMs = null;
    const commit = async (link: MysqlLink) => {
      ownId = link.id;
      const atMs = nowMs();
      if (mine === this.#startedAtMs) this.#sentAtMs = atMs;
      const stampMs = await commitHeartbeat(link, this.#node);
      if (stampMs === null) return null;
      this.#beats.note(stampMs, atMs);
      this.#notedAtMs = atMs;
      return stampMs;
    };
    const ask = () => {
      if (mine === this.#startedAtMs && this.#underWay !== null) this.#inquiry.ask(ownId);
    };
    const first = setTimeout(ask, limitMs / 2);
    const again = setInterval(ask, ASK_AGAIN_MS);
    const outcome = await tryOnce(this.#kept, limitMs, commit);
    clearTimeout(first);
    clearInterval(again);
    // A commit that was dropped meanwhile does not count any more.
    if (mine !== this.#startedAtMs) return;
    this.#underWay = null;
    this.#settle(this.#explained(outcome));
  }

  #settle(heartbeat: Heartbeat): void {
    this.#last = heartbeat;
    this.#failingSinceMs =
      heartbeat.kind === 'failed' ? (this.#failingSinceMs ?? this.#sentAtMs ?? this.#startedAtMs) : null;
    if (heartbeat.kind === 'committed' || heartbeat.kind === 'not-tried') this.#inquiry.end();
  }

  /** If the server gave up waiting for a lock, the cause is what was found while it waited. */
  #explained(outcome: Heartbeat | MysqlFailure): Heartbeat {
    if (!(outcome instanceof MysqlFailure)) return outcome;
    const why = errnoOf(outcome) === LOCK_WAIT_TIMEOUT ? this.#inquiry.why : null;
    return why === null ? heartbeatOf(outcome, 0) : this.#hanging(why);
  }

  #hanging(why: Why): Heartbeat {
    if (why.kind === 'barred') return why;
    return { ...why, forMs: this.#forMs };
  }

  /** Whether the commit under way has had its time. The time that it waits for a connection does not count. */
  #hasHung(limitMs: number): boolean {
    return this.#sentAtMs !== null && nowMs() - this.#sentAtMs >= 0.9 * limitMs;
  }

  get #forMs(): number {
    return Math.round(nowMs() - (this.#failingSinceMs ?? this.#sentAtMs ?? this.#startedAtMs));
  }
}

/** What became of one try; the failure itself where the server answered with an error. */
async function tryOnce(
  kept: KeptConnection,
  limitMs: number,
  work: (link: MysqlLink) => Promise<number | null>,
): Promise<Heartbeat | MysqlFailure> {
  try {
    return { kind: (await kept.use(limitMs, work)) === null ? 'not-tried' : 'committed' };
  } catch (error) {
    return error instanceof MysqlFailure ? error : { kind: 'not-tried' };
  }
}

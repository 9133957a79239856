/**
 * The write probe: a row of `keepalambda.heartbeat` that the holder commits, at most once a second.
 *
 * It has a connection of its own, so that a commit that hangs (disk full, dead volume, stalled semi-sync) is seen
 * beside looks that are still answered. Each server writes only rows of its own key, so that two masters never
 * make the same row: with row-based replication that would stop the SQL thread with error 1062.
 */
import type { Heartbeat } from '../core/evidence/sighting.ts';
import { type StatusRow, spread } from './columns.ts';
import type { MysqlLink } from './connection.ts';
import { joined } from './dialect.ts';
import { errnoOf, heartbeatOf, isReadOnly, MysqlFailure, sawOf } from './errors.ts';
import { askWhy, HANGS, type Why } from './hang-cause.ts';
import type { HeartbeatLag } from './heartbeat-lag.ts';
import { type Kept, keep, type Lent, onKept } from './kept-connection.ts';
import type { Logins } from './logins.ts';
import { late, nowMs, within } from './waiting.ts';

/** The least time between two commits. Milliseconds. */
const BEAT_MS = 1000;

/** After so long without one, a node has lost its role, or nobody looked: then no row of before is waited for. Milliseconds. */
const BEATS_LIFE_MS = 60_000;

const state: Record<'true' | 'false', string> = {
  true: stateOf('@@global.read_only+@@global.super_read_only'),
  false: stateOf('@@global.read_only', '@@session.binlog_format'),
};

const upsertOf = (node: string) => `INSERT INTO keepalambda.heartbeat (node, committed_at) VALUES (${node}, ?)
  ON DUPLICATE KEY UPDATE committed_at = VALUES(committed_at)`;
const upsert = upsertOf('?');

/**
 * The same, refused by the server (1048) when it is closed, for accounts that `read_only` does not bind. The variable is read
 * when the table is open: a server that is being closed waits for such a statement to its end, and closes no sooner.
 */
const upsertUnlessClosed = upsertOf('IF(@@global.read_only, NULL, ?)');

const applied = 'SELECT CONCAT(committed_at) AS s FROM keepalambda.heartbeat WHERE node = ?';

/**
 * Commits the row of this key. Gives back its stamp, in milliseconds of the server's clock; null, and writes nothing,
 * on a server that is closed, if only a moment ago: an account with SUPER could still write on 5.6 and MariaDB, and a
 * closed server's history must not grow.
 */
export async function commitHeartbeat(link: MysqlLink, key: string): Promise<number | null> {
  const row = await readState(link);
  if (isClosed(row)) return null;
  try {
    await link.queryWithoutLimit(statementFor(link, row), [key, row?.stamp]);
  } catch (error) {
    if (!(error instanceof MysqlFailure)) throw error;
    if (errnoOf(error) === BAD_NULL) return null;
    // It may have been closed just now.
    if (isReadOnly(error) && isClosed(await readState(link))) return null;
    throw error;
  }
  return stampOf(row);
}

/**
 * `super_read_only` binds our account too. Where statements are logged and not rows, a replica would evaluate the variable
 * anew, and the server's log would get a warning each second: there, a heartbeat that is late by more than a closing
 * waits for (`settled-position.ts`) is committed all the same.
 */
function statementFor({ dialect }: MysqlLink, row: StatusRow | undefined): string {
  const asStatement = String(row?.format).toUpperCase() === 'STATEMENT';
  return dialect.superReadOnly || asStatement ? upsert : upsertUnlessClosed;
}

async function readState(link: MysqlLink): Promise<StatusRow | undefined> {
  const [row] = await link.queryAgain(state[`${link.dialect.superReadOnly}`], [], null);
  return row === undefined ? row : spread(row.s, ['closed', 'stamp', 'format']);
}

/** Of one column, as `Dialect.pulse` and for its reasons. */
function stateOf(closed: string, ...more: readonly string[]): string {
  return `SELECT ${joined(closed, 'NOW(3)', ...more)} AS s`;
}

function isClosed(row: StatusRow | undefined): boolean {
  return String(row?.closed) !== '0' && String(row?.closed).toUpperCase() !== 'OFF';
}

/** The stamp of the row as this server has it; null when it has none, or does not let us read it. */
export async function readHeartbeat(link: MysqlLink, key: string): Promise<number | null> {
  // A pair without the table, or without the grant, has no such witness, and is looked at all the same.
  const [row] = await link.queryAgain(applied, [key], null).catch((error: unknown): readonly StatusRow[] => {
    if (error instanceof MysqlFailure && sawOf(error).kind === 'locked-out') return [];
    throw error;
  });
  return stampOf({ stamp: row?.s });
}

/** `2026-11-24 13:50:01.123`, in UTC because our sessions are. */
function stampOf(row: StatusRow | undefined): number | null {
  const ms = Date.parse(`${String(row?.stamp).replace(' ', 'T')}Z`);
  return Number.isNaN(ms) ? null : ms;
}

export interface Writer {
  /** Begins a commit if one is due and none is under way; says within `limitMs` how it stands. Never throws. */
  beat(limitMs: number): Promise<Heartbeat>;
  /** Its connection for a command, unless a commit is under way on it. */
  lend(): Lent | null;
  /** Throws the connection away, with what is under way on it. */
  drop(): void;
}

/** While a commit hangs, why is asked again so often. Milliseconds. */
const ASK_AGAIN_MS = 1000;

/** The write probe of one node; its rows have the node's name for a key. What it commits is noted in `beats`. */
export function createWriter(logins: Logins, node: string, beats: HeartbeatLag): Writer {
  const kept = keep(logins);
  const doctor = createDoctor(logins);
  let underWay: Promise<void> | null = null;
  let startedAtMs = Number.NEGATIVE_INFINITY;
  let notedAtMs = Number.NEGATIVE_INFINITY;
  /** When the one under way, or else the last one, was sent; null while it waits for a connection. */
  let sentAtMs: number | null = null;
  /** Since when it has not committed what it tried to. */
  let failingSinceMs: number | null = null;
  let last: Heartbeat = { kind: 'not-tried' };

  function settle(heartbeat: Heartbeat): void {
    last = heartbeat;
    failingSinceMs = heartbeat.kind === 'failed' ? (failingSinceMs ?? sentAtMs ?? startedAtMs) : null;
    if (heartbeat.kind === 'committed' || heartbeat.kind === 'not-tried') doctor.dismiss();
  }

  async function attempt(limitMs: number): Promise<void> {
    const mine = startedAtMs;
    let ownId = 0;
    sentAtMs = null;
    const commit = async (link: MysqlLink) => {
      ownId = link.id;
      const atMs = nowMs();
      if (mine === startedAtMs) sentAtMs = atMs;
      const stampMs = await commitHeartbeat(link, node);
      if (stampMs === null) return null;
      beats.note(stampMs, atMs);
      notedAtMs = atMs;
      return stampMs;
    };
    const ask = () => (mine === startedAtMs && underWay !== null ? doctor.ask(ownId) : undefined);
    const first = setTimeout(ask, limitMs / 2);
    const again = setInterval(ask, ASK_AGAIN_MS);
    const outcome = await tryOnce(kept, limitMs, commit);
    clearTimeout(first);
    clearInterval(again);
    // One that was dropped meanwhile says nothing any more.
    if (mine !== startedAtMs) return;
    underWay = null;
    settle(explained(outcome));
  }

  /** A lock that was not had in time: what it was, is what was found while it was waited for. */
  function explained(outcome: Heartbeat | MysqlFailure): Heartbeat {
    if (!(outcome instanceof MysqlFailure)) return outcome;
    const why = errnoOf(outcome) === LOCK_WAIT_TIMEOUT ? doctor.why() : null;
    return why === null ? heartbeatOf(outcome, 0) : hanging(why);
  }

  function hanging(why: Why): Heartbeat {
    if (why.kind === 'barred') return why;
    return { ...why, forMs: forMs() };
  }

  return {
    async beat(limitMs) {
      if (underWay === null && nowMs() - startedAtMs >= BEAT_MS) {
        startedAtMs = nowMs();
        underWay = attempt(limitMs);
      }
      if (underWay !== null) {
        const remainingMs = startedAtMs + limitMs - nowMs();
        if ((await within(underWay, remainingMs)) === late && hasHung(limitMs)) {
          return hanging(doctor.why() ?? unexplained);
        }
      }
      return last.kind === 'failed' ? { ...last, forMs: forMs() } : last;
    },
    lend: () => (underWay === null ? kept.lend() : null),
    drop() {
      kept.drop();
      // A rest between two looks says nothing of the rows: what has not got there yet is still late.
      if (nowMs() - notedAtMs > BEATS_LIFE_MS) beats.forget();
      underWay = null;
      startedAtMs = Number.NEGATIVE_INFINITY;
      settle({ kind: 'not-tried' });
    },
  };

  /** Whether the one under way has had its time; that it waits for a connection says nothing of commits. */
  function hasHung(limitMs: number): boolean {
    return sentAtMs !== null && nowMs() - sentAtMs >= 0.9 * limitMs;
  }

  function forMs(): number {
    return Math.round(nowMs() - (failingSinceMs ?? sentAtMs ?? startedAtMs));
  }
}

/** ER_LOCK_WAIT_TIMEOUT. */
const LOCK_WAIT_TIMEOUT = 1205;
/** ER_BAD_NULL_ERROR. */
const BAD_NULL = 1048;

const unexplained: Why = { kind: 'failed', cause: 'unknown', because: HANGS, blocker: null };

/** What became of one try; the failure itself where the server answered with an error. */
async function tryOnce(
  kept: Kept,
  limitMs: number,
  work: (link: MysqlLink) => Promise<number | null>,
): Promise<Heartbeat | MysqlFailure> {
  try {
    return { kind: (await onKept(kept, limitMs, work)) === null ? 'not-tried' : 'committed' };
  } catch (error) {
    return error instanceof MysqlFailure ? error : { kind: 'not-tried' };
  }
}

/** Finds out why a commit hangs, on a connection that it has for as long as that lasts. */
interface Doctor {
  /** Begins to ask why this session of ours hangs. Never throws. */
  ask(ownId: number): void;
  /** What was found last; null while nothing was. */
  why(): Why | null;
  /** Nothing hangs any more. */
  dismiss(): void;
}

function createDoctor(logins: Logins): Doctor {
  let link: MysqlLink | null = null;
  let why: Why | null = null;
  let asking = false;
  /** Counts patients: what is found of an earlier one is of no use any more. */
  let patient = 0;

  /** Null where there is nothing new to say. */
  async function find(ownId: number): Promise<Why | null> {
    try {
      link = link === null || link.isGone() ? await logins.take() : link;
      return await askWhy(link, ownId);
    } catch (error) {
      const because = error instanceof Error ? error.message : String(error);
      return { ...unexplained, because: `${HANGS} (the cause could not be read: ${because})` };
    }
  }

  return {
    ask(ownId) {
      if (asking || ownId === 0) return;
      asking = true;
      const mine = patient;
      void find(ownId).then((found) => {
        asking = false;
        // What was found before stands until something else is: between two tries nothing waits for anything.
        if (mine !== patient) release();
        else why = found ?? why;
      });
    },
    why: () => why,
    dismiss() {
      patient += 1;
      why = null;
      if (!asking) release();
    },
  };

  function release(): void {
    link?.quit();
    link = null;
  }
}

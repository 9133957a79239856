/**
 * The write probe: a row of `keepalambda.heartbeat` that the holder commits, at most once a second.
 *
 * It has a connection of its own, so that a commit that hangs (disk full, dead volume, stalled semi-sync) is seen
 * beside looks that are still answered. Each server writes only rows of its own key, so that two masters never
 * make the same row: with row-based replication that would stop the SQL thread with error 1062.
 */
import type { Heartbeat } from '../../core/sighting.ts';
import type { Beats } from './beats.ts';
import type { Endpoint, Link } from './connection.ts';
import { heartbeatOf, MysqlFailure, sawOf } from './errors.ts';
import { type Kept, keep, onKept } from './kept.ts';
import { late, nowMs, within } from './limit.ts';
import type { Row } from './status.ts';

/** The least time between two commits. Milliseconds. */
const BEAT_MS = 1000;

const state: Record<'true' | 'false', string> = {
  true: 'SELECT @@global.read_only + @@global.super_read_only AS closed, NOW(3) AS stamp',
  false: 'SELECT @@global.read_only AS closed, NOW(3) AS stamp',
};

const upsert = `INSERT INTO keepalambda.heartbeat (node, committed_at) VALUES (?, ?)
  ON DUPLICATE KEY UPDATE committed_at = VALUES(committed_at)`;

const applied = 'SELECT committed_at AS stamp FROM keepalambda.heartbeat WHERE node = ?';

/**
 * Commits the row of this key. Gives back its stamp, in milliseconds of the server's clock; null, and writes nothing,
 * on a server that is closed: an account with SUPER could still write on 5.6 and MariaDB, and a closed server's
 * history must not grow.
 */
export async function commitHeartbeat(link: Link, key: string): Promise<number | null> {
  const [row] = await link.queryWithoutLimit(state[`${link.dialect.superReadOnly}`], []);
  if (String(row?.closed) !== '0' && String(row?.closed).toUpperCase() !== 'OFF') return null;
  await link.queryWithoutLimit(upsert, [key, row?.stamp]);
  return stampOf(row);
}

/** The stamp of the row as this server has it; null when it has none, or does not let us read it. */
export async function readHeartbeat(link: Link, key: string): Promise<number | null> {
  // A pair without the table, or without the grant, has no such witness, and is looked at all the same.
  const [row] = await link.queryWithoutLimit(applied, [key]).catch((error: unknown): readonly Row[] => {
    if (error instanceof MysqlFailure && sawOf(error).kind === 'locked-out') return [];
    throw error;
  });
  return stampOf(row);
}

/** `2026-11-24 13:50:01.123`, in UTC because our sessions are. */
function stampOf(row: Row | undefined): number | null {
  const ms = Date.parse(`${String(row?.stamp).replace(' ', 'T')}Z`);
  return Number.isNaN(ms) ? null : ms;
}

export interface Writer {
  /** Begins a commit if one is due and none is under way; says within `limitMs` how it stands. Never throws. */
  beat(limitMs: number): Promise<Heartbeat>;
  /** Throws the connection away, with what is under way on it. */
  drop(): void;
}

/** The write probe of one node; its rows have the node's name for a key. What it commits is noted in `beats`. */
export function createWriter(endpoint: Endpoint, node: string, beats: Beats): Writer {
  const kept = keep(endpoint);
  let underWay: Promise<void> | null = null;
  let startedAtMs = Number.NEGATIVE_INFINITY;
  /** Since when it has not committed what it tried to. */
  let failingSinceMs: number | null = null;
  let last: Heartbeat = { kind: 'not-tried' };

  function settle(heartbeat: Heartbeat): void {
    last = heartbeat;
    failingSinceMs = heartbeat.kind === 'failed' ? (failingSinceMs ?? startedAtMs) : null;
  }

  async function attempt(limitMs: number): Promise<void> {
    const mine = startedAtMs;
    const outcome = await tryOnce(kept, node, limitMs, (stampMs) => beats.note(stampMs, mine));
    // One that was dropped meanwhile says nothing any more.
    if (mine !== startedAtMs) return;
    underWay = null;
    settle(outcome);
  }

  return {
    async beat(limitMs) {
      if (underWay === null && nowMs() - startedAtMs >= BEAT_MS) {
        startedAtMs = nowMs();
        underWay = attempt(limitMs);
      }
      if (underWay !== null) {
        const remainingMs = startedAtMs + limitMs - nowMs();
        const outcome = await within(underWay, remainingMs);
        if (outcome === late) return failed('the commit does not return', failingSinceMs ?? startedAtMs);
      }
      return last.kind === 'failed' ? failed(last.because, failingSinceMs ?? startedAtMs) : last;
    },
    drop() {
      kept.drop();
      beats.forget();
      underWay = null;
      startedAtMs = Number.NEGATIVE_INFINITY;
      settle({ kind: 'not-tried' });
    },
  };
}

async function tryOnce(
  kept: Kept,
  node: string,
  limitMs: number,
  onCommit: (stampMs: number) => void,
): Promise<Heartbeat> {
  try {
    const stampMs = await onKept(kept, limitMs, (link) => commitHeartbeat(link, node));
    if (stampMs === null) return { kind: 'not-tried' };
    onCommit(stampMs);
    return { kind: 'committed' };
  } catch (error) {
    return error instanceof MysqlFailure ? heartbeatOf(error, 0) : { kind: 'not-tried' };
  }
}

function failed(because: string, sinceMs: number): Heartbeat {
  return { kind: 'failed', forMs: Math.round(nowMs() - sinceMs), because, cause: 'unknown', blocker: null };
}

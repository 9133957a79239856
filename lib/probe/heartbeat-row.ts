/**
 * The row of `keepalambda.heartbeat` that a server commits. Each server writes only rows of its own key, so that two masters
 * never make the same row: with row-based replication that would stop the SQL thread with error 1062.
 */
import { type StatusRow, spread } from './columns.ts';
import type { MysqlLink } from './connection.ts';
import { joined } from './dialect.ts';
import { errnoOf, isReadOnly, MysqlFailure, sawOf } from './errors.ts';

/** ER_BAD_NULL_ERROR. */
const BAD_NULL = 1048;

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
 * Which statement commits the row. `super_read_only` binds our account too. Where the server logs statements and not
 * rows, a replica would evaluate the variable again, and the server's log would get a warning each second. So there, a
 * heartbeat that comes later than a closing waits for (`settled-position.ts`) is committed all the same.
 */
function statementFor({ dialect }: MysqlLink, row: StatusRow | undefined): string {
  const asStatement = String(row?.format).toUpperCase() === 'STATEMENT';
  return dialect.superReadOnly || asStatement ? upsert : upsertUnlessClosed;
}

async function readState(link: MysqlLink): Promise<StatusRow | undefined> {
  const [row] = await link.queryAgain(state[`${link.dialect.superReadOnly}`], [], null);
  return row === undefined ? row : spread(row.s, ['closed', 'stamp', 'format']);
}

/** One column, for the same reasons as `Dialect.pulse`. */
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

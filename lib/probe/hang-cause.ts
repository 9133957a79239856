/**
 * Why our commit hangs, asked on a connection beside it.
 *
 * Our own row and our own table are our problem: a lock on them says nothing about the server. What holds up every
 * commit is a problem of the server. The process list says what our statement waits for. performance_schema or InnoDB
 * name the session in its way, where the server has them and our account may read them.
 */
import type { HangCause, Session } from '../core/evidence/sighting.ts';
import type { StatusRow } from './columns.ts';
import type { MysqlLink } from './connection.ts';
import { MysqlFailure } from './errors.ts';
import { isGlobalLock, type Locker, lockerOf, onlyOther, sessionOfLocker } from './lock-owner.ts';
import { isHeartbeat, type ProcessRow, readProcessRow, sessionOf } from './sessions.ts';

export type Why =
  | { readonly kind: 'barred'; readonly because: string; readonly blocker: Session | null }
  | {
      readonly kind: 'failed';
      readonly cause: HangCause;
      readonly because: string;
      readonly blocker: Session | null;
    };

export const HANGS = 'the commit does not return';

/** How long each question may take. Milliseconds. */
const ASK_MS = 1000;

const tableLock = /^waiting for (?:table|schema)/i;
const semiSync = /semi-?sync/i;
const diskFull = /disk (?:space|full)|free space/i;

/** What blocks a thread in this state; null when the thread works, or waits for work. */
export function obstacleOf(state: string): string | null {
  return isGlobalLock(state) || tableLock.test(state) || diskFull.test(state) ? state : null;
}

/**
 * Why the heartbeat of our session `ownId` does not return; null when it is not under way at this moment. Throws a
 * `MysqlFailure` where the list cannot be read.
 */
export async function askWhy(link: MysqlLink, ownId: number): Promise<Why | null> {
  const processes = (await link.query('SHOW FULL PROCESSLIST', [], ASK_MS)).map(readProcessRow);
  const own = processes.find(({ id }) => id === ownId);
  if (own === undefined || !isHeartbeat(own, own.user)) return null;
  return why(link, processes, own, 0);
}

async function why(
  link: MysqlLink,
  processes: readonly ProcessRow[],
  own: ProcessRow,
  hops: number,
): Promise<Why> {
  const { state } = own;
  if (isGlobalLock(state)) return byGlobalLock(link, processes, own);
  if (tableLock.test(state)) return byTableLock(link, processes, own);
  const commits = processes.filter(({ command }) => command === 'Query');
  if (commits.some((process) => semiSync.test(process.state))) {
    const because = 'commits wait for the acknowledgement of a replica (semi-synchronous replication)';
    return { kind: 'failed', cause: 'semi-sync', because, blocker: null };
  }
  if (commits.some((process) => diskFull.test(process.state))) return full(state);
  const row = await byRowLock(link, processes, own);
  if (row === null) return unknown(state === '' ? HANGS : `${HANGS} (state: ${state})`);
  if (row.kind === 'failed') return row;
  // The other vantage's heartbeat: what holds that up is what holds us up.
  const other = processes.find(({ id }) => id === row.blocker?.id);
  if (other !== undefined && hops < 3 && isHeartbeat(other, own.user)) {
    return why(link, processes, other, hops + 1);
  }
  return row;
}

async function byGlobalLock(
  link: MysqlLink,
  processes: readonly ProcessRow[],
  own: ProcessRow,
): Promise<Why> {
  const ids = await idsOf(link, link.dialect.globalLocks, []);
  const known = processOf(processes, ids, own);
  const locker: Locker | null =
    known === null ? lockerOf(processes, own) : { process: known, isCertain: true };
  return {
    kind: 'failed',
    cause: 'global-lock',
    because: `a lock on the whole server holds up every commit (${own.state})`,
    blocker: locker === null ? null : sessionOfLocker(locker),
  };
}

async function byTableLock(link: MysqlLink, processes: readonly ProcessRow[], own: ProcessRow): Promise<Why> {
  const ids = await idsOf(link, link.dialect.tableLocks, []);
  const blocker = processOf(processes, ids, own) ?? onlyOther(processes, own);
  return {
    kind: 'barred',
    because: `a lock on keepalambda.heartbeat holds up our commit (${own.state})`,
    blocker: blocker === null ? null : sessionOf(blocker),
  };
}

/** Null when InnoDB does not say that we wait for a row. */
async function byRowLock(
  link: MysqlLink,
  processes: readonly ProcessRow[],
  own: ProcessRow,
): Promise<Why | null> {
  const [transaction] = await rowsOf(link, link.dialect.transaction, [own.id]);
  if (transaction instanceof MysqlFailure)
    return unknown(`${HANGS} (the cause could not be read: ${transaction.message})`);
  if (transaction?.state !== 'LOCK WAIT') return null;
  const ids = await idsOf(link, link.dialect.rowLocks, [own.id]);
  const blocker = processes.find(({ id }) => id !== own.id && ids.includes(id)) ?? null;
  return {
    kind: 'barred',
    because: 'a lock on our row of keepalambda.heartbeat holds up our commit',
    blocker: blocker === null ? null : sessionOf(blocker),
  };
}

function full(state: string): Why {
  const because = `the disk is full${state === '' ? '' : ` (state: ${state})`}`;
  return { kind: 'failed', cause: 'disk-full', because, blocker: null };
}

function unknown(because: string): Why {
  return { kind: 'failed', cause: 'unknown', because, blocker: null };
}

/** The first of these sessions that is not ours; another of ours where there is none. */
function processOf(
  processes: readonly ProcessRow[],
  ids: readonly number[],
  own: ProcessRow,
): ProcessRow | null {
  const holding = processes.filter(({ id }) => id !== own.id && ids.includes(id));
  return holding.find(({ user }) => user !== own.user) ?? holding[0] ?? null;
}

/** The ids of sessions; none where the server cannot say, or our account may not ask. */
export async function idsOf(
  link: Asked,
  sql: string | null,
  values: readonly unknown[],
): Promise<readonly number[]> {
  if (sql === null) return [];
  const rows = await rowsOf(link, sql, values);
  return rows.flatMap((row) => (row instanceof MysqlFailure ? [] : [Number(row.id)]));
}

type Asked = Pick<MysqlLink, 'query' | 'isGone'>;

/** Rows, or the refusal. A connection that is lost, or does not answer, is thrown. */
async function rowsOf(
  link: Asked,
  sql: string,
  values: readonly unknown[],
): Promise<readonly (StatusRow | MysqlFailure)[]> {
  try {
    return await link.query(sql, values, ASK_MS);
  } catch (error) {
    if (error instanceof MysqlFailure && !link.isGone()) return [error];
    throw error;
  }
}

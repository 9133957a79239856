/**
 * What an error proves. Numbers and names are those of the MySQL manual, "Server Error Message Reference" and
 * "Client Error Message Reference", and of MariaDB's "Error Codes".
 */
import type { Heartbeat, Saw } from '../core/evidence/sighting.ts';
import { isCut } from '../core/evidence/source-errors.ts';
import { inOneLine } from '../core/one-line.ts';
import type { ProbeFailed } from './protocol.ts';

export type Phase = 'connect' | 'login' | 'query';

/** A connection or a statement that failed: in which phase, after how long, and by our own limit or theirs. */
export class MysqlFailure extends Error {
  override readonly name = 'MysqlFailure';
  readonly during: Phase;
  readonly afterMs: number;
  readonly timedOut: boolean;

  constructor(during: Phase, afterMs: number, reason: 'timeout' | Error) {
    const because = reason === 'timeout' ? `no answer within ${Math.round(afterMs)} ms` : reason.message;
    // The words of a system call begin with its name: `connect ECONNREFUSED …`.
    const words = because.startsWith(`${during} `) ? because : `${during}: ${because}`;
    super(words, reason === 'timeout' ? {} : { cause: reason });
    this.during = during;
    this.afterMs = afterMs;
    this.timedOut = reason === 'timeout';
  }
}

/** ER_CON_COUNT_ERROR, ER_TOO_MANY_USER_CONNECTIONS, ER_USER_LIMIT_REACHED, ER_HOST_IS_BLOCKED, ER_CANT_CREATE_THREAD. */
const saturated = new Set([1040, 1203, 1226, 1129, 1135]);

/** Whether a server that refuses a login with this error has no room for us; else our account or its settings are at fault. */
export function hasNoRoom(errno: number): boolean {
  return saturated.has(errno);
}

const unreachable = new Set(['EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN', 'EADDRNOTAVAIL']);

/** Refused before a password is looked at: client numbers CR_SSL_CONNECTION_ERROR and CR_AUTH_PLUGIN_ERROR. */
const ours: Readonly<Record<string, number>> = {
  HANDSHAKE_NO_SSL_SUPPORT: 2026,
  HANDSHAKE_SSL_ERROR: 2026,
  AUTH_SWITCH_PLUGIN_ERROR: 2061,
  MYSQL_CLEAR_PASSWORD_NOT_ENABLED: 2061,
};

/**
 * What a look that failed saw. A refused port is proof; a timeout or a lost connection proves nothing. A server that
 * answers with any other error is alive, but does not let us in or let us read. That is our fault, not the server's.
 */
export function sawOf(failure: MysqlFailure): Exclude<Saw, { kind: 'answered' }> {
  const { during, afterMs } = failure;
  const unanswered = (because: 'timeout' | 'dropped' | 'unreachable') =>
    ({ kind: 'unanswered', during, because, afterMs: Math.round(afterMs) }) as const;
  if (failure.timedOut) return unanswered('timeout');
  const errno = errnoOf(failure);
  const message = messageOf(failure);
  if (errno !== null && saturated.has(errno)) return { kind: 'saturated', errno, message };
  if (errno !== null && !isCut(errno)) return { kind: 'locked-out', errno, message };
  const code = codeOf(failure);
  if (code === 'ECONNREFUSED' && during === 'connect') return { kind: 'refused' };
  if (code === 'ETIMEDOUT') return unanswered('timeout');
  return unanswered(unreachable.has(code) ? 'unreachable' : 'dropped');
}

/** Whether the connection was lost, so that only a fresh one can tell more. */
export function isLost(failure: MysqlFailure): boolean {
  const saw = sawOf(failure);
  return saw.kind === 'unanswered' && saw.because === 'dropped';
}

/**
 * What a heartbeat that could not be committed says. Only a server that takes the statement and cannot finish it
 * is failing: a full disk, a dead volume, a stalled semi-sync. Without a connection nothing was tried: the look itself
 * reports that.
 */
export function heartbeatOf(failure: MysqlFailure, forMs: number): Heartbeat {
  if (failure.during !== 'query') return { kind: 'not-tried' };
  const errno = errnoOf(failure);
  const message = messageOf(failure);
  if (errno !== null && ownFault.has(errno)) return { kind: 'barred', because: message, blocker: null };
  if (errno !== null && readOnly.has(errno)) return { kind: 'refused', errno, message };
  const isFull = (errno !== null && diskFull.has(errno)) || noSpace.test(message);
  const cause = isFull ? 'disk-full' : 'unknown';
  return { kind: 'failed', forMs: Math.round(forMs), because: message, cause, blocker: null };
}

/** Whether the server refused because it takes no writes. There are several errors for that. */
export function isReadOnly(failure: MysqlFailure): boolean {
  const errno = errnoOf(failure);
  return errno !== null && readOnly.has(errno);
}

/**
 * Our own table or account: no schema, table or column (1049, 1146, 1054), no grant (1044, 1045, 1142, 1143, 1227, 1370),
 * a limit of our account, a name that is too long (1406), a binary log format that our isolation does not go with (1665).
 */
const ownFault = new Set([1049, 1146, 1054, 1044, 1045, 1142, 1143, 1227, 1370, 1406, 1665, ...saturated]);

/**
 * ER_OPTION_PREVENTS_STATEMENT, ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION, ER_READ_ONLY_MODE, and ER_OPEN_AS_READONLY,
 * which `innodb_read_only` gives.
 */
const readOnly = new Set([1290, 1792, 1836, 1036]);

/** ER_DISK_FULL, ER_RECORD_FILE_FULL; and what the operating system says of others. */
const diskFull = new Set([1021, 1114]);
const noSpace = /err(?:no|code): 28\b|no space left/i;

/**
 * What the probe reports to watch when a command failed. Before anything was changed, a dead connection is
 * `unreachable`. After that (`changing`) it is a `timeout`: what was sent may still take effect.
 */
export function failedOf(failure: MysqlFailure, changing: boolean): ProbeFailed {
  const failed = (word: ProbeFailed['failure']): ProbeFailed => ({
    kind: 'failed',
    failure: word,
    because: failure.message,
  });
  const saw = sawOf(failure);
  switch (saw.kind) {
    case 'locked-out':
      // Logged in, and the server said no to a statement: a missing grant, or a state that is not as wanted.
      return failed(failure.during === 'login' && !changing ? 'locked-out' : 'unsuccessful');
    case 'refused':
    case 'unanswered':
      return failed(changing ? 'timeout' : 'unreachable');
    case 'saturated':
      return failed(changing ? 'timeout' : 'saturated');
  }
}

/**
 * The number that the server gave an error, or the client for errors that it finds itself; null for errors of the
 * network.
 */
export function errnoOf(failure: MysqlFailure): number | null {
  const cause = failure.cause as { errno?: unknown; sqlState?: unknown; code?: unknown } | undefined;
  if (typeof cause?.code === 'string' && ours[cause.code] !== undefined) return ours[cause.code] ?? null;
  // Errors of the network have a number too, below 0.
  return typeof cause?.errno === 'number' && cause.errno > 0 ? cause.errno : null;
}

function codeOf(failure: MysqlFailure): string {
  const code = (failure.cause as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : '';
}

function messageOf(failure: MysqlFailure): string {
  return inOneLine(failure.cause instanceof Error ? failure.cause.message : failure.message);
}

/** Rows of the process list → sessions that a person can find, and which of them are whose. Pure. */
import type { Session } from '../core/evidence/sighting.ts';
import { inOneLine } from '../core/one-line.ts';
import type { StatusRow } from './columns.ts';

export interface ProcessRow {
  readonly id: number;
  readonly user: string;
  readonly host: string;
  readonly command: string;
  readonly state: string;
  readonly forSeconds: number;
  readonly info: string;
  /** Neither a thread of the server itself nor one of replication. */
  readonly isClient: boolean;
}

/** What is needed to find out who a session belongs to. */
export type Process = Pick<ProcessRow, 'id' | 'user' | 'command' | 'info'>;

const STATEMENT_MAX = 200;

/** The server's own threads (MySQL manual, "SHOW PROCESSLIST"), and its internal accounts. */
const servers = new Set([
  ...['system user', 'event_scheduler', 'unauthenticated user'],
  ...['mysql.session', 'mysql.sys', 'mysql.infoschema', 'mariadb.sys'],
]);
/** What threads of replication do: they feed a replica, or they are one. */
const replication = /^(?:Binlog Dump|Register|Slave_|Replica_|Daemon|Connect)/;

/** One row of `SHOW FULL PROCESSLIST`. */
export function readProcessRow(row: StatusRow): ProcessRow {
  const user = String(row.User ?? '');
  const command = String(row.Command ?? '');
  return {
    user,
    command,
    id: Number(row.Id),
    host: String(row.Host ?? ''),
    state: String(row.State ?? ''),
    forSeconds: Number(row.Time ?? 0),
    info: String(row.Info ?? ''),
    isClient: !servers.has(user) && !replication.test(command),
  };
}

/** What a sighting says of it: it goes into alerts and to terminals, so it is on one line and without passwords. */
export function sessionOf({ id, user, host, forSeconds, info }: ProcessRow): Session {
  const statement = inOneLine(withoutPasswords(info)).slice(0, STATEMENT_MAX);
  return { id, user: inOneLine(user), host: inOneLine(host), forSeconds, statement };
}

/** `IDENTIFIED BY 'x'`, `SET PASSWORD = 'x'`, `SOURCE_PASSWORD='x'`: the process list shows them as they were typed. */
function withoutPasswords(statement: string): string {
  return statement.replace(passwords, "$1'…'");
}

const passwords =
  /((?:\bidentified\s+(?:(?:with|via)\s+\S+\s+)?(?:by|as|using)|password\w*)[\s=(]*(?:for\s+\S+\s*=\s*)?)(?:'(?:[^'\\]|\\.|'')*'?|"(?:[^"\\]|\\.|"")*"?)/gis;

/** For a person: `session 12 (app@10.0.1.9:4711, 93 s: UPDATE …)`. On one line. */
export function renderProcess(process: ProcessRow): string {
  const { id, user, host, forSeconds, statement } = sessionOf(process);
  const text = statement.slice(0, 80);
  return `session ${id} (${user}@${host}, ${forSeconds} s: ${text === '' ? 'idle' : text})`;
}

/**
 * The connections of the application: all but the server's own threads, replication's, and ours.
 *
 * A replica that is just connecting has not yet said that it is one, and would wait a minute before it tries again. So
 * every account that feeds a replica, or reads from this node's own source (both masters use the same), counts as
 * replication's.
 */
export function applicationsOf<P extends Process>(
  processes: readonly P[],
  ourUser: string,
  sourceUser: string | null,
): readonly P[] {
  const spared = new Set([
    ...servers,
    ...feedersOf(processes),
    ourUser,
    ...(sourceUser === null ? [] : [sourceUser]),
  ]);
  return processes.filter(({ user, command }) => !spared.has(user) && !replication.test(command));
}

/** The accounts that feed a replica. */
export function feedersOf(processes: readonly Pick<Process, 'user' | 'command'>[]): readonly string[] {
  return processes.filter(({ command }) => command.startsWith('Binlog Dump')).map(({ user }) => user);
}

/**
 * Our own heartbeats that are being committed. In a stalled semi-sync one of them hangs like everybody's commits, and
 * `SET GLOBAL read_only` waits for it too: the probe that finds a node stuck must not be what keeps it open.
 */
export function heartbeatsOf<P extends Process>(processes: readonly P[], ourUser: string): readonly P[] {
  return processes.filter((process) => process.command === 'Query' && isHeartbeat(process, ourUser));
}

/** Whether what the session does, or did last, is to commit a heartbeat of ours. */
export function isHeartbeat({ user, info }: Pick<Process, 'user' | 'info'>, ourUser: string): boolean {
  return user === ourUser && info.startsWith('INSERT INTO keepalambda.heartbeat');
}

/**
 * Orders to close that another session of ours has given and that still wait: their probe was ended meanwhile, and the
 * server does not notice that before they are through.
 */
export function pendingOrdersOf<P extends Process>(
  processes: readonly P[],
  ourUser: string,
  ownId: number,
): readonly P[] {
  return processes.filter(
    ({ id, user, command, info }) =>
      id !== ownId && user === ourUser && command === 'Query' && isOrderToClose(info),
  );
}

function isOrderToClose(info: string): boolean {
  return /^\s*set\s+global\s+(?:super_)?read_only\s*=\s*1/i.test(info);
}

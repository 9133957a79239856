/** Ends the application's connections, and commits of ours that would keep a node open; nobody else's. */
import { askChannel, askPulse, type Command } from './command.ts';
import { errnoOf, MysqlFailure } from './errors.ts';
import type { Row, Source } from './status.ts';

/** One row of `SHOW PROCESSLIST`. */
export interface Process {
  readonly id: number;
  readonly user: string;
  readonly command: string;
  /** The statement under way, or how it begins. */
  readonly info: string;
}

/** The server's own threads (MySQL manual, "SHOW PROCESSLIST"), and its internal accounts. */
const servers = new Set([
  ...['system user', 'event_scheduler', 'unauthenticated user'],
  ...['mysql.session', 'mysql.sys', 'mysql.infoschema', 'mariadb.sys'],
]);

/** What threads of replication do: they feed a replica, or they are one. */
const replication = /^(Binlog Dump|Register Slave|Register Replica|Slave_|Replica_|Daemon|Connect)/;

/**
 * The connections of the application: all but the server's own threads, replication's, and ours.
 *
 * A replica that is just connecting has not yet said that it is one, and would wait a minute before it tries
 * again. So whatever account feeds a replica, or reads from this node's own source (both masters use the same),
 * is replication's.
 */
export function applicationsOf(
  processes: readonly Process[],
  ourUser: string,
  sourceUser: string | null,
): readonly Process[] {
  const feeding = processes
    .filter(({ command }) => command.startsWith('Binlog Dump'))
    .map(({ user }) => user);
  const spared = new Set([...servers, ...feeding, ourUser, ...(sourceUser === null ? [] : [sourceUser])]);
  return processes.filter(({ user, command }) => !spared.has(user) && !replication.test(command));
}

/**
 * Our own heartbeats that are being committed. In a stalled semi-sync one of them hangs like everybody's commits, and
 * `SET GLOBAL read_only` waits for it too: the probe that finds a node stuck must not be what keeps it open.
 */
export function heartbeatsOf(processes: readonly Process[], ourUser: string): readonly Process[] {
  return processes.filter(
    ({ user, command, info }) =>
      user === ourUser && command === 'Query' && info.startsWith('INSERT INTO keepalambda.heartbeat'),
  );
}

/** Kills both, and gives back how many applications. One that ends by itself meanwhile is no error. */
export async function killApplications(command: Command, source: Source): Promise<number> {
  const channel = await askChannel(command, await askPulse(command), source);
  const processes = (await command.ask('SHOW PROCESSLIST')).map(readProcess);
  const { user } = command.endpoint.credentials;
  for (const { id } of heartbeatsOf(processes, user)) await kill(command, id);
  let killed = 0;
  for (const { id } of applicationsOf(processes, user, channel?.sourceUser ?? null)) {
    if (await kill(command, id)) killed += 1;
  }
  return killed;
}

/** Whether it was there to be killed. */
async function kill(command: Command, id: number): Promise<boolean> {
  try {
    await command.ask(`KILL ${id}`);
    return true;
  } catch (error) {
    if (!(error instanceof MysqlFailure) || !isHarmless(errnoOf(error))) throw error;
    return false;
  }
}

export function readProcess(row: Row): Process {
  return {
    id: Number(row.Id),
    user: String(row.User ?? ''),
    command: String(row.Command ?? ''),
    info: String(row.Info ?? ''),
  };
}

/** ER_NO_SUCH_THREAD, ER_KILL_DENIED_ERROR: it is gone, or (SYSTEM_USER in 8.0) not ours to kill. */
function isHarmless(errno: number | null): boolean {
  return errno === 1094 || errno === 1095;
}

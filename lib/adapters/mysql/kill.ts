/** Ends the application's connections, and nobody else's. */
import { askChannel, askPulse, type Command } from './command.ts';
import { errnoOf, MysqlFailure } from './errors.ts';
import type { Row } from './status.ts';

/** One row of `SHOW PROCESSLIST`. */
export interface Process {
  readonly id: number;
  readonly user: string;
  readonly command: string;
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

/** Kills them, and gives back how many. One that ends by itself meanwhile is no error. */
export async function killApplications(command: Command): Promise<number> {
  const channel = await askChannel(command, await askPulse(command));
  const processes = (await command.ask('SHOW PROCESSLIST')).map(readProcess);
  const doomed = applicationsOf(processes, command.endpoint.credentials.user, channel?.sourceUser ?? null);
  let killed = 0;
  for (const { id } of doomed) {
    try {
      await command.ask(`KILL ${id}`);
      killed += 1;
    } catch (error) {
      if (!(error instanceof MysqlFailure) || !isHarmless(errnoOf(error))) throw error;
    }
  }
  return killed;
}

export function readProcess(row: Row): Process {
  return { id: Number(row.Id), user: String(row.User ?? ''), command: String(row.Command ?? '') };
}

/** ER_NO_SUCH_THREAD, ER_KILL_DENIED_ERROR: it is gone, or (SYSTEM_USER in 8.0) not ours to kill. */
function isHarmless(errno: number | null): boolean {
  return errno === 1094 || errno === 1095;
}

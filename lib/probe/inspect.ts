/** The sessions that stand in the way of a planned move: asked beforehand, changes nothing. */
import type { Obstacle } from '../core/evidence/probe-results.ts';
import { transactions } from './blockers.ts';
import { obstaclesOf } from './obstacles.ts';
import type { ProbeFailed } from './protocol.ts';
import { askIfAllowed, askProcesses, type Command, carryOut, type Way } from './statement-session.ts';

/** MySQL 5.6 on; null columns where a client gave no name. */
const programs = `SELECT PROCESSLIST_ID AS id, ATTR_VALUE AS program
  FROM performance_schema.session_connect_attrs WHERE ATTR_NAME = 'program_name'`;

/**
 * Long statements and transactions, locks, changes of a schema, backups and prepared XA transactions. The process list is
 * always there (PROCESS); what else the server does not have, or not for our account, is left out: without
 * `metadata_locks`, an idle session with LOCK TABLES shows only once somebody waits for it.
 */
export function inspect(way: Way, limitMs: number): Promise<readonly Obstacle[] | ProbeFailed> {
  return carryOut(way, limitMs, askObstacles);
}

/** The same on an open connection. */
export async function askObstacles(command: Command): Promise<readonly Obstacle[]> {
  const { dialect, id } = command.link;
  return obstaclesOf({
    processes: await askProcesses(command),
    transactions: await askIfAllowed(command, transactions),
    holders: await askIfAllowed(command, dialect.heldGlobalLocks),
    programs: await askIfAllowed(command, programs),
    xa: await askIfAllowed(command, 'XA RECOVER'),
    own: { id, user: command.way.endpoint.credentials.user },
  });
}

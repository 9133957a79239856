/** Rows of the process list → sessions that a person can find. Pure. */
import type { Session } from '../../core/sighting.ts';
import type { Row } from './status.ts';

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

const STATEMENT_MAX = 200;

/** The server's own threads (MySQL manual, "SHOW PROCESSLIST"). */
const servers = new Set(['system user', 'event_scheduler', 'unauthenticated user']);
const replication = /^(?:Binlog Dump|Register|Slave_|Replica_|Daemon|Connect)/;

/** One row of `SHOW FULL PROCESSLIST`. */
export function readProcessRow(row: Row): ProcessRow {
  const user = String(row.User ?? '');
  const command = String(row.Command ?? '');
  return {
    ...{ user, command },
    id: Number(row.Id),
    host: String(row.Host ?? ''),
    state: String(row.State ?? ''),
    forSeconds: Number(row.Time ?? 0),
    info: String(row.Info ?? ''),
    isClient: !servers.has(user) && !replication.test(command),
  };
}

/** What a sighting says of it. */
export function sessionOf({ id, user, host, forSeconds, info }: ProcessRow): Session {
  return { id, user, host, forSeconds, statement: info.slice(0, STATEMENT_MAX) };
}

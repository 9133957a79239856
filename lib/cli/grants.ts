/**
 * The account and the table that keepalambda needs on the servers of a pair: no more rights than it uses. The lab
 * makes its servers with the very same statements.
 */

import { eventRights, type GrantServer, heartbeatRights, rights } from '../core/rights.ts';

export { type GrantServer, grantServers } from '../core/rights.ts';

export interface Account {
  readonly user: string;
  /** Where it comes from: a host pattern of MySQL, such as `10.0.%`. */
  readonly host: string;
  readonly password: string;
  /** Whether the server lets it in with TLS only. @default false */
  readonly requireTls?: boolean;
}

/** Without it (`writeProbe: false`), a holder whose disk is full is not told from one that is well. */
const heartbeatTable = `CREATE TABLE IF NOT EXISTS keepalambda.heartbeat (
  node VARCHAR(31) PRIMARY KEY,
  committed_at TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)
) ENGINE=InnoDB`;

/** Every statement, in order; on one master, from where replication takes it to the other. */
export function grantStatements(server: GrantServer, account: Account): readonly string[] {
  const who = `${quoted(account.user)}@${quoted(account.host)}`;
  return [
    ...createUser(server, account, who),
    ...rights[server].map(([right, on]) => `GRANT ${right} ON ${on} TO ${who}`),
    'CREATE DATABASE IF NOT EXISTS keepalambda',
    heartbeatTable,
    // SELECT: ON DUPLICATE KEY UPDATE reads the column that it sets, as servers see it.
    `GRANT ${heartbeatRights.join(' ON ')} TO ${who}`,
  ];
}

/** Beside the others where events move with the role. */
export function eventStatements(
  server: GrantServer,
  { user, host }: Pick<Account, 'user' | 'host'>,
): readonly string[] {
  return [`GRANT ${eventRights[server]} ON *.* TO ${quoted(user)}@${quoted(host)}`];
}

/** MySQL before 5.7 demands TLS by a grant, all others by the account itself. */
function createUser(server: GrantServer, { password, requireTls }: Account, who: string): readonly string[] {
  const create = `CREATE USER ${who} IDENTIFIED BY ${quoted(password)}`;
  if (!requireTls) return [create];
  return server === 'mysql-5.6'
    ? [create, `GRANT USAGE ON *.* TO ${who} REQUIRE SSL`]
    : [`${create} REQUIRE SSL`];
}

/** A string of SQL. */
function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

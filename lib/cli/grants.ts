/**
 * The account and the table that keepalambda needs on the servers of a pair: no more rights than it uses. The lab
 * makes its servers with the very same statements.
 */
import { eventRights, type GrantServer } from '../core/operator/rights.ts';
import { accountRights, heartbeatStatements } from '../core/setup/account-statements.ts';

export { type GrantServer, grantServers } from '../core/operator/rights.ts';

export interface Account {
  readonly user: string;
  /** Where it comes from: a host pattern of MySQL, such as `10.0.%`. */
  readonly host: string;
  readonly password: string;
  /** Whether the server lets it in with TLS only. @default false */
  readonly requireTls?: boolean;
}

/** Every statement, in order; on one master, from where replication takes it to the other. */
export function grantStatements(server: GrantServer, account: Account): readonly string[] {
  const who = `${quoted(account.user)}@${quoted(account.host)}`;
  const granted = accountRights(server, who);
  // The last is for the heartbeat table, which must be there.
  const [general, ofHeartbeat] = [granted.slice(0, -1), granted.at(-1)];
  return [
    ...createUser(server, account, who),
    ...general,
    ...heartbeatStatements,
    ...(ofHeartbeat === undefined ? [] : [ofHeartbeat]),
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

/**
 * The account and the table that keepalambda needs on the servers of a pair: no more rights than it uses. The lab
 * makes its servers with the very same statements.
 */

export const grantServers = ['mysql-5.6', 'mysql-5.7', 'mysql-8', 'mariadb'] as const;
export type GrantServer = (typeof grantServers)[number];

export interface Account {
  readonly user: string;
  /** Where it comes from: a host pattern of MySQL, such as `10.0.%`. */
  readonly host: string;
  readonly password: string;
  /** Whether the server lets it in with TLS only. @default false */
  readonly requireTls?: boolean;
}

/** Who holds a lock that our commit or the applier waits for. */
const locks = [
  ['SELECT', 'performance_schema.metadata_locks'],
  ['SELECT', 'performance_schema.threads'],
] as const;

/** What a right is for, by server: each is used by a statement in `lib/probe`. */
const rights: Readonly<Record<GrantServer, readonly (readonly [right: string, on: string])[]>> = {
  // SUPER: SET GLOBAL read_only, KILL, STOP and START SLAVE, and the connection that max_connections keeps free.
  'mysql-5.6': [
    ['SUPER, PROCESS, REPLICATION CLIENT', '*.*'],
    ['SELECT', 'mysql.event'],
  ],
  'mysql-5.7': [
    ['SUPER, PROCESS, REPLICATION CLIENT', '*.*'],
    ['SELECT', 'mysql.event'],
    ['SELECT', 'performance_schema.replication_connection_status'],
    ...locks,
  ],
  // SUPER in its parts: SET GLOBAL; KILL and the connection that is kept free; STOP and START REPLICA. EVENT: only who
  // may change an event sees it.
  'mysql-8': [
    ['PROCESS, REPLICATION CLIENT, EVENT', '*.*'],
    ['SYSTEM_VARIABLES_ADMIN, CONNECTION_ADMIN, REPLICATION_SLAVE_ADMIN', '*.*'],
    ['XA_RECOVER_ADMIN', '*.*'],
    ['SELECT', 'performance_schema.replication_connection_status'],
    ['SELECT', 'performance_schema.data_lock_waits'],
    ...locks,
  ],
  mariadb: [
    ['PROCESS, BINLOG MONITOR, SLAVE MONITOR', '*.*'],
    ['READ_ONLY ADMIN, CONNECTION ADMIN, REPLICATION SLAVE ADMIN', '*.*'],
    ['SELECT', 'mysql.event'],
    ...locks,
  ],
};

/**
 * More rights, for pairs with `events: 'managed'` alone: to enable an event as its own definer, and to switch the
 * scheduler. MariaDB has nothing below SUPER for the scheduler: without it, events move and the scheduler runs on both.
 */
const eventRights: Readonly<Record<GrantServer, string>> = {
  'mysql-5.6': 'EVENT',
  'mysql-5.7': 'EVENT',
  'mysql-8': 'EVENT, SET_ANY_DEFINER',
  mariadb: 'EVENT, SET USER, SUPER',
};

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
    `GRANT SELECT, INSERT, UPDATE ON keepalambda.heartbeat TO ${who}`,
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

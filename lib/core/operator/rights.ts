/**
 * The rights of keepalambda's account on a server, by server: no more than it uses. `keepalambda grants` prints them, and
 * doctor compares them with what the account has.
 */

export const grantServers = ['mysql-5.6', 'mysql-5.7', 'mysql-8', 'mariadb'] as const;
export type GrantServer = (typeof grantServers)[number];

/** `failover`: without it a failover fails. `reports`: what it is for is reported as unknown. */
export type Need = 'failover' | 'reports';

/** Who holds a lock that our commit or the applier waits for. */
const locks = [
  ['SELECT', 'performance_schema.metadata_locks', 'reports'],
  ['SELECT', 'performance_schema.threads', 'reports'],
] as const;

/** The settings of a channel, such as its heartbeat. They name the source and the account, and no password. */
const channels = [
  ['SELECT', 'performance_schema.replication_connection_status', 'reports'],
  ['SELECT', 'performance_schema.replication_connection_configuration', 'reports'],
] as const;

/** The names and engines of all tables, and their definitions; no row of them. There is no smaller right. */
const tables = ['SHOW VIEW', '*.*', 'reports'] as const;

/** What a right is for, by server: each is used by a statement in `lib/probe`. */
export const rights: Readonly<
  Record<GrantServer, readonly (readonly [right: string, on: string, need: Need])[]>
> = {
  // SUPER: SET GLOBAL read_only, KILL, STOP and START SLAVE, and the connection that max_connections keeps free.
  'mysql-5.6': [
    ['SUPER, PROCESS, REPLICATION CLIENT', '*.*', 'failover'],
    ['SELECT', 'mysql.event', 'reports'],
    tables,
  ],
  'mysql-5.7': [
    ['SUPER, PROCESS, REPLICATION CLIENT', '*.*', 'failover'],
    ['SELECT', 'mysql.event', 'reports'],
    tables,
    ...channels,
    ...locks,
  ],
  // SUPER in its parts: SET GLOBAL; KILL and the connection that is kept free; STOP and START REPLICA. EVENT: only who
  // may change an event sees it.
  'mysql-8': [
    ['PROCESS, REPLICATION CLIENT', '*.*', 'failover'],
    ['SYSTEM_VARIABLES_ADMIN, CONNECTION_ADMIN, REPLICATION_SLAVE_ADMIN', '*.*', 'failover'],
    ['EVENT', '*.*', 'reports'],
    ['XA_RECOVER_ADMIN', '*.*', 'reports'],
    tables,
    ...channels,
    ['SELECT', 'performance_schema.data_lock_waits', 'reports'],
    ...locks,
  ],
  mariadb: [
    ['PROCESS, BINLOG MONITOR, SLAVE MONITOR', '*.*', 'failover'],
    ['READ_ONLY ADMIN, CONNECTION ADMIN, REPLICATION SLAVE ADMIN', '*.*', 'failover'],
    ['SELECT', 'mysql.event', 'reports'],
    tables,
    ...locks,
  ],
};

/**
 * More rights, for pairs with `events: 'managed'` alone: to enable an event as its own definer, and to switch the
 * scheduler. MariaDB has nothing below SUPER for the scheduler: without it, events move and the scheduler runs on both.
 */
export const eventRights: Readonly<Record<GrantServer, string>> = {
  'mysql-5.6': 'EVENT',
  'mysql-5.7': 'EVENT',
  'mysql-8': 'EVENT, SET_ANY_DEFINER',
  mariadb: 'EVENT, SET USER, SUPER',
};

/** Beside those, in the one table of our own. */
export const heartbeatRights = ['SELECT, INSERT, UPDATE', 'keepalambda.heartbeat'] as const;

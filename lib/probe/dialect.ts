/**
 * Which words a server understands, decided once a connection from what it says of its version.
 *
 * MySQL manual, "SHOW REPLICA STATUS": new in 8.0.22, and `SHOW SLAVE STATUS` is gone in 8.4. "SHOW BINARY LOG
 * STATUS": new in 8.2, and `SHOW MASTER STATUS` is gone in 8.4. `super_read_only`: new in 5.7.8. MariaDB has
 * kept the old words, shows every named channel with `SHOW ALL SLAVES STATUS`, and has no `server_uuid`.
 */

export interface Dialect {
  readonly flavor: 'mysql' | 'mariadb';
  /** Whether there is `super_read_only`, which binds accounts with SUPER too. */
  readonly superReadOnly: boolean;
  /** Whether InnoDB's tables about itself, and the variables' origins, have the names of MySQL 8. */
  readonly names: 'today' | 'of-old';
  /** One statement: sets what our sessions rely on, whatever the server's defaults are. */
  readonly session: string;
  /**
   * One row of one column: everything that is read without a lock that a stuck commit could hold. Short, because it is
   * asked most: the definition of a column takes more bytes than most values.
   */
  readonly pulse: string;
  /** The part of the pulse that changes by itself; all else of it may be as old as a second (`pulse.ts`). */
  readonly beat: string;
  /** A row for each replication channel. */
  readonly replicaStatus: string;
  /** One row: the end of the binary log; none when it is off. */
  readonly binaryLogStatus: string;
  /** Counters: rows of `c`, a name and a value joined, or of `Variable_name` and `Value`. */
  readonly counters: string;
  /** Variables that a person sets: rows of `Variable_name` and `Value`. */
  readonly setUp: string;
  /** One row: how many scheduled events are on, and how many are off because this is a replica. */
  readonly events: string;
  /**
   * One row of one column: what a channel (the parameter) heard of its source, without the lock and the sixty columns
   * of `replicaStatus`. Null where the server has nothing of this kind; then `counters` has the count of heartbeats.
   */
  readonly ear: string | null;
  /** One row of one column: the heartbeat that a channel (the parameter) asks its source for. Null where its row or `counters` have it. */
  readonly heartbeatPeriod: string | null;
  /** The state of the transaction of a session (the parameter), as InnoDB has it. */
  readonly transaction: string;
  /** Ids of the sessions that hold the row lock that a session (the parameter) waits for. */
  readonly rowLocks: string;
  /** Ids of the sessions that hold a lock on the whole server; null where it cannot be asked. */
  readonly globalLocks: string | null;
  /**
   * The same for a lock that holds up only changes of tables (LOCK INSTANCE FOR BACKUP). It matters only while
   * something waits for it.
   */
  readonly instanceLocks: string | null;
  /**
   * Ids of the sessions that keep the server from being closed, even if only for one statement; null where it cannot be
   * asked.
   */
  readonly anyGlobalLocks: string | null;
  /** The same; `passing` is 1 for a lock that ends with the statement or commit that is under way. */
  readonly heldGlobalLocks: string | null;
  /** Ids of the sessions that hold a lock on the heartbeat's table; null where it cannot be asked. */
  readonly tableLocks: string | null;
}

/** The question that decides. Its row goes to `dialectOf`. */
export const versionQuery = 'SELECT @@version AS version, @@version_comment AS comment';

/** From `@@version` and `@@version_comment`, such as `10.11.6-MariaDB-0+deb12u1-log` and `Debian 12`. */
export function dialectOf(version: string, comment: string): Dialect {
  const at = (major: number, minor: number, patch: number) =>
    compareVersions(version, [major, minor, patch]) >= 0;
  if (/mariadb/i.test(`${version} ${comment}`)) {
    const isolation = at(11, 1, 1) ? 'transaction_isolation' : 'tx_isolation';
    const locks = at(10, 5, 2) ? metadataLocks : noMetadataLocks;
    return { ...mariadb, ...locks, session: sessionOf(isolation, 'max_statement_time') };
  }
  const superReadOnly = at(5, 7, 8);
  const replica = at(8, 0, 22);
  return {
    flavor: 'mysql',
    superReadOnly,
    names: at(8, 0, 0) ? 'today' : 'of-old',
    session: sessionOf(
      at(5, 7, 20) ? 'transaction_isolation' : 'tx_isolation',
      at(5, 7, 8) ? 'max_execution_time' : null,
    ),
    ...mysqlPulse(superReadOnly, at(8, 0, 26) ? 'replica_parallel_workers' : 'slave_parallel_workers'),
    replicaStatus: replica ? 'SHOW REPLICA STATUS' : 'SHOW SLAVE STATUS',
    binaryLogStatus: at(8, 2, 0) ? 'SHOW BINARY LOG STATUS' : 'SHOW MASTER STATUS',
    counters: at(8, 0, 0)
      ? countersIn('performance_schema.global_status')
      : at(5, 7, 0)
        ? countersOf57
        : countersOfOld,
    setUp,
    events: at(8, 0, 0) ? events : eventsOfOld,
    // 5.7 moved the counter out of SHOW STATUS (MySQL manual, "Migrating to Performance Schema").
    ear: at(5, 7, 0) ? ear : null,
    heartbeatPeriod: at(5, 7, 0) ? heartbeatPeriod : null,
    transaction,
    rowLocks: at(8, 0, 1) ? rowLocks : rowLocksOfOld,
    ...(at(5, 7, 3) ? metadataLocks : noMetadataLocks),
  };
}

/** Between the values of a column that stands for several, and in place of NULL. */
export const SEPARATOR = '|';
export const NONE = '-';

/** What `Dialect.beat` and `Dialect.pulse` say, in their order. */
export const beatFields = ['read_only', 'super_read_only', 'executed', 'applied', 'clock'] as const;
export const pulseFields = [
  ...['identity', 'version', 'read_only', 'super_read_only', 'gtid_mode', 'executed', 'applied'],
  ...['workers', 'max_connections', 'log_bin', 'offline_mode', 'clock', 'server_id'],
] as const;

/** One column in place of several; `spread` takes it apart again. */
export function joined(...expressions: readonly string[]): string {
  return `CONCAT_WS('${SEPARATOR}',${expressions.join(',')})`;
}

const ear = `SELECT ${joined('COUNT_RECEIVED_HEARTBEATS', 'SOURCE_UUID', 'SERVICE_STATE', 'LAST_ERROR_NUMBER', 'RECEIVED_TRANSACTION_SET')} e
FROM performance_schema.replication_connection_status WHERE CHANNEL_NAME=?`;

const heartbeatPeriod =
  'SELECT HEARTBEAT_INTERVAL s FROM performance_schema.replication_connection_configuration WHERE CHANNEL_NAME=?';

const transaction =
  'SELECT trx_state AS state FROM information_schema.innodb_trx WHERE trx_mysql_thread_id = ?';

const rowLocksOfOld = `SELECT b.trx_mysql_thread_id AS id FROM information_schema.innodb_lock_waits w
  JOIN information_schema.innodb_trx r ON r.trx_id = w.requesting_trx_id
  JOIN information_schema.innodb_trx b ON b.trx_id = w.blocking_trx_id WHERE r.trx_mysql_thread_id = ?`;

const rowLocks = `SELECT b.PROCESSLIST_ID AS id FROM performance_schema.data_lock_waits w
  JOIN performance_schema.threads r ON r.THREAD_ID = w.REQUESTING_THREAD_ID
  JOIN performance_schema.threads b ON b.THREAD_ID = w.BLOCKING_THREAD_ID WHERE r.PROCESSLIST_ID = ?`;

const lockHolders = (columns: string) => `SELECT ${columns} FROM performance_schema.metadata_locks m
  JOIN performance_schema.threads t ON t.THREAD_ID = m.OWNER_THREAD_ID
  WHERE m.LOCK_STATUS = 'GRANTED' AND t.PROCESSLIST_ID <> CONNECTION_ID()`;
/** A sum, so that the definition of the column names no table. */
const holders = lockHolders('t.PROCESSLIST_ID + 0 AS id');
/** A commit takes its lock explicitly, and gives it back at its end. */
const isPassing = `(m.LOCK_DURATION = 'STATEMENT' OR (m.OBJECT_TYPE = 'COMMIT' AND m.LOCK_TYPE = 'INTENTION_EXCLUSIVE'))`;

/**
 * Every statement that writes holds GLOBAL, and every commit COMMIT, each as INTENTION_EXCLUSIVE; who keeps them all out
 * holds it as SHARED. Empty where it is not instrumented.
 */
const metadataLocks = {
  globalLocks: `${holders} AND m.OBJECT_TYPE IN ('GLOBAL', 'COMMIT', 'BACKUP') AND m.LOCK_TYPE = 'SHARED'`,
  // A change of a table holds it too, as INTENTION_EXCLUSIVE.
  instanceLocks: `${holders} AND m.OBJECT_TYPE = 'BACKUP LOCK' AND m.LOCK_TYPE <> 'INTENTION_EXCLUSIVE'`,
  anyGlobalLocks: `${holders} AND m.OBJECT_TYPE IN ('GLOBAL', 'COMMIT', 'BACKUP')`,
  heldGlobalLocks: `${lockHolders(`t.PROCESSLIST_ID + 0 AS id, ${isPassing} AS passing`)} AND m.OBJECT_TYPE IN ('GLOBAL', 'COMMIT', 'BACKUP', 'BACKUP LOCK')`,
  tableLocks: `${holders} AND m.OBJECT_SCHEMA = 'keepalambda' AND m.OBJECT_NAME = 'heartbeat'`,
} as const;
const noMetadataLocks = {
  globalLocks: null,
  instanceLocks: null,
  anyGlobalLocks: null,
  heldGlobalLocks: null,
  tableLocks: null,
} as const;

/** The server ends our connection when we have not used it for so long: Lambda freezes, and never says goodbye. */
const IDLE_SECONDS = 60;
/** No statement of ours waits longer than this for a lock: a waiting session does not notice that its client is gone. */
export const LOCK_WAIT_SECONDS = 2;

/**
 * What every session of ours relies on; each is a default that an administrator may have changed.
 *
 * - `autocommit`: off, our heartbeat would stay in an open transaction, and lock its row for the other vantage.
 * - REPEATABLE READ works with every `binlog_format`. READ COMMITTED does not work with STATEMENT (error 1665).
 * - `sql_mode`: strict, so that a name that is too long is an error and not another row.
 * - `time_zone`: times of the heartbeat row are in UTC.
 *
 * `transaction_read_only` is left as it is: where clients cannot write because of it, neither shall we.
 */
function sessionOf(isolation: string, statementLimit: string | null): string {
  const settings = [
    'autocommit = 1',
    `${isolation} = 'REPEATABLE-READ'`,
    "sql_mode = 'STRICT_TRANS_TABLES'",
    "time_zone = '+00:00'",
    `lock_wait_timeout = ${LOCK_WAIT_SECONDS}`,
    `innodb_lock_wait_timeout = ${LOCK_WAIT_SECONDS}`,
    `wait_timeout = ${IDLE_SECONDS}`,
    'sql_select_limit = 18446744073709551615',
    ...(statementLimit === null ? [] : [`${statementLimit} = 0`]),
  ];
  return `SET SESSION ${settings.join(', ')}`;
}

/** Semi-synchronous replication has the words of old until 8.0.26, and where its old plugin is loaded. */
const counterNames = [
  ...['Uptime', 'Threads_connected', 'Slave_received_heartbeats', 'Slave_heartbeat_period'],
  ...['master', 'source'].flatMap((role) =>
    ['status', 'wait_sessions', 'yes_tx'].map((name) => `Rpl_semi_sync_${role}_${name}`),
  ),
]
  .map((name) => `'${name}'`)
  .join(',');
const countersIn = (table: string) =>
  `SELECT ${joined('VARIABLE_NAME', 'VARIABLE_VALUE')} c FROM ${table} WHERE VARIABLE_NAME IN (${counterNames})`;
const countersOfOld = countersIn('information_schema.GLOBAL_STATUS');
/** A setting of 5.7 (`show_compatibility_56`) decides which of the two tables it fills. */
const countersOf57 = `SHOW GLOBAL STATUS WHERE Variable_name IN (${counterNames})`;

const semiSyncVariables = ['master', 'source']
  .flatMap((role) => ['enabled', 'timeout'].map((name) => `'rpl_semi_sync_${role}_${name}'`))
  .join(', ');
const setUp = `SHOW GLOBAL VARIABLES WHERE Variable_name IN ('event_scheduler', ${semiSyncVariables})`;

const eventsIn = (table: string) => `SELECT SUM(status = 'ENABLED') AS enabled,
  SUM(status LIKE '%SIDE_DISABLED') AS disabled_on_replica FROM ${table}`;
/** Where this table exists, reading it needs fewer rights than the view. */
const eventsOfOld = eventsIn('mysql.event');
const events = eventsIn('information_schema.EVENTS');

/** Sessions are in UTC, so that no hour comes twice. */
const clock = 'UNIX_TIMESTAMP(NOW(3))';
const none = `'${NONE}'`;
const serverId = '@@global.server_id';

function mysqlPulse(superReadOnly: boolean, workers: string): Pick<Dialect, 'pulse' | 'beat'> {
  const readOnly = ['@@read_only', superReadOnly ? '@@super_read_only' : none] as const;
  const executed = '@@global.gtid_executed';
  // New in 5.7.5, and so wherever there is `super_read_only`.
  const offline = superReadOnly ? '@@offline_mode' : none;
  const rest = [`@@${workers}`, '@@global.max_connections', '@@log_bin', offline, clock] as const;
  const identity = ['@@server_uuid', '@@version'] as const;
  const all = [...identity, ...readOnly, '@@gtid_mode', executed, none, ...rest, serverId] as const;
  return {
    pulse: `SELECT ${joined(...all)} p`,
    beat: `SELECT ${joined(...readOnly, executed, none, clock)} b`,
  };
}

/** `gtid_binlog_state` names the last transaction of every origin; `gtid_binlog_pos` only the last of all. */
const mariadb: Omit<Dialect, 'session' | keyof typeof noMetadataLocks> = {
  flavor: 'mariadb',
  superReadOnly: false,
  names: 'of-old',
  pulse: `SELECT ${joined(
    ...["CONCAT('server_id:',@@global.server_id)", '@@version', '@@global.read_only', none, "'ON'"],
    ...['@@global.gtid_binlog_state', '@@global.gtid_slave_pos', '@@global.slave_parallel_threads'],
    ...['@@global.max_connections', '@@global.log_bin', none, clock, serverId],
  )} p`,
  beat: `SELECT ${joined(
    ...['@@global.read_only', none, '@@global.gtid_binlog_state', '@@global.gtid_slave_pos', clock],
  )} b`,
  replicaStatus: 'SHOW ALL SLAVES STATUS',
  binaryLogStatus: 'SHOW MASTER STATUS',
  counters: countersOfOld,
  setUp,
  events: eventsOfOld,
  ear: null,
  heartbeatPeriod: null,
  transaction,
  rowLocks: rowLocksOfOld,
};

function compareVersions(version: string, than: readonly [number, number, number]): number {
  const numbers = /^(\d+)\.(\d+)(?:\.(\d+))?/.exec(version)?.slice(1) ?? [];
  for (const [index, bound] of than.entries()) {
    const difference = Number(numbers[index] ?? 0) - bound;
    if (difference !== 0) return difference;
  }
  return 0;
}

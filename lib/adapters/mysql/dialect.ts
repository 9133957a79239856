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
  /** One row: everything that is read without a lock that a stuck commit could hold. */
  readonly pulse: string;
  /** A row for each replication channel. */
  readonly replicaStatus: string;
  /** One row: the end of the binary log; none when it is off. */
  readonly binaryLogStatus: string;
  /** Counters: rows of `Variable_name` and `Value`. */
  readonly counters: string;
  /** How often a channel (the parameter) heard its source; null where `counters` has it. */
  readonly heartbeats: string | null;
}

/** The question that decides. Its row goes to `dialectOf`. */
export const versionQuery = 'SELECT @@version AS version, @@version_comment AS comment';

/** From `@@version` and `@@version_comment`, such as `10.11.6-MariaDB-0+deb12u1-log` and `Debian 12`. */
export function dialectOf(version: string, comment: string): Dialect {
  if (/mariadb/i.test(`${version} ${comment}`)) return mariadb;
  const at = (major: number, minor: number, patch: number) =>
    compareVersions(version, [major, minor, patch]) >= 0;
  const superReadOnly = at(5, 7, 8);
  const replica = at(8, 0, 22);
  return {
    flavor: 'mysql',
    superReadOnly,
    pulse: mysqlPulse(superReadOnly, at(8, 0, 26) ? 'replica_parallel_workers' : 'slave_parallel_workers'),
    replicaStatus: replica ? 'SHOW REPLICA STATUS' : 'SHOW SLAVE STATUS',
    binaryLogStatus: at(8, 2, 0) ? 'SHOW BINARY LOG STATUS' : 'SHOW MASTER STATUS',
    counters,
    // 5.7 moved the counter out of SHOW STATUS (MySQL manual, "Migrating to Performance Schema").
    heartbeats: at(5, 7, 0)
      ? 'SELECT COUNT_RECEIVED_HEARTBEATS AS heartbeats FROM performance_schema.replication_connection_status WHERE CHANNEL_NAME = ?'
      : null,
  };
}

const counters =
  "SHOW GLOBAL STATUS WHERE Variable_name IN ('Uptime', 'Threads_connected', 'Slave_received_heartbeats')";

function mysqlPulse(superReadOnly: boolean, workers: string): string {
  return `SELECT @@global.server_uuid AS identity, @@version AS version, @@global.read_only AS read_only,
    ${superReadOnly ? '@@global.super_read_only' : 'NULL'} AS super_read_only,
    @@global.gtid_mode AS gtid_mode, @@global.gtid_executed AS executed, NULL AS applied,
    @@global.${workers} AS workers, @@global.max_connections AS max_connections`;
}

/** `gtid_binlog_state` names the last transaction of every origin; `gtid_binlog_pos` only the last of all. */
const mariadb: Dialect = {
  flavor: 'mariadb',
  superReadOnly: false,
  pulse: `SELECT CONCAT('server_id:', @@global.server_id) AS identity, @@version AS version,
    @@global.read_only AS read_only, NULL AS super_read_only, 'ON' AS gtid_mode,
    @@global.gtid_binlog_state AS executed, @@global.gtid_slave_pos AS applied,
    @@global.slave_parallel_threads AS workers, @@global.max_connections AS max_connections`,
  replicaStatus: 'SHOW ALL SLAVES STATUS',
  binaryLogStatus: 'SHOW MASTER STATUS',
  counters,
  heartbeats: null,
};

function compareVersions(version: string, than: readonly [number, number, number]): number {
  const numbers = /^(\d+)\.(\d+)(?:\.(\d+))?/.exec(version)?.slice(1) ?? [];
  for (const [index, bound] of than.entries()) {
    const difference = Number(numbers[index] ?? 0) - bound;
    if (difference !== 0) return difference;
  }
  return 0;
}

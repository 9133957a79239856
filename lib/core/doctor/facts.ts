/** What doctor reads from a server: plain facts, judged by the rules beside this file. */
import type { Obstacle } from '../evidence/probe-results.ts';
import type { ReplicationError, ScheduledEvents, ThreadState } from '../evidence/sighting.ts';

/** The variables that are read, in the words of today's MySQL. A server that has one by an older name gives it under this one. */
export const variableNames = [
  'auto_increment_increment',
  'auto_increment_offset',
  'binlog_checksum',
  'binlog_error_action',
  'binlog_expire_logs_seconds',
  'binlog_format',
  'binlog_row_image',
  'character_set_server',
  'collation_server',
  'default_storage_engine',
  'enforce_gtid_consistency',
  'event_scheduler',
  'explicit_defaults_for_timestamp',
  'gtid_binlog_pos',
  'gtid_domain_id',
  'gtid_mode',
  'gtid_slave_pos',
  'gtid_strict_mode',
  'innodb_flush_log_at_trx_commit',
  'innodb_strict_mode',
  'log_bin',
  'log_bin_basename',
  'log_bin_trust_function_creators',
  'log_replica_updates',
  'lower_case_table_names',
  'max_allowed_packet',
  'max_connect_errors',
  'max_connections',
  'relay_log_info_repository',
  'relay_log_purge',
  'relay_log_recovery',
  'replica_exec_mode',
  'replica_max_allowed_packet',
  'replica_net_timeout',
  'replica_parallel_workers',
  'replica_preserve_commit_order',
  'replica_skip_errors',
  'replica_type_conversions',
  'rpl_semi_sync_replica_enabled',
  'rpl_semi_sync_source_enabled',
  'rpl_semi_sync_source_timeout',
  'server_id',
  'server_uuid',
  'skip_name_resolve',
  'source_info_repository',
  'sql_mode',
  'sync_binlog',
  'time_zone',
  'transaction_isolation',
  'transaction_read_only',
] as const;
export type VariableName = (typeof variableNames)[number];

/** What the server does not have is absent. */
export type Variables = Readonly<Partial<Record<VariableName, string>>>;

/** The older names of a variable, the newest first; none where it was always called so. */
export function olderNames(name: VariableName): readonly string[] {
  const renamed = name
    .replace('replica', 'slave')
    .replace('sync_source', 'sync_master')
    .replace('source_info', 'master_info')
    .replace(/^transaction_(isolation|read_only)$/, 'tx_$1');
  return renamed === name ? [] : [renamed];
}

/** One replication channel, as it is set up and as it runs. */
export interface ChannelFacts {
  /** Empty for the unnamed one. */
  readonly name: string;
  readonly sourceHost: string;
  readonly sourcePort: number;
  /** Who the source is, as `Server.identity`; null before the first connection. */
  readonly sourceIdentity: string | null;
  readonly io: ThreadState;
  readonly sql: 'yes' | 'no';
  readonly ioError: ReplicationError | null;
  readonly sqlError: ReplicationError | null;
  /** It was detached by a failover, and waits to be attached again. */
  readonly barred: boolean;
  /** It finds its place in the source's history by GTIDs. */
  readonly byGtid: boolean;
  readonly delaySeconds: number;
  readonly retrySeconds: number;
  /** 0: for ever; null where the server does not say. */
  readonly retryCount: number | null;
  /** 0: never; null where the server does not say. */
  readonly heartbeatSeconds: number | null;
  /** What it leaves out or rewrites: `Replicate_Ignore_DB: logs`. */
  readonly filters: readonly string[];
}

/** The first names of each kind, in their order; a list that is full may have left some out. */
export interface TableFacts {
  /** InnoDB tables with neither a primary key nor a unique one that could be one. */
  readonly withoutKey: readonly string[];
  /** `app.sessions (MEMORY)`. */
  readonly notInnodb: readonly string[];
  /** Tables that a schema-change tool works in, or has left behind. */
  readonly ofTools: readonly string[];
}

/** How many names of each kind of table are read. */
export const TABLES_MAX = 20;

export interface Unread {
  readonly what: string;
  readonly because: string;
}

export interface ServerFacts {
  readonly flavor: 'mysql' | 'mariadb';
  readonly version: string;
  /** As `Server.identity`. */
  readonly identity: string;
  readonly variables: Variables;
  /** Whether it comes up read-only. Unknown where it was changed since its start and the server keeps no trace. */
  readonly readOnlyAtStart: 'yes' | 'no' | 'unknown';
  /** Databases that the binary log is limited to, or leaves out: `Binlog_Ignore_DB: mysql`. */
  readonly logFilters: readonly string[];
  /** Null where they could not be read. */
  readonly channels: readonly ChannelFacts[] | null;
  /** The lines of SHOW GRANTS for our own account; null where they could not be read. */
  readonly grants: readonly string[] | null;
  /** After how many days the password of our account expires; null where it does not, or where that is not known. */
  readonly passwordDays: number | null;
  /** Until the server's certificate expires; null where it has none or does not say. */
  readonly certificateDays: number | null;
  /** How many connections our account may have; 0 for no limit of its own. */
  readonly accountConnections: number;
  /** The most connections that there were since the server's start. */
  readonly connectionsUsed: number | null;
  /** As `Server.clockOffMs`. */
  readonly clockOffMs: number | null;
  /** Null where they could not be read. */
  readonly events: ScheduledEvents | null;
  /** Null where they were not asked for, or could not be read. */
  readonly tables: TableFacts | null;
  /** Sessions that a planned move would wait for. */
  readonly obstacles: readonly Obstacle[];
  readonly unread: readonly Unread[];
}

/** A server with nothing for doctor to find: the simulator has no settings of servers. */
import type { Node } from '../../lib/core/config/config.ts';
import type { ServerFacts, Variables } from '../../lib/core/doctor/facts.ts';

const variables: Variables = {
  auto_increment_increment: '2',
  binlog_checksum: 'CRC32',
  binlog_error_action: 'ABORT_SERVER',
  binlog_expire_logs_seconds: '604800',
  binlog_format: 'ROW',
  binlog_row_image: 'FULL',
  gtid_mode: 'ON',
  innodb_flush_log_at_trx_commit: '1',
  log_bin: 'ON',
  log_replica_updates: 'ON',
  max_allowed_packet: '67108864',
  max_connect_errors: '1000000',
  max_connections: '500',
  relay_log_purge: 'ON',
  relay_log_recovery: 'ON',
  replica_exec_mode: 'STRICT',
  replica_max_allowed_packet: '1073741824',
  replica_net_timeout: '4',
  replica_skip_errors: 'OFF',
  replica_type_conversions: '',
  skip_name_resolve: 'ON',
  sql_mode: 'STRICT_TRANS_TABLES',
  sync_binlog: '1',
  transaction_read_only: 'OFF',
};

const grants = [
  'PROCESS, REPLICATION CLIENT, EVENT, SHOW VIEW ON *.*',
  'CONNECTION_ADMIN,REPLICATION_SLAVE_ADMIN,SYSTEM_VARIABLES_ADMIN,XA_RECOVER_ADMIN ON *.*',
  'SELECT, INSERT, UPDATE ON `keepalambda`.`heartbeat`',
  ...[
    ...['data_lock_waits', 'metadata_locks', 'threads'],
    ...['replication_connection_configuration', 'replication_connection_status'],
  ].map((table) => `SELECT ON \`performance_schema\`.\`${table}\``),
].map((grant) => `GRANT ${grant} TO \`keepalambda\`@\`%\``);

interface Server {
  readonly node: Node;
  readonly identity: string;
  /** 1 or 2. */
  readonly serverId: number;
}

/** A MySQL 8.4 with the settings that we recommend, which replicates from the other. */
export function healthyFacts(self: Server, peer: Server, port: number): ServerFacts {
  return {
    flavor: 'mysql',
    version: '8.4.0',
    identity: self.identity,
    variables: {
      ...variables,
      server_id: `${self.serverId}`,
      server_uuid: self.identity,
      auto_increment_offset: `${self.serverId}`,
    },
    readOnlyAtStart: 'yes',
    logFilters: [],
    channels: [
      {
        name: '',
        sourceHost: peer.node.address,
        sourcePort: port,
        sourceIdentity: peer.identity,
        io: 'yes',
        sql: 'yes',
        ioError: null,
        sqlError: null,
        barred: false,
        byGtid: true,
        delaySeconds: 0,
        retrySeconds: 1,
        retryCount: 0,
        heartbeatSeconds: 0.5,
        filters: [],
      },
    ],
    grants,
    passwordDays: null,
    certificateDays: 365,
    accountConnections: 0,
    connectionsUsed: 40,
    clockOffMs: 0,
    events: { scheduler: 'off', enabled: 0, disabledOnReplica: 0 },
    tables: { withoutKey: [], notInnodb: [], ofTools: [] },
    obstacles: [],
    unread: [],
  };
}

/** The my.cnf of a node in the lab: what `keepalambda setup` asks of a master, and small sizes. */
import { type Dialect, optionsOf, type Product, type Settings } from './product.ts';

export interface NodeSettings {
  readonly dataDirectory: string;
  readonly temporaryDirectory: string;
  readonly socketPath: string;
  readonly errorLog: string;
  readonly address: string;
  readonly port: number;
  /** 1 or 2: also the offset of its auto-increment values. */
  readonly serverId: 1 | 2;
}

/** Few enough for a fault to fill them quickly. */
export const maxConnections = 40;

/** How long a replica waits on a silent source before it reconnects, in seconds. */
export const replicationTimeoutSeconds = 4;

/** The options of a node's server, in the order of my.cnf. */
export function nodeSettings(product: Product, node: NodeSettings): Settings {
  return {
    ...product.settings,
    ...paths(node),
    ...sizes[product.dialect],
    'bind-address': node.address,
    port: node.port,
    'skip-name-resolve': true,
    'server-id': node.serverId,
    'log-bin': 'binlog',
    'relay-log': 'relay',
    'auto-increment-increment': 2,
    'auto-increment-offset': node.serverId,
    'max-connections': maxConnections,
    'max-connect-errors': 1_000_000,
    // An acknowledged write survives a kill -9.
    'sync-binlog': 1,
    'innodb-flush-log-at-trx-commit': 1,
    ...masters[product.dialect],
    ...(product.dialect === 'mariadb' ? { 'gtid-domain-id': node.serverId } : {}),
  };
}

/** The options of the one start that makes accounts and schemas: no log, no network. */
export function templateSettings(
  product: Product,
  node: Omit<NodeSettings, 'serverId' | 'address' | 'port'>,
) {
  return {
    ...product.settings,
    ...paths(node),
    ...sizes[product.dialect],
    'skip-networking': true,
    'skip-log-bin': true,
    'server-id': 1,
  } satisfies Settings;
}

/** The text of a my.cnf. */
export function renderMyCnf(settings: Settings): string {
  return `[mysqld]\n${optionsOf(settings)
    .map((option) => option.slice(2))
    .join('\n')}\n`;
}

function paths(node: Omit<NodeSettings, 'serverId' | 'address' | 'port'>): Settings {
  return {
    datadir: node.dataDirectory,
    tmpdir: node.temporaryDirectory,
    socket: node.socketPath,
    'pid-file': `${node.socketPath}.pid`,
    'log-error': node.errorLog,
  };
}

const innodb: Settings = {
  'innodb-buffer-pool-size': '16M',
  'innodb-data-file-path': 'ibdata1:10M:autoextend',
  'innodb-autoextend-increment': 2,
};

/** Small, and the same from the first bootstrap on: InnoDB's files must be as they were made. */
export const sizes: Record<Dialect, Settings> = {
  'mysql-5': { ...innodb, 'innodb-log-file-size': '4M', 'performance-schema': 'OFF' },
  'mysql-8': {
    ...innodb,
    'innodb-redo-log-capacity': '16M',
    // The probe reads performance_schema for when a channel last heard its source.
    'performance-schema': 'ON',
  },
  mariadb: { ...innodb, 'innodb-log-file-size': '8M', 'performance-schema': 'OFF' },
};

/**
 * Every server comes up read-only: keepalambda, and nobody else, makes one of them writable. Replication's
 * own state lives in InnoDB, so that it survives a kill with the data.
 */
const masters: Record<Dialect, Settings> = {
  'mysql-5': {
    'read-only': 1,
    'log-slave-updates': 1,
    'binlog-format': 'ROW',
    'gtid-mode': 'ON',
    'enforce-gtid-consistency': 1,
    'master-info-repository': 'TABLE',
    'relay-log-info-repository': 'TABLE',
    'relay-log-recovery': 1,
    'slave-net-timeout': replicationTimeoutSeconds,
  },
  'mysql-8': {
    'super-read-only': 1,
    'log-replica-updates': 1,
    'gtid-mode': 'ON',
    'enforce-gtid-consistency': 1,
    'relay-log-recovery': 1,
    'replica-net-timeout': replicationTimeoutSeconds,
  },
  mariadb: {
    'read-only': 1,
    'log-slave-updates': 1,
    'binlog-format': 'ROW',
    'relay-log-recovery': 1,
    'slave-net-timeout': replicationTimeoutSeconds,
  },
};

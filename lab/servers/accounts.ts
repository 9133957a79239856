/**
 * The accounts and schemas that every node of the lab begins with, all SQL of it in one place.
 *
 * They are made with the binary log off, so both nodes start equal and with no history.
 */
import { type GrantServer, grantStatements } from '../../lib/cli/grants.ts';
import type { Dialect } from './product.ts';

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** They open nothing but servers on this machine's loopback network, while a lab runs. */
export const accounts = {
  /** keepalambda's own: what the probe logs in as. */
  monitor: { user: 'monitor', password: 'monitor-of-the-lab' },
  /** The application's. */
  app: { user: 'app', password: 'app-of-the-lab' },
  /** Of backups: it locks, and is no administrator. */
  backup: { user: 'backup', password: 'backup-of-the-lab' },
  /** Replication's. */
  repl: { user: 'repl', password: 'repl-of-the-lab' },
} as const satisfies Record<string, Credentials>;

/** The lab's words for what `keepalambda grants` knows. */
export const grantServer: Record<Dialect, GrantServer> = {
  'mysql-5': 'mysql-5.6',
  'mysql-8': 'mysql-8',
  mariadb: 'mariadb',
};

const schemas = [
  'CREATE DATABASE app',
  `CREATE TABLE app.writes (
     id BIGINT AUTO_INCREMENT PRIMARY KEY,
     client VARCHAR(32) NOT NULL,
     seq BIGINT NOT NULL,
     written_at TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
     UNIQUE KEY client_seq (client, seq)
   ) ENGINE=InnoDB`,
  // The lab's own: faults that need events on the wire write here, never where a client's rows are counted.
  'CREATE DATABASE lab',
  `CREATE TABLE lab.ticks (
     node VARCHAR(31) PRIMARY KEY,
     tick BIGINT NOT NULL
   ) ENGINE=InnoDB`,
];

/** Everything that a fresh data directory needs, in order. */
export function firstStatements(dialect: Dialect): readonly string[] {
  return [
    ...strangersOut(dialect),
    ...grantStatements(grantServer[dialect], { ...accounts.monitor, host: '%' }),
    ...[accounts.app, accounts.backup, accounts.repl].map(createUser),
    "GRANT ALL ON app.* TO 'app'@'%'",
    "GRANT SELECT, RELOAD, PROCESS, LOCK TABLES ON *.* TO 'backup'@'%'",
    "GRANT REPLICATION SLAVE ON *.* TO 'repl'@'%'",
    ...schemas,
  ];
}

/** Gives `monitor` a password that keepalambda does not know, or its own again. */
export function setPassword(dialect: Dialect, { user, password }: Credentials): string {
  return dialect === 'mysql-5'
    ? `SET PASSWORD FOR '${user}'@'%' = PASSWORD('${password}')`
    : `ALTER USER '${user}'@'%' IDENTIFIED BY '${password}'`;
}

function createUser({ user, password }: Credentials): string {
  return `CREATE USER '${user}'@'%' IDENTIFIED BY '${password}'`;
}

/** Made by script, a server is born with anonymous users and with root from other addresses. */
export function strangersOut(dialect: Dialect): readonly string[] {
  const strangers = "user = '' OR (user = 'root' AND host <> 'localhost')";
  switch (dialect) {
    case 'mysql-5':
      return [`DELETE FROM mysql.user WHERE ${strangers}`, 'FLUSH PRIVILEGES'];
    case 'mariadb':
      return [`DELETE FROM mysql.global_priv WHERE ${strangers}`, 'FLUSH PRIVILEGES'];
    case 'mysql-8':
      return [];
  }
}

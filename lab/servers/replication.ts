/** Replication between the two servers of a pair, both ways, and its status in one wording. */
import { setTimeout as delay } from 'node:timers/promises';
import { accounts } from './accounts.ts';
import type { QueryRow } from './connection.ts';
import type { Instance } from './instance.ts';
import { isOf, recommendedChannel, type ServerSettings } from './options.ts';
import type { Dialect } from './product.ts';

/** Where a replica finds its source: an address and port of the network, never the server's hidden port. */
export interface SourceAddress {
  readonly host: string;
  readonly port: number;
}

/** One of several channels of a replica; the unnamed one is `''`. */
export type ChannelName = string;

/** Makes `replica` follow the server at `source`, and starts both threads. */
export async function replicateFrom(
  replica: Instance,
  source: SourceAddress,
  channel: ChannelName = '',
  settings: ServerSettings = replica.settings,
): Promise<void> {
  await replica.sql(changeSource(replica.product.dialect, source, channel, settings));
  await replica.sql(channelStatement(replica.product.dialect, 'START', channel));
}

/** The same from where the source's binary log ends now, as it was done before there were GTIDs; MySQL 5.6 alone. */
export async function replicateByPosition(
  replica: Instance,
  { host, port }: SourceAddress,
  source: Instance,
): Promise<void> {
  const [end] = await source.sql('SHOW MASTER STATUS');
  await replica.sql(
    `CHANGE MASTER TO MASTER_HOST='${host}', MASTER_PORT=${port}, MASTER_USER='${user}', MASTER_PASSWORD='${password}',
     MASTER_LOG_FILE='${end?.File}', MASTER_LOG_POS=${end?.Position}`,
  );
  await replica.sql('START SLAVE');
}

/** `START SLAVE`, `STOP REPLICA FOR CHANNEL 'pair'` and their kin. */
export function channelStatement(
  dialect: Dialect,
  verb: 'START' | 'STOP',
  channel: ChannelName = '',
): string {
  const { replica } = words[dialect];
  switch (dialect) {
    case 'mysql-5':
      return `${verb} ${replica}`;
    case 'mysql-8':
      return `${verb} ${replica} FOR CHANNEL '${channel}'`;
    case 'mariadb':
      return `${verb} ${replica} '${channel}'`;
  }
}

/** Has a replica look for its source at once, as it otherwise does after up to a minute. */
export async function reconnect(replica: Instance): Promise<void> {
  const { dialect } = replica.product;
  await replica.sql(threadStatement(dialect, 'STOP', 'IO_THREAD'));
  await replica.sql(threadStatement(dialect, 'START', 'IO_THREAD'));
}

/** Waits until every one of them has both threads running. Throws after `limitMs` with what it saw last. */
export async function untilReplicating(replicas: readonly Instance[], limitMs = 10_000): Promise<void> {
  const deadline = Date.now() + limitMs;
  for (const replica of replicas) {
    for (;;) {
      const status = await replicationOf(replica);
      if (status?.io === 'Yes' && status.sql === 'Yes') break;
      if (Date.now() > deadline) {
        throw new Error(`${replica.name} does not replicate: ${JSON.stringify(status)}`);
      }
      await delay(20);
    }
  }
}

/** What a replica says of its channel; null when it has none. */
export interface ReplicationStatus {
  readonly io: string;
  readonly sql: string;
  readonly lagSeconds: number | null;
  readonly lastError: string;
}

/** Reads the status of a replica's channel. */
export async function replicationOf(replica: Instance): Promise<ReplicationStatus | null> {
  const { replica: word } = words[replica.product.dialect];
  const [row] = await replica.sql(`SHOW ${word} STATUS`);
  if (!row) return null;
  return {
    io: text(row, 'Slave_IO_Running', 'Replica_IO_Running'),
    sql: text(row, 'Slave_SQL_Running', 'Replica_SQL_Running'),
    lagSeconds: number(row, 'Seconds_Behind_Master', 'Seconds_Behind_Source'),
    lastError: [text(row, 'Last_IO_Error'), text(row, 'Last_SQL_Error')].filter(Boolean).join('; '),
  };
}

/** `STOP SLAVE IO_THREAD` and its kin. */
export function threadStatement(
  dialect: Dialect,
  verb: 'START' | 'STOP',
  thread: 'IO_THREAD' | 'SQL_THREAD',
): string {
  return `${verb} ${words[dialect].replica} ${thread}`;
}

interface Words {
  readonly replica: string;
  readonly change: string;
  /** How the options of a channel begin. */
  readonly side: string;
  /** By GTID. */
  readonly position: string;
}

const words: Record<Dialect, Words> = {
  'mysql-5': {
    replica: 'SLAVE',
    change: 'CHANGE MASTER',
    side: 'MASTER',
    position: 'MASTER_AUTO_POSITION=1',
  },
  'mysql-8': {
    replica: 'REPLICA',
    change: 'CHANGE REPLICATION SOURCE',
    side: 'SOURCE',
    position: 'GET_SOURCE_PUBLIC_KEY=1, SOURCE_AUTO_POSITION=1',
  },
  mariadb: {
    replica: 'SLAVE',
    change: 'CHANGE MASTER',
    side: 'MASTER',
    position: 'MASTER_USE_GTID=slave_pos',
  },
};

const { user, password } = accounts.repl;

/** With the vendor's defaults a channel says no more than where its source is. */
function changeSource(
  dialect: Dialect,
  { host, port }: SourceAddress,
  channel: ChannelName,
  settings: ServerSettings,
): string {
  const { change, side, position } = words[dialect];
  const asked =
    settings === 'recommended' ? recommendedChannel.filter((option) => isOf(option, dialect)) : [];
  const parts = [
    `HOST='${host}'`,
    `PORT=${port}`,
    `USER='${user}'`,
    `PASSWORD='${password}'`,
    ...asked.map(({ name, value }) => `${name}=${value}`),
  ];
  const options = [...parts.map((part) => `${side}_${part}`), position].join(', ');
  switch (dialect) {
    case 'mysql-5':
      return `${change} TO ${options}`;
    case 'mysql-8':
      return `${change} TO ${options} FOR CHANNEL '${channel}'`;
    case 'mariadb':
      return `CHANGE MASTER '${channel}' TO ${options}`;
  }
}

function text(row: QueryRow, ...names: readonly string[]): string {
  const value = names.map((name) => row[name]).find((found) => found !== undefined && found !== null);
  return value === undefined || value === null ? '' : String(value);
}

function number(row: QueryRow, ...names: readonly string[]): number | null {
  const value = text(row, ...names);
  return value === '' ? null : Number(value);
}

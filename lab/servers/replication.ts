/** Replication between the two servers of a pair, both ways, and its status in one wording. */
import { setTimeout as delay } from 'node:timers/promises';
import { accounts } from './accounts.ts';
import type { Row } from './connection.ts';
import type { Instance } from './instance.ts';
import type { Dialect } from './product.ts';

/** Where a replica finds its source: an address and port of the network, never the server's hidden port. */
export interface SourceAddress {
  readonly host: string;
  readonly port: number;
}

/** Makes `replica` follow the server at `source`, and starts both threads. */
export async function replicateFrom(replica: Instance, source: SourceAddress): Promise<void> {
  const { dialect } = replica.product;
  await replica.sql(changeSource[dialect](source));
  await replica.sql(`START ${words[dialect].replica}`);
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

const words: Record<Dialect, { readonly replica: string }> = {
  'mysql-5': { replica: 'SLAVE' },
  'mysql-8': { replica: 'REPLICA' },
  mariadb: { replica: 'SLAVE' },
};

/** A heartbeat each half second: a silent channel is then known from a quiet one. */
const heartbeatSeconds = 0.5;

const { user, password } = accounts.repl;

function changeMaster(position: string): (source: SourceAddress) => string {
  return ({ host, port }) =>
    `CHANGE MASTER TO MASTER_HOST='${host}', MASTER_PORT=${port}, MASTER_USER='${user}',
     MASTER_PASSWORD='${password}', MASTER_CONNECT_RETRY=1,
     MASTER_HEARTBEAT_PERIOD=${heartbeatSeconds}, ${position}`;
}

const changeSource: Record<Dialect, (source: SourceAddress) => string> = {
  'mysql-5': changeMaster('MASTER_RETRY_COUNT=0, MASTER_AUTO_POSITION=1'),
  'mysql-8': ({ host, port }) =>
    `CHANGE REPLICATION SOURCE TO SOURCE_HOST='${host}', SOURCE_PORT=${port}, SOURCE_USER='${user}',
     SOURCE_PASSWORD='${password}', SOURCE_CONNECT_RETRY=1, SOURCE_RETRY_COUNT=0,
     SOURCE_HEARTBEAT_PERIOD=${heartbeatSeconds}, GET_SOURCE_PUBLIC_KEY=1, SOURCE_AUTO_POSITION=1`,
  mariadb: changeMaster('MASTER_USE_GTID=slave_pos'),
};

function text(row: Row, ...names: readonly string[]): string {
  const value = names.map((name) => row[name]).find((found) => found !== undefined && found !== null);
  return value === undefined || value === null ? '' : String(value);
}

function number(row: Row, ...names: readonly string[]): number | null {
  const value = text(row, ...names);
  return value === '' ? null : Number(value);
}

/** Two real servers that replicate from each other, without a network between them, and a probe's view of them. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Connection, createConnection } from 'mysql2/promise';
import { accounts, type Credentials } from '../../lab/servers/accounts.ts';
import { createInstance, type Instance } from '../../lab/servers/instance.ts';
import { maxConnections } from '../../lab/servers/my-cnf.ts';
import type { Product } from '../../lab/servers/product.ts';
import { replicateFrom, untilReplicating } from '../../lab/servers/replication.ts';
import type { ProbeTarget } from '../../lib/probe/look-schemas.ts';

export interface Servers {
  readonly db1: Instance;
  readonly db2: Instance;
  readonly port: number;
  /** Both nodes, with db1 as the holder. */
  readonly target: ProbeTarget;
  close(): Promise<void>;
}

const addresses = { db1: '127.0.33.11', db2: '127.0.33.12' } as const;

/** Starts them: db1 takes writes, db2 does not. */
export async function startServers(product: Product): Promise<Servers> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'keepalambda-probe-'));
  const port = await freePort();
  // So that a replica looks for its source every second and not every minute.
  const settings = 'recommended';
  const create = (name: 'db1' | 'db2', serverId: 1 | 2) =>
    createInstance({ product, name, serverId, directory, address: addresses[name], port, settings });
  const [db1, db2] = await Promise.all([create('db1', 1), create('db2', 2)]);
  await Promise.all([db1.start(), db2.start()]);
  await replicateFrom(db1, { host: addresses.db2, port });
  await replicateFrom(db2, { host: addresses.db1, port });
  await untilReplicating([db1, db2]);
  await openServer(db1);
  return {
    db1,
    db2,
    port,
    target: targetOf(port),
    close: async () => {
      await Promise.all([db1.close(), db2.close()]);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Makes a server writable, as root. */
export async function openServer(server: Instance): Promise<void> {
  await server.sql('SET GLOBAL read_only = 0');
}

function targetOf(port: number): ProbeTarget {
  return {
    pair: 'orders',
    port,
    holder: 'db1',
    seen: null,
    writeProbe: true,
    nodes: [
      { name: 'db1', address: addresses.db1 },
      { name: 'db2', address: addresses.db2 },
    ],
    credentials: accounts.monitor,
    settings: { lagLimitSeconds: 2, lookLimitMs: 500, lookIntervalMs: 500 },
    order: { kind: 'now' },
  };
}

/** One that is free on all of 127.0.0.0/8. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '0.0.0.0', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** A client of the application on db1, or of another account. */
export async function connectApp(servers: Servers, account: Credentials = accounts.app): Promise<Connection> {
  const connection = await createConnection({ host: servers.db1.address, port: servers.port, ...account });
  // A killed one says so when it is next used.
  connection.on('error', () => {});
  return connection;
}

/** Tries until it holds, for at most 10 s; then fails as it last did. */
export async function eventually<T>(check: () => Promise<T>): Promise<T> {
  const deadlineMs = Date.now() + 10_000;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadlineMs) throw error;
    }
    await delay(20);
  }
}

let sequence = 0;
export async function write(servers: Servers, client: string): Promise<void> {
  sequence += 1;
  const statement = `INSERT INTO app.writes (client, seq) VALUES ('${client}', ${sequence})`;
  // `close` killed root's connection too.
  await eventually(() => servers.db1.sql(statement));
}

/** Hangs the server; resolves when every thread of it has stopped, so that nothing is answered any more. */
export async function hang(server: Instance): Promise<void> {
  server.hang();
  const threads = `/proc/${server.pid}/task`;
  await eventually(async () => {
    for (const thread of await readdir(threads)) {
      const status = await readFile(`${threads}/${thread}/status`, 'utf8');
      if (!/^State:\s+T/m.test(status)) throw new Error(`a thread of ${server.name} still runs`);
    }
  });
}

export async function grantLocks(servers: Servers): Promise<void> {
  const root = await servers.db1.openRoot();
  await root.query('SET SESSION sql_log_bin = 0');
  await root.query(`GRANT LOCK TABLES ON keepalambda.* TO '${accounts.monitor.user}'@'%'`);
  root.destroy();
}

export async function sleepers(servers: Servers): Promise<number> {
  const rows = await servers.db1.sql('SHOW PROCESSLIST');
  return rows.filter(({ User, State }) => User === accounts.app.user && State === 'User sleep').length;
}

/** Connections until the server takes no more. */
export async function fill(servers: Servers): Promise<readonly Connection[]> {
  const crowd: Connection[] = [];
  for (let count = 0; count <= maxConnections; count += 1) {
    const connection = await connectApp(servers).catch(() => null);
    if (connection === null) break;
    crowd.push(connection);
  }
  return crowd;
}

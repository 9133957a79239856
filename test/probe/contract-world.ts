/** The database port on two real servers: the adapter and the probe as deployed, with no Lambda between them. */
import { setTimeout as delay } from 'node:timers/promises';
import type { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { accounts } from '../../lab/servers/accounts.ts';
import type { Product } from '../../lab/servers/product.ts';
import { channelStatement, threadStatement, untilReplicating } from '../../lab/servers/replication.ts';
import { createClock } from '../../lib/aws/clock.ts';
import { createDatabase } from '../../lib/aws/probe-client/database.ts';
import { Credentials } from '../../lib/aws/ssm/credentials.ts';
import type { Pair } from '../../lib/core/config/config.ts';
import type { NodeName } from '../../lib/core/names.ts';
import { Probe } from '../../lib/probe/probe.ts';
import type { DatabaseWorld } from '../contract/database-world.ts';
import { parsePair } from '../core/world.ts';
import { connectApp, eventually, hang, openServer, type Servers, sleepers, startServers } from './servers.ts';

/** A function that is this very probe: request and answer go through JSON, as in an invocation. */
function invoking(probe: Probe): LambdaClient {
  const send = async ({ input }: InvokeCommand) => {
    const request = JSON.parse(Buffer.from(input.Payload as string).toString('utf8'));
    return { Payload: Buffer.from(JSON.stringify(await probe.answer(request))) };
  };
  return { send } as unknown as LambdaClient;
}

function pairOn({ db1, db2, port }: Servers): Pair {
  const pair = parsePair();
  const [first, second] = pair.nodes;
  return {
    ...pair,
    vip: db1.address,
    port,
    nodes: [
      { ...first, address: db1.address },
      { ...second, address: db2.address },
    ],
  };
}

export async function openDatabaseWorld(product: Product): Promise<DatabaseWorld> {
  const servers = await startServers(product);
  const probe = new Probe();
  const pair = pairOn(servers);
  const port = createDatabase({
    lambda: invoking(probe),
    functions: { a: 'probe-a' },
    credentials: {
      read: async () => new Credentials(accounts.monitor),
      replication: async () => new Credentials(accounts.repl),
      drop() {},
    },
    clock: createClock(),
  });
  const server = (node: NodeName) => (node === 'db1' ? servers.db1 : servers.db2);
  let written = 0;
  return {
    port,
    pair,
    settle: (work) => work,
    async write() {
      const app = await connectApp(servers);
      try {
        await app.query(`INSERT INTO app.writes (client, seq) VALUES ('contract', ${written + 1})`);
        written += 1;
      } finally {
        app.destroy();
      }
    },
    async hasAll(node) {
      const [row] = await server(node).sql("SELECT COUNT(*) AS n FROM app.writes WHERE client = 'contract'");
      return Number(row?.n) === written;
    },
    async holdOpen() {
      const app = await connectApp(servers);
      app.query("INSERT INTO app.writes (client, seq) SELECT 'long', SLEEP(60)").catch(() => {});
      await eventually(async () => {
        if ((await sleepers(servers)) === 0) throw new Error('the long statement has not begun');
      });
      // Shorter statements are nobody's obstacle.
      await delay(5500);
      return { user: accounts.app.user, release: async () => endSleepers(servers) };
    },
    async stopApplier(node) {
      const { dialect } = server(node).product;
      await server(node).sql(threadStatement(dialect, 'STOP', 'SQL_THREAD'));
    },
    async startChannel(node) {
      await server(node).sql(channelStatement(server(node).product.dialect, 'START'));
    },
    holdsBack: product.dialect === 'mysql-8',
    async kill(node) {
      await server(node).kill();
      await eventually(async () => {
        if (server(node).isRunning()) throw new Error(`${node} is still there`);
      });
    },
    hang: (node) => hang(server(node)),
    heal: () => heal(servers),
    async close() {
      probe.drop();
      await servers.close();
    },
  };
}

async function endSleepers({ db1 }: Servers): Promise<void> {
  for (const row of await db1.sql('SHOW PROCESSLIST')) {
    if (row.User !== accounts.app.user || row.State !== 'User sleep') continue;
    // One that has ended since is as well.
    await db1.sql(`KILL ${row.Id}`).catch(() => {});
  }
}

async function heal(servers: Servers): Promise<void> {
  for (const server of [servers.db1, servers.db2]) {
    if (server.isRunning()) server.resume();
    else await server.start();
  }
  await endSleepers(servers);
  for (const server of [servers.db1, servers.db2]) {
    const { dialect } = server.product;
    // One that tries to connect in vain would wait for a minute before it tries again.
    await server.sql(threadStatement(dialect, 'STOP', 'IO_THREAD')).catch(() => {});
    for (const thread of ['IO_THREAD', 'SQL_THREAD'] as const)
      await server.sql(threadStatement(dialect, 'START', thread)).catch(() => {});
  }
  await openServer(servers.db1);
  await untilReplicating([servers.db1, servers.db2], 20_000);
}

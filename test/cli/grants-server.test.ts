/** What `keepalambda grants` prints, run on a real server that came up read-only, as both nodes of a new pair do. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createConnection } from 'mysql2/promise';
import { afterEach, expect, test } from 'vitest';
import { grantServer } from '../../lab/servers/accounts.ts';
import { defaultServer, findProduct } from '../../lab/servers/catalogue.ts';
import { createInstance, type Instance } from '../../lab/servers/instance.ts';
import { newPassword } from '../../lib/aws/password.ts';
import { renderGrants } from '../../lib/cli/render-grants.ts';

let server: Instance | undefined;
let directory = '';
afterEach(async () => {
  await server?.close();
  await rm(directory, { recursive: true, force: true });
});

/** Statements that end with a semicolon, one after the other. */
async function run(node: Instance, sql: string): Promise<void> {
  for (const statement of sql.split(/;\s*/).filter(Boolean)) await node.sql(statement);
}

// `KEEPALAMBDA_SERVERS=mysql-5.6,mysql-9.7,mariadb-10.11` runs it on more of the lab's catalogue.
const names = (process.env.KEEPALAMBDA_SERVERS || defaultServer).split(',');

test.each(names)(
  '%s: pasted in its order, it makes an account that logs in, and a server that is closed',
  async (name) => {
    const product = await findProduct(name);
    directory = await mkdtemp(path.join(os.tmpdir(), 'keepalambda-grants-'));
    const address = '127.0.34.11';
    const port = 33_061;
    server = await createInstance({
      product,
      name: 'db1',
      serverId: 1,
      directory,
      address,
      port,
      settings: 'vendor',
    });
    await server.start();
    const account = { user: 'watcher', host: '%', password: newPassword() };
    const printed = renderGrants(grantServer[product.dialect], account, { name: '/keepalambda/prod/orders' });
    const lines = printed.split('\n');
    const sql = lines.filter((line) => !line.startsWith('--')).join('\n');
    if (product.dialect === 'mysql-8') await expect(run(server, sql)).rejects.toThrow(/--super-read-only/);

    const after = (words: string) => lines.find((line) => line.includes(words))?.split(`${words}: `)[1] ?? '';
    await run(server, after('First, on one node only'));
    await run(server, sql);
    await run(server, after('close the node that you opened again'));

    const { user, password } = account;
    const client = await createConnection({ host: address, port, user, password });
    const [rows] = await client.query(
      'SELECT @@read_only AS closed, node FROM keepalambda.heartbeat RIGHT JOIN (SELECT 1) one ON TRUE',
    );
    await client.end();
    expect(rows).toEqual([{ closed: 1, node: null }]);
  },
);

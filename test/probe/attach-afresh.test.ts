/**
 * A source that was made anew, and a replica that has received what the source does not know any more: the source refuses it until
 * it forgets that. On the servers that `KEEPALAMBDA_SERVERS` names (`probe.test.ts`).
 */
import { expect, test } from 'vitest';
import { accounts } from '../../lab/servers/accounts.ts';
import { defaultServer, findProduct } from '../../lab/servers/catalogue.ts';
import { threadStatement } from '../../lab/servers/replication.ts';
import { Probe } from '../../lib/probe/probe.ts';
import { eventually, type Servers, startServers } from './servers.ts';

const names = (process.env.KEEPALAMBDA_SERVERS || defaultServer).split(',');

for (const name of names.filter((one) => !one.startsWith('mariadb')))
  test(`${name}: a channel that is refused for what it had received is attached afresh, and loses nothing`, async () => {
    const servers = await startServers(await findProduct(name));
    const probe = new Probe();
    try {
      await refuseForOld(servers);
      const attach = () => probe.answer({ ...orderOn(servers), kind: 'attach', attaching: 'afresh' });
      await eventually(async () =>
        expect(await ioErrorOf(servers)).toMatch(/more GTIDs than the (source|master) has/),
      );
      expect(await attach()).toEqual({ kind: 'attached', wasRunning: false });
      await servers.db1.sql("INSERT INTO app.writes (client, seq) VALUES ('anew', 1)");
      await eventually(async () => {
        const rows = await servers.db2.sql("SELECT seq FROM app.writes WHERE client = 'anew'");
        expect(rows).toHaveLength(1);
      });
      expect(await attach()).toEqual({ kind: 'attached', wasRunning: true });
    } finally {
      probe.drop();
      await servers.close();
    }
  });

/** db2 has received db1's history and forgotten that it has; then db1 forgets it as well, as after a copy of db2. */
async function refuseForOld({ db1, db2 }: Servers): Promise<void> {
  // More than db1 writes after it: it refuses only who has more than it has itself.
  for (const seq of [1, 2, 3]) await db1.sql(`INSERT INTO app.writes (client, seq) VALUES ('old', ${seq})`);
  await eventually(async () =>
    expect(await db2.sql("SELECT seq FROM app.writes WHERE client = 'old'")).toHaveLength(3),
  );
  for (const node of [db2, db1]) {
    const isNew = node.product.dialect === 'mysql-8';
    await node.sql(isNew ? 'RESET BINARY LOGS AND GTIDS' : 'RESET MASTER');
  }
  // A source that has written nothing since refuses nobody, on 5.6.
  await db1.sql("INSERT INTO app.writes (client, seq) VALUES ('first', 1)");
  for (const verb of ['STOP', 'START'] as const)
    await db2.sql(threadStatement(db2.product.dialect, verb, 'IO_THREAD'));
}

function orderOn({ port }: Servers) {
  const node = { name: 'db2', address: '127.0.33.12' };
  const peer = { address: '127.0.33.11', identity: null };
  return { pair: 'orders', credentials: accounts.monitor, limitMs: 6000, node, peer, port };
}

async function ioErrorOf({ db2 }: Servers): Promise<string> {
  const [row] = await db2.sql(
    db2.product.dialect === 'mysql-8' ? 'SHOW REPLICA STATUS' : 'SHOW SLAVE STATUS',
  );
  return String(row?.Last_IO_Error);
}

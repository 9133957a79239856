/** Why our heartbeat is not committed: our own table, a lock on the server, a server that refuses; on real servers. */
import { expect, test } from 'vitest';
import { accounts } from '../../lab/servers/accounts.ts';
import type { Heartbeat } from '../../lib/core/evidence/sighting.ts';
import { Probe } from '../../lib/probe/probe.ts';
import { eventually } from './servers.ts';
import { pauseMs, type Subject, serverOf } from './subject.ts';

const committed = { kind: 'committed' };

export function commits(subject: Subject): void {
  const heartbeat = async (): Promise<Heartbeat> => serverOf((await subject.lookWith()).db1).heartbeat;
  const until = (wanted: object) => eventually(async () => expect(await heartbeat()).toMatchObject(wanted));
  const dialect = () => subject.servers.db1.product.dialect;

  /** Does it on a connection of root's own, whose id it gives on; undone when `work` is over. */
  async function holding(statements: readonly string[], work: (id: number) => Promise<void>): Promise<void> {
    await subject.steady();
    const root = await subject.servers.db1.openRoot();
    try {
      for (const statement of statements) await root.query(statement);
      await work(root.threadId);
    } finally {
      root.destroy();
    }
    await until(committed);
  }

  /** Changes a global variable of db1 for a while. New sessions have it, so the probe begins anew. */
  async function withGlobal(name: string, value: string, work: () => Promise<void>): Promise<void> {
    const { db1 } = subject.servers;
    const before = (await db1.sql(`SELECT @@global.${name} AS value`))[0]?.value;
    await db1.sql(`SET GLOBAL ${name} = ${value}`);
    try {
      subject.probe.drop();
      await work();
    } finally {
      await db1.sql(`SET GLOBAL ${name} = ${before}`);
      subject.probe.drop();
    }
    await until(committed);
  }

  test('no table, and no grant on it, are our own trouble', async () => {
    await subject.steady();
    const { db1 } = subject.servers;
    await db1.sql('RENAME TABLE keepalambda.heartbeat TO keepalambda.gone');
    await until({ kind: 'barred', because: expect.stringMatching(/doesn't exist/), blocker: null });
    await db1.sql('RENAME TABLE keepalambda.gone TO keepalambda.heartbeat');
    await until(committed);
    const who = `'${accounts.monitor.user}'@'%'`;
    await db1.sql('SET SESSION sql_log_bin = 0');
    await db1.sql(`REVOKE INSERT ON keepalambda.heartbeat FROM ${who}`);
    await until({ kind: 'barred', because: expect.stringMatching(/denied/) });
    await db1.sql(`GRANT INSERT ON keepalambda.heartbeat TO ${who}`);
    await db1.sql('SET SESSION sql_log_bin = 1');
    await until(committed);
  });

  test('a lock on our table is our own trouble, also when it lasts', async () => {
    await holding(['LOCK TABLES keepalambda.heartbeat WRITE'], async (id) => {
      await until({ kind: 'barred', because: expect.stringMatching(/keepalambda.heartbeat/) });
      if (dialect() === 'mysql-8') await until({ blocker: { id, user: 'root' } });
      // Longer than a statement of ours waits for a lock.
      await pauseMs(2500);
      expect(await heartbeat()).toMatchObject({ kind: 'barred' });
    });
  });

  test('a lock on our row is our own trouble, and its owner is named', async () => {
    const change = "UPDATE keepalambda.heartbeat SET committed_at = NOW(3) WHERE node = 'db1'";
    await holding(['BEGIN', change], (id) =>
      until({ kind: 'barred', because: expect.stringMatching(/row/), blocker: { id, user: 'root' } }),
    );
  });

  test('a global read lock holds up every commit: a failing heartbeat, and not a silent server', async () => {
    await holding(['FLUSH TABLES WITH READ LOCK'], async (id) => {
      await until({ kind: 'failed', cause: 'global-lock' });
      if (dialect() === 'mysql-8') await until({ blocker: { id, user: 'root' } });
      await pauseMs(2500);
      const later = await heartbeat();
      expect(later).toMatchObject({ kind: 'failed', cause: 'global-lock' });
      expect(later.kind === 'failed' && later.forMs).toBeGreaterThan(2400);
    });
  });

  test('a server that is open by its own word and refuses to write', async () => {
    const variable = dialect() === 'mysql-8' ? 'transaction_read_only' : 'tx_read_only';
    await withGlobal(variable, '1', () => until({ kind: 'refused', errno: 1792 }));
  });

  test('a server whose default is not to commit by itself: ours is committed, and holds nobody up', async () => {
    await withGlobal('autocommit', '0', async () => {
      await until(committed);
      const other = new Probe();
      try {
        for (let look = 0; look < 3; look += 1) {
          await eventually(async () => {
            const answer = await other.answer({
              kind: 'look',
              targets: [{ ...subject.servers.target, seen: 'nothing like it' }],
            });
            const [db1] = answer.kind === 'looks' ? (answer.pairs.orders ?? []) : [];
            expect(serverOf(db1?.saw).heartbeat).toEqual(committed);
          });
          await pauseMs(400);
        }
        const open = await subject.servers.db1.sql(
          `SELECT t.trx_id FROM information_schema.innodb_trx t JOIN information_schema.processlist p
           ON p.id = t.trx_mysql_thread_id WHERE p.user = '${accounts.monitor.user}'`,
        );
        expect(open).toEqual([]);
      } finally {
        other.drop();
      }
    });
  });
}

/** No heartbeat is committed on a server that is closed, if only since the heartbeat asked whether it is. */
import { expect, test } from 'vitest';
import { accounts } from '../../lab/servers/accounts.ts';
import { dial, type MysqlLink } from '../../lib/probe/connection.ts';
import { commitHeartbeat } from '../../lib/probe/heartbeat-row.ts';
import { connectApp, eventually } from './servers.ts';
import { pauseMs, type Subject } from './subject.ts';

const KEY = 'closed';

export function closedServers(subject: Subject): void {
  const db1 = () => subject.servers.db1;
  const isBound = () => db1().product.dialect === 'mysql-8';
  const variable = () => (isBound() ? 'super_read_only' : 'read_only');
  const close = () => db1().sql(`SET GLOBAL ${variable()} = 1`);
  const logged = async () => {
    const [row] = await db1().sql(isBound() ? 'SHOW BINARY LOG STATUS' : 'SHOW MASTER STATUS');
    return `${row?.File}:${row?.Position}`;
  };

  /** A session of our account on db1, with this format of its binary log; db1 is open and as before when it is over. */
  async function withLink(format: string | null, work: (link: MysqlLink) => Promise<void>): Promise<void> {
    const [was] = await db1().sql('SELECT @@global.binlog_format AS format');
    if (format !== null) await db1().sql(`SET GLOBAL binlog_format = ${format}`);
    const { address: host, port } = { ...db1(), port: subject.servers.port };
    const link = await dial({ host, port, credentials: accounts.monitor }, 2000);
    try {
      await work(link);
    } finally {
      link.destroy();
      await db1().sql('SET GLOBAL read_only = 0');
      if (format !== null) await db1().sql(`SET GLOBAL binlog_format = ${was?.format}`);
    }
  }

  test.each(['ROW', 'MIXED'])('one that is late by a closing is not committed (%s)', async (format) => {
    await withLink(isBound() ? null : format, async (link) => {
      expect(await commitHeartbeat(link, KEY)).toEqual(expect.any(Number));
      let before = '';
      const late: MysqlLink = {
        ...link,
        async queryWithoutLimit(sql, values) {
          if (sql.startsWith('INSERT')) {
            await close();
            before = await logged();
          }
          return link.queryWithoutLimit(sql, values);
        },
      };
      expect(await commitHeartbeat(late, KEY)).toBeNull();
      expect(before).not.toBe('');
      expect(await logged()).toBe(before);
    });
  });

  test('a closing waits for one that is under way', async () => {
    await withLink(null, async (link) => {
      await commitHeartbeat(link, KEY);
      const owner = await db1().openRoot();
      const order = await connectApp(subject.servers, accounts.monitor);
      try {
        await owner.query('BEGIN');
        await owner.query(`UPDATE keepalambda.heartbeat SET committed_at = NOW(3) WHERE node = '${KEY}'`);
        let isOver = false;
        const beat = commitHeartbeat(link, KEY).finally(() => {
          isOver = true;
        });
        await eventually(async () => {
          const running = await db1().sql(
            `SELECT id FROM information_schema.processlist WHERE info LIKE 'INSERT INTO keepalambda.%'`,
          );
          expect(running).toHaveLength(1);
        });
        // Where its log stood when the order was answered: two answers on two connections come in any order.
        const closing = order.query(`SET GLOBAL ${variable()} = 1`).then(() => {
          isOver = true;
          return logged();
        });
        await pauseMs(200);
        expect(isOver).toBe(false);
        await owner.query('ROLLBACK');
        const end = await closing;
        expect(await beat).toEqual(expect.any(Number));
        expect(await logged()).toBe(end);
        expect(await commitHeartbeat(link, KEY)).toBeNull();
      } finally {
        owner.destroy();
        order.destroy();
      }
    });
  });

  test.each(['ROW', 'MIXED', 'STATEMENT'])(
    'each format gets it to the standby, without a warning (%s)',
    async (format) => {
      if (isBound()) return;
      await withLink(format, async (link) => {
        const stamp = await commitHeartbeat(link, KEY);
        expect(await link.queryWithoutLimit('SHOW WARNINGS', [])).toEqual([]);
        const { db2 } = subject.servers;
        await eventually(async () => {
          const [row] = await db2.sql(
            `SELECT UNIX_TIMESTAMP(committed_at) * 1000 AS ms FROM keepalambda.heartbeat WHERE node = '${KEY}'`,
          );
          expect(Math.round(Number(row?.ms))).toBe(stamp);
        });
      });
    },
  );
}

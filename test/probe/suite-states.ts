/** What may be in the way of a server, as its looks say it; on real servers. */
import { expect, test } from 'vitest';
import { accounts, grantServer } from '../../lab/servers/accounts.ts';
import { threadStatement, untilReplicating } from '../../lab/servers/replication.ts';
import { eventStatements, grantStatements } from '../../lib/cli/grants.ts';
import { connectApp, eventually, write } from './servers.ts';
import { inboundOf, pauseMs, type Subject, serverOf } from './subject.ts';

export function states(subject: Subject): void {
  const dialect = () => subject.servers.db1.product.dialect;

  test('whom a channel follows, by the name that its source has for itself', async () => {
    const { db1, db2 } = await subject.steady();
    expect(inboundOf(db2).sourceIdentity).toBe(serverOf(db1).identity);
    expect(inboundOf(db1).sourceIdentity).toBe(serverOf(db2).identity);
    expect(serverOf(db2)).toMatchObject({ binaryLog: 'on', halfClosed: false, globalLock: null });
    expect(inboundOf(db2)).toMatchObject({ delaySeconds: 0, applierBlocked: null });
  });

  test('offline_mode refuses clients, and not us: the look says so', async () => {
    if (dialect() !== 'mysql-8') return;
    await subject.steady();
    const offlineOf = async () => serverOf((await subject.lookWith()).db1).offline;
    expect(await offlineOf()).toBeUndefined();
    await subject.servers.db1.sql('SET GLOBAL offline_mode = ON');
    try {
      await expect(connectApp(subject.servers)).rejects.toThrow(/offline mode/);
      await eventually(async () => expect(await offlineOf()).toBe(true));
      expect(serverOf((await subject.lookWith()).db1).heartbeat.kind).toBe('committed');
    } finally {
      await subject.servers.db1.sql('SET GLOBAL offline_mode = OFF');
    }
    await eventually(async () => expect(await offlineOf()).toBeUndefined());
  });

  test('a lock on the standby keeps its applier from going on', async () => {
    await subject.steady();
    const root = await subject.servers.db2.openRoot();
    try {
      await root.query('FLUSH TABLES WITH READ LOCK');
      await eventually(async () => {
        const server = serverOf((await subject.lookWith()).db2);
        expect(inboundOf((await subject.lookWith()).db2).applierBlocked).toMatch(/lock/i);
        if (dialect() === 'mysql-8')
          expect(server.globalLock).toMatchObject({ id: root.threadId, user: 'root' });
      });
    } finally {
      root.destroy();
    }
    await eventually(async () => {
      const server = serverOf((await subject.lookWith()).db2);
      expect([server.globalLock, inboundOf((await subject.lookWith()).db2).applierBlocked]).toEqual([
        null,
        null,
      ]);
    });
  });

  test('sessions that commit, and the applier that follows them, hold no lock on a server', async () => {
    await subject.steady();
    const clients = await Promise.all([1, 2, 3, 4].map(() => connectApp(subject.servers)));
    let isOver = false;
    const writing = clients.map(async (client, index) => {
      for (let seq = 0; !isOver; seq += 1) {
        await client.query('INSERT INTO app.writes (client, seq) VALUES (?, ?)', [`busy-${index}`, seq]);
      }
    });
    try {
      for (let round = 0; round < 40; round += 1) {
        // Locks are read once a second; a new probe reads them at once.
        subject.probe.drop();
        const { db1, db2 } = await subject.lookWith();
        expect([serverOf(db1).globalLock, serverOf(db2).globalLock]).toEqual([null, null]);
      }
    } finally {
      isOver = true;
      await Promise.all(writing);
      for (const client of clients) client.destroy();
    }
  });

  test('a table that is locked, and one that is changed, are no lock on a server', async () => {
    await subject.steady();
    const root = await subject.servers.db1.openRoot();
    const other = await subject.servers.db1.openRoot();
    try {
      await root.query('CREATE TABLE app.aside (id INT PRIMARY KEY) ENGINE=InnoDB');
      await root.query('LOCK TABLES app.aside WRITE');
      // It waits for the lock, and holds what every change of a table holds.
      const change = other.query('ALTER TABLE app.aside ADD COLUMN more INT');
      await pauseMs(300);
      subject.probe.drop();
      const { db1, db2 } = await subject.lookWith();
      expect([serverOf(db1).globalLock, serverOf(db2).globalLock]).toEqual([null, null]);
      await root.query('UNLOCK TABLES');
      await change;
      await root.query('DROP TABLE app.aside');
    } finally {
      root.destroy();
      other.destroy();
    }
  });

  test('scheduled events: they run on the one, and wait on the other', async () => {
    const { db1 } = subject.servers;
    await db1.sql('CREATE EVENT app.nightly ON SCHEDULE EVERY 1 DAY DO DELETE FROM app.writes WHERE id < 0');
    try {
      await eventually(async () => {
        // They are read every half minute; a new probe reads them at once.
        subject.probe.drop();
        const look = await subject.lookWith();
        expect(serverOf(look.db1).events).toMatchObject({ enabled: 1, disabledOnReplica: 0 });
        expect(serverOf(look.db2).events).toMatchObject({ enabled: 0, disabledOnReplica: 1 });
      });
    } finally {
      await db1.sql('DROP EVENT app.nightly');
    }
  });

  test('scheduled events go with the role, by the rights that are named for it', async () => {
    await subject.steady();
    const { db1, db2 } = subject.servers;
    const account = { ...accounts.monitor, host: '%' };
    const more = eventStatements(grantServer[dialect()], account);
    for (const statement of more) await db1.sql(statement);
    // A definer of root's kind would take a right of root's kind on MySQL 8.
    const definer = `\`${accounts.app.user}\`@\`%\``;
    await db1.sql(
      `CREATE DEFINER=${definer} EVENT app.nightly ON SCHEDULE EVERY 1 DAY DO DELETE FROM app.writes WHERE id < 0`,
    );
    const statesAre = (enabledOn: 'db1' | 'db2') =>
      eventually(async () => {
        subject.probe.drop();
        const look = await subject.lookWith();
        for (const name of ['db1', 'db2'] as const)
          expect(serverOf(look[name]).events).toMatchObject(
            name === enabledOn
              ? { scheduler: 'on', enabled: 1, disabledOnReplica: 0 }
              : { scheduler: 'off', enabled: 0, disabledOnReplica: 1 },
          );
      });
    const moves = { ...subject.command, kills: 'to-close', events: 'managed' } as const;
    const roles = [
      { from: 'db1', to: 'db2' },
      { from: 'db2', to: 'db1' },
    ] as const;
    try {
      await eventually(async () =>
        expect(
          await db2.sql("SELECT 1 FROM mysql.user WHERE user = 'monitor' AND Event_priv = 'Y'"),
        ).toHaveLength(1),
      );
      for (const { from, to } of roles) {
        await subject.probe.answer({ kind: 'close', ...moves, ...subject.nodeOf(from) });
        await subject.probe.answer({ kind: 'open', ...moves, ...subject.nodeOf(to) });
        await statesAre(to);
      }
    } finally {
      await db1.sql('DROP EVENT app.nightly');
      for (const server of [db1, db2]) await server.sql('SET GLOBAL event_scheduler = DEFAULT');
      // The other tests do with what every pair grants.
      for (const statement of more)
        await db1.sql(statement.replace('GRANT', 'REVOKE').replace(' TO ', ' FROM '));
      for (const statement of grantStatements(grantServer[dialect()], account))
        if (statement.startsWith('GRANT')) await db1.sql(statement);
    }
    await subject.steady();
  });

  test('an order to close that waits has closed nothing yet', async () => {
    await subject.steady();
    const { db1 } = subject.servers;
    const locker = await connectApp(subject.servers);
    const root = await db1.openRoot();
    await locker.query('LOCK TABLES app.writes WRITE');
    const variable = dialect() === 'mysql-8' ? 'super_read_only' : 'read_only';
    const order = root.query(`SET GLOBAL ${variable} = 1`).catch(() => {});
    try {
      await pauseMs(300);
      const { writable, halfClosed } = serverOf((await subject.lookWith()).db1);
      // 5.6 and MariaDB show nothing of it; 9.7 shows the one variable, and enforces neither.
      expect({ writable, halfClosed }).toEqual(
        dialect() === 'mysql-8'
          ? { writable: false, halfClosed: true }
          : { writable: true, halfClosed: false },
      );
    } finally {
      await locker.end();
      await order;
      root.destroy();
      if (dialect() === 'mysql-8') await db1.sql('SET GLOBAL super_read_only = 0');
      await db1.sql('SET GLOBAL read_only = 0');
    }
    await subject.steady();
  });

  test('a limit of our own account is said with what we need', async () => {
    const { db1 } = subject.servers;
    const who = `'${accounts.monitor.user}'@'%'`;
    const limit = (most: number) =>
      dialect() === 'mysql-8'
        ? `ALTER USER ${who} WITH MAX_USER_CONNECTIONS ${most}`
        : `GRANT USAGE ON *.* TO ${who} WITH MAX_USER_CONNECTIONS ${most}`;
    await db1.sql('SET SESSION sql_log_bin = 0');
    subject.probe.drop();
    await db1.sql(limit(1));
    try {
      await eventually(async () =>
        expect(serverOf((await subject.lookWith()).db1).loginRefused).toMatchObject({
          errno: 1226,
          message: expect.stringMatching(/needs 6 connections for each of its vantages/),
        }),
      );
    } finally {
      await db1.sql(limit(0));
      await db1.sql('SET SESSION sql_log_bin = 1');
    }
    await subject.steady();
  });

  test('a source whose commits wait for an acknowledgement says so, where it can', async () => {
    await subject.steady();
    const { db1, db2 } = subject.servers;
    // Only MariaDB has it built in.
    if (dialect() !== 'mariadb') {
      expect(serverOf((await subject.lookWith()).db1).semiSync).toBeNull();
      return;
    }
    await db2.sql('SET GLOBAL rpl_semi_sync_slave_enabled = 1');
    for (const verb of ['STOP', 'START'] as const)
      await db2.sql(threadStatement('mariadb', verb, 'IO_THREAD'));
    await untilReplicating([db2]);
    await db1.sql('SET GLOBAL rpl_semi_sync_master_timeout = 60000, rpl_semi_sync_master_enabled = 1');
    subject.probe.drop();
    const semiSync = async () => serverOf((await subject.lookWith()).db1).semiSync;
    try {
      await eventually(async () => expect(await semiSync()).toEqual({ waiting: false, timeoutMs: 60_000 }));
      await write(subject.servers, 'semi-sync');
      // The source waits for a replica that it does not know to be gone.
      db2.hang();
      await eventually(async () => {
        const { heartbeat } = serverOf((await subject.lookWith()).db1);
        expect(heartbeat).toMatchObject({ kind: 'failed', cause: 'semi-sync' });
        expect(await semiSync()).toEqual({ waiting: true, timeoutMs: 60_000 });
      });
    } finally {
      db2.resume();
      await db1.sql('SET GLOBAL rpl_semi_sync_master_enabled = 0');
      await db2.sql('SET GLOBAL rpl_semi_sync_slave_enabled = 0');
    }
    await subject.steady();
  });
}

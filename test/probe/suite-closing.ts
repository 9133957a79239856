/** Closing against resistance: orders that wait, sessions that must not be killed, doors that are shut. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Connection, createConnection } from 'mysql2/promise';
import { expect, test } from 'vitest';
import { accounts } from '../../lab/servers/accounts.ts';
import type { Instance } from '../../lab/servers/instance.ts';
import { channelStatement, threadStatement } from '../../lab/servers/replication.ts';
import { Probe } from '../../lib/probe/probe.ts';
import { connectApp, eventually, fill, write } from './servers.ts';
import { startSlowPath } from './slow-path.ts';
import { inboundOf, pauseMs, type Subject, serverOf } from './subject.ts';

/** A little more than InnoDB's 100 ms. */
const INNODB_TRX_IDLE_MS = 150;

export function closing(subject: Subject): void {
  const order = () => ({ ...subject.command, ...subject.nodeOf('db1'), events: 'leave' }) as const;
  const close = (kills: 'to-close' | 'once-closed', limitMs = 2500) =>
    subject.probe.answer({ kind: 'close', ...order(), kills, limitMs });
  const open = () => subject.probe.answer({ kind: 'open', ...order() });
  const inspect = async () => {
    const answer = await subject.probe.answer({
      kind: 'inspect',
      ...subject.command,
      ...subject.nodeOf('db1'),
    });
    if (answer.kind !== 'inspected') throw new Error(JSON.stringify(answer));
    return answer.obstacles;
  };
  const variable = () =>
    subject.servers.db1.product.dialect === 'mysql-8' ? 'super_read_only' : 'read_only';

  /** A session of the application with a lock that keeps the server open; no statement of it is under way. */
  async function withLock(work: (app: Connection) => Promise<void>): Promise<void> {
    const app = await connectApp(subject.servers);
    try {
      await app.query('LOCK TABLES app.writes WRITE');
      await work(app);
    } finally {
      app.destroy();
      await open();
    }
  }

  test('a planned close kills nobody before it is closed: it names who keeps the node open, and takes the order back', async () => {
    await subject.steady();
    await withLock(async (app) => {
      const startMs = performance.now();
      const answer = await close('once-closed');
      expect(answer).toMatchObject({ kind: 'failed', failure: 'unsuccessful' });
      expect(JSON.stringify(answer)).toContain(`session ${app.threadId} (app@`);
      expect(performance.now() - startMs).toBeLessThan(10_000);
      // Alive, with its lock: it can still write.
      await app.query("INSERT INTO app.writes (client, seq) VALUES ('kept', 1)");
      expect(serverOf((await subject.lookWith()).db1).writable).toBe(true);
    });
  });

  test('a fence kills who keeps the node open', async () => {
    await withLock(async (app) => {
      expect(await close('to-close')).toMatchObject({ kind: 'closed', closed: { wasWritable: true } });
      await expect(app.query('SELECT 1')).rejects.toThrow();
    });
  });

  test('an order whose probe has died leaves nothing pending; whoever comes next does not take it for closed', async () => {
    await withLock(async () => {
      const dead = await connectApp(subject.servers, accounts.monitor);
      void dead.query(`SET GLOBAL ${variable()} = 1`).catch(() => {});
      await pauseMs(200);
      dead.destroy();
      const pending = () =>
        subject.servers.db1.sql(
          `SELECT id FROM information_schema.processlist WHERE info LIKE 'SET GLOBAL ${variable()}%'`,
        );
      expect(await pending()).toHaveLength(1);
      expect(await close('once-closed')).toMatchObject({ kind: 'failed', failure: 'unsuccessful' });
      expect(await pending()).toEqual([]);
    });
  });

  test('open ends an order to close that waits', async () => {
    await withLock(async (app) => {
      const dead = await connectApp(subject.servers, accounts.monitor);
      const order = dead.query(`SET GLOBAL ${variable()} = 1`).then(
        () => 'closed',
        () => 'ended',
      );
      await pauseMs(200);
      expect(await open()).toMatchObject({ kind: 'opened' });
      expect(await order).toBe('ended');
      await app.query('UNLOCK TABLES');
      expect(serverOf((await subject.lookWith()).db1).writable).toBe(true);
      dead.destroy();
    });
  });

  test('half closed is closed for good', async () => {
    if (variable() === 'read_only') return expect(variable()).toBe('read_only');
    await subject.servers.db1.sql('SET GLOBAL read_only = 1');
    expect(await close('to-close')).toMatchObject({ kind: 'closed', closed: { wasWritable: true } });
    expect(serverOf((await subject.lookWith()).db1)).toMatchObject({ writable: false, halfClosed: false });
    await open();
  });

  test('privileged sessions that come back and write are named, and the node is opened again', async () => {
    await subject.steady();
    if (variable() === 'super_read_only') {
      expect(await close('to-close')).toMatchObject({ kind: 'closed' });
      await open();
      return;
    }
    let goes = true;
    const writer = async () => {
      for (let seq = 0; goes; seq += 1) {
        const root = await subject.servers.db1.openRoot();
        try {
          while (goes) {
            await root.query(`REPLACE INTO lab.ticks (node, tick) VALUES ('root', ${seq++})`);
            await pauseMs(2);
          }
        } catch {
          // Killed: it comes back.
        }
        root.destroy();
      }
    };
    const writing = Promise.all([writer(), writer(), writer()]);
    const answer = await close('to-close');
    goes = false;
    await writing;
    expect(answer).toMatchObject({ kind: 'failed', failure: 'unsuccessful' });
    expect(JSON.stringify(answer)).toContain('privileged sessions still write');
    expect(serverOf((await subject.lookWith()).db1).writable).toBe(true);
  });

  test('inspect names nobody of many who write and commit at the same time', async () => {
    await subject.steady();
    const apps = await Promise.all(Array.from({ length: 8 }, () => connectApp(subject.servers)));
    let isOver = false;
    const writing = apps.map(async (app, index) => {
      for (let seq = 1; !isOver; seq += 1)
        await app.query(`INSERT INTO app.writes (client, seq) VALUES ('busy ${index}', ${seq})`);
    });
    try {
      const named: unknown[] = [];
      for (let looks = 0; looks < 40; looks += 1) named.push(await inspect());
      expect(named.flat()).toEqual([]);
    } finally {
      isOver = true;
      await Promise.all(writing);
      for (const app of apps) app.destroy();
    }
  });

  test('inspect names long transactions, locks and prepared XA transactions; nothing of ours', async () => {
    await subject.steady();
    expect(await inspect()).toEqual([]);
    const app = await connectApp(subject.servers);
    const xa = await connectApp(subject.servers);
    try {
      await app.query('BEGIN');
      await app.query("INSERT INTO app.writes (client, seq) VALUES ('long transaction', 1)");
      await xa.query("XA START 'branch'");
      await xa.query("INSERT INTO app.writes (client, seq) VALUES ('xa', 1)");
      await xa.query("XA END 'branch'");
      await xa.query("XA PREPARE 'branch'");
      await eventually(async () => {
        // InnoDB reads `innodb_trx` anew only when nobody has read it for 100 ms.
        await delay(INNODB_TRX_IDLE_MS);
        expect(await inspect()).toEqual(
          expect.arrayContaining([
            expect.objectContaining({
              kind: 'transaction',
              rows: 1,
              session: expect.objectContaining({ id: app.threadId, user: 'app' }),
            }),
            expect.objectContaining({ kind: 'xa' }),
          ]),
        );
      });
      await app.query('ROLLBACK');
      await xa.query("XA ROLLBACK 'branch'");
    } finally {
      app.destroy();
      xa.destroy();
    }
    const backup = await subject.servers.db1.openRoot();
    const reader = await connectApp(subject.servers);
    try {
      await backup.query('FLUSH TABLES WITH READ LOCK');
      const waiting = reader
        .query("INSERT INTO app.writes (client, seq) VALUES ('waits', 1)")
        .catch(() => {});
      await eventually(async () =>
        expect(await inspect()).toEqual([
          expect.objectContaining({
            kind: 'lock',
            session: expect.objectContaining({ id: backup.threadId }),
          }),
        ]),
      );
      await backup.query('UNLOCK TABLES');
      await waiting;
    } finally {
      backup.destroy();
      reader.destroy();
    }
  });

  test('a backup’s lock on the standby does not keep it from catching up when it is to be the holder', async () => {
    await subject.steady();
    // Not as root: nobody but its like may kill that one on 8.0 (SYSTEM_USER).
    await subject.servers.db1.sql(`GRANT RELOAD ON *.* TO '${accounts.app.user}'@'%'`);
    await subject.steady();
    const { address: host, port } = subject.servers.db2;
    const backup = await createConnection({ host, port, ...accounts.app });
    backup.on('error', () => {});
    try {
      await backup.query('FLUSH TABLES WITH READ LOCK');
      await subject.servers.db1.sql("REPLACE INTO lab.ticks (node, tick) VALUES ('locked', 1)");
      const upTo = await eventually(async () => {
        const { db1, db2 } = await subject.lookWith();
        expect(inboundOf(db2).caughtUp).toBe(false);
        return serverOf(db1).executed;
      });
      const answer = await subject.probe.answer({
        kind: 'catch-up',
        ...subject.command,
        ...subject.nodeOf('db2'),
        upTo,
        limitMs: 8000,
      });
      expect(answer).toMatchObject({ kind: 'caught-up', caughtUp: { reached: true } });
    } finally {
      backup.destroy();
    }
  });

  test('a backup of MySQL 8 that holds up a change of a table on the standby is ended, and nobody beside it', async () => {
    if (subject.servers.db1.product.dialect !== 'mysql-8') return;
    await subject.steady();
    await subject.servers.db1.sql(`GRANT BACKUP_ADMIN ON *.* TO '${accounts.app.user}'@'%'`);
    await subject.steady();
    const { address: host, port } = subject.servers.db2;
    const [backup, beside] = [
      await createConnection({ host, port, ...accounts.app }),
      await createConnection({ host, port, ...accounts.app }),
    ];
    for (const each of [backup, beside]) each.on('error', () => {});
    try {
      await backup.query('LOCK INSTANCE FOR BACKUP');
      // It has done something last: by the process list alone, it is the likelier one.
      await pauseMs(1100);
      await beside.query('SELECT 1');
      await subject.servers.db1.sql('CREATE TABLE app.meanwhile (id INT PRIMARY KEY)');
      const { db1 } = await eventually(async () => {
        const look = await subject.lookWith();
        expect(inboundOf(look.db2).applierBlocked).toContain(`held by session ${backup.threadId}`);
        return look;
      });
      const upTo = serverOf(db1).executed;
      const answer = await subject.probe.answer({
        kind: 'catch-up',
        ...subject.command,
        ...subject.nodeOf('db2'),
        upTo,
        limitMs: 8000,
      });
      expect(answer).toMatchObject({ kind: 'caught-up', caughtUp: { reached: true } });
      expect(await beside.query('SELECT 1')).toBeTruthy();
    } finally {
      for (const each of [backup, beside]) each.destroy();
      await subject.servers.db1.sql('DROP TABLE app.meanwhile');
    }
  });

  test('a lock of root’s on the standby is ended where our account may, and named where it may not', async () => {
    await subject.steady();
    const root = await subject.servers.db2.openRoot();
    try {
      await root.query('FLUSH TABLES WITH READ LOCK');
      await subject.servers.db1.sql("REPLACE INTO lab.ticks (node, tick) VALUES ('locked', 2)");
      const upTo = await eventually(async () => {
        const { db1, db2 } = await subject.lookWith();
        expect(inboundOf(db2).caughtUp).toBe(false);
        return serverOf(db1).executed;
      });
      const answer = await subject.probe.answer({
        kind: 'catch-up',
        ...subject.command,
        ...subject.nodeOf('db2'),
        upTo,
        limitMs: 8000,
      });
      const because = expect.stringContaining(`our account may not end session ${root.threadId} (root@`);
      expect(answer).toMatchObject({
        kind: 'caught-up',
        caughtUp:
          subject.servers.db2.product.dialect === 'mysql-8' ? { reached: false, because } : { reached: true },
      });
    } finally {
      root.destroy();
    }
  });

  test('commands use a kept connection when a fresh login is refused', async () => {
    await subject.steady();
    const crowd = [...(await fill(subject.servers))];
    try {
      // A login of the probe's own may have taken a place for a moment.
      await eventually(async () => {
        // The one connection more that our account has.
        const one = connectApp(subject.servers, accounts.monitor).catch(() => crowd[0] as Connection);
        crowd.push(await one);
        const stranger = new Probe();
        const answer = await stranger.answer({ kind: 'open', ...order() });
        stranger.drop();
        expect(answer).toMatchObject({ kind: 'failed', failure: 'saturated' });
      });
      expect(await close('once-closed')).toMatchObject({ kind: 'closed', closed: { wasWritable: true } });
    } finally {
      for (const connection of crowd) connection.destroy();
    }
    await eventually(async () => expect(await open()).toMatchObject({ kind: 'opened' }));
    await subject.steady();
  });

  test('verify takes an answer that is late, within its limit', async () => {
    const { db1, port } = subject.servers;
    // A login and a commit need more exchanges than fit into the time after which a fresh try is made.
    const path = await startSlowPath({ host: db1.address, port }, 60);
    try {
      const verify = { kind: 'verify', ...subject.command, port, writeProbe: true } as const;
      expect(await subject.probe.answer({ ...verify, vip: path.host, limitMs: 8000 })).toMatchObject({
        kind: 'verified',
        answered: { writable: true, heartbeat: { kind: 'committed' } },
      });
    } finally {
      await path.close();
    }
  });

  test('detach stops what comes in, attach starts it; both can be repeated', async () => {
    await subject.steady();
    const ask = (kind: 'detach' | 'attach', identity: string | null = null) => {
      const { peer, ...where } = subject.nodeOf('db2');
      const rest = { ...subject.command, ...where, peer: { ...peer, identity } };
      return subject.probe.answer(
        kind === 'detach' ? { kind, ...rest, threads: 'receiver' } : { kind, ...rest, attaching: 'as-it-is' },
      );
    };
    await setHeartbeat(subject.servers.db2, 0.7);
    expect(await ask('detach')).toMatchObject({ kind: 'detached', detached: { was: 'running' } });
    expect(await ask('detach')).toMatchObject({ kind: 'detached', detached: { was: 'stopped' } });
    expect(inboundOf((await subject.lookWith()).db2)).toMatchObject({ io: 'no', sql: 'yes' });
    expect(await ask('detach')).toMatchObject({ kind: 'detached', detached: { outlasts: true } });
    // As the server does itself when it comes up.
    const { db2 } = subject.servers;
    await write(subject.servers, 'detached');
    await db2.sql(threadStatement(db2.product.dialect, 'START', 'IO_THREAD'));
    await eventually(async () =>
      expect(inboundOf((await subject.lookWith()).db2)).toMatchObject({
        io: 'connecting',
        ioError: { errno: 1045 },
      }),
    );
    expect(await ask('detach')).toMatchObject({ detached: { was: 'running', outlasts: true } });
    expect(await ask('attach')).toEqual({ kind: 'attached', wasRunning: false });
    expect(await ask('attach')).toEqual({ kind: 'attached', wasRunning: true });
    // MySQL 5.6 and MariaDB give it its default with every change that does not name it.
    expect(await heartbeatOf(subject.servers.db2)).toBeCloseTo(0.7);
    await subject.steady();
    expect(await ask('detach', 'somebody else')).toMatchObject({ kind: 'failed', failure: 'unsuccessful' });
    await subject.steady();
  });
}

async function setHeartbeat(node: Instance, seconds: number): Promise<void> {
  const { dialect } = node.product;
  const change = dialect === 'mysql-8' ? 'CHANGE REPLICATION SOURCE TO SOURCE_' : 'CHANGE MASTER TO MASTER_';
  await node.sql(channelStatement(dialect, 'STOP'));
  await node.sql(`${change}HEARTBEAT_PERIOD = ${seconds}`);
  await node.sql(channelStatement(dialect, 'START'));
}

async function heartbeatOf(node: Instance): Promise<number> {
  const [row] =
    node.product.dialect === 'mysql-8'
      ? await node.sql(
          'SELECT HEARTBEAT_INTERVAL AS Value FROM performance_schema.replication_connection_configuration',
        )
      : await node.sql("SHOW GLOBAL STATUS LIKE 'Slave_heartbeat_period'");
  return Number(row?.Value);
}

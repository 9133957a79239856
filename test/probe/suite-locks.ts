/** Who is in the way: inspect names them before a switchover, and catch-up ends what holds the applier up. */
import { setTimeout as delay } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';
import { expect, test } from 'vitest';
import { accounts } from '../../lab/servers/accounts.ts';
import type { Position } from '../../lib/core/evidence/sighting.ts';
import { connectApp, eventually } from './servers.ts';
import { inboundOf, pauseMs, type Subject, serverOf } from './subject.ts';

/** A little more than InnoDB's 100 ms. */
const INNODB_TRX_IDLE_MS = 150;

export function locks(subject: Subject): void {
  const inspect = async () => {
    const answer = await subject.probe.answer({
      kind: 'inspect',
      ...subject.command,
      ...subject.nodeOf('db1'),
    });
    if (answer.kind !== 'inspected') throw new Error(JSON.stringify(answer));
    return answer.obstacles;
  };
  const catchUp = (upTo: Position) =>
    subject.probe.answer({
      kind: 'catch-up',
      ...subject.command,
      ...subject.nodeOf('db2'),
      upTo,
      limitMs: 8000,
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
      const answer = await catchUp(upTo);
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
      const answer = await catchUp(upTo);
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
      const answer = await catchUp(upTo);
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
}

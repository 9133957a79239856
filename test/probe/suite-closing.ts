/** Closing against resistance: orders that wait, sessions that keep a node open, and those that come back. */
import type { Connection } from 'mysql2/promise';
import { expect, test } from 'vitest';
import { accounts } from '../../lab/servers/accounts.ts';
import { connectApp } from './servers.ts';
import { pauseMs, type Subject, serverOf } from './subject.ts';

export function closing(subject: Subject): void {
  const order = () => ({ ...subject.command, ...subject.nodeOf('db1'), events: 'leave' }) as const;
  const close = (kills: 'to-close' | 'once-closed', limitMs = 2500) =>
    subject.probe.answer({ kind: 'close', ...order(), kills, limitMs });
  const open = () => subject.probe.answer({ kind: 'open', ...order() });
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
}

import { expect, test } from 'vitest';
import { accounts } from '../../lab/servers/accounts.ts';
import { threadStatement, untilReplicating } from '../../lab/servers/replication.ts';
import type { ProbeResponse } from '../../lib/probe/protocol.ts';
import { connectApp, eventually, grantLocks, sleepers, write } from './servers.ts';
import { inboundOf, round, type Subject, serverOf } from './subject.ts';

export function commands(subject: Subject): void {
  const close = () =>
    subject.probe.answer({
      kind: 'close',
      ...subject.command,
      ...subject.nodeOf('db1'),
      kills: 'to-close',
      events: 'leave',
    });
  const open = () =>
    subject.probe.answer({ kind: 'open', ...subject.command, ...subject.nodeOf('db1'), events: 'leave' });

  test('close kills the application’s connections, not replication’s or ours; open opens', async () => {
    await subject.steady();
    const app = await connectApp(subject.servers);
    const startMs = performance.now();
    const closed = await close();
    subject.times.close = round(performance.now() - startMs);
    expect(closed).toMatchObject({ kind: 'closed', closed: { wasWritable: true } });
    await expect(app.query('SELECT 1')).rejects.toThrow();
    const look = await subject.lookWith();
    expect(serverOf(look.db1)).toMatchObject({ writable: false, heartbeat: { kind: 'not-tried' } });
    expect(inboundOf(look.db1)).toMatchObject({ io: 'yes', sql: 'yes' });
    expect(inboundOf(look.db2)).toMatchObject({ io: 'yes', sql: 'yes' });
    // The binary log's end is read once a second.
    await eventually(async () =>
      expect(serverOf((await subject.lookWith()).db1).executed).toEqual(
        closed.kind === 'closed' && closed.closed.position,
      ),
    );
    expect(await close()).toMatchObject({ kind: 'closed', closed: { wasWritable: false, killed: 0 } });
    const openMs = performance.now();
    expect(await open()).toEqual({ kind: 'opened', wasWritable: false });
    subject.times.open = round(performance.now() - openMs);
    expect(await open()).toEqual({ kind: 'opened', wasWritable: true });
  });

  test('close is not held up by a long statement: its connection is killed meanwhile', async () => {
    const app = await connectApp(subject.servers);
    const long = app.query("INSERT INTO app.writes (client, seq) SELECT 'long', SLEEP(20)").catch(String);
    await eventually(async () => expect(await sleepers(subject.servers)).toBe(1));
    const startMs = performance.now();
    const closed = await close();
    expect(closed).toMatchObject({ kind: 'closed', closed: { wasWritable: true } });
    subject.times.closeBehindLongStatement = round(performance.now() - startMs);
    // Of the statement's 20 s.
    expect(subject.times.closeBehindLongStatement).toBeLessThan(15_000);
    await long;
    await open();
  });

  test('close is not held up by a heartbeat of our own that hangs, as in a stalled semi-sync', async () => {
    await subject.steady();
    // A connection of our own account is not killed, so its lock on the row stays.
    const own = await connectApp(subject.servers, accounts.monitor);
    await own.query('BEGIN');
    await own.query("UPDATE keepalambda.heartbeat SET committed_at = NOW(3) WHERE node = 'db1'");
    await eventually(async () => {
      const { heartbeat } = serverOf((await subject.lookWith()).db1);
      expect(heartbeat).toMatchObject({ kind: 'barred', because: expect.stringMatching(/row/) });
    });
    expect(await close()).toMatchObject({ kind: 'closed', closed: { wasWritable: true, killed: 0 } });
    own.destroy();
    await open();
  });

  test('close that cannot be done in time takes its order back; our own session is ended where the server names it', async () => {
    await grantLocks(subject.servers);
    // A connection of our own account counts as ours: only one that is known to hold the lock is killed.
    const own = await connectApp(subject.servers, accounts.monitor);
    const limits = { limitMs: 1500 };
    try {
      await own.query('LOCK TABLES keepalambda.heartbeat WRITE');
      const answer = await subject.probe.answer({
        kind: 'close',
        ...subject.command,
        ...subject.nodeOf('db1'),
        kills: 'to-close',
        events: 'leave',
        ...limits,
      });
      if (subject.servers.db1.product.dialect === 'mysql-8') expect(answer).toMatchObject({ kind: 'closed' });
      else expect(answer).toMatchObject({ kind: 'failed', failure: 'unsuccessful' });
    } finally {
      own.destroy();
      await open();
    }
    await eventually(async () => expect(serverOf((await subject.lookWith()).db1).writable).toBe(true));
  });

  test('catch-up reaches what was received, and the exact position of the source', async () => {
    await subject.steady();
    await write(subject.servers, 'catch-up');
    const closed = await close();
    const upTo = closed.kind === 'closed' ? closed.closed.position : null;
    const startMs = performance.now();
    const caughtUp = await subject.probe.answer({
      kind: 'catch-up',
      ...subject.command,
      ...subject.nodeOf('db2'),
      upTo,
    });
    subject.times.catchUp = round(performance.now() - startMs);
    expect(caughtUp).toMatchObject({ kind: 'caught-up', caughtUp: { reached: true, because: '' } });
    await open();
  });

  test('catch-up that is not reached says why; a stopped SQL thread at once', async () => {
    await subject.steady();
    const { dialect } = subject.servers.db2.product;
    await subject.servers.db2.sql(threadStatement(dialect, 'STOP', 'SQL_THREAD'));
    await write(subject.servers, 'not caught up');
    const upTo = serverOf((await subject.lookWith()).db1).executed;
    const stopped = await subject.probe.answer({
      kind: 'catch-up',
      ...subject.command,
      ...subject.nodeOf('db2'),
      upTo,
    });
    expect(stopped).toMatchObject({ kind: 'caught-up', caughtUp: { reached: false } });
    expect(JSON.stringify(stopped)).toContain('SQL thread is stopped');
    await subject.servers.db2.sql(threadStatement(dialect, 'START', 'SQL_THREAD'));
    await untilReplicating([subject.servers.db2]);
    const beyond = { ...upTo, gtid: null, file: 'binlog.000099' };
    const late = await subject.probe.answer({
      kind: 'catch-up',
      ...subject.command,
      ...subject.nodeOf('db2'),
      upTo: beyond,
      limitMs: 600,
    });
    expect(late).toMatchObject({ kind: 'caught-up', caughtUp: { reached: false } });
    expect(JSON.stringify(late)).toContain('wanted binlog.000099');
  });

  test('verify says who answers, and commits there unless it is read-only', async () => {
    const { db1, db2 } = await subject.steady();
    const ask = (vip: string) =>
      subject.probe.answer({
        kind: 'verify',
        ...subject.command,
        port: subject.servers.port,
        vip,
        writeProbe: true,
        limitMs: 600,
      });
    expect(await ask(subject.servers.db1.address)).toEqual(verified(serverOf(db1).identity, true));
    expect(await ask(subject.servers.db2.address)).toEqual(verified(serverOf(db2).identity, false));
    expect(await ask('127.0.33.99')).toMatchObject({ kind: 'failed', failure: 'unreachable' });
  });

  test('no answer carries the password', async () => {
    const answers = [
      await subject.lookWith({ credentials: { user: 'monitor', password: 'hush-hush' } }),
      await subject.probe.answer({
        kind: 'open',
        ...subject.command,
        ...subject.nodeOf('db1'),
        events: 'leave',
        credentials: { user: 'nobody', password: 'hush-hush' },
      }),
    ];
    expect(JSON.stringify(answers)).toContain('locked-out');
    expect(JSON.stringify(answers)).not.toContain('hush-hush');
  });
}

const verified = (identity: string, committed: boolean): ProbeResponse => ({
  kind: 'verified',
  answered: { identity, writable: committed, heartbeat: { kind: committed ? 'committed' : 'not-tried' } },
});

/** What looks show of servers that are in trouble, or whose trouble we are. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { rootCertificates } from 'node:tls';
import { expect, test } from 'vitest';
import { accounts, setPassword } from '../../lab/servers/accounts.ts';
import { threadStatement, untilReplicating } from '../../lab/servers/replication.ts';
import { connectApp, eventually, fill, hang, openServer } from './servers.ts';
import { inboundOf, pauseMs, round, type Subject, serverOf } from './subject.ts';

export function trouble(subject: Subject): void {
  const untilRefused = (errno: number) =>
    eventually(async () =>
      expect(serverOf((await subject.lookWith()).db1).loginRefused).toMatchObject({ errno }),
    );

  test('a hang leaves a handshake a second behind, and not one of each look', async () => {
    await subject.steady();
    const { db2, target } = subject.servers;
    const aborted = async () =>
      Number((await db2.sql("SHOW GLOBAL STATUS LIKE 'Aborted_connects'"))[0]?.Value);
    const before = await aborted();
    const settings = { ...target.settings, lookLimitMs: 100, lookIntervalMs: 100 };
    await hang(db2);
    const kinds: (string | undefined)[] = [];
    try {
      for (const endMs = Date.now() + 4500; Date.now() < endMs; ) {
        const { db2: saw } = await subject.lookWith({ settings });
        kinds.push(saw?.kind === 'unanswered' ? saw.during : saw?.kind);
      }
    } finally {
      db2.resume();
    }
    expect(kinds).toContain('login');
    expect(kinds).not.toContain('answered');
    await subject.steady();
    const left = (await aborted()) - before;
    expect(left).toBeLessThanOrEqual(6);
    expect(kinds.length).toBeGreaterThan(2 * left);
  });

  test('a receiver that finds its own server id at its source has one number for that on every version', async () => {
    await subject.steady();
    const { db1, db2 } = subject.servers;
    const { dialect } = db2.product;
    const [{ id } = {}] = await db1.sql('SELECT @@server_id AS id');
    const anew = async () => {
      for (const verb of ['STOP', 'START'] as const)
        await db2.sql(threadStatement(dialect, verb, 'IO_THREAD'));
    };
    await db1.sql('SET GLOBAL server_id = 2');
    try {
      await anew();
      await eventually(async () =>
        expect(inboundOf((await subject.lookWith()).db2)).toMatchObject({
          io: 'no',
          ioError: { errno: 1593 },
        }),
      );
    } finally {
      await db1.sql(`SET GLOBAL server_id = ${id}`);
      await anew();
      await untilReplicating([db2]);
    }
    await subject.steady();
  });

  test('a kept connection that an administrator kills is made again, and nobody is alarmed', async () => {
    const { print } = await eventually(async () => {
      const look = await subject.steady();
      expect(look.print).not.toContain(' late ');
      return look;
    });
    const held = subject.lookWith({ seen: print }, 1500);
    for (const { Id, User } of await subject.servers.db1.sql('SHOW PROCESSLIST')) {
      // Some of those that a drop has left end by themselves just now.
      if (User === accounts.monitor.user) await subject.servers.db1.sql(`KILL ${Id}`).catch(() => {});
    }
    expect((await held).print).toBe(print);
  });

  test('a wrong password is ours: locked out, also while a kept connection still answers', async () => {
    await subject.steady();
    const wrong = { user: accounts.monitor.user, password: 'not the one' };
    const { db1 } = await subject.lookWith({ credentials: wrong });
    expect(db1).toMatchObject({ kind: 'locked-out', errno: 1045 });
    await subject.steady();
    await subject.servers.db1.sql('SET SESSION sql_log_bin = 0');
    await subject.servers.db1.sql(setPassword(subject.servers.db1.product.dialect, wrong));
    // The connection that we have answers: the server serves, and says why it lets nobody in.
    await untilRefused(1045);
    await pauseMs(2500);
    await untilRefused(1045);
    await subject.servers.db1.sql(setPassword(subject.servers.db1.product.dialect, accounts.monitor));
    await subject.servers.db1.sql('SET SESSION sql_log_bin = 1');
    await eventually(async () => expect(serverOf((await subject.lookWith()).db1).loginRefused).toBeNull());
  });

  test('a full connection table: saturated without a kept connection, else a login that is refused', async () => {
    await subject.steady();
    const crowd = [...(await fill(subject.servers))];
    try {
      await untilRefused(1040);
      subject.probe.drop();
      await eventually(async () => {
        // The places that the probe left; and SUPER has one connection more than everybody.
        crowd.push(...(await fill(subject.servers)));
        const last = await connectApp(subject.servers, accounts.monitor).catch(() => null);
        if (last !== null) crowd.push(last);
        expect((await subject.lookWith({ seen: null })).db1).toMatchObject({
          kind: 'saturated',
          errno: 1040,
          isFresh: true,
        });
      });
    } finally {
      for (const connection of crowd) connection.destroy();
    }
    await eventually(async () => expect((await subject.lookWith()).db1?.kind).toBe('answered'));
  });

  test('TLS where the server has it; where it has none, that is ours to mend', async () => {
    const certificate = path.join(subject.servers.db1.dataDirectory, 'ca.pem');
    const ca = await readFile(certificate, 'utf8').catch(() => null);
    // A handshake with TLS may take longer than a look.
    const over = (tls: object, wanted: object) =>
      eventually(async () => {
        const { db1 } = await subject.lookWith({ credentials: { ...accounts.monitor, ...tls } });
        expect(db1).toMatchObject(wanted);
      });
    const refused = { kind: 'locked-out', errno: 2026 };
    if (ca === null) return over({ tls: 'encrypt' }, refused);
    await over({ tls: 'encrypt' }, { kind: 'answered' });
    await over({ tls: 'verify-ca', ca }, { kind: 'answered' });
    await over({ tls: 'verify-ca', ca: rootCertificates[0] }, refused);
  });

  test('a killed server is refused in a held look', async () => {
    const { db1, db2 } = subject.servers;
    const second = async () => serverOf((await subject.steady()).db1).startSecond;
    const before = await second();
    expect(before).toBeGreaterThan(0);
    await subject.holding(700, 'refused', async (news) => {
      const startMs = performance.now();
      try {
        await db1.kill();
        const look = await news;
        subject.times.killedToRefused = round(performance.now() - startMs);
        expect(look.db1).toEqual({ kind: 'refused' });
        expect(look.db2?.kind).toBe('answered');
        await eventually(async () => expect(inboundOf((await subject.lookWith()).db2).io).toBe('connecting'));
        const caughtUp = await subject.probe.answer({
          kind: 'catch-up',
          ...subject.command,
          ...subject.nodeOf('db2'),
          upTo: null,
        });
        expect(caughtUp).toMatchObject({ kind: 'caught-up', caughtUp: { reached: true } });
      } finally {
        await db1.start();
        await openServer(db1);
        await untilReplicating([db1, db2]);
      }
    });
    // It is another process; the next probe finds the same second, as it is rounded.
    const after = await second();
    expect(after).toBeGreaterThan((before ?? 0) + 2);
    subject.probe.drop();
    expect(Math.abs(((await second()) ?? 0) - (after ?? 0))).toBeLessThanOrEqual(1);
  });

  test('a hung server is unanswered, its peer is not delayed, and it stops being heard', async () => {
    const { db1 } = subject.servers;
    await subject.holding(200, 'unanswered', async (news) => {
      await hang(db1);
      try {
        const startMs = performance.now();
        const look = await news;
        subject.times.hungToUnanswered = round(performance.now() - startMs);
        expect(look.db1).toMatchObject({ kind: 'unanswered', because: 'timeout' });
        expect(look.db2?.kind).toBe('answered');
        const again = await subject.lookWith({ seen: look.print }, 2500);
        expect(again.db1).toMatchObject({ kind: 'unanswered', because: 'timeout' });
        expect(inboundOf(again.db2).heardAgoMs).toBeGreaterThan(1500);
      } finally {
        db1.resume();
      }
    });
    await eventually(async () => expect((await subject.lookWith()).db1?.kind).toBe('answered'));
  });
}

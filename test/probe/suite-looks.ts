import { expect, test } from 'vitest';
import { threadStatement, untilReplicating } from '../../lab/servers/replication.ts';
import { eventually, hang, write } from './servers.ts';
import { inboundOf, round, type Subject, serverOf } from './subject.ts';

export function looks(subject: Subject): void {
  test('both answer: who they are, which takes writes, and that replication runs', async () => {
    const { db1, db2 } = await subject.steady();
    const flavor = subject.servers.db1.product.dialect === 'mariadb' ? 'mariadb' : 'mysql';
    expect(db1).toMatchObject({ kind: 'answered', server: { flavor, writable: true } });
    expect(db2).toMatchObject({ kind: 'answered', server: { flavor, writable: false } });
    expect(serverOf(db1).heartbeat).toEqual({ kind: 'committed' });
    expect(serverOf(db2).heartbeat).toEqual({ kind: 'not-tried' });
    expect(serverOf(db1).identity).not.toBe(serverOf(db2).identity);
    // Servers and probe share one clock here; one that was read in another time zone would be hours off.
    for (const saw of [db1, db2]) expect(Math.abs(serverOf(saw).clockOffMs ?? 1e9)).toBeLessThan(1000);
    expect(serverOf(db2).inbound).toMatchObject({ sourceAddress: subject.servers.db1.address });
  });

  test('a held look stays open while nothing changes, and commits one heartbeat a second', async () => {
    const { print } = await subject.steady();
    const before = serverOf((await subject.lookWith()).db1).executed;
    const startMs = performance.now();
    const look = await subject.lookWith({ seen: print }, 2200);
    expect(performance.now() - startMs).toBeGreaterThan(2100);
    expect(look.print).toBe(print);
    // With GTIDs the end of the binary log is read less often: the set alone says what was committed.
    const { gtid, offset } = serverOf(look.db1).executed;
    if (gtid === null) expect(offset).toBeGreaterThan(before.offset);
    else expect(gtid).not.toBe(before.gtid);
    expect(inboundOf(look.db2).heardAgoMs).not.toBeNull();
  });

  test('warm looks use one connection: the server sees no new one', async () => {
    await subject.steady();
    const { db1 } = subject.servers;
    const connections = async () =>
      Number((await db1.sql("SHOW GLOBAL STATUS LIKE 'Connections'"))[0]?.Value);
    const before = await connections();
    const startMs = performance.now();
    for (let round = 0; round < 10; round += 1) await subject.lookWith();
    subject.times.warmLook = round((performance.now() - startMs) / 10);
    // The door may be tried once by a fresh login.
    expect((await connections()) - before).toBeLessThanOrEqual(1);
  });

  test('while the witness’s word is awaited, a held look is answered as soon as it runs out', async () => {
    await subject.steady();
    const { db1 } = subject.servers;
    const witnessMs = 1500;
    await hang(db1);
    try {
      const awaited = (forMs: number) => ({ order: { kind: 'close-up' as const, forMs, witnessMs } });
      const before = await subject.lookWith(awaited(0));
      expect(before.db1?.kind).toBe('unanswered');
      expect(inboundOf(before.db2).heardAgoMs).toBeLessThan(witnessMs);
      const after = await subject.lookWith({ ...awaited(5000), seen: before.print });
      const heardAgoMs = inboundOf(after.db2).heardAgoMs ?? 0;
      expect(heardAgoMs).toBeGreaterThanOrEqual(witnessMs);
      // At the first look after that; with a look every 0.5 s it would be later by half of that on average.
      expect(heardAgoMs).toBeLessThan(witnessMs + 100);
    } finally {
      db1.resume();
    }
    await subject.steady();
  });

  test('a holder that is overdue has the standby looked at beside it', async () => {
    await subject.steady();
    const { db1, db2, target } = subject.servers;
    const pulses = async () => Number((await db2.sql("SHOW GLOBAL STATUS LIKE 'Com_select'"))[0]?.Value);
    const settings = { ...target.settings, lookLimitMs: 100, lookIntervalMs: 60_000 };
    const looked = async () => {
      const before = await pulses();
      await subject.lookWith({ settings }, 300);
      return (await pulses()) - before;
    };
    const usual = await looked();
    await hang(db1);
    try {
      // A machine that is busy may be overdue itself.
      await eventually(async () => expect(await looked()).toBeGreaterThan(usual));
    } finally {
      db1.resume();
    }
    await subject.steady();
  });

  test('the lag is told to a tenth of a second, by the heartbeat row that the standby has not applied', async () => {
    await subject.steady();
    const lag = async () => inboundOf((await subject.lookWith()).db2).lagSeconds ?? Number.NaN;
    const root = await subject.servers.db2.openRoot();
    try {
      await root.query('LOCK TABLES keepalambda.heartbeat READ');
      await eventually(async () => {
        const seconds = await lag();
        expect(seconds).toBeGreaterThan(1.2);
        expect(seconds % 1).not.toBe(0);
      });
    } finally {
      root.destroy();
    }
    await eventually(async () => expect(await lag()).toBeLessThan(1));
    await subject.steady();
  });

  test.each(['IO_THREAD', 'SQL_THREAD'] as const)('a stopped %s ends a held look', async (thread) => {
    const { print } = await subject.steady();
    const held = subject.lookWith({ seen: print }, 5000);
    await subject.servers.db2.sql(threadStatement(subject.servers.db2.product.dialect, 'STOP', thread));
    const inbound = inboundOf((await held).db2);
    // While the last events are still applied, the server knows its lag; a transaction that came in half is applied for good.
    const unknown = async () => {
      const { lagSeconds, caughtUp } = inboundOf((await subject.lookWith()).db2);
      expect(thread === 'SQL_THREAD' || caughtUp ? lagSeconds : null).toBeNull();
    };
    try {
      await eventually(unknown);
    } finally {
      await subject.servers.db2.sql(threadStatement(subject.servers.db2.product.dialect, 'START', thread));
      await untilReplicating([subject.servers.db2]);
    }
    expect(thread === 'IO_THREAD' ? inbound.io : inbound.sql).toBe('no');
  });

  test('lag: a transaction that waits for a lock on the standby', async () => {
    const { print } = await subject.steady();
    const root = await subject.servers.db2.openRoot();
    try {
      await root.query('LOCK TABLES app.writes READ');
      await write(subject.servers, 'lag');
      const look = await subject.lookWith({ seen: print }, 8000);
      expect(inboundOf(look.db2)).toMatchObject({ caughtUp: false });
      const late = async () =>
        expect(inboundOf((await subject.lookWith()).db2).lagSeconds).toBeGreaterThanOrEqual(2);
      await eventually(late);
    } finally {
      root.destroy();
    }
    await subject.steady();
  });
}

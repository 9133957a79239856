/** Faults on real servers: what the server really says while they last, and that they can be taken back. */
import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LabError } from '../../lab/errors.ts';
import { whyNotOn } from '../../lab/faults/fault.ts';
import { serverFaults } from '../../lab/faults/servers.ts';
import { accounts } from '../../lab/servers/accounts.ts';
import { redirect, retryEverySecond } from '../../lab/servers/faults/channels.ts';
import { fillConnections } from '../../lab/servers/faults/connections.ts';
import { fillDisk } from '../../lab/servers/faults/disk.ts';
import { lag } from '../../lab/servers/faults/lag.ts';
import { changePassword, changePasswordHere } from '../../lab/servers/faults/password.ts';
import { lockReads } from '../../lab/servers/faults/read-lock.ts';
import { makeSemiSynchronous, stopAcknowledging } from '../../lab/servers/faults/semi-sync.ts';
import { stopThread } from '../../lab/servers/faults/threads.ts';
import { replicationOf, untilReplicating } from '../../lab/servers/replication.ts';
import { eventually, setWritable, startPair, type TestPair } from './pair.ts';

const server = process.env.LAB_TEST_SERVER ?? 'mysql-5.6';
let pair: TestPair;

beforeAll(async () => {
  pair = await startPair(server);
});

afterAll(() => pair?.close());

/** The errno with which the server meets a login of keepalambda's, or null when it lets it in. */
async function loginError(host = pair.db1): Promise<number | null> {
  try {
    const connection = await createConnection({
      ...accounts.monitor,
      host: host.address,
      port: pair.network.port,
      connectTimeout: 1_000,
    });
    connection.destroy();
    return null;
  } catch (error) {
    return (error as { errno?: number }).errno ?? -1;
  }
}

describe('a stopped thread', () => {
  test.each([
    ['IO_THREAD', 'No', 'Yes'],
    ['SQL_THREAD', 'Yes', 'No'],
  ] as const)('%s', async (thread, io, sql) => {
    const node = pair.db2.instance;
    const undo = await stopThread(node, thread);
    expect(await replicationOf(node)).toMatchObject({ io, sql });
    await undo();
    await untilReplicating([node]);
  });
});

test('lag grows on the holder, and is made up', async () => {
  const [holder, standby] = [pair.db1.instance, pair.db2.instance];
  const undo = await lag(holder, standby);
  await eventually(async () => {
    const status = await replicationOf(holder);
    expect(status).toMatchObject({ io: 'Yes', sql: 'Yes' });
    return (status?.lagSeconds ?? 0) >= 2 ? true : undefined;
  });
  await holder.sql("INSERT INTO app.writes (client, seq) VALUES ('while it lags', 1)");
  await undo();
  await eventually(async () => ((await replicationOf(holder))?.lagSeconds === 0 ? true : undefined));
});

test('full connections: error 1040 for who comes, those that are there stay; and room again afterwards', async () => {
  const { address: host, port } = pair.db1.instance;
  const kept = await createConnection({ host, port, ...accounts.monitor });
  const undo = await fillConnections(pair.db1.instance);
  expect(await loginError()).toBe(1040);
  expect(await kept.query('SELECT 1')).toBeTruthy();
  kept.destroy();
  await undo();
  await eventually(async () => ((await loginError()) === null ? true : undefined));
});

test('a changed password: error 1045 on both nodes, until it is changed back', async () => {
  const undo = await changePassword(pair.db1.instance, [pair.db1.instance, pair.db2.instance]);
  expect(await loginError()).toBe(1045);
  await eventually(async () => ((await loginError(pair.db2)) === 1045 ? true : undefined));
  await undo();
  expect(await loginError()).toBe(null);
});

test('a password changed on one node alone: new logins there are refused, who is in stays in', async () => {
  const kept = await createConnection({
    ...accounts.monitor,
    host: pair.db1.address,
    port: pair.network.port,
  });
  const undo = await changePasswordHere(pair.db1.instance);
  expect(await loginError()).toBe(1045);
  expect(await loginError(pair.db2)).toBe(null);
  await kept.query('SELECT 1');
  kept.destroy();
  await undo();
  expect(await loginError()).toBe(null);
});

test('a read lock: nothing is written while its session holds it, and the session can be named', async () => {
  const { instance } = pair.db1;
  const lock = await lockReads(instance);
  const session = await instance.openRoot();
  const insert = { sql: "INSERT INTO app.writes (client, seq) VALUES ('locked', 1)", timeout: 500 };
  await expect(session.query(insert)).rejects.toThrow(/timeout/);
  session.destroy();
  const present = await instance.sql('SELECT id FROM information_schema.processlist');
  expect(present.map(({ id, ID }) => Number(id ?? ID))).toContain(lock.session);
  await lock.release();
  await lock.release();
  await instance.sql("INSERT INTO app.writes (client, seq) VALUES ('unlocked', 1)");
});

test('a channel that is pointed elsewhere follows the other source, and tries as often as it is told', async () => {
  const { db1, db2, network } = pair;
  // Its own host by another address: a source that is not the one that was named.
  await redirect(db2.instance, { host: network.vip, port: network.port });
  await retryEverySecond(db2.instance);
  const show = `SHOW ${db2.instance.product.dialect === 'mysql-8' ? 'REPLICA' : 'SLAVE'} STATUS`;
  const [row] = await db2.instance.sql(show);
  expect([row?.Master_Host ?? row?.Source_Host, Number(row?.Connect_Retry)]).toEqual([network.vip, 1]);
  await redirect(db2.instance, { host: db1.address, port: network.port });
});

test('a full disk: reads are answered, commits hang, a restart ends it', async () => {
  const { db1 } = pair;
  const undo = await fillDisk(db1.instance);
  expect(await db1.instance.sql('SELECT COUNT(*) AS n FROM app.writes')).toHaveLength(1);
  const session = await db1.instance.openRoot();
  const insert = { sql: "INSERT INTO app.writes (client, seq) VALUES ('full', 1)", timeout: 700 };
  await expect(session.query(insert)).rejects.toThrow(/timeout/);
  session.destroy();
  await undo();
  await setWritable(db1, true);
  await db1.instance.sql("INSERT INTO app.writes (client, seq) VALUES ('roomy', 1)");
  await untilReplicating([db1.instance, pair.db2.instance]);
});

if (whyNotOn(serverFaults['semi-sync-stall'], server) === null) {
  test('semi-sync stalls: a commit hangs on the holder and is on the standby; undone, it is on both', async () => {
    const [holder, standby] = [pair.db1.instance, pair.db2.instance];
    const count = async (node = holder) => {
      const [row] = await node.sql("SELECT COUNT(*) AS n FROM app.writes WHERE client LIKE 'semi-sync%'");
      return Number(row?.n);
    };
    await makeSemiSynchronous([holder, standby]);
    await holder.sql("INSERT INTO app.writes (client, seq) VALUES ('semi-sync', 1)");
    const undo = await stopAcknowledging(standby, holder);
    const session = await holder.openRoot();
    const insert = { sql: "INSERT INTO app.writes (client, seq) VALUES ('semi-sync', 2)", timeout: 700 };
    await expect(session.query(insert)).rejects.toThrow(/timeout/);
    session.destroy();
    expect(await count()).toBe(1);
    await eventually(async () => ((await count(standby)) === 2 ? true : undefined));
    expect(await replicationOf(standby)).toMatchObject({ io: 'Yes', sql: 'Yes' });
    await undo();
    await eventually(async () => ((await count()) === 2 ? true : undefined));
    await holder.sql("INSERT INTO app.writes (client, seq) VALUES ('semi-sync', 3)");
    await untilReplicating([holder, standby]);
  });
} else {
  test('semi-sync: a server without its plugins is told from a bug of ours', async () => {
    await expect(makeSemiSynchronous([pair.db1.instance])).rejects.toThrow(LabError);
  });
}

/** The simulated nodes under the shipped probe, over TCP: they are seen as a healthy pair of dual masters. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { accounts } from '../../../lab/servers/accounts.ts';
import { dialectOf } from '../../../lib/probe/dialect.ts';
import type { ProbeTarget } from '../../../lib/probe/look-schemas.ts';
import { Probe } from '../../../lib/probe/probe.ts';
import { NodePair } from '../../../tools/costs/node-pair.ts';
import { encodeRows } from '../../../tools/costs/node-wire.ts';
import { answerTo } from '../../../tools/costs/node-words.ts';
import { type Nodes, openNodes } from '../../../tools/costs/nodes.ts';

const addresses = { first: '127.66.1.11', second: '127.66.1.12' };
const dialect = dialectOf('8.4.6', 'MySQL Community Server - GPL');
const probe = new Probe();
let nodes: Nodes;

beforeAll(async () => {
  nodes = await openNodes([addresses]);
});
afterAll(async () => {
  probe.drop();
  await nodes.close();
});

async function look(holdMs = 0) {
  const target: ProbeTarget = {
    pair: 'orders',
    port: nodes.port,
    nodes: [
      { name: 'db1', address: addresses.first },
      { name: 'db2', address: addresses.second },
    ],
    holder: 'db1',
    seen: 'nothing like it',
    writeProbe: true,
    credentials: accounts.monitor,
    settings: { lagLimitSeconds: 120, lookLimitMs: 1000, lookIntervalMs: 250 },
    order: holdMs === 0 ? ({ kind: 'now' } as const) : ({ kind: 'held', forMs: holdMs } as const),
  };
  const answer = await probe.answer({ kind: 'look', targets: [target] });
  if (answer.kind !== 'looks') throw new Error(`no looks: ${JSON.stringify(answer)}`);
  const [db1, db2] = answer.pairs.orders ?? [];
  return { db1: db1?.saw, db2: db2?.saw };
}

test('a look sees two nodes that replicate from each other, one of them writable and committing', async () => {
  const running = { kind: 'configured', io: 'yes', sql: 'yes', lagSeconds: 0, caughtUp: true };
  // How long ago a channel heard its source is known from the second look on.
  await vi.waitFor(async () => {
    const { db1, db2 } = await look();
    expect(db1).toMatchObject({
      kind: 'answered',
      server: {
        flavor: 'mysql',
        writable: true,
        heartbeat: { kind: 'committed' },
        inbound: {
          ...running,
          sourceAddress: addresses.second,
          heardAgoMs: expect.any(Number),
          receivedAgoMs: expect.any(Number),
        },
      },
    });
    expect(db2).toMatchObject({
      kind: 'answered',
      server: {
        writable: false,
        heartbeat: { kind: 'not-tried' },
        inbound: {
          ...running,
          sourceAddress: addresses.first,
          heardAgoMs: expect.any(Number),
          receivedAgoMs: expect.any(Number),
        },
      },
    });
  }, 60_000);
});

test('positions and GTIDs move on, and what was asked is counted', async () => {
  const offsetOf = async () => {
    const { db1 } = await look();
    return db1?.kind === 'answered' ? db1.server.executed : null;
  };
  const [counted, before] = [await nodes.counts(), await offsetOf()];
  await vi.waitFor(async () => {
    const after = await offsetOf();
    expect(after?.offset).toBeGreaterThan(before?.offset ?? 0);
    expect(after?.gtid).not.toBe(before?.gtid);
  }, 60_000);
  const { looks, statements, bytes } = await nodes.counts();
  expect(looks).toBeGreaterThanOrEqual(counted.looks + 4);
  expect(statements).toBeGreaterThan(looks);
  expect(bytes).toBeGreaterThan(counted.bytes);
});

test('a row of the heartbeat is read back on the peer, by whatever columns are asked for', () => {
  const pair = new NodePair(0, addresses, 0);
  const select =
    "SELECT node, TIMESTAMPDIFF(MICROSECOND, committed_at, NOW(6)) AS age FROM keepalambda.heartbeat WHERE node = 'db1'";
  expect(answerTo(pair, 'second', select, 1000)).toMatchObject({ kind: 'rows', rows: [] });
  const upsert =
    "INSERT INTO keepalambda.heartbeat (node, committed_at) VALUES ('db1', '1970-01-01 00:00:01.000')";
  expect(answerTo(pair, 'second', upsert, 1000)).toMatchObject({ kind: 'error', errno: 1290 });
  expect(answerTo(pair, 'first', upsert, 1000)).toEqual({ kind: 'done' });
  expect(answerTo(pair, 'second', select, 1250)).toEqual({
    kind: 'rows',
    columns: ['node', 'age'],
    rows: [['db1', 250_000]],
  });
});

test('a statement that no node knows is an error that names it', () => {
  const pair = new NodePair(0, addresses, 0);
  expect(answerTo(pair, 'first', 'SELECT sleep(1)', 0)).toMatchObject({
    kind: 'error',
    message: expect.stringContaining('SELECT sleep(1)'),
  });
});

/** What most looks take, asked and answered: a look at a vantage in another zone is paid for by its bytes. */
test.each([
  ['what changes by itself', dialect.beat, 320],
  ['all of the pulse', dialect.pulse, 520],
  ['what a channel heard', dialect.ear ?? '', 620],
])('%s stays within its budget of bytes', (_, sql, mostBytes) => {
  const answer = answerTo(new NodePair(0, addresses, 0), 'second', sql, 60_000);
  if (answer.kind !== 'rows') throw new Error(`no rows: ${JSON.stringify(answer)}`);
  const bytes = 5 + Buffer.byteLength(sql) + encodeRows(answer.columns, answer.rows).length;
  expect(bytes).toBeLessThan(mostBytes);
});

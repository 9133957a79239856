import { describe, expect, it, test } from 'vitest';
import type { Server } from '../../../lib/core/evidence/sighting.ts';
import {
  type Counted,
  type Extent,
  extentOf,
  isWorthless,
  type Lack,
  parseCounts,
} from '../../../lib/core/standby/divergence.ts';
import { lackLines } from '../../../lib/core/text/divergence-text.ts';
import { channel, db1, db2, position, UUID1, UUID2 } from '../world.ts';

const has = (gtid: string | null, offset = 1000): Partial<Server> => ({ executed: position(gtid, offset) });
const mariadb = (gtid: string): Server => ({ ...db1, flavor: 'mariadb', executed: position(gtid) });

describe('what one has and the other lacks, before anybody has read a log', () => {
  test.each<[what: string, has: Server | null, lacks: Server | null, extent: Extent]>([
    ['nothing', db1, db2, { kind: 'nothing' }],
    [
      'transactions that were neither applied nor received',
      { ...db1, ...has(`${UUID1}:1-112`) },
      { ...db2, inbound: channel({ received: position(`${UUID1}:101-104`) }) },
      { kind: 'set', set: `${UUID1}:105-112`, count: 8, isExact: true },
    ],
    [
      'those of others too: a replica of both would have them',
      { ...db1, ...has(`${UUID1}:1-100,${UUID2}:7`) },
      db2,
      { kind: 'set', set: `${UUID2}:7`, count: 1, isExact: true },
    ],
    [
      'of MariaDB as many at the most: a domain is numbered across its servers',
      mariadb('0-1-105,0-2-110'),
      mariadb('0-1-100,0-2-110'),
      { kind: 'set', set: '0-1:101-105', count: 5, isExact: false },
    ],
    [
      'without GTIDs, what is behind the place that was received',
      { ...db1, ...has(null, 1500) },
      { ...db2, ...has(null), inbound: channel({ received: position(null, 1200) }) },
      { kind: 'behind', place: 'binlog.000003:1200' },
    ],
    [
      'without GTIDs, nothing is behind the end',
      { ...db1, ...has(null, 1500) },
      { ...db2, ...has(null), inbound: channel({ received: position(null, 1500) }) },
      { kind: 'nothing' },
    ],
    [
      'without GTIDs and a channel, nobody can tell',
      { ...db1, ...has(null) },
      { ...db2, ...has(null), inbound: { kind: 'unconfigured' } },
      {
        kind: 'unknown',
        because: 'without GTIDs only its channel from the other shows what it lacks, and it has none',
      },
    ],
    ['one does not answer', db1, null, { kind: 'unknown', because: 'one of the two does not answer' }],
    [
      'one is MariaDB, and the other is not',
      mariadb('0-1-5'),
      db2,
      { kind: 'unknown', because: 'MySQL and MariaDB number their transactions differently' },
    ],
  ])('%s', (_, from, to, extent) => {
    expect(extentOf(from, to)).toEqual(extent);
  });

  it('a list that no document takes is unknown, with how many it has', () => {
    const gaps = Array.from({ length: 2000 }, (_, index) => 2 * index + 1).join(':');
    const extent = extentOf(
      { ...db1, ...has(`${UUID1}:${gaps}`) },
      { ...db2, ...has(''), inbound: { kind: 'unconfigured' } },
    );
    expect(extent).toEqual({
      kind: 'unknown',
      because: 'the list of its 2000 transactions is too long to be compared',
    });
  });
});

const printed = `transactions 12
statements 2
rows 9 1 0 app.orders
rows 0 3 0 keepalambda.heartbeat
stated 1 app.orders
more 2
`;
const counts = parseCounts(printed);
const lack: Lack = {
  has: 'db1',
  lacks: 'db2',
  counted: counts,
  unread: null,
  extent: { kind: 'set', set: `${UUID1}:101-112`, count: 12, isExact: true },
};

describe('what the document printed', () => {
  it('is counted by table', () => {
    expect(counts).toEqual<Counted>({
      transactions: 12,
      statements: 2,
      moreTables: 2,
      unread: null,
      tables: [
        { table: 'keepalambda.heartbeat', inserted: 0, updated: 3, deleted: 0, statements: 0 },
        { table: 'app.orders', inserted: 9, updated: 1, deleted: 0, statements: 1 },
      ],
    });
  });

  it('is said in lines', () => {
    expect(lackLines(lack)).toEqual([
      `db1 has 12 transactions that db2 lacks: ${UUID1}:101-112`,
      '  keepalambda.heartbeat: 3 rows updated',
      '  app.orders: 9 rows inserted, 1 row updated, 1 statement (how many rows, the log does not say)',
      '  and 2 more tables',
      '  1 other statement, such as changes of a schema',
    ]);
  });

  test.each([
    ['unread mysqlbinlog is not installed on this host', 'mysqlbinlog is not installed on this host'],
    ['\u001b[31mrows', 'the host printed a line that is not known: \\u001b[31mrows'],
  ])('%j: there may be more', (line, unread) => {
    expect(parseCounts(line)).toMatchObject({ transactions: 0, unread });
  });

  it('names of tables stay on their line', () => {
    expect(parseCounts('rows 1 0 0 app.a\u2028b').tables[0]?.table).toBe('app.a\\u2028b');
  });
});

test.each<[what: string, changes: Partial<Lack>, is: boolean]>([
  ['nothing at all', { extent: { kind: 'nothing' }, counted: null }, true],
  [
    'heartbeats alone',
    { counted: parseCounts('transactions 12\nstatements 0\nrows 0 12 0 keepalambda.heartbeat') },
    true,
  ],
  [
    'heartbeats logged as statements',
    { counted: parseCounts('transactions 12\nstatements 12\nstated 12 keepalambda.heartbeat') },
    true,
  ],
  ['a row of the application', {}, false],
  [
    'a change of a schema beside heartbeats',
    { counted: parseCounts('transactions 12\nstatements 1\nrows 0 11 0 keepalambda.heartbeat') },
    false,
  ],
  [
    'heartbeats, and transactions that were not found',
    { counted: parseCounts('transactions 9\nrows 0 9 0 keepalambda.heartbeat') },
    false,
  ],
  [
    'heartbeats, and a log that was not read to its end',
    { counted: parseCounts('transactions 12\nrows 0 12 0 keepalambda.heartbeat\nunread it took too long') },
    false,
  ],
  ['what nobody has counted', { counted: null, unread: 'the document was not deployed' }, false],
  ['what nobody knows', { extent: { kind: 'unknown', because: 'x' }, counted: null }, false],
])('nobody would miss %s: %o', (_, changes, is) => {
  expect(isWorthless({ ...lack, ...changes })).toBe(is);
});

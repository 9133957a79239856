/** What commands conclude from rows; the servers themselves are asked in `probe.test.ts`. */
import { describe, expect, test } from 'vitest';
import { renderBlockers, suspectsOf } from '../../lib/probe/blockers.ts';
import { dialectOf, NONE, SEPARATOR } from '../../lib/probe/dialect.ts';
import { holdersOf } from '../../lib/probe/global-lock.ts';
import { obstaclesOf } from '../../lib/probe/obstacles.ts';
import { enableStatement } from '../../lib/probe/scheduled-events.ts';
import { type ProcessRow, pendingOrdersOf, readProcessRow } from '../../lib/probe/sessions.ts';
import { askSettledPosition, ownPart } from '../../lib/probe/settled-position.ts';
import type { Command } from '../../lib/probe/statement-session.ts';

const row = (id: number, user: string, info = '', more: Partial<ProcessRow> = {}): ProcessRow => ({
  ...readProcessRow({ Id: id, User: user, Host: 'h', Command: info === '' ? 'Sleep' : 'Query', Info: info }),
  ...more,
});
const ids = (all: readonly { readonly id: number }[]) => all.map(({ id }) => id);

describe('who keeps a node open, by the process list alone', () => {
  const waits = { state: 'Waiting for global read lock' };
  test.each<[what: string, processes: ProcessRow[], holders: number[], suspects: number[]]>([
    ['a statement that writes', [row(1, 'app', 'UPDATE t SET a = 1'), row(2, 'app')], [1], []],
    ['one that only reads does not', [row(1, 'app', 'SELECT SLEEP(9)'), row(2, 'app')], [], [2]],
    ['one that waits behind us does not', [row(1, 'app', 'UPDATE t', waits), row(2, 'app')], [], [2]],
    ['ours with an open transaction', [row(7, 'monitor'), row(2, 'app')], [7], []],
    ['ours, when nobody else is left', [row(8, 'monitor')], [], [8]],
  ])('%s', (_, processes, holders, suspects) => {
    const found = suspectsOf(processes, 'monitor', [7]);
    expect([ids(found.holders), ids(found.suspects)]).toEqual([holders, suspects]);
  });

  test('is told in one line, the longest first', () => {
    const holders = [1, 2, 3, 4].map((id) => row(id, 'app', 'UPDATE\n t', { forSeconds: id }));
    const text = renderBlockers({ holders, suspects: [] });
    expect(text).toMatch(/^in the way: session 4 \(app@h, 4 s: UPDATE t\), .* and 1 more$/);
  });
});

test('who holds a lock on the whole server', () => {
  const own = { id: 99, user: 'monitor' };
  const applier = row(5, 'system user', 'applies', {
    state: 'Waiting for global read lock',
    isClient: false,
  });
  const idle = [row(1, 'app', '', { forSeconds: 90 }), row(2, 'backup', '', { forSeconds: 3 })];
  const find = (processes: ProcessRow[], known: number[] = []) =>
    ids(holdersOf(processes, { known, open: [] }, own));
  expect(find(idle)).toEqual([]);
  expect(find(idle, [1])).toEqual([1]);
  expect(find([applier, ...idle])).toEqual([2]);
  expect(find([applier, ...idle, row(3, 'root', 'FLUSH TABLES WITH READ LOCK')])).toEqual([3]);
  expect(find([applier, row(98, 'monitor')])).toEqual([]);
});

test('orders of ours that wait are found, and no other', () => {
  const processes = [
    row(1, 'monitor', 'SET GLOBAL super_read_only = 1'),
    row(2, 'monitor', 'SET GLOBAL read_only = 1'),
    row(3, 'root', 'SET GLOBAL read_only = 1'),
    row(4, 'monitor', 'SET GLOBAL read_only = 0'),
    row(5, 'monitor', 'SET GLOBAL read_only = 1'),
  ];
  expect(ids(pendingOrdersOf(processes, 'monitor', 5))).toEqual([1, 2]);
});

describe('obstacles to a planned move', () => {
  const own = { id: 9, user: 'monitor' };
  const none = { transactions: [], holders: [], programs: [], xa: [], own };
  const long = { forSeconds: 60 };
  const kinds = (process: ProcessRow, more: object = {}) =>
    obstaclesOf({ ...none, processes: [process], ...more }).map(({ kind }) => kind);
  test.each<[what: string, got: string[], wanted: string[]]>([
    ['a long statement', kinds(row(1, 'app', 'UPDATE t SET a = 1', long)), ['statement']],
    ['a short one', kinds(row(1, 'app', 'UPDATE t SET a = 1')), []],
    [
      'a long transaction',
      kinds(row(1, 'app'), { transactions: [{ id: 1, seconds: 9, changed: 4 }] }),
      ['transaction'],
    ],
    ['ALTER, as soon as it runs', kinds(row(1, 'app', 'ALTER TABLE t ADD c INT')), ['schema-change']],
    [
      'gh-ost, by its table',
      kinds(row(1, 'app', 'INSERT INTO `s`.`_orders_gho` SELECT 1')),
      ['schema-change'],
    ],
    [
      'a dump, by its program',
      kinds(row(1, 'app'), { programs: [{ id: 1, program: 'mysqldump' }] }),
      ['backup'],
    ],
    ['an idle session with a lock', kinds(row(1, 'app'), { holders: [{ id: 1, passing: 0 }] }), ['lock']],
    ['one that has begun to write since', kinds(row(1, 'app'), { holders: [{ id: 1, passing: 1 }] }), []],
    ['ours', kinds(row(1, 'monitor', 'INSERT INTO keepalambda.heartbeat', long)), []],
    ['replication', kinds(row(1, 'repl', 'Sending', { ...long, command: 'Binlog Dump' })), []],
    ['the server', kinds(row(1, 'event_scheduler', 'Waiting', long)), []],
    ['a prepared branch', kinds(row(1, 'app'), { xa: [{ data: 'x' }] }), ['xa']],
  ])('%s', (_, got, wanted) => {
    expect(got).toEqual(wanted);
  });
});

test.each([
  ['1-1-5,1-2-9', 'server_id:1', '1-1-5'],
  ['0FF2BB45-e649:1-5,1111:1-2', '0ff2bb45-e649', '0FF2BB45-e649:1-5'],
  [null, 'server_id:1', null],
])('what a node has written itself: %s', (gtid, identity, own) => {
  expect(ownPart(gtid, identity)).toBe(own);
});

test('an event keeps its definer', () => {
  const event = { schema: 'app', name: 'a`b', definer: "o'x@%" };
  expect(enableStatement(event)).toBe("ALTER DEFINER = `o'x`@`%` EVENT `app`.`a``b` ENABLE");
});

test('the end of a history is not read while a heartbeat of ours is under way', async () => {
  const dialect = dialectOf('5.6.51', '');
  const beat = {
    Id: 4,
    User: 'monitor',
    Command: 'Query',
    Info: 'INSERT INTO keepalambda.heartbeat VALUES (1)',
  };
  let lists = 0;
  let offset = 100;
  const ask = async (sql: string) => {
    if (sql === dialect.pulse) return [{ p: Array(12).fill(NONE).join(SEPARATOR) }];
    if (sql === dialect.binaryLogStatus) return [{ File: 'binlog.1', Position: offset }];
    if (sql !== 'SHOW FULL PROCESSLIST') return [];
    lists += 1;
    if (lists < 3) return [beat];
    offset = 200;
    return [];
  };
  const endpoint = { host: 'h', port: 3306, credentials: { user: 'monitor', password: '' } };
  const connect = async () => ({ link: { dialect, query: ask }, release() {} });
  const way = { endpoint, connect };
  const command = { link: { dialect }, way, ask, leftMs: () => 5000 } as unknown as Command;
  const end = await askSettledPosition(command, { address: 'h', identity: null });
  expect(lists).toBeGreaterThanOrEqual(3);
  expect(end).toMatchObject({ kind: 'still', position: { offset: 200 } });
});

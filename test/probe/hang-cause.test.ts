/** Why a commit hangs, and what holds up an applier: by the words of a process list that we make up. */
import { describe, expect, test } from 'vitest';
import type { StatusRow } from '../../lib/probe/columns.ts';
import type { MysqlLink } from '../../lib/probe/connection.ts';
import { dialectOf } from '../../lib/probe/dialect.ts';
import { MysqlFailure } from '../../lib/probe/errors.ts';
import { askWhy } from '../../lib/probe/hang-cause.ts';
import { readProcessRow } from '../../lib/probe/sessions.ts';
import { locksOf } from '../../lib/probe/troubles.ts';

const beat = 'INSERT INTO keepalambda.heartbeat (node, committed_at) VALUES (?, ?)';
const session = (
  Id: number,
  User: string,
  State: string,
  Info: string | null = null,
  Command = 'Query',
): StatusRow => ({
  Id,
  User,
  State,
  Info,
  Command,
  Host: '10.0.0.5:4000',
  Time: 9,
});
const ours = (State: string, Id = 7) => session(Id, 'monitor', State, beat);
const backup = session(20, 'backup', '', 'FLUSH TABLES WITH READ LOCK');
const idle = (Id: number, Time = 9) => ({ ...session(Id, 'app', '', null, 'Sleep'), Time });

interface Answers {
  /** The one session that waits for a row; `denied` where our account may not see it. */
  readonly waiter?: number | 'denied';
  readonly rowLocks?: (id: unknown) => readonly StatusRow[];
  readonly locks?: readonly StatusRow[] | 'denied';
}

/** A server of this version that answers so. */
function linkOf(version: string, processes: readonly StatusRow[], answers: Answers): MysqlLink {
  const dialect = dialectOf(version, '');
  const denied = () => {
    throw new MysqlFailure('query', 1, Object.assign(new Error('PROCESS is denied'), { errno: 1227 }));
  };
  const given = (rows: readonly StatusRow[] | 'denied' | undefined) =>
    rows === 'denied' ? denied() : (rows ?? []);
  const query = async (sql: string, values: readonly unknown[]) => {
    if (sql === 'SHOW FULL PROCESSLIST') return processes;
    if (sql === dialect.transaction) {
      if (answers.waiter === 'denied') return denied();
      return [{ state: values[0] === answers.waiter ? 'LOCK WAIT' : 'RUNNING' }];
    }
    if (sql === dialect.rowLocks) return answers.rowLocks?.(values[0]) ?? [];
    return given(answers.locks);
  };
  const gone = new Promise<void>(() => {});
  const end = () => {};
  return {
    dialect,
    id: 99,
    gone,
    isGone: () => false,
    query,
    queryWithoutLimit: query,
    queryAgain: query,
    destroy: end,
    quit: end,
  };
}

describe('why our commit hangs', () => {
  test.each<[string, string, readonly StatusRow[], Answers, object]>([
    [
      'a global read lock, by its statement',
      '5.6.24',
      [ours('Waiting for global read lock'), backup, idle(30)],
      {},
      { kind: 'failed', cause: 'global-lock', blocker: { id: 20, user: 'backup', forSeconds: 9 } },
    ],
    [
      'a global read lock of a session that sleeps: nobody else is left',
      '5.6.24',
      [
        ours('Waiting for global read lock'),
        session(30, 'app', 'Waiting for global read lock', 'x'),
        idle(31),
      ],
      {},
      { kind: 'failed', cause: 'global-lock', blocker: { id: 31 } },
    ],
    [
      'a global read lock that any of three may hold: who was idle when we began to wait, the last of them',
      '5.6.24',
      [ours('Waiting for commit lock'), idle(30, 4), idle(31), idle(32, 90)],
      {},
      {
        kind: 'failed',
        cause: 'global-lock',
        blocker: { id: 31, statement: expect.stringMatching(/likeliest/) },
      },
    ],
    [
      'a global read lock, by performance_schema',
      '9.7.0',
      [ours('Waiting for global read lock'), idle(30), idle(31)],
      { locks: [{ id: 31 }] },
      { kind: 'failed', cause: 'global-lock', blocker: { id: 31 } },
    ],
    [
      'a global read lock, and performance_schema denied',
      '9.7.0',
      [ours('Waiting for backup lock'), session(30, 'app', 'Waiting for backup lock', 'INSERT'), idle(31)],
      { locks: 'denied' },
      { kind: 'failed', cause: 'global-lock', blocker: { id: 31, statement: '' } },
    ],
    [
      'a lock on our table',
      '9.7.0',
      [ours('Waiting for table metadata lock'), ours('update', 8), idle(30)],
      { locks: [{ id: 8 }, { id: 30 }] },
      { kind: 'barred', blocker: { id: 30 } },
    ],
    [
      'a lock on our row',
      '5.6.24',
      [ours('update'), idle(30)],
      { waiter: 7, rowLocks: () => [{ id: 30 }] },
      { kind: 'barred', blocker: { id: 30 } },
    ],
    [
      'a lock on our row, of the other vantage, whose commit waits for a replica',
      '5.6.24',
      [ours('update'), ours('Waiting for semi-sync ACK from slave', 8)],
      { waiter: 7, rowLocks: () => [{ id: 8 }] },
      { kind: 'failed', cause: 'semi-sync' },
    ],
    [
      'a lock on our row, of the other vantage, whose commit hangs for no known reason',
      '5.6.24',
      [ours('update'), ours('query end', 8)],
      { waiter: 7, rowLocks: (id) => (id === 7 ? [{ id: 8 }] : []) },
      { kind: 'failed', cause: 'unknown', because: 'the commit does not return (state: query end)' },
    ],
    [
      'semi-synchronous replication, in the words of 8.0',
      '9.7.0',
      [ours('Waiting for semi-sync ACK from replica')],
      {},
      { kind: 'failed', cause: 'semi-sync', blocker: null },
    ],
    [
      'a full disk',
      '9.7.0',
      [ours('waiting for handler commit'), session(30, 'app', 'Waiting for disk space', 'INSERT')],
      {},
      { kind: 'failed', cause: 'disk-full' },
    ],
    [
      'nothing that anybody knows',
      '9.7.0',
      [ours('query end'), idle(30)],
      {},
      { kind: 'failed', cause: 'unknown', because: 'the commit does not return (state: query end)' },
    ],
    [
      'our account may not see it',
      '9.7.0',
      [ours('update')],
      { waiter: 'denied' },
      { kind: 'failed', cause: 'unknown', because: expect.stringMatching(/PROCESS is denied/) },
    ],
  ])('%s', async (_, version, processes, answers, wanted) => {
    expect(await askWhy(linkOf(version, processes, answers), 7)).toMatchObject(wanted);
  });
});

test.each<[string, readonly StatusRow[]]>([
  ['gone', [idle(30)]],
  ['at its next question', [session(7, 'monitor', 'init', 'SELECT @@global.read_only AS closed'), backup]],
])('nothing is said of one that is %s', async (_, processes) => {
  expect(await askWhy(linkOf('9.7.0', processes, {}), 7)).toBeNull();
});

describe('what holds up an applier', () => {
  const me = session(99, 'monitor', 'starting', 'SHOW FULL PROCESSLIST');
  const worker = (state: string) => session(12, 'system user', state, null, 'Query');
  const locks = (rows: readonly StatusRow[], ids: readonly number[], sqlState: string | null) =>
    locksOf([me, ...rows].map(readProcessRow), ids, sqlState, 99);

  test.each<[string, ReturnType<typeof locks>, string | null, number | null]>([
    ['nothing', locks([backup], [], null), null, null],
    ['it only takes its time', locks([idle(30)], [], 'System lock'), null, null],
    [
      'a global read lock, of a session by its statement',
      locks([backup, idle(30)], [], 'Waiting for global read lock'),
      'Waiting for global read lock, held by session 20 of backup',
      20,
    ],
    [
      'a worker of it',
      locks(
        [worker('Waiting for commit lock'), idle(30), idle(31)],
        [31],
        'Waiting for dependent transaction',
      ),
      'Waiting for commit lock, held by session 31 of app',
      31,
    ],
    [
      'a table that somebody locked',
      locks([idle(30)], [], 'Waiting for table metadata lock'),
      'Waiting for table metadata lock',
      null,
    ],
    ['a full disk', locks([worker('Waiting for disk space')], [], ''), 'Waiting for disk space', null],
    [
      'a global read lock, of nobody that the server names: the likeliest',
      locks([idle(30, 90), idle(31, 4)], [], 'Waiting for global read lock'),
      'Waiting for global read lock, likely held by session 31 of app',
      31,
    ],
    ['a lock while nothing is to be applied', locks([idle(30)], [30], null), null, 30],
  ])('%s', (_, got, blocked, locker) => {
    expect([got.applierBlocked, got.globalLock?.id ?? null]).toEqual([blocked, locker]);
  });
});

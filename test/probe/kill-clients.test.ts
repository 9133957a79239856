/** Whose connections are ended, and that a status of replication that is not answered keeps no node open. */
import { expect, test } from 'vitest';
import type { StatusRow } from '../../lib/probe/columns.ts';
import type { MysqlLink } from '../../lib/probe/connection.ts';
import { dialectOf } from '../../lib/probe/dialect.ts';
import { MysqlFailure } from '../../lib/probe/errors.ts';
import { killApplications } from '../../lib/probe/kill-clients.ts';
import { carryOut, type Way } from '../../lib/probe/statement-session.ts';
import { mysql97 } from './rows.ts';

const dialect = dialectOf('9.7.0', '');
const session = (Id: number, User: string, Command = 'Sleep'): StatusRow => ({
  Id,
  User,
  Command,
  Host: 'h',
  Time: 1,
});
const account = String(mysql97.channel.Source_User);
const app = session(1, 'app');
const connecting = session(2, account, 'Query');
const dump = session(3, account, 'Binlog Dump GTID');

/** A server with these sessions. Its status of replication is answered, or hangs. */
function serverWith(sessions: readonly StatusRow[], status: 'answers' | 'hangs') {
  const killed: number[] = [];
  const asked: string[] = [];
  const link = (id: number): MysqlLink => {
    let isOver = false;
    const query = async (sql: string, _: readonly unknown[], limitMs: number) => {
      if (isOver) throw new MysqlFailure('query', 0, new Error('the connection is gone'));
      asked.push(sql);
      if (sql.startsWith('KILL ')) killed.push(Number(sql.slice(5)));
      if (sql === 'SHOW FULL PROCESSLIST') return sessions;
      if (sql === dialect.pulse) return [mysql97.pulse];
      if (sql !== dialect.replicaStatus) return [];
      if (status === 'answers') return [mysql97.channel];
      isOver = true;
      throw new MysqlFailure('query', limitMs, 'timeout');
    };
    const none = () => {};
    const unlimited = (sql: string, values: readonly unknown[]) => query(sql, values, 0);
    const gone = new Promise<void>(none);
    return {
      dialect,
      id,
      gone,
      isGone: () => isOver,
      query,
      queryWithoutLimit: unlimited,
      queryAgain: unlimited,
      destroy: none,
      quit: none,
    };
  };
  let made = 0;
  const way: Way = {
    endpoint: {
      host: '127.0.0.1',
      port: 1,
      tls: 'off',
      credentials: { user: 'monitor', password: '' },
    } as Way['endpoint'],
    connect: async () => ({ link: link(++made), release: () => {}, leave: () => {} }),
  };
  const source = { address: '10.0.1.11', identity: null };
  const kill = () => carryOut(way, 1000, (command) => killApplications(command, source));
  return { kill, killed, asked };
}

test.each<
  [what: string, sessions: readonly StatusRow[], status: 'answers' | 'hangs', killed: readonly number[]]
>([
  ['a replica that is just connecting is spared', [app, connecting], 'answers', [1]],
  [
    'where the status hangs, that cannot be known, and the node is closed all the same',
    [app, connecting],
    'hangs',
    [1, 2],
  ],
  ['who feeds a replica is seen without it', [app, connecting, dump], 'hangs', [1]],
])('%s', async (_, sessions, status, expected) => {
  const { kill, killed, asked } = serverWith(sessions, status);
  expect(await kill()).toBe(expected.length);
  expect(killed).toEqual(expected);
  expect(asked.includes(dialect.replicaStatus)).toBe(!sessions.includes(dump));
});

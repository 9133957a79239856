import { describe, expect, test } from 'vitest';
import { comparePlaces } from '../../lib/core/evidence/log-place.ts';
import { progressOf } from '../../lib/probe/catch-up.ts';
import { readChannel } from '../../lib/probe/channel-rows.ts';
import { dialectOf } from '../../lib/probe/dialect.ts';
import { failedOf, heartbeatOf, MysqlFailure, type Phase, sawOf } from '../../lib/probe/errors.ts';
import { includes } from '../../lib/probe/log-position.ts';
import { readPulse } from '../../lib/probe/pulse-row.ts';
import { applicationsOf, heartbeatsOf } from '../../lib/probe/sessions.ts';
import { hear, heardAgo, receivedAgo } from '../../lib/probe/source-contact.ts';
import { mysql56 } from './rows.ts';

test.each<[string, string, string, string, boolean]>([
  ['5.6.24-log', 'MySQL Community Server (GPL)', 'SHOW SLAVE STATUS', 'SHOW MASTER STATUS', false],
  ['5.7.7', '', 'SHOW SLAVE STATUS', 'SHOW MASTER STATUS', false],
  ['5.7.44-log', '', 'SHOW SLAVE STATUS', 'SHOW MASTER STATUS', true],
  ['8.0.21', '', 'SHOW SLAVE STATUS', 'SHOW MASTER STATUS', true],
  ['8.0.36-28.1', 'Percona Server (GPL)', 'SHOW REPLICA STATUS', 'SHOW MASTER STATUS', true],
  ['8.4.3', '', 'SHOW REPLICA STATUS', 'SHOW BINARY LOG STATUS', true],
  ['9.7.4-2', '(Debian)', 'SHOW REPLICA STATUS', 'SHOW BINARY LOG STATUS', true],
  ['10.11.18-MariaDB-0+deb12u1-log', 'Debian 12', 'SHOW ALL SLAVES STATUS', 'SHOW MASTER STATUS', false],
  ['11.4.2', 'mariadb.org binary distribution', 'SHOW ALL SLAVES STATUS', 'SHOW MASTER STATUS', false],
])('dialect of %s %s', (version, comment, replica, log, superReadOnly) => {
  const dialect = dialectOf(version, comment);
  expect([dialect.replicaStatus, dialect.binaryLogStatus, dialect.superReadOnly]).toEqual([
    replica,
    log,
    superReadOnly,
  ]);
});

const nobody = { address: '', identity: null };

const failure = (during: Phase, cause: 'timeout' | Record<string, unknown>) =>
  new MysqlFailure(during, 12.3, cause === 'timeout' ? cause : Object.assign(new Error('words'), cause));

describe('what an error proves', () => {
  test.each<[string, Phase, 'timeout' | Record<string, unknown>, Record<string, unknown>]>([
    ['port refused', 'connect', { code: 'ECONNREFUSED', errno: -111 }, { kind: 'refused' }],
    [
      'no connection in time',
      'connect',
      'timeout',
      { kind: 'unanswered', during: 'connect', because: 'timeout', afterMs: 12 },
    ],
    ['no greeting in time', 'login', 'timeout', { kind: 'unanswered', during: 'login', because: 'timeout' }],
    ['no rows in time', 'query', 'timeout', { kind: 'unanswered', during: 'query', because: 'timeout' }],
    [
      'no route',
      'connect',
      { code: 'EHOSTUNREACH', errno: -113 },
      { kind: 'unanswered', because: 'unreachable' },
    ],
    ['reset', 'login', { code: 'ECONNRESET', errno: -104 }, { kind: 'unanswered', because: 'dropped' }],
    ['lost', 'query', { code: 'PROTOCOL_CONNECTION_LOST' }, { kind: 'unanswered', because: 'dropped' }],
    ['shutting down', 'login', { errno: 1053 }, { kind: 'unanswered', because: 'dropped' }],
    ['killed (MariaDB)', 'query', { errno: 1927 }, { kind: 'unanswered', because: 'dropped' }],
    ['too many connections', 'login', { errno: 1040 }, { kind: 'saturated', errno: 1040 }],
    ['too many of this user', 'login', { errno: 1203 }, { kind: 'saturated', errno: 1203 }],
    ['resource limit', 'login', { errno: 1226 }, { kind: 'saturated', errno: 1226 }],
    ['host blocked', 'login', { errno: 1129 }, { kind: 'saturated', errno: 1129 }],
    ['wrong password', 'login', { errno: 1045 }, { kind: 'locked-out', errno: 1045 }],
    ['socket account (MariaDB)', 'login', { errno: 1698 }, { kind: 'locked-out', errno: 1698 }],
    ['host not allowed', 'login', { errno: 1130 }, { kind: 'locked-out', errno: 1130 }],
    ['no grant', 'query', { errno: 1227 }, { kind: 'locked-out', errno: 1227 }],
    [
      'server without TLS',
      'login',
      { code: 'HANDSHAKE_NO_SSL_SUPPORT' },
      { kind: 'locked-out', errno: 2026 },
    ],
    ['unknown authority', 'login', { code: 'HANDSHAKE_SSL_ERROR' }, { kind: 'locked-out', errno: 2026 }],
    ['unknown plugin', 'login', { code: 'AUTH_SWITCH_PLUGIN_ERROR' }, { kind: 'locked-out', errno: 2061 }],
  ])('%s', (_, during, cause, saw) => {
    expect(sawOf(failure(during, cause))).toMatchObject(saw);
  });
});

test.each<[string, Phase, 'timeout' | Record<string, unknown>, string]>([
  ['read-only', 'query', { errno: 1290 }, 'refused'],
  ['a read-only transaction', 'query', { errno: 1792 }, 'refused'],
  ['read-only mode', 'query', { errno: 1836 }, 'refused'],
  ['innodb_read_only', 'query', { errno: 1036 }, 'refused'],
  ['no table', 'query', { errno: 1146 }, 'barred'],
  ['no schema', 'query', { errno: 1049 }, 'barred'],
  ['no grant', 'query', { errno: 1142 }, 'barred'],
  ['a limit of our account', 'query', { errno: 1226 }, 'barred'],
  ['no connection', 'connect', { code: 'ECONNREFUSED' }, 'not-tried'],
  ['no login', 'login', { errno: 1040 }, 'not-tried'],
  ['table full', 'query', { errno: 1114 }, 'failed'],
  ['binary log cannot be written', 'query', { errno: 1598 }, 'failed'],
  ['lock wait', 'query', { errno: 1205 }, 'failed'],
  ['no answer', 'query', 'timeout', 'failed'],
])('a heartbeat that met %s', (_, during, cause, kind) => {
  expect(heartbeatOf(failure(during, cause), 0).kind).toBe(kind);
});

test.each<[string, Phase, 'timeout' | Record<string, unknown>, boolean, string]>([
  ['refused', 'connect', { code: 'ECONNREFUSED' }, false, 'unreachable'],
  ['silent before anything was sent', 'query', 'timeout', false, 'unreachable'],
  ['silent after it', 'query', 'timeout', true, 'timeout'],
  ['lost after it', 'query', { code: 'ECONNRESET' }, true, 'timeout'],
  ['wrong password', 'login', { errno: 1045 }, false, 'locked-out'],
  ['full', 'login', { errno: 1040 }, false, 'saturated'],
  ['no grant to set it', 'query', { errno: 1227 }, true, 'unsuccessful'],
])('a command that met %s', (_, during, cause, changing, word) => {
  expect(failedOf(failure(during, cause), changing).failure).toBe(word);
});

const at = (gtid: string | null, file = 'binlog.000001', offset = 100) => ({ gtid, file, offset });

test.each<
  [string, ReturnType<typeof at>, ReturnType<typeof at>, string | null, 'mysql' | 'mariadb', boolean]
>([
  ['GTIDs, all', at('a:1-9,b:1'), at('a:1-9'), null, 'mysql', true],
  ['GTIDs, one short', at('a:1-8'), at('a:1-9'), null, 'mysql', false],
  ['GTIDs decide against offsets', at('a:1-8', 'binlog.000009'), at('a:1-9'), null, 'mysql', false],
  ['an empty set is no goal: offset reached', at('a:1'), at(''), null, 'mysql', true],
  ['an empty set is no goal: offset before', at('a:1', 'binlog.000001', 99), at(''), null, 'mysql', false],
  ['offset reached', at(null), at(null), null, 'mysql', true],
  ['offset beyond', at(null, 'binlog.000002', 4), at(null), null, 'mysql', true],
  ['offset before', at(null, 'binlog.000001', 99), at(null), null, 'mysql', false],
  ['no offset known', at(null), at(null, '', 0), null, 'mysql', false],
  ['MariaDB, same origin', at('0-1-100'), at('0-1-100'), '0-1-100', 'mariadb', true],
  ['MariaDB, one short', at('0-1-99'), at('0-1-100'), '0-1-99', 'mariadb', false],
  ['MariaDB, later in the stream', at('0-1-102'), at('0-2-101'), '0-1-102', 'mariadb', true],
  ['MariaDB, its own writes are no stream', at('0-1-99'), at('0-1-100'), '0-1-99,0-2-105', 'mariadb', false],
  ['MariaDB, the goal has its own writes', at('1-1-5'), at('1-1-5,2-2-7'), '1-1-5,2-2-7', 'mariadb', true],
])('includes: %s', (_, applied, goal, executed, flavor, reached) => {
  expect(includes({ applied, executed: at(executed) }, goal, flavor)).toBe(reached);
});

test.each<[Phase, string | null, string]>([
  ['connect', 'connect ECONNREFUSED 10.0.1.11:3306', 'connect ECONNREFUSED 10.0.1.11:3306'],
  ['query', 'read ECONNRESET', 'query: read ECONNRESET'],
  ['login', null, 'login: no answer within 12 ms'],
])('a failure names its phase once: %s, %s', (during, words, message) => {
  expect(new MysqlFailure(during, 12.3, words === null ? 'timeout' : new Error(words)).message).toBe(message);
});

test('files are ordered by number', () => {
  expect(comparePlaces(at(null, 'b.1000000', 4), at(null, 'b.999999', 900))).toBeGreaterThan(0);
});

describe('progress', () => {
  const pulse = readPulse(mysql56.pulse);
  const channelWith = (change: Record<string, unknown>) =>
    readChannel([{ ...mysql56.channel, ...change }], pulse, nobody);
  const uuid = mysql56.pulse.executed.slice(0, 36);
  const behind = { Exec_Master_Log_Pos: 433, Executed_Gtid_Set: `${uuid}:1` };
  const received = { gtid: `${uuid}:1-2`, file: 'binlog.000001', offset: 735 };
  const progress = (change: Record<string, unknown> | null, upTo: typeof received | null = null) =>
    progressOf(change === null ? null : channelWith(change), pulse, { upTo, received }, 'mysql');

  test.each([
    ['all that was received', progress({}), true, false],
    [
      'what was received first, while more comes in',
      progress({ Read_Master_Log_Pos: 900, Retrieved_Gtid_Set: `${uuid}:1-3` }),
      true,
      false,
    ],
    [
      'what was received first, and its own log was reset, so that it does not record all of it',
      progress({
        Read_Master_Log_Pos: 900,
        Exec_Master_Log_Pos: 800,
        Retrieved_Gtid_Set: `${uuid}:1-3`,
        Executed_Gtid_Set: `${uuid}:2`,
      }),
      true,
      false,
    ],
    ['behind', progress(behind), false, false],
    ['behind, and its SQL thread is stopped', progress({ ...behind, Slave_SQL_Running: 'No' }), false, true],
    ['caught up, its SQL thread stopped', progress({ Slave_SQL_Running: 'No' }), true, false],
    ['caught up, but not to the position', progress({}, { ...received, gtid: `${uuid}:1-3` }), false, false],
    ['without replication', progress(null), false, true],
  ])('%s', (_, got, reached, hopeless) => {
    expect(got).toMatchObject({ reached, hopeless });
    expect(got.because === '').toBe(reached);
  });
});

describe('when a channel was heard', () => {
  const channel = readChannel([mysql56.channel], readPulse(mysql56.pulse), nobody);
  if (channel === null) throw new Error('no channel');
  const seen = {
    received: channel.received,
    name: '',
    sourceAddress: channel.sourceAddress,
    sourceIdentity: 'one',
    heartbeats: 4,
    stampMs: 100,
    isByEar: false,
    caughtUp: true,
  };
  const further = { ...seen, received: { ...channel.received, offset: 900 } };
  const byEarOf = (gtid: string) => ({
    ...seen,
    isByEar: true,
    received: { ...channel.received, gtid },
  });
  const first = hear(null, seen, 1000);
  const behind = hear(null, { ...seen, caughtUp: false }, 1000);

  test.each([
    ['the first look knows nothing: it may have heard just now', first, 0],
    ['nothing came in', hear(first, seen, 1500), 500],
    ['an event', hear(first, further, 1500), 0],
    ['a heartbeat', hear(first, { ...seen, heartbeats: 5 }, 1500), 0],
    ['no counter, and nothing came in', hear(first, { ...seen, heartbeats: null }, 1500), 500],
    ['a new heartbeat row', hear(first, { ...seen, stampMs: 200 }, 1500), 0],
    ['a row that had waited in the relay log', hear(behind, { ...seen, stampMs: 200 }, 1500), 500],
    ['no row any more', hear(first, { ...seen, stampMs: null }, 1500), 500],
    ['a transaction, by ear', hear(first, byEarOf('aaaa:1-4'), 1500), 0],
    ['by ear, and nothing came in', hear(first, byEarOf(channel.received.gtid ?? ''), 1500), 500],
    [
      // By ear the offset stays behind: that a whole row has it further is no news.
      'a whole row of what was heard by ear',
      hear(
        hear(first, byEarOf('aaaa:1-4'), 1500),
        { ...further, received: { ...further.received, gtid: 'aaaa:1-4' } },
        1900,
      ),
      400,
    ],
    ['nothing since', hear(hear(first, further, 1500), further, 1900), 400],
    [
      'another source',
      hear(hear(first, further, 1500), { ...further, heartbeats: 9, sourceAddress: 'x' }, 1900),
      0,
    ],
    [
      'another source at the same address',
      hear(hear(first, further, 1500), { ...further, sourceIdentity: 'two' }, 1900),
      0,
    ],
    ['another channel', hear(hear(first, further, 1500), { ...further, name: 'other' }, 1900), 0],
    ['a source that is not known any more', hear(first, { ...seen, sourceIdentity: null }, 1500), 500],
    [
      'a reset channel goes back',
      hear(first, { ...seen, received: { ...channel.received, offset: 4 }, heartbeats: 0 }, 1500),
      500,
    ],
  ])('%s', (_, heard, ago) => {
    expect(heardAgo(heard, 2000)).toBe(ago);
  });

  test('a heartbeat of replication is heard, and is no event', () => {
    const beating = hear(first, { ...seen, heartbeats: 5 }, 1500);
    expect([heardAgo(beating, 2000), receivedAgo(beating, 2000)]).toEqual([0, 500]);
    const writing = hear(first, further, 1500);
    expect([heardAgo(writing, 2000), receivedAgo(writing, 2000)]).toEqual([0, 0]);
  });

  test('that it could not be read is no sign that nothing was heard, for 2 s', () => {
    const heard = hear(hear(first, further, 1500), further, 1900);
    expect([1900, 2500, 3900, 4900].map((atMs) => heardAgo(heard, atMs))).toEqual([400, 400, 400, 1400]);
  });
});

test('whom close kills: applications, and of ours a heartbeat under way; nobody else', () => {
  const process = (id: number, user: string, command: string, info = '') => ({ id, user, command, info });
  const beat = 'INSERT INTO keepalambda.heartbeat (node, committed_at) VALUES';
  const processes = [
    process(1, 'root', 'Sleep'),
    process(2, 'repl', 'Binlog Dump GTID'),
    process(3, 'system user', 'Connect'),
    process(4, 'system user', 'Slave_IO'),
    process(5, 'event_scheduler', 'Daemon'),
    process(6, 'monitor', 'Sleep'),
    process(7, 'app', 'Query'),
    process(8, 'app', 'Sleep'),
    process(9, 'repl', 'Query'),
    process(10, 'source', 'Sleep'),
    process(11, 'unauthenticated user', 'Connect'),
    process(12, 'other', 'Binlog Dump'),
    process(13, 'monitor', 'Query', beat),
    process(14, 'monitor', 'Query', 'SET GLOBAL read_only = 1'),
    process(15, 'monitor', 'Sleep', beat),
    process(16, 'repl', 'Query', beat),
    process(17, 'monitor', 'Query', 'SELECT committed_at AS stamp FROM keepalambda.heartbeat'),
  ];
  expect(applicationsOf(processes, 'monitor', 'source').map(({ id }) => id)).toEqual([1, 7, 8]);
  expect(heartbeatsOf(processes, 'monitor').map(({ id }) => id)).toEqual([13]);
});

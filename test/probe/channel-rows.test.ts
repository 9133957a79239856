import { describe, expect, test } from 'vitest';
import { type Channel, inboundOf, isCaughtUp, readChannel } from '../../lib/probe/channel-rows.ts';
import type { StatusRow } from '../../lib/probe/columns.ts';
import { readBinaryLog, readCounters } from '../../lib/probe/counter-rows.ts';
import { clockOffOf, readPulse } from '../../lib/probe/pulse-row.ts';
import { mariadb, mysql56, mysql97 } from './rows.ts';

const flavors: [string, typeof mysql56 | typeof mysql97 | typeof mariadb][] = [
  ['MySQL 5.6', mysql56],
  ['MySQL 9.7', mysql97],
  ['MariaDB 10.11', mariadb],
];

const db1 = { address: '127.0.33.11', identity: null };

function channelOf(rows: { pulse: StatusRow; channel: StatusRow }, change: StatusRow = {}): Channel {
  const channel = readChannel([{ ...rows.channel, ...change }], readPulse(rows.pulse), db1);
  if (channel === null) throw new Error('no channel was read');
  return channel;
}

test.each(flavors)('%s: a channel that runs and is caught up', (_, rows) => {
  const channel = channelOf(rows);
  const inbound = inboundOf(channel, readPulse(rows.pulse), {
    heardAgoMs: 250,
    receivedAgoMs: 900,
    applierBlocked: 'Waiting for global read lock',
  });
  expect(inbound).toMatchObject({
    kind: 'configured',
    io: 'yes',
    sql: 'yes',
    lagSeconds: 0,
    ioError: null,
    sqlError: null,
    sourceAddress: '127.0.33.11',
    received: { gtid: rows.pulse.executed, file: 'binlog.000001' },
    applied: { gtid: rows.pulse.executed, file: 'binlog.000001' },
    caughtUp: true,
    heardAgoMs: 250,
    receivedAgoMs: 900,
    applierBlocked: 'Waiting for global read lock',
  });
  expect(channel).toMatchObject({ sourceUser: 'repl', readAll: true });
});

test.each([
  ['by its own delay', 3600, { sql: 'yes', delaySeconds: 3600, lagSeconds: 0 }],
  [
    'by what is held back',
    2 ** 30 + 3600,
    { sql: 'no', delaySeconds: 3600, lagSeconds: null, sqlError: null },
  ],
])('an applier that waits %s', (_, SQL_Delay, said) => {
  const beside = { heardAgoMs: 250, receivedAgoMs: 900, applierBlocked: null };
  expect(inboundOf(channelOf(mysql97, { SQL_Delay }), readPulse(mysql97.pulse), beside)).toMatchObject(said);
});

test.each<[what: string, row: StatusRow, leavesOut: string | undefined]>([
  ['nothing', {}, undefined],
  ['a database', { Replicate_Ignore_DB: 'logs' }, 'Replicate_Ignore_DB: logs'],
  ['all but one', { Replicate_Do_DB: 'app' }, 'Replicate_Do_DB: app'],
  ['databases of the server', { Replicate_Ignore_DB: 'mysql, information_schema' }, undefined],
  ['its tables', { Replicate_Wild_Ignore_Table: 'mysql.%,sys.%' }, undefined],
  ['one of each', { Replicate_Ignore_DB: 'mysql,logs' }, 'Replicate_Ignore_DB: mysql,logs'],
  ['one whose name begins so', { Replicate_Ignore_DB: 'mysqlstats' }, 'Replicate_Ignore_DB: mysqlstats'],
  [
    'two kinds',
    { Replicate_Ignore_DB: 'mysql', Replicate_Rewrite_DB: '(a,b)', Replicate_Ignore_Server_Ids: '1' },
    'Replicate_Rewrite_DB: (a,b); Replicate_Ignore_Server_Ids: 1',
  ],
])('a channel that leaves out %s', (_, row, leavesOut) => {
  const beside = { heardAgoMs: 250, receivedAgoMs: 900, applierBlocked: null };
  const inbound = inboundOf(channelOf(mysql97, row), readPulse(mysql97.pulse), beside);
  expect(inbound.kind === 'configured' && inbound.leavesOut).toBe(leavesOut);
});

test('the server id, where the pulse has it', () => {
  expect(readPulse(mysql97.pulse).serverId).toBeNull();
  expect(readPulse({ ...mysql97.pulse, server_id: '7' }).serverId).toBe(7);
});

test.each<[string, StatusRow, boolean]>([
  ['MySQL 5.6 with read_only', mysql56.pulse, false],
  ['MySQL 5.6 without', { ...mysql56.pulse, read_only: 0 }, true],
  ['MySQL 9.7 with super_read_only', mysql97.pulse, false],
  ['MySQL 9.7 with read_only alone', { ...mysql97.pulse, super_read_only: 0 }, false],
  ['MySQL 9.7 with neither', { ...mysql97.pulse, super_read_only: 0, read_only: 0 }, true],
  ['MariaDB with read_only', mariadb.pulse, false],
  ['MariaDB without', { ...mariadb.pulse, read_only: 0 }, true],
  ['MariaDB 12 in words, off', { ...mariadb.pulse, read_only: 'OFF' }, true],
  ['MariaDB 12 in words, on', { ...mariadb.pulse, read_only: 'NO_LOCK_NO_ADMIN' }, false],
])('writable: %s', (_, pulse, writable) => {
  expect(readPulse(pulse).writable).toBe(writable);
});

test.each<[unknown, string | null]>([
  ['ON', mysql56.pulse.executed],
  ['ON_PERMISSIVE', null],
  ['OFF_PERMISSIVE', null],
  ['OFF', null],
])('gtid_mode %s: executed is %s', (gtid_mode, executed) => {
  const pulse = readPulse({ ...mysql56.pulse, gtid_mode });
  expect(pulse.executed).toBe(executed);
});

test.each<[what: string, clock: unknown, tookMs: number, offMs: number | null]>([
  ['on time', '1000.000', 40, 0],
  ['read at the beginning of a slow answer', '999.500', 600, 0],
  ['3 s ahead', '1003.000', 40, 3000],
  ['3 s behind, of which the way may be 0.6 s', '997.000', 600, -2400],
  ['as a number', 1003, 40, 3000],
  ['not said', undefined, 40, null],
])('the clock: %s', (_, clock, tookMs, offMs) => {
  const pulse = readPulse({ ...mysql56.pulse, clock });
  expect(clockOffOf(pulse, 1_000_000, tookMs)).toBe(offMs);
});

test('a set that the server breaks into lines is one set', () => {
  expect(readPulse({ ...mysql56.pulse, executed: 'a:1-2,\nb:1' }).executed).toBe('a:1-2,b:1');
});

test.each<[string, unknown, string]>([
  ['Yes', 'Yes', 'yes'],
  ['No', 'No', 'no'],
  ['Connecting', 'Connecting', 'connecting'],
  ['MariaDB’s Preparing', 'Preparing', 'connecting'],
])('IO thread: %s', (_, value, io) => {
  expect(channelOf(mysql56, { Slave_IO_Running: value }).io).toBe(io);
});

test.each([
  [13114, 1236],
  [13117, 1593],
])(
  'a receiver of MySQL 8 and later that ended with %i has ended with %i, as it was always numbered',
  (printed, errno) => {
    expect(channelOf(mysql97, { Last_IO_Errno: printed, Last_IO_Error: 'gone' }).ioError).toEqual({
      errno,
      message: 'gone',
    });
  },
);

test('an unknown lag is null, never 0', () => {
  expect(channelOf(mysql56, { Seconds_Behind_Master: null }).lagSeconds).toBeNull();
  expect(channelOf(mysql97, { Seconds_Behind_Source: null }).lagSeconds).toBeNull();
});

test('the errors that the threads stopped with', () => {
  const message = "Error 'Duplicate entry' on query";
  const change = {
    Last_SQL_Errno: 1062,
    Last_SQL_Error: message,
    Last_IO_Errno: 1236,
    Last_IO_Error: 'gone',
  };
  expect(channelOf(mysql97, change)).toMatchObject({
    sqlError: { errno: 1062, message },
    ioError: { errno: 1236, message: 'gone' },
  });
});

describe('which channel', () => {
  const at = (Channel_Name: string, Source_Host: string, Source_UUID: string) => ({
    ...mysql97.channel,
    Channel_Name,
    Source_Host,
    Source_UUID,
  });
  const idle = at('', '10.9.9.9', '');
  const reports = at('reports', '10.9.9.9', 'reporting');
  const peer = at('peer', '127.0.33.11', 'one');
  const byName = at('by-name', 'db1.internal', 'one');
  const fresh = at('fresh', '127.0.33.11', '');
  const turned = at('turned', '127.0.33.11', 'stranger');
  const choose = (rows: StatusRow[], identity: string | null, address = '127.0.33.11') =>
    readChannel(rows, readPulse(mysql97.pulse), { address, identity })?.name ?? null;

  test.each<[string, string | null, string | null]>([
    ['none is configured', choose([], null), null],
    ['one without a source is none', choose([at('peer', '', '')], null), null],
    ['by address, while nobody knows who the peer is', choose([reports, peer], null), 'peer'],
    ['by identity, whatever the address', choose([reports, byName], 'one'), 'by-name'],
    ['identity before address', choose([turned, byName], 'one'), 'by-name'],
    ['address before one that never connected', choose([idle, fresh], 'one'), 'fresh'],
    ['of two from the peer, the one with its address', choose([byName, peer], 'one'), 'peer'],
    ['none is the peer’s: a stranger, and not the idle one', choose([idle, reports], 'one'), 'reports'],
    ['none is the peer’s: the one with its address', choose([reports, turned], 'one'), 'turned'],
    ['nothing is known: the one that has connected', choose([idle, reports], null, '10.0.0.9'), 'reports'],
    ['nothing is known: else the unnamed one', choose([fresh, idle], null, '10.0.0.9'), ''],
  ])('%s', (_, got, want) => {
    expect(got).toBe(want);
  });

  test('a stranger’s channel is shown with its real source', () => {
    const channel = readChannel([idle, reports], readPulse(mysql97.pulse), { address: 'x', identity: 'one' });
    expect(channel).toMatchObject({ sourceIdentity: 'reporting', sourceAddress: '10.9.9.9' });
  });
});

describe('caught up', () => {
  const uuid = mysql56.pulse.executed.slice(0, 36);
  const behind = { Exec_Master_Log_Pos: 433, Executed_Gtid_Set: `${uuid}:1` };
  const noGtid = { Retrieved_Gtid_Set: '', Executed_Gtid_Set: '' };
  const busy = { Slave_SQL_Running_State: 'Reading event from the relay log' };
  const half = { Slave_IO_Running: 'Connecting', ...behind };

  test.each<[string, StatusRow, number, boolean]>([
    ['offsets agree', {}, 0, true],
    ['offsets agree, without GTIDs', noGtid, 0, true],
    ['GTIDs agree, offsets do not yet', { Exec_Master_Log_Pos: 433 }, 0, true],
    ['behind', { ...behind, ...busy }, 0, false],
    ['behind in another file', { ...noGtid, ...busy, Relay_Master_Log_File: 'binlog.000000' }, 0, false],
    ['half a transaction, its source is dead', half, 0, true],
    ['half a transaction, more may come', { ...half, Slave_IO_Running: 'Yes' }, 0, false],
    ['half a transaction, the SQL thread still reads', { ...half, ...busy }, 0, false],
    ['half a transaction, but the SQL thread is stopped', { ...half, Slave_SQL_Running: 'No' }, 0, false],
    ['half a transaction, and workers may be at work', half, 4, false],
  ])('%s', (_, change, workers, caughtUp) => {
    expect(isCaughtUp(channelOf(mysql56, change), workers)).toBe(caughtUp);
  });
});

test('counters, with and without the heartbeats', () => {
  const semiSync = null;
  expect(readCounters(mysql56.counters)).toEqual({
    uptimeSeconds: 3,
    ageSeconds: 3,
    connections: 5,
    heartbeats: 4,
    heartbeatSeconds: null,
    semiSync,
  });
  const period = { Variable_name: 'Slave_heartbeat_period', Value: '1800.000' };
  expect(readCounters([...mysql56.counters, period]).heartbeatSeconds).toBe(1800);
  expect(readCounters(mysql97.counters)).toMatchObject({ uptimeSeconds: 2, heartbeats: null, semiSync });
  expect(channelOf(mariadb).heartbeats).toBe(4);
});

test.each<[what: string, Value: string, uptimeSeconds: number, ageSeconds: number | null]>([
  ['of less than 0, by a clock that was set back', '18446744073709551316', 0, -300],
  ['of its first second', '0', 0, 0],
  ['that is no number', '', 0, null],
])('an uptime %s', (_, Value, uptimeSeconds, ageSeconds) => {
  expect(readCounters([{ Variable_name: 'Uptime', Value }])).toMatchObject({ uptimeSeconds, ageSeconds });
});

test.each(['master', 'source'])('semi-synchronous replication, as a %s', (role) => {
  const rows = ['status', 'wait_sessions', 'yes_tx'].map((name, index) => ({
    Variable_name: `Rpl_semi_sync_${role}_${name}`,
    Value: ['ON', '3', '17'][index],
  }));
  expect(readCounters(rows).semiSync).toEqual({ on: true, waiting: 3, acknowledged: 17 });
});

test('transactions without a GTID may come in: offsets decide whether all is applied', () => {
  const pulse = readPulse({ ...mysql56.pulse, gtid_mode: 'ON_PERMISSIVE' });
  const rows = { ...mysql56.channel, Retrieved_Gtid_Set: '', Exec_Master_Log_Pos: 433 };
  const channel = readChannel([{ ...rows, Slave_SQL_Running_State: 'Reading' }], pulse, db1);
  expect(channel).toMatchObject({
    received: { gtid: null, offset: 735 },
    applied: { gtid: null, offset: 433 },
  });
  expect(channel && isCaughtUp(channel, 0)).toBe(false);
});

test.each<[string, StatusRow, string]>([
  ['on', { log_bin: 1 }, 'on'],
  ['off', { log_bin: 0 }, 'off'],
  ['not said', {}, 'unknown'],
])('the binary log is %s', (_, row, binaryLog) => {
  expect(readPulse({ ...mysql56.pulse, ...row }).binaryLog).toBe(binaryLog);
});

test.each<[string, StatusRow, boolean]>([
  ['on', { offline_mode: '1' }, true],
  ['off', { offline_mode: '0' }, false],
  ['a server that has none', { offline_mode: null }, false],
  ['not said', {}, false],
])('offline_mode: %s', (_, row, offline) => {
  expect(readPulse({ ...mysql97.pulse, ...row }).offline).toBe(offline);
});

test('half-closed: only one of the two variables is on, as while an order to close waits', () => {
  const pulse = (read_only: number, super_read_only: number | null) =>
    readPulse({ ...mysql97.pulse, read_only, super_read_only });
  const words = [pulse(0, 1), pulse(1, 0), pulse(1, 1), pulse(0, 0), pulse(1, null)];
  expect(words.map(({ writable, halfClosed }) => [writable, halfClosed])).toEqual([
    [false, true],
    [false, true],
    [false, false],
    [true, false],
    [false, false],
  ]);
});

test('the binary log, also when it is off', () => {
  expect(readBinaryLog([{ File: 'binlog.000001', Position: 701 }])).toEqual({
    file: 'binlog.000001',
    offset: 701,
  });
  expect(readBinaryLog([])).toEqual({ file: '', offset: 0 });
});

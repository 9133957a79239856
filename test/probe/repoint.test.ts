import { expect, it, test } from 'vitest';
import { dialectOf } from '../../lib/probe/dialect.ts';
import { fedOf, repointStatement } from '../../lib/probe/repoint.ts';
import { readProcessRow } from '../../lib/probe/sessions.ts';

const place = { host: '10.0.1.12', port: 3306 };

test.each<[version: string, channel: string, heartbeat: number | null, statement: string]>([
  [
    '5.6.51-log',
    '',
    0.5,
    "CHANGE MASTER TO MASTER_HOST = '10.0.1.12', MASTER_PORT = 3306, MASTER_AUTO_POSITION = 1, MASTER_HEARTBEAT_PERIOD = 0.5",
  ],
  [
    '9.7.0',
    'pair',
    null,
    "CHANGE REPLICATION SOURCE TO SOURCE_HOST = '10.0.1.12', SOURCE_PORT = 3306, SOURCE_AUTO_POSITION = 1 FOR CHANNEL 'pair'",
  ],
  [
    '10.11.6-MariaDB',
    'pair',
    1,
    "CHANGE MASTER 'pair' TO MASTER_HOST = '10.0.1.12', MASTER_PORT = 3306, MASTER_USE_GTID = slave_pos, MASTER_HEARTBEAT_PERIOD = 1",
  ],
])('a replica of %s is pointed elsewhere, channel "%s"', (version, channel, heartbeat, statement) => {
  expect(repointStatement(dialectOf(version, ''), channel, place, heartbeat)).toBe(statement);
});

it('names the replicas that a node feeds, but for its peer', () => {
  const feeding = (Host: string, Command = 'Binlog Dump GTID') =>
    readProcessRow({ Id: 7, User: 'repl', Host, Command, Time: 60, Info: null });
  const processes = [
    feeding('10.0.1.12:4711'),
    feeding('10.0.1.31:50000', 'Binlog Dump'),
    feeding('10.0.1.9:1', 'Sleep'),
  ];
  expect(fedOf(processes, '10.0.1.12')).toEqual([{ address: '10.0.1.31', user: 'repl', forSeconds: 60 }]);
});

it('names nobody where it cannot tell the peer from a replica', () => {
  const row = {
    Id: 7,
    User: 'repl',
    Host: 'ip-10-0-1-12.ec2.internal:4711',
    Command: 'Binlog Dump',
    Time: 60,
  };
  expect(fedOf([readProcessRow(row)], '10.0.1.12')).toEqual([]);
});

/** The statement that makes a channel, in each server's words. */
import { expect, test } from 'vitest';
import { dialectOf } from '../../lib/probe/dialect.ts';
import { sourceStatement } from '../../lib/probe/replicate.ts';

const sourcing = (tls: 'off' | 'encrypt') => ({
  source: { address: '10.0.1.11', identity: null },
  port: 3306,
  account: { user: 'repl', password: "it's", tls },
});

test.each([
  [
    '5.6.24',
    'off',
    "CHANGE MASTER TO MASTER_HOST = '10.0.1.11', MASTER_PORT = 3306, MASTER_USER = 'repl', MASTER_PASSWORD = 'it''s', MASTER_HEARTBEAT_PERIOD = 0.5, MASTER_CONNECT_RETRY = 1, MASTER_RETRY_COUNT = 0, MASTER_AUTO_POSITION = 1",
  ],
  [
    '9.7.1',
    'off',
    "CHANGE REPLICATION SOURCE TO SOURCE_HOST = '10.0.1.11', SOURCE_PORT = 3306, SOURCE_USER = 'repl', SOURCE_PASSWORD = 'it''s', SOURCE_HEARTBEAT_PERIOD = 0.5, SOURCE_CONNECT_RETRY = 1, GET_SOURCE_PUBLIC_KEY = 1, SOURCE_RETRY_COUNT = 0, SOURCE_AUTO_POSITION = 1",
  ],
  [
    '9.7.1',
    'encrypt',
    "CHANGE REPLICATION SOURCE TO SOURCE_HOST = '10.0.1.11', SOURCE_PORT = 3306, SOURCE_USER = 'repl', SOURCE_PASSWORD = 'it''s', SOURCE_HEARTBEAT_PERIOD = 0.5, SOURCE_CONNECT_RETRY = 1, SOURCE_SSL = 1, SOURCE_RETRY_COUNT = 0, SOURCE_AUTO_POSITION = 1",
  ],
  [
    '10.11.6-MariaDB',
    'off',
    "CHANGE MASTER TO MASTER_HOST = '10.0.1.11', MASTER_PORT = 3306, MASTER_USER = 'repl', MASTER_PASSWORD = 'it''s', MASTER_HEARTBEAT_PERIOD = 0.5, MASTER_CONNECT_RETRY = 1, MASTER_USE_GTID = slave_pos",
  ],
] as const)('%s, TLS %s', (version, tls, statement) => {
  expect(sourceStatement(dialectOf(version, ''), sourcing(tls))).toBe(statement);
});

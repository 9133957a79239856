import { describe, expect, test } from 'vitest';
import { fingerprint } from '../../../lib/core/evidence/fingerprint.ts';
import type { Heartbeat, Inbound, Saw, Server, Sighting } from '../../../lib/core/evidence/sighting.ts';

const terms = { lagLimitSeconds: 120, witnessMs: null };
const awaiting = { ...terms, witnessMs: 1000 };
const position = { gtid: 'a:1-5', file: 'binlog.000001', offset: 4 };

const inbound: Extract<Inbound, { kind: 'configured' }> = {
  kind: 'configured',
  io: 'yes',
  sql: 'yes',
  lagSeconds: 0,
  ioError: null,
  sqlError: null,
  sourceAddress: '10.0.1.12',
  sourceIdentity: 'b',
  delaySeconds: 0,
  retrySeconds: 60,
  applierBlocked: null,
  received: position,
  applied: position,
  caughtUp: true,
  heardAgoMs: 10,
  receivedAgoMs: 10,
};

const server: Server = {
  identity: 'a',
  version: '8.4.0',
  flavor: 'mysql',
  writable: true,
  uptimeSeconds: 10,
  halfClosed: false,
  roundTripMs: 1,
  clockOffMs: 0,
  binaryLog: 'on',
  semiSync: null,
  events: { scheduler: 'on', enabled: 0, disabledOnReplica: 0 },
  globalLock: null,
  loginRefused: null,
  inbound,
  executed: position,
  heartbeat: { kind: 'committed' },
};

const answered = (change: Partial<Server> = {}): Saw => ({
  kind: 'answered',
  server: { ...server, ...change },
});
const of = (saw: Saw) => fingerprint([{ node: 'db1', saw }], terms);
const awaited = (saw: Saw) => fingerprint([{ node: 'db1', saw }], awaiting);
const timeout = { kind: 'unanswered', during: 'query', because: 'timeout', afterMs: 500 } as const;
const failing = {
  kind: 'failed',
  forMs: 1,
  because: 'the commit does not return',
  cause: 'unknown',
  blocker: null,
} satisfies Heartbeat;
const further = { gtid: 'a:1-6', file: 'binlog.000002', offset: 9 };

const at = (gtid: string | null, log: number, offset: number) =>
  answered({ executed: { gtid, file: log === 0 ? '' : `binlog.00000${log}`, offset } });
const maria = (gtid: string) =>
  answered({ identity: 'server_id:1', executed: { gtid, file: 'binlog.000001', offset: 9000 } });

describe('what changes the fingerprint', () => {
  test.each<[string, Saw, Saw]>([
    ['the kind of what was seen', answered(), { kind: 'refused' }],
    ['silence', answered(), timeout],
    ['another server at the address', answered(), answered({ identity: 'b' })],
    ['writability', answered(), answered({ writable: false })],
    ['that it refuses clients', answered(), answered({ offline: true })],
    ['that it has switched its binary log off', answered(), answered({ binaryLog: 'off' })],
    ['the IO thread', answered(), answered({ inbound: { ...inbound, io: 'connecting' } })],
    ['the SQL thread', answered(), answered({ inbound: { ...inbound, sql: 'no' } })],
    ['replication taken away', answered(), answered({ inbound: { kind: 'unconfigured' } })],
    ['the lag at its limit', answered(), answered({ inbound: { ...inbound, lagSeconds: 120 } })],
    ['an unknown lag', answered(), answered({ inbound: { ...inbound, lagSeconds: null } })],
    ['a heartbeat that does not commit', answered(), answered({ heartbeat: failing })],
    ['a reset of its log, by GTIDs', at('b:1-9,a:1-23091', 7, 9), at('b:1-9,a:1-3', 1, 400)],
    ['the same before it writes anew', at('b:1-9,a:1-23091', 7, 9), at('', 1, 157)],
    ['the same on MariaDB', maria('0-2-9,0-1-23091'), maria('0-2-9,0-1-3')],
    ['the same without GTIDs', at(null, 7, 9), at(null, 1, 157)],
    ['the same in its first log', at(null, 1, 90_000), at(null, 1, 157)],
  ])('%s', (_, before, after) => {
    expect(of(after)).not.toBe(of(before));
  });
});

describe('what leaves it as it is', () => {
  test.each<[string, Saw, Saw]>([
    ['positions', answered(), answered({ executed: further, inbound: { ...inbound, received: further } })],
    [
      'ages and uptime',
      answered(),
      answered({ uptimeSeconds: 11, inbound: { ...inbound, heardAgoMs: 900 } }),
    ],
    ['a lag within its limit', answered(), answered({ inbound: { ...inbound, lagSeconds: 119 } })],
    [
      'for how long a heartbeat fails',
      answered({ heartbeat: failing }),
      answered({ heartbeat: { ...failing, forMs: 900 } }),
    ],
    ['a log that is rotated', at(null, 4, 900_000_000), at(null, 5, 157)],
    ['the same with GTIDs', at('a:1-8000', 1, 900_000_000), at('a:1-8001', 2, 157)],
    ['the first writes of a young server', at('a:1-3', 1, 400), at('a:1-900', 1, 400)],
    ['that no place was read beside GTIDs', at('a:1-8000', 4, 9000), at('a:1-8000', 0, 0)],
    ['the same of one that wrote nothing', at('b:1-8000', 4, 9000), at('b:1-8000', 0, 0)],
    ['the same on MariaDB', maria('0-2-9,0-1-8000'), maria('0-2-9,0-1-8001')],
    [
      'what it writes beside a gap in its GTIDs',
      at('a:1-8000:8002-8003', 2, 9),
      at('a:1-8000:8002-9000', 2, 99),
    ],
    ['a heartbeat that is not tried', answered(), answered({ heartbeat: { kind: 'not-tried' } })],
    ['how a node is silent', timeout, { ...timeout, during: 'connect', afterMs: 501 }],
    [
      'the words of a refusal',
      { kind: 'locked-out', errno: 1045, message: 'Access denied' },
      { kind: 'locked-out', errno: 1698, message: 'Access denied' },
    ],
  ])('%s', (_, before, after) => {
    expect(of(after)).toBe(of(before));
  });

  test('the order of the sightings', () => {
    const db1: Sighting = { node: 'db1', saw: answered() };
    const db2: Sighting = { node: 'db2', saw: { kind: 'refused' } };
    expect(fingerprint([db2, db1], terms)).toBe(fingerprint([db1, db2], terms));
  });
});

describe('a standby that has heard nothing for 5 s', () => {
  const holder: Sighting = { node: 'db1', saw: answered() };
  const standby = (heardAgoMs: number | null, io: 'yes' | 'connecting' = 'yes'): Sighting => ({
    node: 'db2',
    saw: answered({ heartbeat: { kind: 'not-tried' }, inbound: { ...inbound, io, heardAgoMs } }),
  });
  const both = (one: Sighting, other: Sighting) => fingerprint([one, other], terms);
  const idle: Sighting = { node: 'db1', saw: answered({ heartbeat: { kind: 'not-tried' } }) };

  test('is news beside a holder that commits a heartbeat every second', () => {
    expect(both(holder, standby(5000))).not.toBe(both(holder, standby(4999)));
  });

  test('is none where nobody commits: a quiet source sends nothing for half a minute', () => {
    expect(both(idle, standby(29_000))).toBe(both(idle, standby(10)));
  });

  test('is none where it is not known, or where the channel has lost its connection', () => {
    expect(both(holder, standby(null))).toBe(both(holder, standby(10)));
    expect(both(holder, standby(9000, 'connecting'))).toBe(both(holder, standby(10, 'connecting')));
  });

  test('is none of the holder: nothing is written on its standby', () => {
    const deaf: Sighting = { node: 'db1', saw: answered({ inbound: { ...inbound, heardAgoMs: 29_000 } }) };
    expect(both(deaf, standby(10))).toBe(both(holder, standby(10)));
  });
});

test('that it hears its source no more counts only where the witness’s word is awaited', () => {
  const deaf = answered({ inbound: { ...inbound, heardAgoMs: 1000 } });
  expect(of(deaf)).toBe(of(answered()));
  expect(awaited(deaf)).not.toBe(awaited(answered()));
  expect(awaited(answered({ inbound: { ...inbound, heardAgoMs: 999 } }))).toBe(awaited(answered()));
  expect(awaited(answered({ inbound: { ...inbound, heardAgoMs: null } }))).toBe(awaited(answered()));
});

/** What the configuration of a host holds: what somebody chose, and what setup gives. */
import { expect, it } from 'vitest';
import type { HostFacts } from '../../../lib/core/setup/facts.ts';
import { valuesFor } from '../../../lib/core/setup/values.ts';
import { pairWith } from '../world.ts';
import { hostWith } from './facts.ts';

const pair = pairWith({ mode: 'observe', hostWork: true });
const [db1, db2] = pair.nodes;

it('keeps a server id, a domain and days that somebody chose, and gives what nobody did', () => {
  const chosen = hostWith('10.11.6-MariaDB', {
    running: new Map([
      ['server_id', '7'],
      ['gtid_domain_id', '5'],
      ['expire_logs_days', '29.500000'],
      ['log_bin_basename', '/logs/mysql-bin'],
      ['bind_address', '10.0.1.12'],
    ]),
    namedHosts: 2,
  });
  const plain = hostWith('10.11.6-MariaDB');
  expect(valuesFor(pair, db2, chosen, plain)).toEqual({
    ServerId: '7',
    Offset: '2',
    Domain: '5',
    ReadOnly: '1',
    KeepDays: '30',
    BinaryLog: '/logs/mysql-bin',
    Bind: '10.0.1.12',
    SkipNames: '0',
  });
  const [one, two] = [valuesFor(pair, db1, plain, plain), valuesFor(pair, db2, plain, plain)];
  expect(one).toMatchObject({ Offset: '1', Domain: '1', KeepDays: '7', Bind: '0.0.0.0', SkipNames: '1' });
  expect(one.BinaryLog).toBe('/var/lib/mysql/binlog');
  expect(one.ServerId).not.toBe(two.ServerId);
});

it.each([
  ['5', '5', '5', '2'],
  ['2', '2', '2', '1'],
  ['0', '1', '2', '1'],
  ['0', '0', '1', '2'],
])('gives each node a domain of its own: of %s and %s', (own, peers, ofFirst, ofSecond) => {
  const [one, two] = [own, peers].map((domain) =>
    hostWith('10.11.6-MariaDB', { running: new Map([['gtid_domain_id', domain]]) }),
  ) as [HostFacts, HostFacts];
  expect([valuesFor(pair, db1, one, two).Domain, valuesFor(pair, db2, two, one).Domain]).toEqual([
    ofFirst,
    ofSecond,
  ]);
});

it.each([
  ['127.0.0.1,::1', '0.0.0.0'],
  ['127.0.0.1,10.0.1.11', '127.0.0.1,10.0.1.11'],
  ['', '*'],
])('has a server listen that others can reach: %s', (bind, want) => {
  const host = hostWith('8.4.3', { running: new Map([['bind_address', bind]]) });
  expect(valuesFor(pair, db1, host, host).Bind).toBe(want);
});

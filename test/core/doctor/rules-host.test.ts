/** What doctor says of a host: also where its server is down, and nothing where the host was not asked. */
import { expect, it, test } from 'vitest';
import type { Pair } from '../../../lib/core/config/config.ts';
import { diagnose, type ExaminedHost } from '../../../lib/core/doctor/doctor.ts';
import type { HostFacts } from '../../../lib/core/setup/facts.ts';
import { hostWith } from '../setup/facts.ts';
import { factsOf, findingsOf, located, pair } from './healthy.ts';

const GB = 1024 * 1024;
const volume = (freeKb: number, totalKb: number) => [{ path: '/var/lib/mysql', freeKb, totalKb }];
const healthy: Partial<HostFacts> = { vipBound: true, vipLasts: true, volumes: volume(50 * GB, 100 * GB) };

/** What is found where the host of a node has this changed; of that node alone. */
function found(changes: Partial<HostFacts>, node = 'db2', changesOfPair: Partial<Pair> = {}) {
  const said: ExaminedHost = { kind: 'facts', facts: hostWith('9.7.1', { ...healthy, ...changes }) };
  const other: ExaminedHost = { kind: 'facts', facts: hostWith('9.7.1', healthy) };
  const hosts = { db1: other, db2: other, [node]: said };
  return findingsOf({}, { hosts, pair: { ...pair, ...changesOfPair } });
}

it('finds nothing on a host that is as it should be', () => {
  expect(found({})).toEqual([]);
});

const file = '/etc/keepalived/keepalived.conf';

test.each<[id: string, changes: Partial<HostFacts>, got: string]>([
  ['keepalived-running', { keepalived: { state: 'running', file } }, `it runs, and ${file} has the VIP`],
  [
    'keepalived-running',
    { keepalived: { state: 'enabled', file } },
    `it starts with the host, and ${file} has the VIP`,
  ],
  [
    'keepalived-running',
    { keepalived: { state: 'running', file: '' } },
    'it runs, and its configuration was not found',
  ],
  ['vip-not-bound', { vipBound: false, vipLasts: false }, `${pair.vip} is on no interface`],
  ['vip-lost-at-reboot', { vipLasts: false }, `${pair.vip} is bound, and nothing in /etc binds it at boot`],
  ['disk-nearly-full', { volumes: volume(4 * GB, 50 * GB) }, '4,096 MB of 51,200 MB free at /var/lib/mysql'],
])('%s: %j', (id, changes, got) => {
  expect(found(changes)).toMatchObject([{ id, subject: 'db2', got }]);
});

it('takes much room for enough, however small a share it is, and a small volume with half of it free', () => {
  expect(found({ volumes: volume(21 * GB, 1000 * GB) })).toEqual([]);
  expect(found({ volumes: volume(4 * GB, 8 * GB) })).toEqual([]);
});

it('leaves a keepalived alone that the pair has as a repair', () => {
  const keepalived = { state: 'running', file } as const;
  expect(found({ keepalived }, 'db2', { repair: ['keepalived'] })).toEqual([]);
});

it('wants the VIP on the holder alone where it is bound at each move', () => {
  const ssm = { hostAddress: 'ssm' } as const;
  const off = { vipBound: false, vipLasts: false };
  expect(found(off, 'db2', ssm)).toEqual([]);
  expect(found({ vipLasts: false }, 'db1', ssm)).toEqual([]);
  expect(found(off, 'db1', ssm)).toMatchObject([
    { id: 'vip-not-bound', fix: expect.stringContaining('/32') },
  ]);
});

it('judges the host of a server that is down, and says which host was not heard', () => {
  const keepalived = { state: 'running', file } as const;
  const hosts = {
    db1: { kind: 'unknown', because: 'no agent' },
    db2: { kind: 'facts', facts: hostWith('9.7.1', { ...healthy, keepalived }) },
  } as const;
  const nodes = {
    db1: { kind: 'facts', facts: factsOf('db1') },
    db2: { kind: 'unknown', because: 'no connection' },
  } as const;
  const ids = diagnose({ pair, nodes, vip: located, hosts }).map(({ subject, id }) => `${subject} ${id}`);
  expect(ids).toEqual(['db2 keepalived-running', 'db2 node-not-read', 'db1 host-not-read']);
});

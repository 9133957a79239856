/** A finding about a variable says in which file and line it is set, where the host has said so. */
import { expect, test } from 'vitest';
import { diagnose } from '../../../lib/core/doctor/doctor.ts';
import type { LaterSetting } from '../../../lib/core/setup/facts.ts';
import { hostWith } from '../setup/facts.ts';
import { changed, factsOf, pair } from './healthy.ts';

const own = '/etc/my.cnf line 3';
const later = '/etc/mysql/conf.d/x.cnf line 12';
const kept = 'mysqld-auto.cnf';

test.each<[what: string, places: readonly LaterSetting[], set: string, where: string]>([
  ['under the name of old', [{ where: later, text: 'slave-skip-errors = ALL' }], ` (set in ${later})`, later],
  ['loosely', [{ where: later, text: 'loose_replica_skip_errors=all' }], ` (set in ${later})`, later],
  [
    'twice: the last one counts',
    [
      { where: own, text: 'replica_skip_errors=OFF' },
      { where: later, text: 'replica_skip_errors=ALL' },
    ],
    ` (set in ${later})`,
    later,
  ],
  ['by the server itself', [{ where: kept, text: 'replica_skip_errors=ALL' }], ` (set in ${kept})`, kept],
  ['nowhere, as far as the host says', [{ where: own, text: 'replica_net_timeout=60' }], '', 'my.cnf'],
])('it is set %s', (_, places, set, where) => {
  const facts = changed({ variables: { replica_skip_errors: 'ALL' } });
  const nodes = { db1: { kind: 'facts', facts: factsOf('db1') }, db2: { kind: 'facts', facts } } as const;
  const host = hostWith('9.7.1', { places });
  const vip = { kind: 'blind', atMs: 0, because: 'not asked' } as const;
  const found = diagnose({ pair, nodes, vip, hosts: { db2: { kind: 'facts', facts: host } } });
  expect(found.find(({ id }) => id === 'errors-skipped')).toMatchObject({
    got: `replica_skip_errors = ALL${set}`,
    fix: expect.stringContaining(` in ${where} of db2`),
  });
});

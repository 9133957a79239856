import { expect, test } from 'vitest';
import { parseConfig } from '../../../lib/core/config/config.ts';
import { pairIn, small } from '../environments.ts';

const faultsOf = (replicas: readonly unknown[]) => {
  const parsed = parseConfig({ ...small, pairs: [{ ...pairIn('a', '10.0.1', 'orders'), replicas }] });
  return parsed.kind === 'valid' ? [] : parsed.faults.map(({ path, got }) => `${path}: ${got}`);
};
const r01 = { name: 'r01', address: '10.0.1.31' };

test.each<[what: string, replicas: readonly unknown[], faults: readonly string[]]>([
  ['two of their own', [r01, { name: 'r02', address: '10.0.1.32' }], []],
  [
    'the name of a node',
    [{ ...r01, name: 'db1' }],
    ['pairs[0].replicas[0].name: db1, which is also that of another server'],
  ],
  [
    'the address of a node',
    [{ ...r01, address: '10.0.1.12' }],
    ['pairs[0].replicas[0].address: 10.0.1.12, which is also that of db2'],
  ],
  [
    'one address twice',
    [r01, { ...r01, name: 'r02' }],
    ['pairs[0].replicas[1].address: 10.0.1.31, which is also that of r01'],
  ],
  [
    'the VIP',
    [{ ...r01, address: '10.0.1.10' }],
    ['pairs[0].replicas[0].address: 10.0.1.10, which is the VIP'],
  ],
])('%s', (_, replicas, faults) => {
  expect(faultsOf(replicas)).toEqual(faults);
});

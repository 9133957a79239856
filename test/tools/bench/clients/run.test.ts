/** Clients on a real pair, without root: a fault is played, and each client's lines come to figures. */
import { expect, test } from 'vitest';
import { prepare } from '../../../../tools/bench/clients/catalogue.ts';
import { clientFigures } from '../../../../tools/bench/clients/figures.ts';
import { playFault } from '../../../../tools/bench/clients/run.ts';

test('mysqld is killed: one connection and a pool fail, and write again to the new holder', async () => {
  const { figures } = await playFault('mysqld-kill', await prepare(['mysql2', 'mysql2-pool']), {
    server: 'mysql-5.6',
    serverSettings: 'vendor',
    cpu: 'whole',
    network: 'loopback',
    latency: { kind: 'none' },
    ec2LatencyMs: null,
    watchedMs: 60_000,
    tell: () => {},
  });
  expect(figures.map(({ client, settings }) => `${client} ${settings}`)).toEqual([
    'mysql2 default',
    'mysql2 recommended',
    'mysql2-pool default',
    'mysql2-pool recommended',
  ]);
  for (const each of figures) {
    expect(clientFigures.parse(each)).toEqual(each);
    expect(each.outageMs).toBeGreaterThan(0);
    expect(each.failed).toBeGreaterThan(0);
    expect(Object.values(each.errors).reduce((sum, times) => sum + times, 0)).toBe(each.failed);
  }
});

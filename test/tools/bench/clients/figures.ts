/** Figures for tests: two clients in one fault. */
import type { BenchFigures } from '../../../../tools/bench/clients/figures.ts';

export const figures: BenchFigures = {
  server: 'mysql-5.6',
  serverSettings: 'vendor',
  network: 'namespaces',
  functionCpu: 'lambda',
  measuredOn: '2026-11-26',
  machine: { cpus: 2, load: 11.4 },
  watchedMs: 60_000,
  versions: { mysql2: '3.0.0', pymysql: '1.0.0' },
  clients: [
    {
      client: 'mysql2',
      settings: 'default',
      fault: 'mysqld-hang',
      outageMs: null,
      acknowledged: 30,
      failed: 0,
      errors: {},
      lost: 0,
    },
    {
      client: 'pymysql',
      settings: 'recommended',
      fault: 'mysqld-hang',
      outageMs: 5512,
      acknowledged: 60,
      failed: 3,
      errors: { '2003': 2, '2013': 1 },
      lost: 1,
    },
  ],
};

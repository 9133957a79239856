/** Faults of replication into the holder: with them it fails the check, as in mysql_check.sh. */
import { lag } from '../servers/faults/lag.ts';
import { stopThread } from '../servers/faults/threads.ts';
import type { LabFault } from './fault.ts';

export const replicationFaults = {
  'io-thread-stop': {
    about: 'the IO thread of the holder is stopped: it fails the check',
    expected: 'failover',
    alerts: ['failover-done'],
    play: async ({ hosts }) => ({ takeBack: await stopThread(hosts.db1.instance, 'IO_THREAD') }),
  },
  'sql-thread-stop': {
    about: 'the SQL thread of the holder is stopped: it fails the check',
    expected: 'failover',
    alerts: ['failover-done'],
    play: async ({ hosts }) => ({ takeBack: await stopThread(hosts.db1.instance, 'SQL_THREAD') }),
  },
  lag: {
    about:
      'the holder applies replication later and later: it fails the check (limit 3 s, or --set lagLimitSeconds)',
    expected: 'failover',
    alerts: ['failover-done'],
    settings: { lagLimitSeconds: 3 },
    play: async ({ hosts }) => ({ takeBack: await lag(hosts.db1.instance, hosts.db2.instance) }),
  },
} as const satisfies Record<string, LabFault>;

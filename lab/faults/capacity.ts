/** Faults of the account: what others in it use up. */
import { setTimeout as delay } from 'node:timers/promises';
import type { LabFault } from './fault.ts';

/** How long the burst lasts before the holder dies of it. Milliseconds: all that was free is taken by then. */
const BURST_MS = 2000;

export const capacityFaults = {
  'concurrency-full': {
    about:
      "somebody else's burst takes all of the account's unreserved concurrency, and lasts; mysqld of the holder is killed",
    expected: 'failover',
    alerts: ['failover-done'],
    play: async ({ aws, hosts }) => {
      const end = aws.lambda.burst();
      await delay(BURST_MS);
      await hosts.db1.instance.kill();
      return { takeBack: async () => end() };
    },
  },
} as const satisfies Record<string, LabFault>;

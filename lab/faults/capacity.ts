/** Faults of the account: what others in it use up. */
import { setTimeout as delay } from 'node:timers/promises';
import { Alerts, notBefore, WARNING_MS } from './alerted.ts';
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
  'concurrency-unreserved': {
    about:
      'the same burst, with reserved concurrency off: the probes find no room, so nobody looks; mysqld of the holder is killed, and the burst ends when on-call was alerted',
    expected: 'failover',
    alerts: ['blind', 'failover-done'],
    environment: { reservedConcurrency: false },
    play: async (world) => {
      const alerts = new Alerts(world);
      const end = world.aws.lambda.burst();
      await delay(BURST_MS);
      await world.hosts.db1.instance.kill();
      const alerted = await alerts.within('blind', WARNING_MS);
      const moved = world.holder() !== 'db1';
      end();
      return {
        takeBack: async () => {},
        judge: async () => [
          ...notBefore('blind', alerted, 'the burst ended'),
          ...(moved ? ['the VIP was moved by a leader that could not look'] : []),
        ],
      };
    },
  },
} as const satisfies Record<string, LabFault>;

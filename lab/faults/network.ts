/** Faults of the network: which paths are cut. */
import type { LabNodeName } from '../pair.ts';
import type { LabWorld } from '../world.ts';
import type { LabFault, Played } from './fault.ts';

const seats = ['probe-a', 'probe-b'] as const;

/** Cuts both vantages off from the node. */
export function cutOff(network: LabWorld['network'], node: LabNodeName): Played {
  for (const seat of seats) network.cut(seat, node);
  return {
    takeBack: async () => {
      for (const seat of seats) network.heal(seat, node);
    },
  };
}

export const networkFaults = {
  'vantage-partition': {
    about: 'one of the two vantages is cut off from the holder: the other still sees it',
    expected: 'stay',
    alerts: [],
    verdict: 'serving',
    play: async ({ network }) => {
      network.cut('probe-a', 'db1');
      return { takeBack: async () => network.heal('probe-a', 'db1') };
    },
  },
  'probe-partition': {
    about: 'both vantages are cut off from the holder: the standby still hears it, so it lives',
    expected: 'stay',
    alerts: ['blind'],
    play: async ({ network }) => cutOff(network, 'db1'),
  },
  'probe-partition-idle': {
    about:
      'the same, while clients write once in 7 s, and replication has the heartbeat that its vendor gives it: nobody hears the holder',
    expected: 'stay',
    alerts: ['blind'],
    writesEveryMs: 7000,
    play: async ({ network }) => cutOff(network, 'db1'),
  },
  'pair-partition': {
    about: 'the two nodes are cut off from each other: clients are served, the standby falls behind',
    expected: 'stay',
    alerts: ['standby-unfit'],
    play: async ({ network }) => {
      network.cut('db1', 'db2');
      return { takeBack: async () => network.heal('db1', 'db2') };
    },
  },
} as const satisfies Record<string, LabFault>;

/** Faults of a standby whose mysqld may be restarted on its host (`repair`). */
import { forGood, type LabFault } from './fault.ts';
import { cutOff } from './network.ts';

export const repairFaults = {
  repair: {
    about: 'mysqld of the standby is killed: it is restarted on its host',
    expected: 'stay',
    alerts: ['repaired'],
    verdict: 'serving',
    pair: { repair: ['mysqld'] },
    play: async ({ hosts: { db2 } }) => {
      await db2.instance.kill();
      return {
        ...forGood,
        judge: async () => (db2.instance.isRunning() ? [] : ['mysqld of the standby was not started']),
      };
    },
  },
  'repair-cut-off': {
    about: 'both vantages are cut off from a standby that is well: nobody restarts it',
    expected: 'stay',
    alerts: ['repaired'],
    verdict: 'serving',
    pair: { repair: ['mysqld'] },
    play: async ({ network, hosts: { db2 } }) => {
      const { pid } = db2.instance;
      return {
        ...cutOff(network, 'db2'),
        judge: async () => (db2.instance.pid === pid ? [] : ['a healthy mysqld was restarted']),
      };
    },
  },
} as const satisfies Record<string, LabFault>;

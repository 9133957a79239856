/** Faults of the EC2 API, at the moment when it is needed: mysqld of the holder is killed with each. */
import { setTimeout as delay } from 'node:timers/promises';
import { codesOf } from '../aws/events.ts';
import type { CallFault } from '../aws/faults.ts';
import { eniIds } from '../deployment.ts';
import { isWritable } from '../pair.ts';
import type { LabWorld } from '../world.ts';
import { Alerts, notBefore, WARNING_MS } from './alerted.ts';
import { forGood, type LabFault, type Played } from './fault.ts';

/** How long EC2 stays away after on-call was alerted, in milliseconds. */
const AFTER_PAGE_MS = 3000;

async function killWith({ aws, hosts }: LabWorld, fault: CallFault): Promise<Played> {
  aws.faults.inject(fault);
  await hosts.db1.instance.kill();
  return forGood;
}

export const ec2Faults = {
  'ec2-throttle': {
    about: 'mysqld of the holder is killed, and EC2 throttles the first calls that move the VIP',
    expected: 'failover',
    alerts: ['failover-done'],
    play: (world) =>
      killWith(world, { on: 'ec2:AssignPrivateIpAddresses', effect: { kind: 'throttle' }, times: 3 }),
  },
  'ec2-lost-response': {
    about: 'mysqld of the holder is killed, and EC2 moves the VIP without ever answering',
    expected: 'failover',
    alerts: ['failover-done'],
    play: (world) =>
      killWith(world, {
        on: 'ec2:AssignPrivateIpAddresses',
        effect: { kind: 'lose-response', how: 'silent' },
        times: 1,
      }),
  },
  'enis-exchanged': {
    about:
      'EC2 shows the ENI of each node at the instance of the other, so the environment file is wrong; then mysqld of the holder is killed: nothing is moved or closed',
    expected: 'stay',
    alerts: ['misconfigured', 'service-lost'],
    play: async (world) => {
      const { aws, hosts } = world;
      const alerts = new Alerts(world);
      const exchange = () => aws.ec2.exchangeEnis(eniIds.db1, eniIds.db2);
      exchange();
      const alerted = await alerts.within('misconfigured', WARNING_MS);
      await hosts.db1.instance.kill();
      return {
        takeBack: async () => exchange(),
        judge: async () => {
          const opened = (await isWritable(hosts.db2)) ? ['db2 was opened'] : [];
          return [...notBefore('misconfigured', alerted, 'mysqld was killed'), ...opened];
        },
      };
    },
  },
  'ec2-down': {
    about:
      'mysqld of the holder is killed while EC2 answers nothing: on-call is alerted, the VIP moves when EC2 is back',
    expected: 'failover',
    alerts: ['ec2-blind', 'failover-done'],
    play: async ({ aws, hosts }) => {
      const comeBack = aws.faults.inject({ on: 'ec2:*', effect: { kind: 'down', how: 'unavailable' } });
      aws.events.on('message', (message) => {
        if (codesOf(message).includes('ec2-blind')) void delay(AFTER_PAGE_MS).then(comeBack);
      });
      await hosts.db1.instance.kill();
      return forGood;
    },
  },
} as const satisfies Record<string, LabFault>;

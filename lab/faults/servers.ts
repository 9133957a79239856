/** Faults of mysqld and its host. */
import { setTimeout as delay } from 'node:timers/promises';
import { fillConnections } from '../servers/faults/connections.ts';
import { fillDisk } from '../servers/faults/disk.ts';
import { changePassword } from '../servers/faults/password.ts';
import { makeSemiSynchronous, stopAcknowledging } from '../servers/faults/semi-sync.ts';
import { wanted } from './codes.ts';
import { forGood, type LabFault } from './fault.ts';

/** How long a host takes to start again, in milliseconds. */
const REBOOT_MS = 3000;

export const serverFaults = {
  'mysqld-kill': {
    about: 'mysqld of the holder is killed (SIGKILL)',
    expected: 'failover',
    alerts: ['failover-done'],
    play: async ({ hosts }) => {
      await hosts.db1.instance.kill();
      return forGood;
    },
  },
  'mysqld-stop': {
    about: 'mysqld of the holder is shut down cleanly (SIGTERM)',
    expected: 'failover',
    alerts: ['failover-done'],
    play: async ({ hosts }) => {
      await hosts.db1.instance.stop();
      return forGood;
    },
  },
  'mysqld-hang': {
    about: 'mysqld of the holder hangs (SIGSTOP): connections stay open, nothing is answered',
    expected: 'failover',
    alerts: ['failover-done'],
    verdict: 'silent',
    play: async ({ hosts }) => {
      hosts.db1.instance.hang();
      return { takeBack: async () => hosts.db1.instance.resume() };
    },
  },
  'host-down': {
    about: "the holder's host vanishes from the network, as at a power cut",
    expected: 'failover',
    alerts: ['failover-done'],
    play: async ({ hosts }) => {
      await hosts.db1.powerOff();
      return forGood;
    },
  },
  'host-reboot': {
    about: "the holder's host is cut off and boots again: it comes back as standby, read-only",
    expected: 'failover',
    alerts: ['failover-done', 'all-clear'],
    endsWhole: true,
    play: async ({ hosts }) => {
      await hosts.db1.powerOff();
      await delay(REBOOT_MS);
      await hosts.db1.boot();
      return forGood;
    },
  },
  'disk-full': {
    about: "the disk of the holder's binary log is full: it answers reads, and no commit ends",
    expected: 'failover',
    alerts: ['failover-done'],
    verdict: 'stuck',
    play: async ({ hosts }) => ({ takeBack: await fillDisk(hosts.db1.instance) }),
  },
  'semi-sync-stall': {
    about:
      'the standby of a semi-synchronous pair replicates on without acknowledging: no commit returns before the timeout of 10 s',
    // The server goes on by itself when its timeout is over: a move would take longer.
    expected: 'stay',
    alerts: ['waits-for-acknowledgement'],
    verdict: 'serving',
    notOn: { 'mysql-5.6': 'its npm package brings no semi-sync plugin' },
    endsWhole: true,
    prepare: ({ hosts }) => makeSemiSynchronous([hosts.db1.instance, hosts.db2.instance]),
    play: async ({ hosts }) => ({
      takeBack: await stopAcknowledging(hosts.db2.instance, hosts.db1.instance),
    }),
  },
  'connections-full': {
    about:
      "the holder's connection table is full: clients are served, and only the connections that we have kept let us see it",
    expected: 'stay',
    alerts: [wanted.loginRefused],
    verdict: 'serving',
    play: async ({ hosts }) => ({ takeBack: await fillConnections(hosts.db1.instance) }),
  },
  'wrong-password': {
    about: 'our account gets another password: a refused login does not prove a death',
    expected: 'stay',
    alerts: ['locked-out'],
    verdict: 'locked-out',
    play: async ({ hosts }) => ({
      takeBack: await changePassword(hosts.db1.instance, [hosts.db1.instance, hosts.db2.instance]),
    }),
  },
  'standby-kill': {
    about: 'mysqld of the standby is killed: the holder serves on, on-call is alerted',
    expected: 'stay',
    alerts: ['standby-unfit'],
    play: async ({ hosts }) => {
      await hosts.db2.instance.kill();
      return forGood;
    },
  },
  'both-kill': {
    about: 'both mysqlds are killed: the VIP stays, on-call is alerted',
    expected: 'stay',
    alerts: ['both-lost'],
    play: async ({ hosts }) => {
      await Promise.all([hosts.db1.instance.kill(), hosts.db2.instance.kill()]);
      return forGood;
    },
  },
} as const satisfies Record<string, LabFault>;

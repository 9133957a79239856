/** Faults of locks and sessions: what somebody's session, or the server's default for all, keeps from committing. */
import { setTimeout as delay } from 'node:timers/promises';
import { accounts } from '../servers/accounts.ts';
import { lockReads } from '../servers/faults/read-lock.ts';
import type { Instance } from '../servers/instance.ts';
import { Alerts, notBefore, notNaming, WARNING_MS } from './alerted.ts';
import { wanted } from './codes.ts';
import type { LabFault } from './fault.ts';

/** How long a backup holds its lock. Milliseconds: longer than `stuckMs`. */
const LOCKED_MS = 15_000;
/** How far apart two heartbeats are looked for, and how old a transaction of ours may be. Milliseconds. */
const HEARTBEAT_MS = 3000;

export const lockFaults = {
  'autocommit-off': {
    about:
      'both servers have autocommit off by default, and the holder is killed: our own sessions set it themselves',
    expected: 'failover',
    alerts: ['failover-done'],
    verdict: 'stopped',
    prepare: async ({ hosts }) => {
      for (const { instance } of [hosts.db1, hosts.db2]) await instance.sql('SET GLOBAL autocommit = 0');
    },
    play: async ({ hosts }) => {
      await hosts.db1.instance.kill();
      return {
        takeBack: async () => {},
        judge: async ({ holderAfter }) => (holderAfter === 'db2' ? uncommittedOn(hosts.db2.instance) : []),
      };
    },
  },
  'read-lock': {
    about:
      'a backup holds FLUSH TABLES WITH READ LOCK on the holder for 15 s: nothing is moved, and its session is named',
    expected: 'stay',
    alerts: [wanted.holderLocked],
    play: async (world) => {
      const alerts = new Alerts(world);
      const lock = await lockReads(world.hosts.db1.instance);
      await delay(LOCKED_MS);
      await lock.release();
      return {
        takeBack: lock.release,
        judge: async () => notNaming(lock.session, alerts.of(wanted.holderLocked)),
      };
    },
  },
  'standby-read-lock': {
    about:
      'a backup holds FLUSH TABLES WITH READ LOCK on the standby, so it applies nothing; then the holder is killed: the session is named beforehand, and ended when it is needed',
    expected: 'failover',
    alerts: [wanted.standbyLocked, 'failover-done'],
    play: async (world) => {
      const { db1, db2 } = world.hosts;
      const alerts = new Alerts(world);
      const lock = await lockReads(db2.instance);
      const warned = await alerts.within(wanted.standbyLocked, WARNING_MS);
      await db1.instance.kill();
      return {
        takeBack: lock.release,
        judge: async () => [
          ...notBefore(wanted.standbyLocked, warned, 'the holder was killed'),
          ...notNaming(lock.session, alerts.of(wanted.standbyLocked)),
        ],
      };
    },
  },
} as const satisfies Record<string, LabFault>;

/** What of keepalambda's own work on the node is not committed. */
async function uncommittedOn(node: Instance): Promise<readonly string[]> {
  const before = await heartbeatOf(node);
  await delay(HEARTBEAT_MS);
  const after = await heartbeatOf(node);
  const open = await node.sql(
    `SELECT t.trx_mysql_thread_id AS session
       FROM information_schema.innodb_trx t
       JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id
      WHERE p.user = '${accounts.monitor.user}'
        AND t.trx_started < NOW() - INTERVAL ${HEARTBEAT_MS / 1000} SECOND`,
  );
  return [
    ...(before === after
      ? [`no heartbeat was committed in ${HEARTBEAT_MS / 1000} s after the failover`]
      : []),
    ...open.map(({ session }) => `session ${session} of ours has a transaction open`),
  ];
}

async function heartbeatOf(node: Instance): Promise<string> {
  const [row] = await node.sql('SELECT MAX(committed_at) AS at FROM keepalambda.heartbeat');
  return String(row?.at);
}

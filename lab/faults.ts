/** The catalogue of faults: what is done, and what must come of it. Each leaves figures, never opinions. */

import type { Settings } from '../lib/core/config.ts';
import type { EventCode } from '../lib/core/events.ts';
import { accounts, setPassword } from './servers/accounts.ts';
import { threadStatement } from './servers/replication.ts';
import type { World } from './world.ts';

export type Verdict = 'failover' | 'stay';

export interface Fault {
  /** One line for `--list`. */
  readonly about: string;
  readonly expected: Verdict;
  /** The alert that on-call must get. */
  readonly alert: EventCode;
  /** Settings without which it would take too long to see. */
  readonly settings?: Partial<Settings>;
  /** Does it. Resolves when it is done, with what takes it back at the end. */
  readonly play: (world: World) => Promise<() => Promise<void>>;
}

const nothing = async () => {};

/** A statement on the holder, and the one that takes it back. */
function thread(name: 'IO_THREAD' | 'SQL_THREAD'): Fault['play'] {
  return async ({ hosts }) => {
    const { instance } = hosts.db1;
    const { dialect } = instance.product;
    await instance.sql(threadStatement(dialect, 'STOP', name));
    return async () => void (await instance.sql(threadStatement(dialect, 'START', name)));
  };
}

export const faults = {
  'mysqld-kill': {
    about: 'mysqld of the holder is killed (SIGKILL)',
    expected: 'failover',
    alert: 'failover-done',
    play: async ({ hosts }) => {
      await hosts.db1.instance.kill();
      return nothing;
    },
  },
  'mysqld-stop': {
    about: 'mysqld of the holder is shut down cleanly (SIGTERM)',
    expected: 'failover',
    alert: 'failover-done',
    play: async ({ hosts }) => {
      await hosts.db1.instance.stop();
      return nothing;
    },
  },
  'mysqld-hang': {
    about: 'mysqld of the holder hangs (SIGSTOP): connections stay open, nothing is answered',
    expected: 'failover',
    alert: 'failover-done',
    play: async ({ hosts }) => {
      hosts.db1.instance.hang();
      return async () => hosts.db1.instance.resume();
    },
  },
  'host-down': {
    about: "the holder's host vanishes from the network, as at a power cut",
    expected: 'failover',
    alert: 'failover-done',
    play: async ({ hosts }) => {
      await hosts.db1.powerOff();
      return nothing;
    },
  },
  'io-thread-stop': {
    about: 'the IO thread of the holder is stopped: it fails the check as in mysql_check.sh',
    expected: 'failover',
    alert: 'failover-done',
    play: thread('IO_THREAD'),
  },
  'sql-thread-stop': {
    about: 'the SQL thread of the holder is stopped: it fails the check as in mysql_check.sh',
    expected: 'failover',
    alert: 'failover-done',
    play: thread('SQL_THREAD'),
  },
  lag: {
    about: 'the holder applies replication too late (set lagLimitSeconds low: --set lagLimitSeconds=3)',
    expected: 'failover',
    alert: 'failover-done',
    settings: { lagLimitSeconds: 3 },
    play: holdBackApplying,
  },
  'standby-kill': {
    about: 'mysqld of the standby is killed: the holder serves on, on-call is told',
    expected: 'stay',
    alert: 'standby-unfit',
    play: async ({ hosts }) => {
      await hosts.db2.instance.kill();
      return nothing;
    },
  },
  'both-kill': {
    about: 'both mysqlds are killed: the VIP stays, on-call is told',
    expected: 'stay',
    alert: 'both-lost',
    play: async ({ hosts }) => {
      await Promise.all([hosts.db1.instance.kill(), hosts.db2.instance.kill()]);
      return nothing;
    },
  },
  'wrong-password': {
    about: 'both servers get another password for our account: a login failure is no death',
    expected: 'stay',
    alert: 'locked-out',
    play: changePasswords,
  },
} as const satisfies Record<string, Fault>;

export type FaultName = keyof typeof faults;

/**
 * Holds the SQL thread of the holder back behind a real lock: a transaction of the lab keeps the row that
 * replication wants to change, so `Seconds_Behind_Master` grows as it does in life.
 */
async function holdBackApplying({ hosts }: World): Promise<() => Promise<void>> {
  const { db1, db2 } = hosts;
  const blocker = await db1.instance.openRoot();
  await blocker.query('SET SESSION sql_log_bin = 0');
  await blocker.query("REPLACE INTO lab.ticks (node, tick) VALUES ('db2', 0)");
  await blocker.query('SET GLOBAL innodb_lock_wait_timeout = 600');
  await blocker.query('START TRANSACTION');
  await blocker.query("SELECT * FROM lab.ticks WHERE node = 'db2' FOR UPDATE");
  await db2.instance.sql("REPLACE INTO lab.ticks (node, tick) VALUES ('db2', 1)");
  return async () => {
    await blocker.query('ROLLBACK');
    await blocker.end();
  };
}

/** Another password on both servers, and our kept connections ended, as a restart or a time-out would. */
async function changePasswords({ hosts }: World): Promise<() => Promise<void>> {
  const change = async (password: string) => {
    for (const { instance } of [hosts.db1, hosts.db2]) {
      const root = await instance.openRoot();
      await root.query('SET SESSION sql_log_bin = 0');
      await root.query(setPassword(instance.product.dialect, { ...accounts.monitor, password }));
      const ours = await instance.sql(
        `SELECT id FROM information_schema.processlist WHERE user = '${accounts.monitor.user}'`,
      );
      for (const { id } of ours) await root.query(`KILL ${id}`).catch(() => {});
      await root.end();
    }
  };
  await change('changed-by-somebody');
  return () => change(accounts.monitor.password);
}

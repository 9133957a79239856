/** Faults of a channel: a wrong source, and what must not come in from the right one. */
import { setTimeout as delay } from 'node:timers/promises';
import { isWritable } from '../pair.ts';
import { followBoth, redirect, retryEverySecond, unappliedOn } from '../servers/faults/channels.ts';
import { stopThread } from '../servers/faults/threads.ts';
import type { Instance } from '../servers/instance.ts';
import { untilReplicating } from '../servers/replication.ts';
import { startStranger } from '../servers/stranger.ts';
import type { LabWorld } from '../world.ts';
import { Alerts, notBefore, WARNING_MS } from './alerted.ts';
import { wanted } from './codes.ts';
import type { LabFault, Played } from './fault.ts';

/** How late the peer's channel is. Seconds: less than a catch-up may take. */
const LATE_SECONDS = 6;
/** How long a failover may take that others wait for, and how long the old tail may take to come over. Milliseconds. */
const FAILOVER_MS = 30_000;
const TAIL_MS = 20_000;

export const channelFaults = {
  'wrong-source': {
    about:
      "the standby's channel is pointed at a third server, then the holder is killed: that standby does not take over",
    expected: 'stay',
    alerts: [wanted.misdirected, 'holder-lost'],
    play: async (world) => {
      const { db1, db2 } = world.hosts;
      const alerts = new Alerts(world);
      await redirect(db2.instance, await startStranger(world));
      const warned = await alerts.within(wanted.misdirected, WARNING_MS);
      await db1.instance.kill();
      return {
        takeBack: async () => {},
        judge: async () => notBefore(wanted.misdirected, warned, 'the holder was killed'),
      };
    },
  },
  'multi-source': {
    about:
      'the standby has an idle channel beside the one from the holder, which is 6 s late; the holder is killed: all that was received is applied before the move',
    expected: 'failover',
    alerts: ['failover-done'],
    notOn: { 'mysql-5.6': 'it has one channel only' },
    prepare: async (world) => {
      const { db1, db2 } = world.hosts;
      const peer = { host: db1.address, port: world.network.port };
      await followBoth(db2.instance, await startStranger(world), peer, LATE_SECONDS);
    },
    play: async (world) => {
      const { db1, db2 } = world.hosts;
      // So that the channel is late by all of it.
      await delay(LATE_SECONDS * 1000);
      await db1.instance.kill();
      const late = await unappliedOn(db2.instance);
      const opened = atOpening(world, db2.instance);
      return {
        takeBack: async () => opened.stop(),
        judge: async () => {
          const left = opened.unapplied();
          return [
            ...(late === 0 ? ['the channel was not late, so nothing was shown'] : []),
            ...(left === 0 || left === null
              ? []
              : [`${left} of ${late} received transactions were not applied when it was opened`]),
          ];
        },
      };
    },
  },
  'old-holder-tail': {
    about:
      'the holder dies with rows that nobody received, the new holder changes the same row, and the old one returns: the newer row stays',
    expected: 'failover',
    alerts: ['failover-done', wanted.channelDetached],
    prepare: async ({ hosts }) => {
      const { db1, db2 } = hosts;
      await db1.instance.sql(
        'CREATE TABLE app.balances (id INT PRIMARY KEY, balance INT NOT NULL) ENGINE=InnoDB',
      );
      await db1.instance.sql('INSERT INTO app.balances (id, balance) VALUES (1, 100)');
      // A channel that comes back after a minute, as by default, would only show the same later.
      for (const { instance } of [db1, db2]) await retryEverySecond(instance);
    },
    play: playOldTail,
  },
} as const satisfies Record<string, LabFault>;

/** Looks at the node until it is opened, and then at once how much of what it received is not applied. */
function atOpening(world: LabWorld, node: Instance): { unapplied(): number | null; stop(): void } {
  let found: number | null = null;
  let stopped = false;
  const look = async () => {
    while (!stopped && found === null) {
      if (await isWritable(world.hosts.db2)) found = await unappliedOn(node);
      else await delay(10);
    }
  };
  // keepalambda ends sessions of root too; the next look opens another.
  const keepLooking = async () => {
    while (!stopped && found === null) await look().catch(() => delay(10));
  };
  void keepLooking();
  return {
    unapplied: () => found,
    stop: () => {
      stopped = true;
    },
  };
}

async function playOldTail(world: LabWorld): Promise<Played> {
  const [old, next] = [world.hosts.db1, world.hosts.db2];
  const alerts = new Alerts(world);
  const startAgain = await stopThread(next.instance, 'IO_THREAD');
  await old.instance.sql('UPDATE app.balances SET balance = 90 WHERE id = 1');
  await old.instance.sql('INSERT INTO app.balances (id, balance) VALUES (2, 1)');
  await old.instance.kill();
  await startAgain();
  const takeBack = async () => {};
  if (!(await alerts.within('failover-done', FAILOVER_MS))) {
    return { takeBack, judge: async () => ['no failover, so nothing could be overwritten'] };
  }
  await next.instance.sql('UPDATE app.balances SET balance = balance - 50 WHERE id = 1');
  await old.boot();
  // The new holder may rightly follow no longer; the old one does, and has the newer rows then.
  await untilReplicating([old.instance]);
  await delay(TAIL_MS);
  return { takeBack, judge: () => overwrittenOn(next.instance) };
}

/** What the old holder's rows did to the new one's. */
async function overwrittenOn(node: Instance): Promise<readonly string[]> {
  const rows = await node.sql('SELECT id, balance FROM app.balances ORDER BY id');
  const [first] = rows;
  return [
    ...(Number(first?.balance) === 50
      ? []
      : [`the balance is ${first?.balance}: the 50 that the new holder acknowledged was overwritten`]),
    ...(rows.length > 1 ? ["the new holder applied the old one's tail"] : []),
  ];
}

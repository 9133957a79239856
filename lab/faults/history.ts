/** Faults of what a node has, or does by itself: a holder that came back with less, and scheduled events. */
import { setTimeout as delay } from 'node:timers/promises';
import { pairName } from '../deployment.ts';
import { isWritable, setWritable } from '../pair.ts';
import { copyData } from '../servers/faults/copy.ts';
import type { Instance } from '../servers/instance.ts';
import { reconnect, untilReplicating } from '../servers/replication.ts';
import type { LabWorld } from '../world.ts';
import { Alerts, notBefore } from './alerted.ts';
import { wanted } from './codes.ts';
import { forGood, type LabFault, type Played } from './fault.ts';
import { ask } from './orders.ts';

/** How long the returned holder is watched. Milliseconds. */
const WATCHED_MS = 20_000;
/** How long an event may run before on-call hears of it. Milliseconds: events are read every half minute. */
const EVENTS_MS = 60_000;
/** The copies of a world's holder, to be put back. */
const copies = new WeakMap<LabWorld, () => Promise<void>>();

/** How long watch may take to see that the holder is back. Milliseconds. */
const SEEN_MS = 15_000;

export const historyFaults = {
  'returns-with-less': {
    about:
      'in a pause the holder dies and comes back from an older copy of its volume, without rows that its standby has: it is not opened, the standby takes over, and on-call reads why',
    expected: 'failover',
    alerts: ['failover-done'],
    prepare: async (world) => {
      const { db1, db2 } = world.hosts;
      await db1.instance.stop();
      copies.set(world, await copyData(db1.instance));
      await db1.instance.start();
      await reconnect(db2.instance);
      await untilReplicating([db1.instance, db2.instance]);
      await setWritable(db1, true);
    },
    play: playReturn,
  },
  'event-running': {
    about:
      'a scheduled event runs on the holder, whose standby has it switched off: on-call hears of it before the holder is killed',
    expected: 'failover',
    alerts: [wanted.eventsWillStop, 'failover-done'],
    play: async (world) => {
      const { db1, db2 } = world.hosts;
      const alerts = new Alerts(world);
      for (const { instance } of [db1, db2]) await instance.sql('SET GLOBAL event_scheduler = ON');
      await db1.instance.sql('CREATE TABLE app.jobs (id BIGINT AUTO_INCREMENT PRIMARY KEY) ENGINE=InnoDB');
      await db1.instance.sql(
        'CREATE EVENT app.job ON SCHEDULE EVERY 1 SECOND DO INSERT INTO app.jobs VALUES ()',
      );
      const warned = await alerts.within(wanted.eventsWillStop, EVENTS_MS);
      const ran = await jobsOn(db1.instance);
      await db1.instance.kill();
      return {
        ...forGood,
        judge: async () => [
          ...(ran === 0 ? ['the event did not run, so nothing was shown'] : []),
          ...notBefore(wanted.eventsWillStop, warned, 'the holder was killed', EVENTS_MS),
        ],
      };
    },
  },
} as const satisfies Record<string, LabFault>;

async function playReturn(world: LabWorld): Promise<Played> {
  const { db1, db2 } = world.hosts;
  const alerts = new Alerts(world);
  const order = { pair: pairName, by: 'the lab', why: 'to restore the volume of db1' };
  await ask(world, { action: 'pause', minutes: 5, ...order });
  await db1.instance.kill();
  await copies.get(world)?.();
  await db1.boot();
  // In the pause it is only said what came back; of a server this young, that a person may have closed it. A resume before
  // anybody has seen it would be a failover from a dead node.
  const seen = (['holder-behind', 'writability-changed'] as const).map((code) =>
    alerts.within(code, SEEN_MS),
  );
  await Promise.race(seen);
  await ask(world, { action: 'resume', ...order });
  const opened = await openedWithLess(world);
  return {
    ...forGood,
    judge: async () => {
      const [less, more] = [await rowsOn(db1.instance), await rowsOn(db2.instance)];
      return [
        ...(opened === null ? [] : [opened]),
        ...(less === more && opened === null ? ['nothing was missing, so nothing was shown'] : []),
        ...(alerts.of('failover-done').some(({ message }) => /Rule: holder-behind\./.test(message))
          ? []
          : ['no alert says that the holder lacks what its standby has']),
      ];
    },
  };
}

/** Watches the returned holder; the complaint when it takes writes without what its standby has. */
async function openedWithLess({ hosts }: LabWorld): Promise<string | null> {
  const untilMs = Date.now() + WATCHED_MS;
  while (Date.now() < untilMs) {
    if (await isWritable(hosts.db1)) {
      const [less, more] = [await rowsOn(hosts.db1.instance), await rowsOn(hosts.db2.instance)];
      if (less < more) return `db1 was opened with ${less} rows, and db2 has ${more}`;
    }
    await delay(50);
  }
  return null;
}

async function rowsOn(node: Instance): Promise<number> {
  const [row] = await node.sql('SELECT COUNT(*) AS n FROM app.writes');
  return Number(row?.n);
}

async function jobsOn(node: Instance): Promise<number> {
  const [row] = await node.sql('SELECT COUNT(*) AS n FROM app.jobs');
  return Number(row?.n);
}

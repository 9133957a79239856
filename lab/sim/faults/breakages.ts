/** What each breakage does to the world, and how it mends. Each gives back its mending, run within `change`. */
import { usualApplyPerMs } from '../world/channel.ts';
import { type CloudMood, calmCloud } from '../world/cloud.ts';
import { crash, start } from '../world/life.ts';
import type { Master } from '../world/master.ts';
import { calmServices, type Services } from '../world/services.ts';
import type { View } from '../world/view.ts';
import type { World } from '../world/world.ts';
import type { Breakage, BreakageName } from './fault.ts';

/** The stricken master, the world, and how bad it is. */
interface Strike {
  readonly world: World;
  readonly master: Master;
  readonly degree: number;
}

type Mending = () => void;

/** Breaks something now; it mends after the fault's time. */
export function strike(world: World, fault: Breakage): void {
  const holder = world.holder ?? world.masters[0];
  const master = fault.target === 'holder' ? holder : world.peer(holder.name);
  let mend: Mending = () => {};
  world.change(() => {
    mend = breakages[fault.name]({ world, master, degree: fault.degree });
  });
  world.timeline.after(fault.forMs, () => {
    if (world.story.on) world.story.tell(`${fault.name} (${master.name}) is over`);
    world.change(mend);
  });
}

const breakages: { readonly [Name in BreakageName]: (strike: Strike) => Mending } = {
  'mysqld-kill': die,
  'mysqld-restart': die,
  'mysqld-hang': ({ master }) => {
    if (master.mysqld === 'up') master.mysqld = 'hung';
    return () => wake(master);
  },
  'host-down': ({ world, master }) => hostDown(world, master, false),
  'host-reboot': ({ world, master }) => hostDown(world, master, false),
  'instance-stop': ({ world, master }) => hostDown(world, master, true),
  'instance-shutdown': shutDown,
  'disk-full': ({ world, master }) => {
    master.stuckSinceMs ??= world.nowMs;
    return () => {
      master.stuckSinceMs = null;
      carryOutWaiting(master);
    };
  },
  'connections-full': ({ master }) => set(master, 'connectionsFull', true, false),
  'wrong-password': ({ world, degree }) => {
    const struck = degree < 0.5 ? world.masters.slice(0, 1) : world.masters;
    const mends = struck.map((master) => set(master, 'lockedOut', true, false));
    return () => runAll(mends);
  },
  'probe-partition': ({ world, master, degree }) => {
    const views = [...world.views.values()];
    const view = views[Math.floor(degree * views.length) % views.length];
    view?.cutOff.add(master.name);
    return () => view?.cutOff.delete(master.name);
  },
  'probe-partition-all': ({ world, master }) => cutOff(world, [master]),
  'probe-cut': ({ world }) => cutOff(world, world.masters),
  'probe-blind': ({ world, degree }) => {
    const [first] = world.views.values();
    return first === undefined ? () => {} : set(first, 'blind', blindness(degree), 'no');
  },
  'probe-blind-all': ({ world, degree }) => {
    const mends = [...world.views.values()].map((view) => set(view, 'blind', blindness(degree), 'no'));
    return () => runAll(mends);
  },
  'probe-loss': ({ world, degree }) => {
    const mends = [...world.views.values()].map((view) => set(view, 'loss', 0.02 + degree * 0.28, 0));
    return () => runAll(mends);
  },
  'pair-partition': ({ world }) => set(world, 'pairLinked', false, true),
  // Only clients reach the master: nobody of ours, and not its peer.
  'monitor-partition': ({ world, master }) => {
    const mends = [cutOff(world, [master]), set(world, 'pairLinked', false, true)];
    return () => runAll(mends);
  },
  lag: ({ master, degree }) =>
    set(master.channel, 'applyPerMs', degree < 0.3 ? 0 : 0.04 * degree, usualApplyPerMs),
  'lag-unknown': ({ master }) => set(master.channel, 'muffled', true, false),
  'io-thread-stop': ({ master }) => stopThread(master, 'io'),
  'sql-thread-stop': ({ master }) => stopThread(master, 'sql'),
  'replication-login': ({ master }) => set(master.channel, 'loginRefused', true, false),
  'holder-read-only': ({ world, master }) => once(() => master.setWritable(world.nowMs, false, 'person')),
  'standby-writable': ({ world, master, degree }) => {
    master.setWritable(world.nowMs, true, 'person');
    if (degree > 0.5) master.log.add(world.nowMs, 1, 'person');
    return () => {};
  },
  errant: ({ master }) => once(() => master.errant++),
  'vip-removed': ({ world }) => once(() => world.cloud.put(world.nowMs, { kind: 'nowhere' }, 0)),
  'vip-taken': ({ world }) =>
    once(() => world.cloud.put(world.nowMs, { kind: 'foreign', eniId: 'eni-0stranger' }, 0)),
  'room-full': ({ master }) => set(master, 'room', false, true),
  'address-unbound': ({ master }) => set(master, 'bound', false, true),
  'ec2-throttle': ({ world, degree }) => mood(world, { throttled: 0.3 + 0.6 * degree }),
  'ec2-lost-response': ({ world, degree }) => mood(world, { lost: 0.3 + 0.6 * degree }),
  'ec2-down': ({ world }) => mood(world, { down: true }),
  'ec2-stale': ({ world, degree }) => mood(world, { staleMs: 500 + 3000 * degree }),
  // Longer than this is longer than the wait-out allows for: `WAIT_OUT_MS` in lib/shell/lease.ts.
  'ec2-slow': ({ world, degree }) => mood(world, { effectMs: 900 + Math.floor(1900 * degree) }),
  'store-down': ({ world }) => serve(world, { store: 'down' }),
  'store-lost-response': ({ world, degree }) => serve(world, { storeLost: 0.1 + 0.6 * degree }),
  'store-slow': ({ world, degree }) => serve(world, { storeSlowMs: 100 + Math.floor(800 * degree) }),
  'alerts-down': ({ world }) => serve(world, { alerts: 'down' }),
  'alerts-lost-response': ({ world, degree }) => serve(world, { alertsLost: 0.2 + 0.6 * degree }),
  'ssm-down': ({ world }) => serve(world, { host: 'down' }),
  'database-lost-response': ({ world, degree }) => serve(world, { databaseLost: 0.2 + 0.6 * degree }),
};

function die({ world, master }: Strike): Mending {
  crash(world, master);
  return () => start(world, master);
}

function hostDown(world: World, master: Master, stopped: boolean): Mending {
  const mend = die({ world, master, degree: 0 });
  master.hostUp = false;
  if (stopped) master.instance = 'stopping';
  if (stopped) world.timeline.after(4000, () => world.change(() => stopIfStopping(master)));
  return () => {
    // What fencing stopped, a person starts again: here, the end of the fault does.
    master.instance = 'running';
    master.hostUp = true;
    mend();
  };
}

/** EC2 says that it is stopping, and for up to 8 s its system still has mysqld running. */
function shutDown({ world, master, degree }: Strike): Mending {
  master.instance = 'stopping';
  let mend: Mending = () => {
    master.instance = 'running';
  };
  let isOver = false;
  world.timeline.after(200 + 8000 * degree, () => {
    if (isOver) return;
    world.change(() => {
      mend = hostDown(world, master, true);
    });
  });
  return () => {
    isOver = true;
    mend();
  };
}

function stopIfStopping(master: Master): void {
  if (master.instance === 'stopping') master.instance = 'stopped';
}

function wake(master: Master): void {
  if (master.mysqld !== 'hung') return;
  master.mysqld = 'up';
  carryOutWaiting(master);
}

function carryOutWaiting(master: Master): void {
  const { waiting } = master;
  master.waiting = [];
  runAll(waiting);
}

function stopThread({ channel }: Master, thread: 'io' | 'sql'): Mending {
  if (thread === 'io') {
    channel.ioWanted = false;
    channel.ioError = { errno: 1236, message: 'Got fatal error from source when reading data' };
    return () => {
      channel.ioWanted = true;
      channel.ioError = null;
    };
  }
  channel.sqlWanted = false;
  channel.sqlError = { errno: 1062, message: 'Duplicate entry' };
  return () => {
    channel.sqlWanted = true;
    channel.sqlError = null;
  };
}

function cutOff(world: World, masters: readonly Master[]): Mending {
  for (const view of world.views.values()) for (const { name } of masters) view.cutOff.add(name);
  return () => {
    for (const view of world.views.values()) for (const { name } of masters) view.cutOff.delete(name);
  };
}

function mood(world: World, change: Partial<CloudMood>): Mending {
  return setAll(world.cloud, 'mood', change, calmCloud);
}

function serve(world: World, change: Partial<Services>): Mending {
  return setAll(world, 'services', change, calmServices);
}

function blindness(degree: number): View['blind'] {
  return degree < 0.5 ? 'fails' : 'hangs';
}

/** Sets a value; mending sets it to what it is in a healthy world, whatever else is broken meanwhile. */
function set<T, Key extends keyof T>(owner: T, key: Key, value: T[Key], healthy: T[Key]): Mending {
  owner[key] = value;
  return () => {
    owner[key] = healthy;
  };
}

/** Changes some fields of a record; mending makes those fields healthy again, and leaves the others. */
function setAll<Key extends string, T extends object>(
  owner: { [K in Key]: T },
  key: Key,
  change: Partial<T>,
  healthy: T,
): Mending {
  owner[key] = { ...owner[key], ...change };
  const fields = Object.keys(change) as (keyof T)[];
  return () => {
    for (const field of fields) owner[key] = { ...owner[key], [field]: healthy[field] };
  };
}

function once(act: () => void): Mending {
  act();
  return () => {};
}

function runAll(all: readonly (() => void)[]): void {
  for (const run of all) run();
}

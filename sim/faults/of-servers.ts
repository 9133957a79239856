/** Breakages of hosts and of mysqld. */
import type { Session } from '../../lib/core/evidence/sighting.ts';
import { crash, loseLast, start } from '../world/life.ts';
import type { Master } from '../world/master.ts';
import { detailsOf } from '../world/sight.ts';
import type { SimWorld } from '../world/world.ts';
import type { BreakageName } from './fault.ts';
import { type Mending, once, runAll, type Strike, secondOf, set, setFor } from './mending.ts';

/** How many transactions a crash without `sync_binlog=1` loses at most. */
const lostMax = 300;
/** How often a privileged account writes. Milliseconds. */
const strayWriteMs = 500;

export const ofServers = {
  'mysqld-kill': die,
  'mysqld-restart': die,
  'operator-restart': die,
  'relay-log-lost': die,
  'returns-with-less': ({ world, master, degree }) => {
    const mend = die({ world, master, degree });
    loseLast(world, master, 1 + Math.floor(degree * lostMax));
    return mend;
  },
  'mysqld-hang': hang,
  'hang-with-beats': (strike) => {
    strike.master.dumpBeats = true;
    const mend = hang(strike);
    return () => {
      strike.master.dumpBeats = false;
      mend();
    };
  },
  'host-down': ({ world, master }) => hostDown(world, master, false),
  'host-reboot': ({ world, master }) => hostDown(world, master, false),
  'instance-stop': ({ world, master }) => hostDown(world, master, true),
  'instance-shutdown': shutDown,
  'network-blip': ({ world }) => {
    const mends = world.masters.map((master) => set(master, 'offline', true, false));
    return () => runAll(mends);
  },
  'disk-full': ({ world, master }) => {
    master.stuckSinceMs ??= world.nowMs;
    return () => {
      master.stuckSinceMs = null;
      carryOutWaiting(master);
    };
  },
  'global-lock': ({ world, master }) =>
    setFor(master, 'globalLock', { session: lockerOf(), sinceMs: world.nowMs }, null),
  'heartbeat-barred': ({ master, degree }) =>
    setFor(
      master,
      'barred',
      degree < 0.5
        ? { because: "Table 'keepalambda.heartbeat' doesn't exist", blocker: null }
        : { because: 'Waiting for table metadata lock', blocker: heartbeatLockerOf() },
      null,
    ),
  'writes-refused': ({ master, degree }) => {
    const errno = degree < 0.5 ? 1792 : 1836;
    return set(master, 'refusal', { errno, message: 'Cannot execute statement: read only' }, null);
  },
  'status-hangs': hangStatus,
  'blocking-session': ({ master }) =>
    setFor(master, 'blocker', { kind: 'transaction', session: batchOf(), rows: 120_000 }, null),
  'privileged-writer': privilegedWriter,
  'connections-full': ({ world, master, degree }) => fillTable(world, master, degree),
  'full-and-cut-off': ({ world, master, degree }) => {
    const { channel } = world.peer(master.name);
    channel.enter(world.nowMs, 'connecting');
    return fillTable(world, master, degree);
  },
  'wrong-password': ({ world, degree }) => {
    const struck = degree < 0.5 ? world.masters.slice(0, 1) : world.masters;
    const mends = struck.map((master) => set(master, 'lockedOut', true, false));
    if (secondOf(degree) < 0.5) for (const { name } of struck) dropKept(world, name);
    return () => runAll(mends);
  },
  'probe-host-blocked': ({ world, master: { name }, degree }) => {
    const views = [...world.views.values()].slice(0, degree < 0.4 ? 1 : undefined);
    for (const view of views) view.blockedBy.add(name);
    if (secondOf(degree) < 0.5) dropKept(world, name);
    return () => {
      for (const view of views) view.blockedBy.delete(name);
    };
  },
  'holder-read-only': ({ world, master }) => once(() => master.setWritable(world.nowMs, false, 'person')),
  'half-closed': ({ world, master }) => once(() => master.setWritable(world.nowMs, false, 'person', true)),
  'standby-writable': ({ world, master, degree }) => {
    master.setWritable(world.nowMs, true, 'person');
    if (degree > 0.5) master.log.add(world.nowMs, 1, 'person');
    return () => {};
  },
  errant: ({ master }) => once(() => master.errant++),
  'address-unbound': ({ master }) => set(master, 'bound', false, true),
} satisfies { readonly [Name in BreakageName]?: (strike: Strike) => Mending };

function die({ world, master }: Strike): Mending {
  crash(world, master);
  return () => start(world, master);
}

function hang({ master }: Strike): Mending {
  if (master.mysqld === 'up') master.mysqld = 'hung';
  return () => {
    if (master.mysqld !== 'hung') return;
    master.mysqld = 'up';
    carryOutWaiting(master);
  };
}

function hostDown(world: SimWorld, master: Master, stopped: boolean): Mending {
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

function carryOutWaiting(master: Master): void {
  const { waiting } = master;
  master.waiting = [];
  runAll(waiting.flatMap(({ run }) => run ?? []));
}

/** Its table of connections is full: new logins fail, also that of the other's channel. */
function fillTable(world: SimWorld, master: Master, degree: number): Mending {
  if (secondOf(degree) < 0.5) dropKept(world, master.name);
  return set(master, 'connectionsFull', true, false);
}

/** The probe functions were started anew: they have no connection to the master that they could go on with. */
function dropKept(world: SimWorld, node: string): void {
  for (const view of world.views.values()) {
    view.keptSinceMs.delete(node);
    view.details.delete(node);
  }
}

/**
 * `SHOW REPLICA STATUS` waits: for a STOP REPLICA that waits for a long transaction, or for a thread that is stuck on a dead
 * source. Every probe has read it a moment before. In a third of the cases the probes begin anew meanwhile.
 */
function hangStatus({ world, master, degree }: Strike): Mending {
  if (master.mysqld !== 'up') return () => {};
  for (const view of world.views.values()) {
    if (!view.reaches(master.name) || !view.keeps(master)) continue;
    const atMs = world.nowMs;
    view.details.set(master.name, { ...detailsOf(world, master), atMs, sinceMs: atMs });
  }
  const sinceMs = world.nowMs;
  master.statusHangsSinceMs = sinceMs;
  if (degree < 0.3) for (const view of world.views.values()) view.beginAnew(world.nowMs, 0);
  return () => {
    if (master.statusHangsSinceMs === sinceMs) master.statusHangsSinceMs = null;
  };
}

/** Writes twice a second, whether the server is read-only or not. */
function privilegedWriter({ world, master }: Strike): Mending {
  master.privilegedWriter = true;
  const write = () => {
    if (!master.privilegedWriter) return;
    if (master.answers && master.hangsSinceMs === null) master.log.add(world.nowMs, 1, 'person');
    world.timeline.after(strayWriteMs, write);
  };
  world.timeline.after(strayWriteMs, write);
  return () => {
    master.privilegedWriter = false;
  };
}

function lockerOf(): Session {
  const statement = 'FLUSH TABLES WITH READ LOCK';
  return { id: 42, user: 'backup', host: '10.0.3.9', forSeconds: 0, statement };
}

function heartbeatLockerOf(): Session {
  const statement = 'LOCK TABLES keepalambda.heartbeat WRITE';
  return { id: 43, user: 'ann', host: '10.0.3.8', forSeconds: 0, statement };
}

function batchOf(): Session {
  const statement = 'UPDATE orders SET state = 3 WHERE state = 2';
  return { id: 44, user: 'batch', host: '10.0.3.7', forSeconds: 35, statement };
}

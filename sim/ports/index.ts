/** All ports of one simulated process. */
import type { Ports } from '../../lib/watch/ports/ports.ts';
import { clockOf } from '../process.ts';
import { createAlerts } from './alerts.ts';
import type { Context } from './context.ts';
import { createDatabase } from './database.ts';
import { createHost } from './host.ts';
import { createStore } from './store.ts';
import { createVip } from './vip.ts';

/** The ports with which a process sees, and acts on, the simulated world. */
export function createPorts(context: Context): Ports {
  const { process, world, random, observer } = context;
  const say = (level: string) => (message: string) => {
    if (world.story.on) world.story.tell(`${process.name} ${level}: ${message}`);
  };
  return {
    clock: clockOf(process),
    ids: { next: () => random.bits().toString(16).padStart(8, '0') },
    log: { info: say('says'), warn: say('warns'), error: say('fails') },
    vip: createVip(context),
    database: createDatabase(context),
    host: createHost(context),
    // No simulated person orders work on hosts.
    accounts: { read: async () => ({ monitor: null, replication: null }), make: async () => {} },
    alerts: createAlerts(context),
    store: createStore(context),
    // The dead man's switch hears the heartbeats; nothing depends on the other metrics.
    metrics: { heartbeat: () => observer.beat(process), publish: () => {} },
  };
}

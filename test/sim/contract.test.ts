/** The simulator's ports keep to the same words as the real adapters. */
import type { NodeName } from '../../lib/core/names.ts';
import { crash } from '../../sim/world/life.ts';
import { alertContract } from '../contract/alerts.ts';
import { databaseContract } from '../contract/database.ts';
import { hostContract } from '../contract/host.ts';
import { storeContract } from '../contract/store.ts';
import { vipContract } from '../contract/vip.ts';
import { openDatabaseWorld } from './database-world.ts';
import { setStage } from './stage.ts';

const close = async () => {};

storeContract('the simulator', async () => {
  const { one, other, settle } = setStage();
  return { one: one.store, other: other.store, settle, close };
});

alertContract('the simulator', async () => {
  const { one, settle, world, published } = setStage();
  world.services = { ...world.services, subscriptions: { confirmed: 1, pending: 1 } };
  const fail = () => {
    world.services = { ...world.services, alerts: 'down' };
  };
  return { alerts: one.alerts, arrived: () => published, fail, settle, close };
});

hostContract('the simulator', async () => {
  const { one, settle, world, pair } = setStage();
  return {
    host: one.host,
    pair,
    stopServer: () => world.change(() => crash(world, world.master('db1'))),
    breakRestart: () => {
      for (const master of world.masters) master.startable = false;
    },
    cutOff: () =>
      world.change(() => {
        for (const master of world.masters) master.isolated = true;
      }),
    runs: () => world.masters.filter(({ documentsRun }) => documentsRun > 0).length,
    settle,
    close,
  };
});

databaseContract('the simulator', openDatabaseWorld);

vipContract('the simulator', async () => {
  const { one, settle, world, pair, calls } = setStage();
  const { cloud } = world;
  const calm = cloud.mood;
  /** Something that is so for the next so many calls. */
  const times = (count: number) => {
    let left = count;
    return () => (left-- > 0 ? 1 : 0);
  };
  return {
    vip: one.vip,
    pair,
    holder: () => cloud.holder,
    detach: async () => cloud.put(world.nowMs, { kind: 'nowhere' }, 0),
    groups: (node: NodeName) => {
      const master = world.master(node);
      return master.isolated ? [pair.quarantineGroup ?? ''] : master.groups;
    },
    instance: (node: NodeName) => world.master(node).instance,
    throttle: (count: number) => {
      const throttled = times(count);
      cloud.mood = {
        ...calm,
        get throttled() {
          return throttled();
        },
      };
    },
    loseAnswer: () => {
      const lost = times(1);
      cloud.mood = {
        ...calm,
        get lost() {
          return lost();
        },
      };
    },
    fail: () => {
      cloud.mood = { ...calm, down: true };
    },
    changes: () => calls.length,
    settle,
    close,
  };
});

/** Invariants W1 to W9, on what became of the world: a table of wrongs, each done by hand to a healthy world. */
import { describe, expect, it } from 'vitest';
import { emptyMemory } from '../../../lib/core/memory/memory.ts';
import { closeStandbyPlan, openHolderPlan } from '../../../lib/core/plan/plans.ts';
import type { InvariantName } from '../../../sim/invariants/court.ts';
import { crash, loseLast, start } from '../../../sim/world/life.ts';
import { breakIt } from '../breaking.ts';
import { type Stage, setStage } from '../stage.ts';
import { alert, begin, end, failover, lead, moveByHandWithTail, never, pause } from './by-hand.ts';

const wrongs: readonly [InvariantName, string, (stage: Stage) => Promise<unknown>][] = [
  [
    'W1 bounded-loss',
    'a standby whose replication was broken long before',
    async (stage) => {
      breakIt(stage, 'io-thread-stop', 'standby');
      await stage.pass(30_000);
      await stage.settle(stage.one.store.renewLease(stage.world.table.lease ?? never()));
      breakIt(stage, 'mysqld-kill', 'holder');
      await begin(stage, failover(stage));
      await stage.settle(stage.one.vip.assign(stage.pair, 'db2'));
    },
  ],
  [
    'W3 pause',
    'a plan that moves the VIP in a pause',
    async (stage) => {
      await pause(stage);
      breakIt(stage, 'mysqld-kill', 'holder');
      await begin(stage, failover(stage));
    },
  ],
  [
    'W2 holder-reopened',
    'a live holder that was closed and is left so',
    async (stage) => {
      await stage.settle(stage.one.database.close(stage.pair, 'db1', 'to-close', 1000));
      await stage.pass(17_000);
    },
  ],
  [
    'W3 pause',
    'a holder that came up read-only in a pause, and is not opened',
    async (stage) => {
      await pause(stage);
      breakIt(stage, 'mysqld-restart', 'holder', 2000);
      await stage.pass(20_000);
    },
  ],
  [
    'W3 pause',
    'a plan that undoes in a pause what a person set by hand',
    async (stage) => {
      await pause(stage);
      await stage.pass(9000);
      breakIt(stage, 'holder-read-only', 'holder');
      await begin(stage, openHolderPlan(stage.pair, 'db1'));
    },
  ],
  [
    'W3 pause',
    'a standby that a person opened in a pause, and of which nobody is alerted',
    async (stage) => {
      await pause(stage);
      breakIt(stage, 'standby-writable', 'standby');
      await stage.pass(65_000);
    },
  ],
  [
    'W4 loss-alerted',
    'a loss of service that nobody is alerted of',
    async (stage) => {
      breakIt(stage, 'mysqld-kill', 'holder', 20_000);
      await stage.pass(35_000);
    },
  ],
  [
    'W4 loss-alerted',
    'a second loss in the incident of the first, which alone was alerted',
    async (stage) => {
      breakIt(stage, 'mysqld-kill', 'holder', 8000);
      await alert(stage, 'holder-lost');
      await stage.pass(8000);
      await stage.settle(stage.one.store.renewLease(stage.world.table.lease ?? never()));
      await stage.settle(stage.one.database.open(stage.pair, 'db1', 1000));
      await stage.pass(20_000);
      breakIt(stage, 'mysqld-kill', 'holder');
      await stage.pass(35_000);
    },
  ],
  [
    'W4 loss-alerted',
    'a loss that lasts and is alerted once',
    async (stage) => {
      // Nobody but a person can help: the standby has a transaction of its own.
      breakIt(stage, 'errant', 'standby');
      breakIt(stage, 'mysqld-kill', 'holder');
      await alert(stage, 'holder-lost');
      await stage.pass(15 * 60_000 + 35_000);
    },
  ],
  [
    'W5 rows-kept',
    'an old holder whose tail is let in',
    async (stage) => {
      const { one, pair, settle } = stage;
      stage.world.master('db2').channel.transportMs = 500;
      await stage.pass(2000);
      breakIt(stage, 'mysqld-kill', 'holder', 8000);
      const memory = await begin(stage, failover(stage));
      await settle(one.database.open(pair, 'db2', 1000));
      await settle(one.vip.assign(pair, 'db2'));
      await end(stage, memory);
      await stage.pass(15_000);
    },
  ],
  [
    'W5 rows-kept',
    'a tail that arrives long after a person has moved the VIP',
    (stage) => moveByHandWithTail(stage, 15_000),
  ],
  [
    'W5 rows-kept',
    'a master that came back with less, and is opened',
    async (stage) => {
      const { world, pair } = stage;
      const db1 = world.master('db1');
      await stage.pass(2000);
      world.change(() => {
        crash(world, db1);
        loseLast(world, db1, 20);
        start(world, db1);
      });
      await stage.settle(stage.one.database.open(pair, 'db1', 1000));
      await stage.pass(3000);
    },
  ],
  [
    'W6 service-returns',
    'a dead holder beside a standby that has everything, and a person who is told that it has not',
    async (stage) => {
      await stage.pass(10_000);
      breakIt(stage, 'mysqld-kill', 'holder');
      await alert(stage, 'holder-lost');
      await stage.pass(63_000);
    },
  ],
  [
    'W7 plan-with-effect',
    'a plan that closes a node that is closed',
    async (stage) => {
      const memory = await begin(stage, closeStandbyPlan(stage.pair, 'db2'));
      await stage.settle(stage.one.database.close(stage.pair, 'db2', 'to-close', 1000));
      await end(stage, memory);
    },
  ],
  [
    'W8 dead-man-silent',
    'a heartbeat while no memory can be saved',
    async (stage) => {
      const { one, pair, settle, world } = stage;
      world.table.claimMemory(pair.name, { owner: 'watch-2', epoch: 2 });
      for (let tries = 0; tries < 14; tries++) {
        await expect(settle(one.store.saveMemory(pair.name, emptyMemory, 1))).rejects.toThrow(
          /epoch 1 is over/,
        );
        await stage.pass(5000);
      }
      one.metrics.heartbeat();
    },
  ],
  [
    'W9 misconfigured-untouched',
    'a server that is closed because of wrong ids',
    async ({ one, pair, settle }) => settle(one.database.close(pair, 'db1', 'to-close', 1000)),
  ],
  ['W9 misconfigured-untouched', 'wrong ids of which nobody hears', ({ pass }) => pass(70_000)],
];

describe('the invariants on what became of the world notice', () => {
  it.each(wrongs)('%s: %s', async (invariant, _, doWrong) => {
    const stage = setStage({ isMisconfigured: invariant === 'W9 misconfigured-untouched' });
    await lead(stage);
    await doWrong(stage);
    expect(stage.session.court.violation).toMatchObject({ invariant });
  });
});

/** Invariants 1 to 8, on keepalambda's own rules: a table of wrongs, each done by hand to a healthy world. */
import { describe, expect, it } from 'vitest';
import { without } from '../../../lib/core/decision/safeguards.ts';
import { emptyMemory } from '../../../lib/core/memory/memory.ts';
import { switchoverPlan } from '../../../lib/core/plan/plans.ts';
import type { InvariantName } from '../../../sim/invariants/court.ts';
import { breakIt } from '../breaking.ts';
import { type Stage, setStage } from '../stage.ts';
import { alert, begin, end, failover, lead, never } from './by-hand.ts';

const wrongs: readonly [InvariantName, string, (stage: Stage) => Promise<unknown>][] = [
  [
    1,
    'an order of who does not lead',
    async ({ other, pair, settle }) => settle(other.database.close(pair, 'db2', 'to-close', 1000)),
  ],
  [
    1,
    'an order under a lease that is old',
    async (stage) => {
      await stage.pass(3100);
      await stage.settle(stage.one.database.close(stage.pair, 'db2', 'to-close', 1000));
    },
  ],
  [
    1,
    'an order that takes effect after a newer epoch has acted',
    async ({ one, other, pair, settle, processes, world }) => {
      world.cloud.mood = { ...world.cloud.mood, effectMs: 9000 };
      void one.vip.assign(pair, 'db1');
      await settle(other.clock.sleep(500));
      processes[0].kill();
      await settle(other.store.takeLease(world.table.lease, 'watch-2'));
      await settle(other.database.close(pair, 'db2', 'to-close', 1000));
      await settle(other.clock.sleep(10_000));
    },
  ],
  [
    2,
    'a standby that has long been dead',
    async (stage) => {
      breakIt(stage, 'mysqld-kill', 'standby');
      await stage.pass(20_000);
      await stage.settle(stage.one.store.renewLease(stage.world.table.lease ?? never()));
      await begin(stage, failover(stage), 'request');
      await stage.settle(stage.one.vip.assign(stage.pair, 'db2'));
    },
  ],
  [
    3,
    'two masters that take writes through the VIP',
    async (stage) => {
      await begin(stage, failover(stage), 'request');
      await stage.settle(stage.one.database.open(stage.pair, 'db2', 1000));
      await stage.settle(stage.one.vip.assign(stage.pair, 'db2'));
    },
  ],
  [
    3,
    'two writable masters after a plan',
    async (stage) => {
      const memory = await begin(stage, failover(stage), 'request');
      await stage.settle(stage.one.database.open(stage.pair, 'db2', 1000));
      await end(stage, memory);
    },
  ],
  [
    4,
    'a failover from a holder that is well',
    async (stage) => {
      await stage.pass(15_000);
      await begin(stage, failover(stage));
    },
  ],
  [
    4,
    'one failover right after another that moved the VIP',
    async (stage) => {
      breakIt(stage, 'mysqld-kill', 'holder');
      const memory = await begin(stage, failover(stage));
      await stage.settle(stage.one.database.open(stage.pair, 'db2', 1000));
      await stage.settle(stage.one.vip.assign(stage.pair, 'db2'));
      await end(stage, memory);
      await begin(stage, failover(stage));
    },
  ],
  [
    4,
    'a plan on no sight at all',
    async (stage) => {
      breakIt(stage, 'probe-cut', 'holder');
      await stage.pass(9000);
      await begin(stage, failover(stage));
    },
  ],
  [
    5,
    'a dead holder that nobody replaces',
    async (stage) => {
      await stage.pass(40_000);
      await stage.settle(stage.one.store.renewLease(stage.world.table.lease ?? never()));
      breakIt(stage, 'mysqld-kill', 'holder');
      await alert(stage, 'holder-lost');
      await stage.pass(60_000);
    },
  ],
  [
    6,
    'a switchover that does not wait for the last write',
    async (stage) => {
      const { one, pair, settle } = stage;
      stage.world.master('db2').channel.transportMs = 500;
      await stage.pass(1000);
      await begin(stage, switchoverPlan(pair, 'db2'), 'request');
      // Nothing was frozen: the holder commits on until the VIP has gone.
      await settle(one.vip.assign(pair, 'db2'));
    },
  ],
  [
    6,
    'a switchover that fails and leaves the holder frozen',
    async (stage) => {
      const { one, pair, settle } = stage;
      const memory = await begin(stage, switchoverPlan(pair, 'db2'), 'request');
      await settle(one.database.close(pair, 'db1', 'to-close', 1000));
      await end(stage, memory);
    },
  ],
  [
    8,
    'an incident that is closed without an all-clear',
    async (stage) => {
      const { one, pair, settle } = stage;
      const incident = { id: 'abc', openedAtMs: 0, row: 'D9', told: ['holder-lost' as const] };
      await settle(one.store.saveMemory(pair.name, { ...emptyMemory, incident }, 1));
      await settle(one.store.saveMemory(pair.name, emptyMemory, 1));
    },
  ],
  [
    8,
    'an incident of which nobody is told',
    async (stage) => {
      const { one, pair, settle } = stage;
      const incident = { id: 'abc', openedAtMs: 0, row: 'D9', told: [] };
      await settle(one.store.saveMemory(pair.name, { ...emptyMemory, incident }, 1));
      await stage.pass(200_000);
      stage.session.end();
    },
  ],
];

describe('the invariants notice', () => {
  it.each(wrongs)('%s: %s', async (invariant, _, doWrong) => {
    const stage = setStage();
    await lead(stage);
    await doWrong(stage);
    expect(stage.session.court.violation).toMatchObject({ invariant });
  });

  it("7: the VIP on a stranger's ENI", async () => {
    const stage = setStage({ safeguards: without('addressAllowList') });
    await lead(stage);
    await stage.settle(stage.one.vip.assign(stage.pair, 'db9')).catch(() => {});
    expect(stage.session.court.violation).toMatchObject({ invariant: 7 });
  });

  it('and let a healthy pair and its leader alone', async () => {
    const stage = setStage();
    await lead(stage);
    for (let minute = 0; minute < 5; minute++) {
      await stage.settle(stage.one.store.renewLease(stage.world.table.lease ?? never()));
      await stage.pass(60_000);
    }
    stage.session.end();
    expect(stage.session.court.violation).toBeNull();
  });

  it('a failover as it should be is no violation', async () => {
    const stage = setStage();
    const { one, pair, settle } = stage;
    await stage.pass(30_000);
    await lead(stage);
    breakIt(stage, 'mysqld-kill', 'holder');
    const memory = await begin(stage, failover(stage));
    await settle(one.database.catchUp(pair, 'db2', { upTo: null, source: null }, 1000));
    await settle(one.database.open(pair, 'db2', 1000));
    await settle(one.vip.assign(pair, 'db2'));
    const answered = await settle(one.database.verify(pair, 1000));
    expect(answered).toEqual({
      identity: stage.world.master('db2').identity,
      writable: true,
      heartbeat: { kind: 'committed' },
    });
    await end(stage, memory);
    expect(stage.session.court.violation).toBeNull();
  });
});

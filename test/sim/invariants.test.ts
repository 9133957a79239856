/** Each invariant notices what it is there for: a table of wrongs, each done by hand to a healthy world. */
import { describe, expect, it } from 'vitest';
import { beginPlan } from '../../lib/core/begin-plan.ts';
import type { EventCode } from '../../lib/core/events.ts';
import { noEvidence } from '../../lib/core/evidence.ts';
import { emptyMemory, type Memory } from '../../lib/core/memory.ts';
import type { Plan } from '../../lib/core/plan.ts';
import {
  closeStandbyPlan,
  failoverPlan,
  openHolderPlan,
  repairPlan,
  switchoverPlan,
} from '../../lib/core/plans.ts';
import { without } from '../../lib/core/safeguards.ts';
import { assess, noDurations } from '../../lib/core/situation.ts';
import { strike } from '../../sim/faults/breakages.ts';
import type { BreakageName, Target } from '../../sim/faults/fault.ts';
import type { InvariantName } from '../../sim/invariants/court.ts';
import { crash, loseLast, start } from '../../sim/world/life.ts';
import { type Stage, setStage } from './stage.ts';

/** watch-1 leads under epoch 1. */
async function lead({ one, settle, pair }: Stage): Promise<void> {
  await settle(one.store.takeLease(null, 'watch-1'));
  await settle(one.store.claimMemory(pair.name, { owner: 'watch-1', epoch: 1 }));
}

/** The memory with a plan in flight, as a leader would claim it. */
async function begin(stage: Stage, plan: Plan, requestId: string | null = null): Promise<Memory> {
  const { one, pair, settle } = stage;
  const nowMs = one.clock.nowMs();
  const situation = assess(pair, noEvidence(pair, 2), emptyMemory, noDurations, nowMs);
  const ids = { planId: one.ids.next(), incidentId: one.ids.next() };
  const wanted = {
    plan,
    row: 'D9',
    because: 'a test',
    by: 'keepalambda',
    requestId,
    epoch: 1,
    lastSeen: null,
    ...ids,
  };
  const memory = beginPlan(await settle(one.store.readMemory(pair.name)), situation, wanted);
  await settle(one.store.saveMemory(pair.name, memory, 1));
  return memory;
}

async function end({ one, pair, settle }: Stage, memory: Memory): Promise<void> {
  await settle(one.store.saveMemory(pair.name, { ...memory, plan: null }, 1));
}

async function pause({ one, pair, settle }: Stage): Promise<void> {
  const untilMs = one.clock.nowMs() + 600_000;
  const paused = { ...emptyMemory, pause: { untilMs, by: 'ann', why: 'a test' } };
  await settle(one.store.saveMemory(pair.name, paused, 1));
}

async function alert({ one, pair, settle }: Stage, code: EventCode): Promise<void> {
  const text = { happened: '', done: '', todo: '', steps: [] };
  await settle(
    one.alerts.publish([
      { id: code, code, pair: pair.name, incident: null, atMs: one.clock.nowMs(), ...text },
    ]),
  );
}

function failover({ pair }: Stage): Plan {
  return failoverPlan(pair, 'db2', { holderAnswers: false, acceptLoss: false, undoIfHolderServes: true });
}

function breakIt({ world }: Stage, name: BreakageName, target: Target, forMs = 1e9, degree = 0.1): void {
  strike(world, { kind: 'breakage', name, target, atMs: 0, forMs, degree });
}

/** A person moves the VIP to a standby that takes writes, and that is cut off from the old holder for a while. */
async function moveByHandWithTail({ world, pass }: Stage, cutForMs: number): Promise<void> {
  await pass(5000);
  world.change(() => (world.pairLinked = false));
  await pass(2000);
  world.change(() => {
    for (const master of world.masters) master.setWritable(world.nowMs, master.name === 'db2', 'keepalambda');
  });
  world.moveVip({ kind: 'node', node: 'db2' });
  await pass(cutForMs);
  world.change(() => (world.pairLinked = true));
  await pass(5000);
}

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
    'W3 pause',
    'a plan that moves the VIP in a pause',
    async (stage) => {
      await pause(stage);
      breakIt(stage, 'mysqld-kill', 'holder');
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

function never(): never {
  throw new Error('nobody leads');
}

describe('the invariants notice', () => {
  it.each(wrongs)('%s: %s', async (invariant, _, doWrong) => {
    const stage = setStage({ isMisconfigured: invariant === 'W9 misconfigured-untouched' });
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

  it('a tail that arrives before anybody can know that a person moved the VIP is no violation', async () => {
    const stage = setStage();
    await lead(stage);
    await moveByHandWithTail(stage, 2000);
    expect(stage.world.overwrittenOn('db2').length).toBeGreaterThan(10);
    expect(stage.session.court.violation?.invariant).not.toBe('W5 rows-kept');
  });

  it.each([
    ['the last 0.2 s', 20, null],
    ['the last 8 s', 800, 'W5 rows-kept'],
  ])(
    '%s of a history, lost while only its peer could tell and cannot be asked',
    async (_, lost, invariant) => {
      const stage = setStage();
      await lead(stage);
      await stage.pass(12_000);
      breakIt(stage, 'probe-partition-all', 'standby');
      await stage.pass(1000);
      await stage.settle(stage.one.store.renewLease(stage.world.table.lease ?? never()));
      const { world } = stage;
      const db1 = world.master('db1');
      world.change(() => {
        crash(world, db1);
        loseLast(world, db1, lost);
        start(world, db1);
      });
      await stage.settle(stage.one.database.open(stage.pair, 'db1', 1000));
      await stage.pass(3000);
      expect(world.collisions()).toMatchObject([{ origin: 'db1', peerHasFirst: true }]);
      expect(stage.session.court.violation?.invariant ?? null).toBe(invariant);
    },
  );

  it('what a person set before the VIP moved is closed in a pause', async () => {
    const stage = setStage();
    await lead(stage);
    breakIt(stage, 'half-closed', 'holder');
    await stage.pass(100);
    stage.world.moveVip({ kind: 'node', node: 'db2' });
    await pause(stage);
    await begin(stage, closeStandbyPlan(stage.pair, 'db1'));
    expect(stage.session.court.violation).toBeNull();
    const again = setStage();
    await lead(again);
    await pause(again);
    await again.pass(9000);
    breakIt(again, 'half-closed', 'standby');
    await begin(again, closeStandbyPlan(again.pair, 'db2'));
    expect(again.session.court.violation).toMatchObject({ invariant: 'W3 pause' });
  });

  it('what a person half opened, and then ordered a switchover to, is closed in a pause', async () => {
    const stage = setStage();
    await lead(stage);
    await pause(stage);
    breakIt(stage, 'half-closed', 'standby');
    await begin(stage, switchoverPlan(stage.pair, 'db2'), 'request');
    await pause(stage);
    await begin(stage, closeStandbyPlan(stage.pair, 'db2'));
    expect(stage.session.court.violation).toBeNull();
  });

  describe('W6 where the holder died while nobody could look', () => {
    const dyingUnseen = async (blindForMs: number, wasCutOff: boolean) => {
      const stage = setStage();
      const { world } = stage;
      const blind = (how: 'no' | 'fails') => {
        world.change(() => {
          for (const view of world.views.values()) view.blind = how;
        });
      };
      await lead(stage);
      await stage.pass(20_000);
      if (wasCutOff) breakIt(stage, 'io-thread-stop', 'standby', 2000);
      await stage.pass(1000);
      blind('fails');
      await stage.pass(blindForMs / 2);
      breakIt(stage, 'mysqld-kill', 'holder');
      await alert(stage, 'holder-lost');
      await stage.pass(blindForMs / 2);
      blind('no');
      await stage.pass(63_000);
      return stage.session.court.violation?.invariant;
    };

    it.each([
      ['its standby was shown ready: that is trusted', 40_000, false, 'W6 service-returns'],
      ['its standby was cut off before: it may have lived on', 40_000, true, undefined],
      ['for a moment: its last looks say what its standby lacks', 6000, true, 'W6 service-returns'],
      ['for longer than a readiness is trusted', 200_000, false, undefined],
    ])('%s', async (_, blindForMs, wasCutOff, invariant) => {
      expect(await dyingUnseen(blindForMs, wasCutOff)).toBe(invariant);
    });
  });

  it.each<[what: string, afterMs: number, invariant: InvariantName | undefined]>([
    ['that was shown since its start is not undone', 9000, 'W3 pause'],
    ['that nobody could know yet looks like what its start left', 3000, undefined],
  ])('W3: what a person set by hand in a pause, of a process %s', async (_, afterMs, invariant) => {
    const stage = setStage();
    await lead(stage);
    breakIt(stage, 'mysqld-restart', 'standby', 2000);
    await stage.pass(2000);
    await pause(stage);
    await stage.pass(afterMs);
    breakIt(stage, 'standby-writable', 'standby');
    await begin(stage, closeStandbyPlan(stage.pair, 'db2'));
    expect(stage.session.court.violation?.invariant).toBe(invariant);
  });

  it.each<[what: string, isOpened: boolean, invariant: InvariantName | undefined]>([
    ['was opened by a person in a pause, before it began', true, undefined],
    ['it opened itself', false, 3],
  ])('3, 6: a switchover that fails leaves a standby open that %s', async (_, isOpened, invariant) => {
    const stage = setStage();
    await lead(stage);
    await pause(stage);
    if (isOpened) {
      breakIt(stage, 'standby-writable', 'standby');
      await stage.pass(15_000);
    }
    const begun = await begin(stage, switchoverPlan(stage.pair, 'db2'), 'request');
    if (!isOpened) await stage.settle(stage.one.database.open(stage.pair, 'db2', 1000));
    await end(stage, begun);
    expect(stage.session.court.violation?.invariant).toBe(invariant);
  });

  it.each<[what: string, isPaused: boolean, invariant: InvariantName | undefined]>([
    ['in a pause that runs out before the plan ends, is left', true, undefined],
    ['without a pause, is not left beside an open holder', false, 3],
  ])('3: a standby that a person opened %s', async (_, isPaused, invariant) => {
    const stage = setStage();
    breakIt(stage, 'standby-writable', 'standby');
    await stage.pass(5000);
    await lead(stage);
    if (isPaused) await pause(stage);
    breakIt(stage, 'mysqld-restart', 'holder', 500);
    await stage.pass(1000);
    const begun = await begin(stage, openHolderPlan(stage.pair, 'db1'));
    await stage.settle(stage.one.database.open(stage.pair, 'db1', 1000));
    await stage.pass(1000);
    await end(stage, { ...begun, pause: null });
    expect(stage.session.court.violation?.invariant).toBe(invariant);
  });

  it.each<[what: string, peer: BreakageName | null, invariant: InvariantName | undefined]>([
    ['and its standby can be asked, is opened', null, 'W3 pause'],
    ['and its standby cannot be asked, is left to a person', 'probe-partition-all', undefined],
  ])('W3: a holder that came back in a pause with less, %s', async (_, peer, invariant) => {
    const stage = setStage();
    await lead(stage);
    const { world } = stage;
    await stage.pass(5000);
    // What it loses, the standby never received.
    breakIt(stage, 'pair-partition', 'holder', 30_000);
    await stage.pass(1000);
    if (peer !== null) breakIt(stage, peer, 'standby');
    await pause(stage);
    breakIt(stage, 'returns-with-less', 'holder', 2000);
    await alert(stage, 'holder-behind');
    await stage.pass(24_000);
    expect(world.master('db1').log.incarnation).toBe(1);
    expect(stage.session.court.violation?.invariant).toBe(invariant);
  });

  describe('W4 where a loss is behind a path that was alerted, and the path comes back', () => {
    const lossBehind = async (goesOnForMs: number, storeDownForMs: number) => {
      const stage = setStage();
      await lead(stage);
      await stage.pass(1000);
      breakIt(stage, 'probe-partition-all', 'holder', 30_000);
      await alert(stage, 'blind');
      await stage.pass(10_000);
      breakIt(stage, 'disk-full', 'holder', 20_000 + goesOnForMs);
      await stage.pass(15_000);
      if (storeDownForMs > 0) breakIt(stage, 'store-down', 'holder', storeDownForMs);
      await stage.pass(70_000);
      return stage.session.court.violation?.invariant;
    };

    it.each([
      ['for a moment: the alert of the path is all that could be', 1000, 0, undefined],
      ['for longer: it could be seen, and is due anew', 8000, 0, 'W4 loss-alerted'],
      ['for longer, but nobody could lead then: it is not', 8000, 20_000, undefined],
    ])('%s', async (_, goesOnForMs, storeDownForMs, invariant) => {
      expect(await lossBehind(goesOnForMs, storeDownForMs)).toBe(invariant);
    });
  });

  it.each<[what: string, code: EventCode, cutForMs: number, pairCut: boolean, InvariantName | undefined]>([
    ['that its holder is lost, and nothing has shown since that it lives', 'both-lost', 1e9, true, undefined],
    ['the same, and it could be asked in between', 'both-lost', 20_000, true, 'W4 loss-alerted'],
    ['the same, and its standby heard from it', 'both-lost', 1e9, false, 'W4 loss-alerted'],
    ['that the VIP is on neither node', 'vip-unheld', 1e9, true, 'W4 loss-alerted'],
  ])(
    'W4: the second loss of a pair of which people know %s',
    async (_, code, cutForMs, pairCut, invariant) => {
      const stage = setStage();
      await lead(stage);
      await stage.pass(1000);
      breakIt(stage, 'probe-partition-all', 'holder', cutForMs);
      if (pairCut) breakIt(stage, 'pair-partition', 'holder');
      await alert(stage, code);
      await stage.pass(1000);
      breakIt(stage, 'disk-full', 'holder', 8000);
      await stage.pass(25_000);
      breakIt(stage, 'probe-partition-all', 'holder');
      breakIt(stage, 'disk-full', 'holder');
      await stage.pass(35_000);
      expect(stage.session.court.violation?.invariant).toBe(invariant);
    },
  );

  it.each<[what: string, blindForMs: number, lossForMs: number, invariant: InvariantName | undefined]>([
    ['was over before that could be known', 9000, 8000, undefined],
    ['goes on when they look again', 9000, 16_000, 'W4 loss-alerted'],
    ['lasts until that is known', 25_000, 23_000, 'W4 loss-alerted'],
  ])('W4: a loss while no vantage can look %s', async (_, blindForMs, lossForMs, invariant) => {
    const stage = setStage();
    await lead(stage);
    await stage.pass(1000);
    breakIt(stage, 'probe-blind-all', 'holder', blindForMs);
    await stage.pass(500);
    breakIt(stage, 'disk-full', 'holder', lossForMs);
    await stage.pass(70_000);
    expect(stage.session.court.violation?.invariant).toBe(invariant);
  });

  it.each<[what: string, storeDownForMs: number, invariant: InvariantName | undefined]>([
    ['is due', 0, 'W4 loss-alerted'],
    ['is not while nobody can lead', 25_000, undefined],
  ])('W4: a loss of 40 s of a holder that is known to flap %s', async (_, storeDownForMs, invariant) => {
    const stage = setStage();
    await lead(stage);
    await alert(stage, 'service-lost');
    await stage.pass(20_000);
    await alert(stage, 'service-lost');
    await stage.pass(1000);
    breakIt(stage, 'disk-full', 'holder', 40_000);
    await stage.pass(10_000);
    if (storeDownForMs > 0) breakIt(stage, 'store-down', 'holder', storeDownForMs);
    await stage.pass(90_000);
    expect(stage.session.court.violation?.invariant).toBe(invariant);
  });

  it.each<[what: string, isBehind: boolean, invariant: InvariantName | undefined]>([
    ['while the holder cannot be asked speaks of a loss behind that', true, undefined],
    ['while it can be asked does not', false, 'W4 loss-alerted'],
  ])('W4: an alert of an EC2 that does not answer %s', async (_, isBehind, invariant) => {
    const stage = setStage();
    await lead(stage);
    await stage.pass(1000);
    if (isBehind) breakIt(stage, 'probe-partition-all', 'holder');
    await alert(stage, 'ec2-blind');
    await stage.pass(1000);
    if (!isBehind) breakIt(stage, 'probe-partition-all', 'holder');
    breakIt(stage, 'disk-full', 'holder');
    await stage.pass(35_000);
    expect(stage.session.court.violation?.invariant).toBe(invariant);
  });

  it.each<[what: string, mood: BreakageName | null, awayForMs: number, invariant: InvariantName | undefined]>(
    [
      ['is not judged while old answers of EC2 show it in its place', 'ec2-very-stale', 18_000, undefined],
      ['is judged once no answer can', 'ec2-very-stale', 30_000, 'W4 loss-alerted'],
      ['is judged where EC2 says so at once', null, 18_000, 'W4 loss-alerted'],
    ],
  )('W4: a VIP on neither node %s', async (_, mood, awayForMs, invariant) => {
    const stage = setStage();
    await lead(stage);
    await stage.pass(1000);
    if (mood !== null) breakIt(stage, mood, 'holder');
    stage.world.moveVip({ kind: 'nowhere' });
    await stage.pass(awayForMs);
    stage.world.moveVip({ kind: 'node', node: 'db1' });
    await stage.pass(40_000);
    expect(stage.session.court.violation?.invariant).toBe(invariant);
  });

  describe('W6 where nobody reached the holder before it died, and its standby said how its channel was', () => {
    const dyingAfterStop = async (runsAgainForMs: number) => {
      const stage = setStage();
      await lead(stage);
      await stage.pass(20_000);
      breakIt(stage, 'probe-partition-all', 'holder');
      breakIt(stage, 'operator-stop-replica', 'standby', 20_000);
      await stage.pass(20_000 + runsAgainForMs);
      breakIt(stage, 'mysqld-kill', 'holder');
      await alert(stage, 'holder-lost');
      await stage.pass(63_000);
      return stage.session.court.violation?.invariant;
    };

    it.each([
      ['it had been stopped, and ran again for a second: it may lack anything', 1000, undefined],
      ['it had been stopped, and ran again for long', 7000, 'W6 service-returns'],
    ])('%s', async (_, runsAgainForMs, invariant) => {
      expect(await dyingAfterStop(runsAgainForMs)).toBe(invariant);
    });
  });

  it.each<[what: string, isCutOff: boolean, invariant: InvariantName | undefined]>([
    ['is not known where no vantage gets to it', true, undefined],
    ['is known where its host takes our connections', false, 'W6 service-returns'],
  ])(
    'W6: that a holder hangs whose network side still sends heartbeats %s',
    async (_, isCutOff, invariant) => {
      const stage = setStage();
      await lead(stage);
      await stage.pass(20_000);
      if (isCutOff) breakIt(stage, 'probe-partition-all', 'holder');
      breakIt(stage, 'hang-with-beats', 'holder');
      await alert(stage, 'holder-lost');
      await stage.pass(63_000);
      expect(stage.session.court.violation?.invariant).toBe(invariant);
    },
  );

  it.each<[what: string, isUnseen: boolean, invariant: InvariantName | undefined]>([
    ['while nobody could ask it: it may have lost what it had received', true, undefined],
    ['in our sight: its positions say that it has lost nothing', false, 'W6 service-returns'],
  ])('W6: the standby of a dead holder restarted %s', async (_, isUnseen, invariant) => {
    const stage = setStage();
    await lead(stage);
    const { world } = stage;
    await stage.pass(20_000);
    world.change(() => {
      for (const view of world.views.values()) view.blind = 'fails';
    });
    await stage.pass(1000);
    breakIt(stage, 'mysqld-kill', 'holder');
    await alert(stage, 'holder-lost');
    if (isUnseen) breakIt(stage, 'mysqld-restart', 'standby', 2000);
    await stage.pass(20_000);
    world.change(() => {
      for (const view of world.views.values()) view.blind = 'no';
    });
    if (!isUnseen) {
      await stage.pass(2000);
      breakIt(stage, 'mysqld-restart', 'standby', 2000);
    }
    await stage.pass(66_000);
    expect(stage.session.court.violation?.invariant).toBe(invariant);
  });

  it.each<[what: string, isThrownAway: boolean, invariant: InvariantName | undefined]>([
    ['has thrown away: a person accepts that', true, undefined],
    ['never received: it may take over', false, 'W6 service-returns'],
  ])('W6: the last writes of a dead holder, which its standby %s', async (_, isThrownAway, invariant) => {
    const stage = setStage();
    await lead(stage);
    const { world } = stage;
    await stage.pass(20_000);
    if (!isThrownAway) breakIt(stage, 'pair-partition', 'holder');
    await stage.pass(400);
    breakIt(stage, 'mysqld-kill', 'holder');
    const { channel } = world.master('db2');
    if (isThrownAway)
      world.change(() => {
        channel.applied = channel.received - 5;
        channel.crash(world.nowMs);
      });
    await alert(stage, 'holder-lost');
    await stage.pass(63_000);
    expect(stage.session.court.violation?.invariant).toBe(invariant);
  });

  it.each<[what: string, hangs: boolean, invariant: InvariantName | undefined]>([
    ['hangs, so that no order can close it', true, undefined],
    ['can be closed', false, 'W2 holder-reopened'],
  ])('W2 asks for no second writer beside one that %s', async (_, hangs, invariant) => {
    const stage = setStage();
    await lead(stage);
    const { world, one, pair } = stage;
    await stage.settle(one.database.close(pair, 'db1', 'to-close', 1000));
    world.change(() => world.master('db2').setWritable(world.nowMs, true, 'start'));
    if (hangs) breakIt(stage, 'disk-full', 'standby');
    await alert(stage, 'service-lost');
    await stage.pass(17_000);
    expect(stage.session.court.violation?.invariant).toBe(invariant);
  });

  it('W6 does not ask for a second writer beside one that hangs and cannot be closed', async () => {
    const stage = setStage();
    await lead(stage);
    const { world } = stage;
    world.change(() => {
      world.master('db1').setWritable(world.nowMs, false, 'start');
      world.master('db2').setWritable(world.nowMs, true, 'start');
    });
    breakIt(stage, 'disk-full', 'standby');
    await alert(stage, 'service-lost');
    await stage.pass(70_000);
    expect(stage.session.court.violation).toBeNull();
  });

  it('3: a repair answers for no node to which a person moves the VIP meanwhile', async () => {
    const stage = setStage();
    await lead(stage);
    const { world, pair } = stage;
    world.change(() => world.master('db2').setWritable(world.nowMs, true, 'start'));
    breakIt(stage, 'mysqld-hang', 'standby');
    await stage.pass(20_000);
    const memory = await begin(stage, repairPlan({ ...pair, repair: ['mysqld'] }, 'db2'));
    world.moveVip({ kind: 'node', node: 'db2' });
    await end(stage, memory);
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

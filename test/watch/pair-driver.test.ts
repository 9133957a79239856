/** What a leader does for one pair: on the simulator's ports, where time passes at once. */
import { afterEach, describe, expect, it } from 'vitest';
import type { WaitingOrder } from '../../lib/core/operator/inbox.ts';
import type { Order } from '../../lib/core/operator/order.ts';
import { type Step, step } from '../../lib/core/pair/pair.ts';
import { LEASE_LIFE_MS, RENEW_EVERY_MS, TAKE_AFTER_MS, WAIT_OUT_MS } from '../../lib/core/time-budget.ts';
import type { DatabasePort } from '../../lib/watch/ports/database.ts';
import { PortError } from '../../lib/watch/ports/port-error.ts';
import type { StorePort } from '../../lib/watch/ports/store.ts';
import type { VipPort } from '../../lib/watch/ports/vip.ts';
import { breakNow, endDrill, newDrill, twisted, until, watchOver } from '../sim/drill.ts';
import type { Stage } from '../sim/stage.ts';

let stage: Stage;
afterEach(() => endDrill(stage));

describe('a pair whose memory cannot be stored', () => {
  async function withDeafStore(forMs: number): Promise<number> {
    stage = newDrill();
    let tries = 0;
    const saveMemory: StorePort['saveMemory'] = async () => {
      tries += 1;
      throw new PortError('timeout', 'saveMemory: no answer');
    };
    watchOver(stage, twisted(stage.one, { store: { saveMemory } }));
    await stage.pass(forMs);
    return tries;
  }

  it('is alerted past the store, once', async () => {
    await withDeafStore(40_000);
    expect(stage.published.filter((code) => code === 'tick-fails')).toHaveLength(1);
  });

  it('is tried again more and more slowly', async () => {
    expect(await withDeafStore(60_000)).toBeLessThan(15);
  });
});

describe('a store of which four answers in a row are lost keeps nobody waiting for long', () => {
  const lost = () => new PortError('timeout', 'no answer');

  it('as a failover is to be stored', async () => {
    stage = newDrill();
    const { one } = stage;
    let left = 4;
    const saveMemory: StorePort['saveMemory'] = async (pair, memory, epoch) => {
      if (memory.plan !== null && left-- > 0) throw lost();
      await one.store.saveMemory(pair, memory, epoch);
    };
    watchOver(stage, twisted(one, { store: { saveMemory } }));
    await stage.pass(20_000);
    breakNow(stage, 'mysqld-kill', 'holder');
    await until(stage, 9000, () => stage.world.holder?.name === 'db2');
    expect([stage.world.holder?.name, left < 0]).toEqual(['db2', true]);
  });

  it('as a new leader claims the memory, and does not know yet who waits', async () => {
    stage = newDrill();
    const { one } = stage;
    let left = 4;
    const claimMemory: StorePort['claimMemory'] = async (pair, lease) => {
      if (left-- > 0) throw lost();
      return one.store.claimMemory(pair, lease);
    };
    breakNow(stage, 'mysqld-kill', 'holder');
    watchOver(stage, twisted(one, { store: { claimMemory } }));
    await stage.pass(7000);
    expect([stage.published.includes('holder-lost'), left < 0]).toEqual([true, true]);
  });
});

it('a failover is stored together with what was decided: its clients wait for each save', async () => {
  stage = newDrill();
  const { one } = stage;
  const saves: { readonly lost: boolean; readonly plan: boolean }[] = [];
  const saveMemory: StorePort['saveMemory'] = async (pair, memory, epoch) => {
    saves.push({ lost: memory.lostAtMs !== null, plan: memory.plan !== null });
    await one.store.saveMemory(pair, memory, epoch);
  };
  watchOver(stage, twisted(one, { store: { saveMemory } }));
  await stage.pass(20_000);
  breakNow(stage, 'mysqld-kill', 'holder');
  await until(stage, 20_000, () => stage.world.holder?.name === 'db2');
  expect(saves.findIndex(({ lost }) => lost)).toBe(saves.findIndex(({ plan }) => plan));
});

it('a plan whose record took long to be stored begins by what is seen then', async () => {
  stage = newDrill();
  const { one, world } = stage;
  // The holder is back by the time that the plan is stored.
  const saveMemory: StorePort['saveMemory'] = async (pair, memory, epoch) => {
    if (memory.plan !== null && world.table.memoryOf(stage.pair.name).plan === null)
      await one.clock.sleep(3500);
    await one.store.saveMemory(pair, memory, epoch);
  };
  watchOver(stage, twisted(one, { store: { saveMemory } }));
  await stage.pass(20_000);
  breakNow(stage, 'mysqld-hang', 'holder', 4500);
  await stage.pass(20_000);
  expect(world.holder?.name).toBe('db1');
  expect(stage.calls.filter(({ action }) => action === 'assign')).toEqual([]);
});

describe('a pair that cannot be judged', () => {
  it('is alerted past the store, and judged again once it can be', async () => {
    stage = newDrill();
    let isBroken = true;
    // A record that no rule can read, until it is put right.
    const odd: Step = (state, input, nowMs) => {
      const failoversAtMs = isBroken ? (null as never) : (state.memory.failoversAtMs ?? []);
      return step({ ...state, memory: { ...state.memory, failoversAtMs } }, input, nowMs);
    };
    watchOver(stage, stage.one, 'watch-1', odd);
    await stage.pass(30_000);
    expect(stage.published).toEqual(['tick-fails']);
    isBroken = false;
    await stage.pass(60_000);
    breakNow(stage, 'mysqld-kill', 'holder');
    await until(stage, 20_000, () => stage.world.holder?.name === 'db2');
    await until(stage, 10_000, () => stage.published.includes('failover-done'));
    expect(stage.published).not.toContain('failover-started');
  });
});

describe('an order', () => {
  const order: Order = {
    action: 'switchover',
    pair: 'orders',
    to: 'db2',
    force: false,
    killLong: false,
    by: 'ann',
    why: 'a test',
  };

  it('that the inbox shows again and again is carried out once', async () => {
    stage = newDrill();
    const { one, other } = stage;
    const waiting = async (): Promise<readonly WaitingOrder[]> => [
      { id: 'the-order', atMs: one.clock.nowMs(), order: { ...order, pair: stage.pair.name } },
    ];
    watchOver(stage, twisted(one, { store: { waitingOrders: waiting, removeOrder: async () => {} } }));
    for (let wakes = 0; wakes < 30; wakes += 1) {
      await stage.pass(1000);
      await stage.settle(other.store.wake());
    }
    const { answers } = stage.world.table.memoryOf(stage.pair.name);
    expect(answers.map(({ requestId, ok }) => [requestId, ok])).toEqual([['the-order', true]]);
    expect(stage.calls.filter(({ action }) => action === 'assign')).toHaveLength(1);
  });
});

it('a plan that makes no progress is alerted', async () => {
  stage = newDrill();
  const { one } = stage;
  const catchUp: DatabasePort['catchUp'] = async (...asked) => {
    await one.clock.sleep(500);
    return { ...(await one.database.catchUp(...asked)), reached: false, because: 'a lock' };
  };
  watchOver(stage, twisted(one, { database: { catchUp } }));
  await stage.pass(20_000);
  breakNow(stage, 'mysqld-kill', 'holder', 120_000);
  await stage.pass(12_000);
  expect(stage.published).toContain('plan-waits');
});

describe('a failover that its leader has not lived to end', () => {
  it('is alerted as blindness where its successor sees nothing of the nodes', async () => {
    stage = newDrill();
    const { world } = stage;
    watchOver(stage);
    await stage.pass(20_000);
    breakNow(stage, 'global-lock', 'standby');
    breakNow(stage, 'mysqld-kill', 'holder');
    await until(stage, 10_000, () => world.table.memoryOf(stage.pair.name).plan !== null);
    stage.processes[0].kill();
    for (const view of world.views.values()) view.blind = 'fails';
    watchOver(stage, stage.other, 'watch-2');
    await stage.pass(30_000);
    expect(stage.published).toContain('blind');
  });

  it('and whose VIP somebody took away again from the new holder: that it was there is stored before the plan goes on', async () => {
    stage = newDrill();
    const { world, one, other, pair } = stage;
    const dies: VipPort['assign'] = async (...asked) => {
      await one.vip.assign(...asked);
      stage.processes[0].kill();
      world.moveVip({ kind: 'nowhere' });
    };
    watchOver(stage, twisted(one, { vip: { assign: dies } }));
    await stage.pass(20_000);
    breakNow(stage, 'mysqld-kill', 'holder');
    await until(stage, 10_000, () => world.holder === null);
    const said: string[] = [];
    const log = { ...other.log, warn: (message: string) => said.push(message) };
    watchOver(stage, twisted(other, { rest: { log } }), 'watch-2');
    await until(stage, 20_000, () => said.some((message) => message.startsWith('carrying on')));
    await stage.pass(500);
    expect(world.table.memoryOf(pair.name).plan).toMatchObject({ vipMoved: true });
  });

  it('is undone when the holder serves again before the next one goes on', async () => {
    stage = newDrill();
    const { world } = stage;
    watchOver(stage);
    await stage.pass(20_000);
    // What catching up waits for is over when the second leader could go on.
    breakNow(stage, 'global-lock', 'standby', 10_000);
    breakNow(stage, 'mysqld-hang', 'holder', 8000);
    await until(stage, 10_000, () => world.table.memoryOf(stage.pair.name).plan !== null);
    stage.processes[0].kill();
    watchOver(stage, stage.other, 'watch-2');
    await until(stage, 60_000, () => world.table.memoryOf(stage.pair.name).plan === null);
    await stage.pass(5000);
    expect(world.holder?.name).toBe('db1');
    expect(stage.published).toContain('failover-aborted');
  });
});

it.each([
  ['goes on once the instance of the holder is being stopped', 'stop-instance', 'failover-done', 'db2'],
  ['is undone where nothing was done to the holder', 'none', 'failover-aborted', 'db1'],
] as const)('a failover whose holder serves again for a moment %s', async (_, fencing, end, holder) => {
  stage = newDrill({ fencing });
  const { one } = stage;
  // It is back before the VIP is moved.
  const detach: DatabasePort['detach'] = async (...asked) => {
    await one.clock.sleep(1500);
    return one.database.detach(...asked);
  };
  watchOver(stage, twisted(one, { database: { detach } }));
  await stage.pass(20_000);
  breakNow(stage, 'mysqld-restart', 'holder', 700);
  await stage.pass(30_000);
  expect(stage.published).toContain(end);
  expect(stage.world.cloud.holder).toBe(holder);
});

describe('a leader that dies in the moment in which the holder dies', () => {
  /** From the death of the holder until the VIP is on db2, in simulated time. */
  async function outageMs(meanwhile: () => void): Promise<number> {
    stage = newDrill();
    watchOver(stage);
    await stage.pass(10_000);
    watchOver(stage, stage.other, 'watch-2');
    await stage.pass(20_000);
    breakNow(stage, 'mysqld-kill', 'holder');
    meanwhile();
    const tookMs = await until(stage, 30_000, () => stage.world.holder?.name === 'db2');
    endDrill(stage);
    return tookMs;
  }

  it('costs no more than the time that its lease stands still and a moment, because nothing has to be waited out', async () => {
    const usualMs = await outageMs(() => undefined);
    const withoutLeaderMs = await outageMs(() => stage.processes[0].kill());
    expect(withoutLeaderMs - usualMs).toBeGreaterThan(1000);
    expect(withoutLeaderMs - usualMs).toBeLessThanOrEqual(TAKE_AFTER_MS + 300);
  });

  it('is waited out for where a plan is in flight', async () => {
    stage = newDrill();
    watchOver(stage);
    await stage.pass(10_000);
    watchOver(stage, stage.other, 'watch-2');
    await stage.pass(20_000);
    breakNow(stage, 'mysqld-kill', 'holder');
    const { table } = stage.world;
    await until(stage, 10_000, () => table.memoryOf(stage.pair.name).plan !== null);
    stage.processes[0].kill();
    await until(stage, 10_000, () => table.lease?.owner === 'watch-2');
    const calls = stage.calls.length;
    await stage.pass(WAIT_OUT_MS - 200);
    expect(stage.calls.slice(calls).filter(({ action }) => action === 'assign')).toEqual([]);
    await until(stage, 10_000, () => stage.world.holder?.name === 'db2');
    // It ends by itself: nobody is called for that.
    expect(stage.published).not.toContain('plan-waits');
  });
});

describe('a loss of service that ends under the next leader', () => {
  /** What is alerted of a holder that hangs for `hangsForMs`, `beforeMs` before its leader ends or dies, and may not fail over. */
  async function alertsOf(hangsForMs: number, beforeMs: number, end: 'leaves' | 'dies') {
    stage = newDrill();
    const [first] = stage.processes;
    watchOver(stage, stage.one, 'watch-1', undefined, end === 'leaves' ? 30_000 : undefined);
    await stage.pass(10_000);
    watchOver(stage, stage.other, 'watch-2');
    await stage.pass(20_000 - beforeMs);
    breakNow(stage, 'operator-stop-replica', 'standby');
    breakNow(stage, 'mysqld-hang', 'holder', hangsForMs);
    await stage.pass(beforeMs);
    if (end === 'dies') first.kill();
    await stage.pass(10_000);
    return stage.published.filter((code) => code === 'service-lost');
  }

  it.each([
    ['is alerted where its leader left soon after it began', 6500, 1500, 'leaves', ['service-lost']],
    [
      'is alerted where its leader died, and the next one finds it over',
      6900,
      5000,
      'dies',
      ['service-lost'],
    ],
    ['is not alerted where it is short', 3000, 1500, 'leaves', []],
  ] as const)('%s', async (_, hangsForMs, beforeMs, end, alerts) => {
    expect(await alertsOf(hangsForMs, beforeMs, end)).toEqual(alerts);
  });
});

it('a leader that loses its lease contends again, and leads when the one that took it dies', async () => {
  stage = newDrill();
  watchOver(stage);
  await stage.pass(10_000);
  watchOver(stage, stage.other, 'watch-2');
  await stage.pass(10_000);
  const { table } = stage.world;
  const [first, second] = stage.processes;
  first.freeze(2 * LEASE_LIFE_MS);
  await until(stage, TAKE_AFTER_MS + RENEW_EVERY_MS, () => table.lease?.owner === 'watch-2');
  await stage.pass(20_000);
  second.kill();
  await until(stage, TAKE_AFTER_MS + RENEW_EVERY_MS, () => table.lease?.owner === 'watch-1');
  breakNow(stage, 'mysqld-kill', 'holder');
  await until(stage, 20_000, () => stage.world.holder?.name === 'db2');
});

describe('what was asked before a plan', () => {
  it('does not show the pair after it: neither a look nor an answer of EC2', async () => {
    stage = newDrill();
    const { one, world } = stage;
    let isLate = false;
    const late = async <T>(answer: Promise<T>): Promise<T> => {
      const is = await answer;
      if (isLate) await one.clock.sleep(4000);
      return is;
    };
    watchOver(
      stage,
      twisted(one, {
        database: { look: (...args) => late(one.database.look(...args)) },
        vip: { locate: (...args) => late(one.vip.locate(...args)) },
      }),
    );
    await stage.pass(20_000);
    breakNow(stage, 'mysqld-kill', 'holder');
    // What is on its way now shows db1 as the holder, and comes when db2 has been made the holder.
    isLate = true;
    await until(stage, 60_000, () => world.holder?.name === 'db2');
    isLate = false;
    await stage.pass(30_000);
    expect(stage.published).not.toContain('vip-moved-by-hand');
    expect(stage.calls.filter(({ action }) => action === 'assign')).toHaveLength(1);
    expect(world.master('db2').writable).toBe(true);
  });
});

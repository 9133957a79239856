/** What the judge of writers excuses, and what lies just beyond it. */
import { describe, expect, it } from 'vitest';
import { openHolderPlan, repairPlan, switchoverPlan } from '../../../lib/core/plan/plans.ts';
import type { InvariantName } from '../../../sim/invariants/court.ts';
import { breakIt } from '../breaking.ts';
import { setStage } from '../stage.ts';
import { begin, end, lead, pause } from './by-hand.ts';

describe('3: at most one writer', () => {
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

  it.each<[by: string, isByPerson: boolean, invariant: InvariantName | undefined]>([
    ['a person, after it began', true, undefined],
    ['it itself', false, 6],
  ])('6: a switchover that fails leaves the old holder closed by %s', async (_, isByPerson, invariant) => {
    const stage = setStage();
    await stage.pass(5000);
    await lead(stage);
    const begun = await begin(stage, switchoverPlan(stage.pair, 'db2'), 'request');
    await stage.pass(100);
    if (isByPerson) breakIt(stage, 'half-closed', 'holder');
    else await stage.settle(stage.one.database.close(stage.pair, 'db1', 'to-close', 1000));
    await end(stage, begun);
    expect(stage.session.court.violation?.invariant).toBe(invariant);
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
});

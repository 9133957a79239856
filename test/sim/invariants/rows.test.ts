/** What the judge of rows knows to be nobody's fault, and what lies just beyond it. */
import { describe, expect, it } from 'vitest';
import { failoverPlan } from '../../../lib/core/plan/plans.ts';
import type { InvariantName } from '../../../sim/invariants/court.ts';
import { crash, loseLast, start } from '../../../sim/world/life.ts';
import { breakIt } from '../breaking.ts';
import { type Stage, setStage } from '../stage.ts';
import { begin, lead, moveByHandWithTail, never } from './by-hand.ts';

describe('W5 rows-kept', () => {
  it('a tail that arrives before anybody can know that a person moved the VIP is no violation', async () => {
    const stage = setStage();
    await lead(stage);
    await moveByHandWithTail(stage, 2000);
    expect(stage.world.overwrittenOn('db2').length).toBeGreaterThan(10);
    expect(stage.session.court.violation?.invariant).not.toBe('W5 rows-kept');
  });

  it.each<[what: string, exchanged: boolean, invariant: InvariantName | undefined]>([
    ['and is let in by nobody who may act', true, undefined],
    ['and could have been stopped', false, 'W5 rows-kept'],
  ])('a tail that arrives 12 s after a person moved the VIP %s', async (_, exchanged, invariant) => {
    const stage = setStage();
    if (exchanged) breakIt(stage, 'enis-exchanged', 'holder');
    await lead(stage);
    await moveByHandWithTail(stage, 12_000);
    expect(stage.world.overwrittenOn('db2').length).toBeGreaterThan(10);
    expect(stage.session.court.violation?.invariant).toBe(invariant);
  });

  it.each([
    ['the last 0.2 s', 20, null, null],
    ['the last 8 s', 800, null, 'W5 rows-kept'],
    ['the last 8 s, given away again by an order without force,', 800, false, 'W5 rows-kept'],
    ['the last 8 s, given away again by a forced order,', 800, true, null],
  ])(
    '%s of a history, lost while only its peer could tell and cannot be asked',
    async (_, lost, force, invariant) => {
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
      if (force !== null) await ordered(stage, force);
      await stage.settle(stage.one.database.open(stage.pair, 'db1', 1000));
      await stage.pass(3000);
      expect(world.collisions()).toMatchObject([{ origin: 'db1', peerHasFirst: true }]);
      expect(stage.session.court.violation?.invariant ?? null).toBe(invariant);
    },
  );
});

/** A person fails over to db1. */
async function ordered(stage: Stage, force: boolean): Promise<void> {
  const order = {
    pair: 'orders',
    by: 'ann',
    why: 'a test',
    to: 'db1',
    force,
    acceptLoss: true,
    killLong: false,
  };
  stage.session.court.orders.set('r1', { action: 'failover', ...order });
  const terms = { holderAnswers: false, acceptLoss: true, undoIfHolderServes: false };
  await begin(stage, failoverPlan(stage.pair, 'db1', terms), 'r1');
}

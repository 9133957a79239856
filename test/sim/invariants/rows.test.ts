/** What the judge of rows knows to be nobody's fault, and what lies just beyond it. */
import { describe, expect, it } from 'vitest';
import { crash, loseLast, start } from '../../../sim/world/life.ts';
import { breakIt } from '../breaking.ts';
import { setStage } from '../stage.ts';
import { lead, moveByHandWithTail, never } from './by-hand.ts';

describe('W5 rows-kept', () => {
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
});

/** When the judge of frozen holders asks for a writer, and when a second one would be worse. */
import { describe, expect, it } from 'vitest';
import type { InvariantName } from '../../../sim/invariants/court.ts';
import { setStage } from '../stage.ts';
import { alert, breakIt, lead } from './by-hand.ts';

describe('W2 holder-reopened', () => {
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
});

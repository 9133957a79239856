/** Which losses the judge of alerts asks an alert for, and which nobody could know. */
import { describe, expect, it } from 'vitest';
import type { EventCode } from '../../../lib/core/alert/events.ts';
import type { VipPlace } from '../../../lib/core/evidence/sighting.ts';
import type { BreakageName } from '../../../sim/faults/fault.ts';
import type { InvariantName } from '../../../sim/invariants/court.ts';
import { breakIt } from '../breaking.ts';
import { type Stage, setStage } from '../stage.ts';
import { alert, lead } from './by-hand.ts';

/** A watch has led for a second. */
async function ledStage(): Promise<Stage> {
  const stage = setStage();
  await lead(stage);
  await stage.pass(1000);
  return stage;
}

const nowhere: VipPlace = { kind: 'nowhere' };
const onDb2: VipPlace = { kind: 'node', node: 'db2' };

describe('W4 loss-alerted', () => {
  describe('W4 where a loss is behind a path that was alerted, and the path comes back', () => {
    const lossBehind = async (goesOnForMs: number, storeDownForMs: number) => {
      const stage = await ledStage();
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
      const stage = await ledStage();
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
    const stage = await ledStage();
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

  it.each<[what: string, ec2: BreakageName | null, invariant: InvariantName | undefined]>([
    ['that says where the VIP is', null, 'W4 loss-alerted'],
    ['that says nothing', 'ec2-down', undefined],
  ])(
    'W4: a VIP that is taken away behind a path that was alerted, with an EC2 %s',
    async (_, ec2, invariant) => {
      const stage = await ledStage();
      breakIt(stage, 'probe-partition-all', 'holder');
      if (ec2 !== null) breakIt(stage, ec2, 'holder');
      await alert(stage, 'ec2-blind');
      await stage.pass(10_000);
      stage.world.moveVip({ kind: 'nowhere' });
      await stage.pass(40_000);
      expect(stage.session.court.violation?.invariant).toBe(invariant);
    },
  );

  it('W4: an alert of a loss counts that was taken while old answers of EC2 hid it', async () => {
    const stage = await ledStage();
    breakIt(stage, 'ec2-very-stale', 'holder');
    stage.world.moveVip(onDb2);
    await stage.pass(6000);
    await alert(stage, 'service-lost');
    await stage.pass(50_000);
    expect(stage.session.court.violation).toBeNull();
  });

  it.each<[what: string, isBehind: boolean, invariant: InvariantName | undefined]>([
    ['while the holder cannot be asked speaks of a loss behind that', true, undefined],
    ['while it can be asked does not', false, 'W4 loss-alerted'],
  ])('W4: an alert of an EC2 that does not answer %s', async (_, isBehind, invariant) => {
    const stage = await ledStage();
    if (isBehind) breakIt(stage, 'probe-partition-all', 'holder');
    await alert(stage, 'ec2-blind');
    await stage.pass(1000);
    if (!isBehind) breakIt(stage, 'probe-partition-all', 'holder');
    breakIt(stage, 'disk-full', 'holder');
    await stage.pass(35_000);
    expect(stage.session.court.violation?.invariant).toBe(invariant);
  });

  it.each<[what: string, unheardForMs: number, invariant: InvariantName | undefined]>([
    ['says that nobody gets an answer from the holder', 6000, undefined],
    ['that was on its way when a vantage last could ask the holder does not', 2000, 'W4 loss-alerted'],
  ])(
    'W4: of a loss that begins while the holder cannot be asked, a service-lost %s',
    async (_, unheardForMs, invariant) => {
      const stage = await ledStage();
      breakIt(stage, 'probe-partition-all', 'holder');
      await stage.pass(unheardForMs);
      await alert(stage, 'service-lost');
      await stage.pass(1000);
      breakIt(stage, 'disk-full', 'holder');
      await stage.pass(35_000);
      expect(stage.session.court.violation?.invariant).toBe(invariant);
    },
  );

  it.each<[what: string, to: VipPlace, mood: BreakageName | null, forMs: number, InvariantName | undefined]>([
    ['neither node is not judged while old answers show it', nowhere, 'ec2-very-stale', 18_000, undefined],
    ['neither node is judged once none can', nowhere, 'ec2-very-stale', 30_000, 'W4 loss-alerted'],
    ['neither node is judged where EC2 says so at once', nowhere, null, 18_000, 'W4 loss-alerted'],
    ['a closed standby is not judged while old answers hide it', onDb2, 'ec2-very-stale', 18_000, undefined],
    ['a closed standby is judged once none can', onDb2, 'ec2-very-stale', 30_000, 'W4 loss-alerted'],
    ['a closed standby is judged where EC2 says so at once', onDb2, null, 18_000, 'W4 loss-alerted'],
  ])('W4: a VIP on %s', async (_, to, mood, forMs, invariant) => {
    const stage = await ledStage();
    if (mood !== null) breakIt(stage, mood, 'holder');
    stage.world.moveVip(to);
    await stage.pass(forMs);
    stage.world.moveVip({ kind: 'node', node: 'db1' });
    await stage.pass(40_000);
    expect(stage.session.court.violation?.invariant).toBe(invariant);
  });
});

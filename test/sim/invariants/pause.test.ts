/** What the judge of pauses lets a plan do for a person, and what lies just beyond it. */
import { describe, expect, it } from 'vitest';
import { closeStandbyPlan, switchoverPlan } from '../../../lib/core/plan/plans.ts';
import type { BreakageName } from '../../../sim/faults/fault.ts';
import type { InvariantName } from '../../../sim/invariants/court.ts';
import { breakIt } from '../breaking.ts';
import { setStage } from '../stage.ts';
import { alert, begin, lead, pause } from './by-hand.ts';

describe('W3 pause', () => {
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

  it.each<
    [what: string, gtid: boolean, strange: boolean, isHung: boolean, invariant: InvariantName | undefined]
  >([
    [
      'follows another server, and the old holder cannot be asked: nobody knows what it lacks',
      true,
      true,
      true,
      undefined,
    ],
    [
      'follows another server without GTIDs: its place in the old log is unknown',
      false,
      true,
      false,
      undefined,
    ],
    [
      'follows another server, and by its GTIDs has all that the old holder can be asked for',
      true,
      true,
      false,
      'W3 pause',
    ],
    [
      'follows the old holder, which cannot be asked: it has all that it received',
      false,
      false,
      true,
      'W3 pause',
    ],
  ])('W3: a closed node to which somebody moved the VIP in a pause, and that %s', async (...row) => {
    const [, gtid, strange, isHung, invariant] = row;
    const stage = setStage({ gtid });
    const { world } = stage;
    await lead(stage);
    await pause(stage);
    await stage.pass(5000);
    world.change(() => world.master('db1').setWritable(world.nowMs, false, 'start'));
    await stage.pass(1000);
    if (isHung) breakIt(stage, 'mysqld-hang', 'holder');
    if (strange) breakIt(stage, 'wrong-source', 'standby');
    world.moveVip({ kind: 'node', node: 'db2' });
    await alert(stage, 'service-lost');
    await stage.pass(18_000);
    expect(stage.session.court.violation?.invariant).toBe(invariant);
  });

  it('W3: a holder that took writes is opened, whatever its channel follows by now', async () => {
    const stage = setStage({ gtid: false });
    const { world } = stage;
    await lead(stage);
    await pause(stage);
    await stage.pass(5000);
    world.change(() => world.master('db1').setWritable(world.nowMs, false, 'start'));
    world.moveVip({ kind: 'node', node: 'db2' });
    world.change(() => world.master('db2').setWritable(world.nowMs, true, 'keepalambda'));
    await stage.pass(5000);
    breakIt(stage, 'wrong-source', 'holder');
    world.change(() => world.master('db2').setWritable(world.nowMs, false, 'start'));
    await alert(stage, 'service-lost');
    await stage.pass(18_000);
    expect(stage.session.court.violation?.invariant).toBe('W3 pause');
  });
});

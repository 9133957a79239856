/** Who answers through the VIP is asked where EC2 does not say where it is, or says what may be old. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { VipSighting } from '../../lib/core/evidence/sighting.ts';
import type { NodeName } from '../../lib/core/names.ts';
import { PortError } from '../../lib/watch/ports/port-error.ts';
import type { VipPort } from '../../lib/watch/ports/vip.ts';
import { ask, breakNow, endDrill, newDrill, sickEc2, twisted, until, watchOver } from './drill.ts';
import type { Stage } from './stage.ts';

let stage: Stage;
beforeEach(() => {
  stage = newDrill();
});
afterEach(() => endDrill(stage));

/** EC2 shows the VIP on this node, wherever it is; null: it says what is so. */
function staleEc2(shown: () => NodeName | null): Partial<VipPort> {
  const { vip } = stage.one;
  return {
    locate: async (pairs) => {
      const said = await vip.locate(pairs);
      const node = shown();
      if (node === null) return said;
      const shows = (sighting: VipSighting): VipSighting =>
        sighting.kind === 'saw' ? { ...sighting, place: { kind: 'node', node } } : sighting;
      return new Map([...said].map(([name, sighting]) => [name, shows(sighting)]));
    },
  };
}

const closings = () => stage.calls.filter(({ action }) => action === 'close').length;
const moveTo = (to: NodeName) => stage.world.change(() => stage.world.moveVip({ kind: 'node', node: to }));

describe('an EC2 whose reads are old', () => {
  it('does not turn the roles round after a move of ours', async () => {
    let shown: NodeName | null = null;
    watchOver(stage, twisted(stage.one, { vip: staleEc2(() => shown) }));
    await stage.pass(10_000);
    const reply = await stage.settle(ask(stage, { action: 'switchover', to: 'db2' }));
    expect(reply.ok).toBe(true);
    shown = 'db1';
    const before = closings();
    await stage.pass(30_000);
    expect([stage.world.master('db2').writable, closings() - before]).toEqual([true, 0]);
    expect(stage.published).not.toContain('vip-moved-by-hand');
  });

  it('do not hide that somebody moves it back to the node that we have closed', async () => {
    let shown: NodeName | null = null;
    watchOver(stage, twisted(stage.one, { vip: staleEc2(() => shown) }));
    await stage.pass(10_000);
    await stage.settle(ask(stage, { action: 'switchover', to: 'db2' }));
    shown = 'db1';
    await stage.pass(10_000);
    shown = 'db2';
    await stage.pass(10_000);
    moveTo('db1');
    await until(stage, 10_000, () => stage.world.holder?.servesVip === true);
  });
});

describe('an EC2 that says what is so once, and then again what was', () => {
  it('does not end the asking: the node that has the VIP is opened', async () => {
    let answers = 0;
    let isMoved = false;
    const shown = () => {
      if (isMoved) answers += 1;
      return answers > 1 ? 'db1' : null;
    };
    watchOver(stage, twisted(stage.one, { vip: staleEc2(shown) }));
    await stage.pass(10_000);
    isMoved = true;
    moveTo('db2');
    await until(stage, 15_000, () => stage.world.holder?.servesVip === true);
  });
});

describe('an EC2 whose reads are old, and a VIP that answers late', () => {
  it('are not believed for long: the node that has the VIP is opened again', async () => {
    let shown: NodeName | null = null;
    let isDeaf = false;
    const { database } = stage.one;
    const verify: typeof database.verify = async (...args) => {
      if (isDeaf) throw new PortError('unsuccessful', 'nobody answers through the VIP');
      return database.verify(...args);
    };
    watchOver(stage, twisted(stage.one, { vip: staleEc2(() => shown), database: { verify } }));
    await stage.pass(10_000);
    await stage.settle(ask(stage, { action: 'switchover', to: 'db2' }));
    shown = 'db1';
    isDeaf = true;
    await until(stage, 20_000, () => !stage.world.master('db2').writable);
    isDeaf = false;
    await until(stage, 15_000, () => stage.world.holder?.servesVip === true);
  });
});

describe('an EC2 that does not answer', () => {
  it('does not hide that somebody has moved the VIP: its new holder is opened', async () => {
    let isSick = false;
    watchOver(stage, twisted(stage.one, { vip: sickEc2(stage.one, () => isSick, 'timeout') }));
    await stage.pass(10_000);
    isSick = true;
    await stage.pass(10_000);
    moveTo('db2');
    await until(stage, 15_000, () => stage.world.holder?.servesVip === true);
    expect(stage.world.master('db1').writable).toBe(false);
  });

  it('does not hide that nobody answers through the VIP: that is a loss', async () => {
    let isSick = false;
    watchOver(stage, twisted(stage.one, { vip: sickEc2(stage.one, () => isSick, 'timeout') }));
    await stage.pass(10_000);
    isSick = true;
    stage.world.change(() => stage.world.moveVip({ kind: 'nowhere' }));
    await until(stage, 25_000, () => stage.published.includes('service-lost'));
  });

  it('does not slow that down by how long it takes not to answer', async () => {
    let isSick = false;
    const { locate } = sickEc2(stage.one, () => isSick, 'timeout');
    const slow: VipPort['locate'] = async (pairs) => {
      if (isSick) await stage.one.clock.sleep(6000);
      return (locate ?? stage.one.vip.locate)(pairs);
    };
    watchOver(stage, twisted(stage.one, { vip: { locate: slow } }));
    await stage.pass(10_000);
    isSick = true;
    await stage.pass(20_000);
    moveTo('db2');
    await until(stage, 10_000, () => stage.world.holder?.servesVip === true);
  });

  it('keeps a holder that leaves from being moved away from', async () => {
    const [db1, db2] = stage.world.masters;
    let isSick = false;
    watchOver(stage, twisted(stage.one, { vip: sickEc2(stage.one, () => isSick, 'timeout') }));
    await stage.pass(10_000);
    stage.world.change(() => {
      db1.instance = 'stopping';
      db2.channel.sqlWanted = false;
    });
    await stage.pass(10_000);
    isSick = true;
    await stage.pass(20_000);
    stage.world.change(() => {
      db2.channel.sqlWanted = true;
    });
    await stage.pass(30_000);
    expect(closings()).toBe(0);
  });

  it('is not asked for a move, though the holder answers through the VIP', async () => {
    let isSick = false;
    watchOver(stage, twisted(stage.one, { vip: sickEc2(stage.one, () => isSick, 'timeout') }));
    await stage.pass(10_000);
    isSick = true;
    await stage.pass(20_000);
    breakNow(stage, 'writes-refused', 'holder');
    await stage.pass(20_000);
    expect([closings(), stage.published.includes('ec2-blind')]).toEqual([0, true]);
  });
});

it.each([
  ['to catch up', 'global-lock'],
  ['for a commit through the VIP', 'lag'],
] as const)(
  'an opening that waits %s ends when somebody has moved the VIP away: its new holder is opened',
  async (_, fault) => {
    watchOver(stage);
    await stage.pass(10_000);
    breakNow(stage, fault, 'standby');
    await stage.pass(1000);
    moveTo('db2');
    await until(stage, 20_000, () => closings() > 0);
    await stage.pass(2000);
    moveTo('db1');
    await until(stage, 10_000, () => stage.world.master('db1').writable);
  },
);

/** When the judge of service asks for a failover, and when nobody could know that it is safe. */
import { describe, expect, it } from 'vitest';
import type { BreakageName } from '../../../sim/faults/fault.ts';
import type { InvariantName } from '../../../sim/invariants/court.ts';
import { breakIt } from '../breaking.ts';
import { type StageProps, setStage } from '../stage.ts';
import { alert, lead } from './by-hand.ts';

/** All has been well for 20 s, under a leader. */
async function steadyStage(props: StageProps = {}) {
  const stage = setStage(props);
  await lead(stage);
  await stage.pass(20_000);
  return stage;
}

describe('W6 service-returns', () => {
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

  it.each([
    ['for long: what was seen of the two before is too old', 100_000, undefined],
    ['for less than a readiness is trusted', 40_000, 'W6 service-returns'],
  ])('W6 where a stuck holder and its standby were both out of reach %s', async (_, goneForMs, invariant) => {
    const stage = await steadyStage();
    breakIt(stage, 'disk-full', 'holder', 3000);
    await stage.pass(2000);
    breakIt(stage, 'network-blip', 'holder', goneForMs);
    await alert(stage, 'blind');
    await stage.pass(goneForMs - 1000);
    breakIt(stage, 'mysqld-kill', 'holder');
    await stage.pass(65_000);
    expect(stage.session.court.violation?.invariant).toBe(invariant);
  });

  describe('W6 where nobody reached the holder before it died, and its standby said how its channel was', () => {
    const dyingAfterStop = async (runsAgainForMs: number, semiSyncTimeoutMs?: number) => {
      const stage = await steadyStage(semiSyncTimeoutMs === undefined ? {} : { semiSyncTimeoutMs });
      breakIt(stage, 'probe-partition-all', 'holder');
      await stage.pass(100);
      breakIt(stage, 'operator-stop-replica', 'standby', 20_000);
      await stage.pass(19_700);
      // Nobody sees how the channel is as it starts again.
      const setBlind = (blind: 'no' | 'fails') => {
        stage.world.change(() => {
          for (const view of stage.world.views.values()) view.blind = blind;
        });
      };
      setBlind('fails');
      await stage.pass(600);
      setBlind('no');
      await stage.pass(runsAgainForMs - 300);
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
      // Commits of the holder wait all the time for its standby, and it lives.
      expect(await dyingAfterStop(runsAgainForMs, 30_000)).toBe(invariant);
    });

    it.each([
      ['it ran for a moment before we lost sight of it, and after', 1500, undefined],
      ['it ran for long after we had lost sight of it', 7000, 'W6 service-returns'],
    ])('%s, while commits of the holder waited for it', async (_, runsAgainForMs, invariant) => {
      const stage = await steadyStage({ semiSyncTimeoutMs: 30_000 });
      breakIt(stage, 'operator-stop-replica', 'standby', 10_000);
      await stage.pass(10_200);
      breakIt(stage, 'monitor-partition', 'standby', 8000);
      await stage.pass(8000 + runsAgainForMs);
      stage.world.change(() => {
        for (const view of stage.world.views.values()) view.blind = 'fails';
      });
      await stage.pass(5000);
      breakIt(stage, 'mysqld-kill', 'holder');
      await alert(stage, 'holder-lost');
      await stage.pass(20_000);
      stage.world.change(() => {
        for (const view of stage.world.views.values()) view.blind = 'no';
      });
      await stage.pass(63_000);
      expect(stage.session.court.violation?.invariant).toBe(invariant);
    });
  });

  it.each<[what: string, standby: BreakageName, how: BreakageName, forMs: number, InvariantName | undefined]>(
    [
      ['for long: it may have lived on', 'operator-stop-replica', 'host-down', 9500, undefined],
      ['for a moment: too little', 'operator-stop-replica', 'host-down', 7500, 'W6 service-returns'],
      ['for long, and its host refused', 'operator-stop-replica', 'mysqld-kill', 9500, 'W6 service-returns'],
      ['for long, because its status hung', 'status-hangs', 'host-down', 9500, undefined],
      ['for a moment, because its status hung', 'status-hangs', 'host-down', 7500, 'W6 service-returns'],
    ],
  )('W6: a holder died while its standby could not say so %s', async (_, standby, how, forMs, invariant) => {
    const stage = await steadyStage();
    breakIt(stage, standby, 'standby', forMs);
    await stage.pass(500);
    breakIt(stage, how, 'holder');
    await alert(stage, 'holder-lost');
    await stage.pass(75_000);
    expect(stage.session.court.violation?.invariant).toBe(invariant);
  });

  it.each<[what: string, isCutOff: boolean, invariant: InvariantName | undefined]>([
    ['is not known where no vantage gets to it', true, undefined],
    ['is known where its host takes our connections', false, 'W6 service-returns'],
  ])(
    'W6: that a holder hangs whose network side still sends heartbeats %s',
    async (_, isCutOff, invariant) => {
      const stage = await steadyStage();
      if (isCutOff) breakIt(stage, 'probe-partition-all', 'holder');
      breakIt(stage, 'hang-with-beats', 'holder');
      await alert(stage, 'holder-lost');
      await stage.pass(63_000);
      expect(stage.session.court.violation?.invariant).toBe(invariant);
    },
  );

  it.each<[what: string, isClosed: boolean, invariant: InvariantName | undefined]>([
    ['is not known where nobody writes: only a person may open it', true, undefined],
    ['is known where clients write', false, 'W6 service-returns'],
  ])(
    'W6: that the disk of a holder is full whose writability is untouched %s',
    async (_, isClosed, invariant) => {
      const stage = setStage({ pair: { writability: 'untouched' } });
      await lead(stage);
      const { world } = stage;
      world.change(() => {
        world.master('db2').setWritable(world.nowMs, true, 'person');
        if (isClosed) world.master('db1').setWritable(world.nowMs, false, 'person');
      });
      await stage.pass(20_000);
      breakIt(stage, 'disk-full', 'holder');
      await alert(stage, 'holder-lost');
      await stage.pass(75_000);
      expect(stage.session.court.violation?.invariant).toBe(invariant);
    },
  );

  it.each<[what: string, isUnseen: boolean, invariant: InvariantName | undefined]>([
    ['while nobody could ask it: it may have lost what it had received', true, undefined],
    ['in our sight: its positions say that it has lost nothing', false, 'W6 service-returns'],
  ])('W6: the standby of a dead holder restarted %s', async (_, isUnseen, invariant) => {
    const stage = await steadyStage();
    const { world } = stage;
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
    const stage = await steadyStage();
    const { world } = stage;
    if (!isThrownAway) breakIt(stage, 'pair-partition', 'holder');
    await stage.pass(400);
    breakIt(stage, 'mysqld-kill', 'holder');
    const { channel } = world.master('db2');
    if (isThrownAway)
      world.change(() => {
        channel.relayLog.applied = channel.relayLog.received - 5;
        channel.crash(world.nowMs);
      });
    await alert(stage, 'holder-lost');
    await stage.pass(63_000);
    expect(stage.session.court.violation?.invariant).toBe(invariant);
  });

  it.each<[what: string, order: readonly BreakageName[], invariant: InvariantName | undefined]>([
    ['before its commits hung: nobody could see that', ['probe-host-blocked', 'disk-full'], undefined],
    ['after its commits had been seen to hang', ['disk-full', 'probe-host-blocked'], 'W6 service-returns'],
  ])('W6: a holder let nobody of ours in %s', async (_, order, invariant) => {
    const stage = await steadyStage();
    for (const name of order) {
      breakIt(stage, name, 'holder', 1e9, 0.5);
      // The connections that were made before are lost, too.
      if (name === 'probe-host-blocked')
        for (const view of stage.world.views.values()) view.keptSinceMs.clear();
      await stage.pass(3000);
    }
    await alert(stage, 'holder-lost');
    await stage.pass(75_000);
    expect(stage.session.court.violation?.invariant).toBe(invariant);
  });

  it.each<[what: string, hangsForMs: number, invariant: InvariantName | undefined]>([
    ['for longer than a readiness is trusted', 100_000, undefined],
    ['for less than that', 40_000, 'W6 service-returns'],
  ])(
    'W6: the standby of a dead holder did not answer for its channel %s',
    async (_, hangsForMs, invariant) => {
      const stage = await steadyStage();
      breakIt(stage, 'status-hangs', 'standby', hangsForMs);
      await stage.pass(1000);
      breakIt(stage, 'mysqld-kill', 'holder');
      await alert(stage, 'holder-lost');
      await stage.pass(hangsForMs + 63_000);
      expect(stage.session.court.violation?.invariant).toBe(invariant);
    },
  );

  it.each<[what: string, isStoreDown: boolean, invariant: InvariantName | undefined]>([
    ['while the table did not answer: nobody led for long enough', true, undefined],
    ['in our sight', false, 'W6 service-returns'],
  ])('W6: the channel of a standby ran again %s', async (_, isStoreDown, invariant) => {
    const stage = await steadyStage();
    breakIt(stage, 'operator-stop-replica', 'standby', 20_000);
    await stage.pass(19_700);
    if (isStoreDown) breakIt(stage, 'store-down', 'standby', 9000);
    await stage.pass(8000);
    breakIt(stage, 'mysqld-kill', 'holder');
    await alert(stage, 'holder-lost');
    await stage.pass(75_000);
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
});

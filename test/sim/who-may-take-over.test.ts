/** What reviews found of failovers that lose writes or never come, played through watch in the simulated world. */
import { expect, it } from 'vitest';
import { runWatch } from '../../lib/watch/watch.ts';
import { drawEnvironment } from '../../sim/environments.ts';
import { strike } from '../../sim/faults/breakages.ts';
import type { BreakageName, Target } from '../../sim/faults/fault.ts';
import { Random } from '../../sim/random.ts';
import { type Stage, type StageProps, setStage } from './stage.ts';

/** A pair that watch has looked at for 20 s. */
async function watched(props: StageProps = {}): Promise<Stage> {
  const stage = setStage({ pair: { hostAddress: 'prebound', fencing: 'none' }, ...props });
  const config = {
    ...drawEnvironment(new Random(7)),
    pairs: [stage.pair],
    vantages: [...stage.world.views.keys()],
  };
  const deadlineMs = stage.one.clock.nowMs() + 86_400_000;
  void runWatch({ config, ports: stage.one, owner: 'watch-1', deadlineMs });
  await stage.pass(20_000);
  return stage;
}

function breaks({ world }: Stage, name: BreakageName, target: Target, forMs = 1e9, degree = 0.1): void {
  strike(world, { kind: 'breakage', name, target, atMs: 0, forMs, degree });
}

function end({ processes }: Stage): void {
  for (const process of processes) process.kill();
}

it('does not fail over to a standby that was cut off while the holder was full, and says so', async () => {
  const stage = await watched();
  const [db1, db2] = stage.world.masters;
  breaks(stage, 'connections-full', 'holder');
  await stage.pass(2000);
  stage.world.change(() => {
    db2.channel.loginRefused = true;
  });
  breaks(stage, 'pair-partition', 'holder', 8000);
  await stage.pass(120_000);
  expect(stage.published).toContain('standby-unfit');
  breaks(stage, 'mysqld-kill', 'holder');
  await stage.pass(15_000);
  expect(stage.world.holder).toBe(db1);
  expect(stage.published).toContain('holder-lost');
  end(stage);
});

/** As servers have it by default: a dead connection is noticed after a minute. */
const byDefault = { retryMs: 10_000, netTimeoutMs: 60_000 };

/** A held look may be anywhere in its 5 s when the channel falls silent. */
it.each([0, 500, 1000, 1500, 2000, 2500, 3000, 3500, 4000, 4500])(
  'does not fail over to a standby that was cut off 9.4 s before the death, %i ms into a look',
  async (intoMs) => {
    const stage = await watched({ habits: byDefault, vantages: ['a'] });
    await stage.pass(intoMs);
    breaks(stage, 'pair-partition', 'holder');
    await stage.pass(9400);
    breaks(stage, 'mysqld-kill', 'holder');
    await stage.pass(15_000);
    expect(stage.session.court.violation).toBeNull();
    expect(stage.world.holder).toBe(stage.world.masters[0]);
    end(stage);
  },
);

/** The degree of `wrong-password` at which both refuse us, on connections that we have, too. */
const lockingBothOut = 0.84;

/** The two are cut off from each other, and nobody can ask the standby meanwhile; both end within half a second. */
it.each([
  ['a channel that does not notice it', byDefault],
  ['a channel that has lost its connection', { ...byDefault, netTimeoutMs: 4000 }],
])(
  'leaves the VIP on a live holder that we cannot reach: the first look at its standby finds %s',
  async (_, habits) => {
    const stage = await watched({ habits, gtid: false });
    breaks(stage, 'wrong-password', 'standby', 25_000, lockingBothOut);
    await stage.pass(1000);
    breaks(stage, 'probe-partition-all', 'holder');
    await stage.pass(4000);
    breaks(stage, 'pair-partition', 'holder', 19_700);
    await stage.pass(60_000);
    expect(stage.session.court.violation).toBeNull();
    expect(stage.world.holder).toBe(stage.world.masters[0]);
    end(stage);
  },
);

it('fails over in half a minute from a holder that died with its host while nobody could ask its standby', async () => {
  const stage = await watched({ habits: byDefault });
  breaks(stage, 'wrong-password', 'standby', 15_000, lockingBothOut);
  await stage.pass(2000);
  breaks(stage, 'host-down', 'holder');
  await stage.pass(45_000);
  expect(stage.world.holder).toBe(stage.world.masters[1]);
  end(stage);
});

it('fails over from a holder that came up read-only and cannot be opened, when its standby has all that it has', async () => {
  const stage = await watched();
  const [db1, db2] = stage.world.masters;
  breaks(stage, 'disk-full', 'holder');
  stage.world.change(() => db1.setWritable(stage.world.nowMs, false, 'start'));
  await stage.pass(20_000);
  expect(stage.world.holder).toBe(db2);
  expect([db1.writable, db2.writable]).toEqual([false, true]);
  expect(stage.session.court.violation).toBeNull();
  end(stage);
});

it('fails over after both have been silent for a moment, when only the standby is back', async () => {
  const stage = await watched();
  breaks(stage, 'host-down', 'holder');
  breaks(stage, 'probe-cut', 'holder', 3000);
  await stage.pass(30_000);
  expect(stage.world.holder).toBe(stage.world.masters[1]);
  end(stage);
});

it.each([3, 8, 20, 90])(
  'fails over when the holder died while every probe was throttled for %i s',
  async (seconds) => {
    const stage = await watched();
    for (const view of stage.world.views.values()) view.blind = 'fails';
    breaks(stage, 'mysqld-kill', 'holder');
    await stage.pass(seconds * 1000);
    for (const view of stage.world.views.values()) view.blind = 'no';
    await stage.pass(30_000);
    expect(stage.world.holder).toBe(stage.world.masters[1]);
    end(stage);
  },
  60_000,
);

it('leaves the VIP on a live holder that we cannot reach, when somebody restarts replication on the standby', async () => {
  const stage = await watched();
  const [db1, db2] = stage.world.masters;
  breaks(stage, 'probe-partition-all', 'holder');
  await stage.pass(600_000);
  expect(stage.published).toContain('blind');
  for (const ioWanted of [false, true]) {
    stage.world.change(() => (db2.channel.ioWanted = ioWanted));
    await stage.pass(ioWanted ? 10_000 : 1000);
  }
  expect([stage.world.holder, db1.writable, db2.writable]).toEqual([db1, true, false]);
  expect(stage.published).not.toContain('failover-started');
  end(stage);
});

it('stays on a holder whose source purged its log, and fails over when that holder dies of it', async () => {
  const stage = await watched();
  const [db1, db2] = stage.world.masters;
  breaks(stage, 'io-thread-stop', 'holder');
  await stage.pass(60_000);
  expect(stage.world.holder).toBe(db1);
  expect(stage.published).toContain('holder-fails-check');
  breaks(stage, 'mysqld-kill', 'holder');
  await stage.pass(30_000);
  expect(stage.world.holder).toBe(db2);
  end(stage);
});

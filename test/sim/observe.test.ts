/** A pair that is only observed, through real time: a holder dies, people hear what would be done, nothing is changed. */
import { expect, it } from 'vitest';
import { runWatch } from '../../lib/watch/watch.ts';
import { drawEnvironment } from '../../sim/environments.ts';
import { strike } from '../../sim/faults/breakages.ts';
import { Random } from '../../sim/random.ts';
import { setStage } from './stage.ts';

it.each(['observe', 'act'] as const)('a holder that dies under mode %s', async (mode) => {
  const stage = setStage({
    pair: { hostAddress: 'prebound', fencing: 'none', repair: ['mysqld'], mode, writeProbe: mode === 'act' },
  });
  const config = { ...drawEnvironment(new Random(7)), pairs: [stage.pair], vantages: ['a', 'b'] };
  void runWatch({
    config,
    ports: stage.one,
    owner: 'watch-1',
    deadlineMs: stage.one.clock.nowMs() + 86_400_000,
  });
  await stage.pass(20_000);
  const before = stage.world.holder;
  const target = 'holder';
  strike(stage.world, { kind: 'breakage', name: 'mysqld-kill', target, atMs: 0, forMs: 1e9, degree: 0.1 });
  await stage.pass(60_000);
  const observes = mode === 'observe';
  expect(stage.world.holder === before).toBe(observes);
  expect(stage.calls.length === 0).toBe(observes);
  expect(stage.published.includes('would-act')).toBe(observes);
  expect(stage.published.includes('failover-done')).toBe(!observes);
  for (const process of stage.processes) process.kill();
});

/** When the judge of frozen holders asks for a writer, and when a second one would be worse. */
import { describe, expect, it } from 'vitest';
import type { BreakageName } from '../../../sim/faults/fault.ts';
import type { InvariantName } from '../../../sim/invariants/court.ts';
import { breakIt } from '../breaking.ts';
import { type Stage, type StageProps, setStage } from '../stage.ts';
import { alert, lead } from './by-hand.ts';

/** watch-1 leads, and has closed db1, which has the VIP. */
async function closedHolder(props: StageProps = {}): Promise<Stage> {
  const stage = setStage(props);
  await lead(stage);
  await stage.settle(stage.one.database.close(stage.pair, 'db1', 'to-close', 1000));
  return stage;
}

/** People know of the loss; long after the 15 s, this is what was judged. */
async function judgedOf(stage: Stage, forMs = 17_000): Promise<InvariantName | undefined> {
  await alert(stage, 'service-lost');
  await stage.pass(forMs);
  return stage.session.court.violation?.invariant;
}

describe('W2 holder-reopened', () => {
  it.each<[what: string, hangs: boolean, invariant: InvariantName | undefined]>([
    ['hangs, so that no order can close it', true, undefined],
    ['can be closed', false, 'W2 holder-reopened'],
  ])('W2 asks for no second writer beside one that %s', async (_, hangs, invariant) => {
    const stage = await closedHolder();
    const { world } = stage;
    world.change(() => world.master('db2').setWritable(world.nowMs, true, 'start'));
    if (hangs) breakIt(stage, 'disk-full', 'standby');
    expect(await judgedOf(stage)).toBe(invariant);
  });

  it.each<[order: 'open' | 'close', fault: BreakageName, invariant: InvariantName | undefined]>([
    ['open', 'mysqld-hang', undefined],
    ['open', 'disk-full', undefined],
    ['close', 'mysqld-hang', 'W2 holder-reopened'],
    ['close', 'disk-full', 'W2 holder-reopened'],
  ])('W2, beside one that left our order to %s it without an answer: %s', async (order, fault, invariant) => {
    const stage = await closedHolder();
    const { one, pair } = stage;
    breakIt(stage, fault, 'standby');
    const given =
      order === 'open'
        ? one.database.open(pair, 'db2', 1000)
        : one.database.close(pair, 'db2', 'to-close', 1000);
    await expect(stage.settle(given)).rejects.toThrow('did not answer');
    expect(await judgedOf(stage)).toBe(invariant);
  });

  it.each<[what: string, bound: boolean, staleMs: number, invariant: InvariantName | undefined]>([
    ['that its host does not take, while old answers of EC2 may show it elsewhere', false, 20_000, undefined],
    ['that its host takes: who answers through it shows that', true, 20_000, 'W2 holder-reopened'],
    ['that its host does not take, and EC2 shows it', false, 4999, 'W2 holder-reopened'],
  ])('W2 asks for no writer behind a VIP %s', async (_, bound, staleMs, invariant) => {
    const stage = await closedHolder();
    const { world } = stage;
    world.cloud.mood = { ...world.cloud.mood, staleMs };
    world.change(() => {
      world.master('db1').bound = bound;
      world.cloud.put(world.nowMs, { kind: 'node', node: 'db1' }, 0);
    });
    expect(await judgedOf(stage, 19_000)).toBe(invariant);
    await stage.pass(18_000);
    expect(stage.session.court.violation?.invariant).toBe('W2 holder-reopened');
  });

  it.each<[what: string, down: boolean, invariant: InvariantName | undefined]>([
    ['EC2 says nothing', true, undefined],
    ['EC2 says so', false, 'W2 holder-reopened'],
  ])('W2 asks for no writer while nobody has the VIP, and %s', async (_, down, invariant) => {
    const stage = await closedHolder();
    const { world } = stage;
    world.cloud.mood = { ...world.cloud.mood, down };
    world.moveVip({ kind: 'nowhere' });
    expect(await judgedOf(stage)).toBe(invariant);
    world.cloud.mood = { ...world.cloud.mood, down: false };
    await stage.pass(17_000);
    expect(stage.session.court.violation?.invariant).toBe('W2 holder-reopened');
  });

  it.each<[what: string, strange: boolean, invariant: InvariantName | undefined]>([
    ['and that follows another server: nobody knows what it lacks', true, undefined],
    ['and that has all of the old holder', false, 'W2 holder-reopened'],
  ])('W2: a closed node to which somebody moved the VIP %s', async (_, strange, invariant) => {
    const stage = await closedHolder({ gtid: false });
    const { world } = stage;
    await stage.pass(1000);
    world.change(() => world.master('db2').setWritable(world.nowMs, false, 'keepalambda'));
    if (strange) breakIt(stage, 'wrong-source', 'standby');
    world.moveVip({ kind: 'node', node: 'db2' });
    expect(await judgedOf(stage)).toBe(invariant);
  });
});

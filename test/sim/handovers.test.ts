/** Leadership that changes hands when it hurts: how it happens, and how often it is drawn. */
import { describe, expect, it } from 'vitest';
import { allSafeguards } from '../../lib/core/decision/safeguards.ts';
import { type Handover, nameOf, type SimFault } from '../../sim/faults/fault.ts';
import { drawHandovers } from '../../sim/faults/handovers.ts';
import { historyMs, runHistory } from '../../sim/history.ts';
import { runOutside } from '../../sim/time.ts';

const kill: SimFault = {
  kind: 'breakage',
  name: 'mysqld-kill',
  target: 'holder',
  atMs: 30_000,
  forMs: 60_000,
  degree: 0.5,
};

const storyOf = (faults: readonly SimFault[]) =>
  runOutside(() => runHistory({ seed: 7, safeguards: allSafeguards, faults, tellsStory: true }));

/** When the story first says so. Seconds. */
const saysAt = (story: readonly string[], what: string) =>
  Number(/^t\+([\d.]+)s/.exec(story.find((line) => line.includes(what)) ?? '')?.[1]);

describe('a leader whose time is over', () => {
  it('gives the lease back, and the next one leads within a second', async () => {
    const { story, violation, tally } = await storyOf([
      { kind: 'mishap', name: 'watch-return', atMs: 30_000, forMs: 0 },
    ]);
    expect(violation).toBeNull();
    expect(saysAt(story, 'gave the lease back after epoch 1')).toBeCloseTo(30, 0);
    expect(saysAt(story, 'leading under epoch 2')).toBeLessThan(31);
    expect(tally.faultsOf.get('watch-return')).toBe(1);
  });

  it('gives it back a while after the record first shows a loss', async () => {
    const handover: Handover = {
      kind: 'handover',
      atMs: 1000,
      occasion: 'loss',
      afterMs: 200,
      how: 'watch-return',
      forMs: 0,
    };
    const { story, tally } = await storyOf([kill, handover]);
    const backAt = saysAt(story, 'gave the lease back after epoch 1');
    expect(backAt).toBeGreaterThan(30);
    expect(backAt).toBeLessThan(45);
    expect(nameOf(handover)).toBe('handover-loss');
    expect(tally.faultsOf.get('handover-loss')).toBe(1);
  });
});

describe('the handovers of a history', () => {
  const drawn = Array.from({ length: 1000 }, (_, seed) => drawHandovers(seed, [kill]));

  it('are drawn in a third of them, and none where nothing else happens', () => {
    const count = drawn.filter(({ length }) => length > 0).length;
    expect(count).toBeGreaterThan(300);
    expect(count).toBeLessThan(420);
    expect(drawHandovers(1, [])).toEqual([]);
  });

  it('leave the last two minutes to recovery', () => {
    for (const { atMs } of drawn.flat()) {
      expect(atMs).toBeGreaterThanOrEqual(0);
      expect(atMs).toBeLessThan(historyMs - 120_000);
    }
  });
});

import { describe, expect, it } from 'vitest';
import { allSafeguards, without } from '../../lib/core/decision/safeguards.ts';
import { emptyMemory } from '../../lib/core/memory/memory.ts';
import { step } from '../../lib/core/pair/pair.ts';
import { newPair } from '../../lib/core/pair/pair-state.ts';
import { drawFaults } from '../../sim/faults/schedule.ts';
import { historyMs, runHistory } from '../../sim/history.ts';
import { regressionsOf } from '../../sim/open.ts';
import { Random } from '../../sim/random.ts';
import { replayedStep } from '../../sim/replay.ts';
import { minimalStory, replay, search, seedOf } from '../../sim/search.ts';
import { runOutside } from '../../sim/time.ts';
import { pairWith } from '../core/world.ts';

const beginning = {
  pair: pairWith(),
  safeguards: allSafeguards,
  vantages: ['a'],
  memory: emptyMemory,
  nextId: '41c',
  epoch: 1,
  unwatchedSinceMs: 0,
  nowMs: 0,
};

describe('a history', () => {
  it('is the same for the same seed, told or not, and another for another', async () => {
    const [one, again, other] = await runOutside(() =>
      [7, 7, 8].map((seed) => runHistory({ seed, safeguards: allSafeguards })),
    );
    const told = await replay(7, { safeguards: allSafeguards });
    expect(again).toEqual(one);
    expect([one?.violation, other?.violation]).toEqual([null, null]);
    expect(told.events).toBe(one?.events);
    expect(told.tally).toEqual(one?.tally);
    expect(other?.tally).not.toEqual(one?.tally);
  });

  it('tells its story in order, from the first watch to the last', async () => {
    const { story, violation } = await replay(seedOf(1, 3), { safeguards: allSafeguards });
    expect(violation).toBeNull();
    const times = story.map((line) => Number(/^t\+([\d.]+)s /.exec(line)?.[1]));
    expect(times.every((time, index) => index === 0 || time >= (times[index - 1] ?? 0))).toBe(true);
    expect(story.join('\n')).toMatch(/watch-1 starts .*\n[\s\S]*leading under epoch 1/);
  });

  it('without faults is dull: one leader after another, no mutation, nothing alerted but scheduled events', async () => {
    const tallies = await runOutside(() =>
      [1, 2, 3, 4, 5].map((seed) => runHistory({ seed, safeguards: allSafeguards, faults: [] })),
    );
    for (const { tally, violation } of tallies) {
      expect(violation).toBeNull();
      expect(tally).toMatchObject({ mutations: 0, faults: 0 });
      // Scheduled events that will stop after a move are announced, once.
      expect(tally.alerts).toBeLessThanOrEqual(1);
      expect(tally.epochs).toBeGreaterThanOrEqual(historyMs / 120_000);
    }
  });
});

describe('the state of a pair', () => {
  it('survives JSON, and each step makes the same of what was read back', async () => {
    const seeds = Array.from({ length: 8 }, (_, index) => seedOf(9, index));
    const histories = await runOutside(() =>
      seeds.map((seed) => runHistory({ seed, safeguards: allSafeguards, replayEvery: 10 })),
    );
    expect(histories.map(({ violation }) => violation)).toEqual(seeds.map(() => null));
  }, 120_000);

  it('that holds more than JSON does is found', () => {
    const faults: string[] = [];
    const { state } = step(newPair(beginning), { kind: 'tick' }, 0);
    const check = replayedStep(1, (fault) => faults.push(fault));
    check(state, { kind: 'tick' }, 1000);
    check({ ...state, notBeforeMs: Number.NaN }, { kind: 'tick' }, 2000);
    expect(faults).toEqual([expect.stringMatching(/^the state does not survive JSON: .*"notBeforeMs":null/)]);
  });
});

describe('the faults of a history', () => {
  it('leave the last minutes to recovery, and begin when the first watch has settled in', () => {
    for (let seed = 0; seed < 300; seed++) {
      for (const { atMs } of drawFaults(new Random(seed))) {
        expect(atMs).toBeGreaterThanOrEqual(0);
        expect(atMs).toBeLessThan(historyMs - 120_000);
      }
    }
  });
});

describe('a search', () => {
  it('meets the hard cases, and finds no violation in them but of what is known to be open', async () => {
    const { tally, findings } = await search({
      runs: 400,
      seed: 5,
      safeguards: allSafeguards,
      findingsMax: 1000,
    });
    expect(regressionsOf(findings, 400)).toEqual([]);
    expect([...tally.faultsOf.values()].reduce((sum, count) => sum + count, 0)).toBe(tally.faults);
    expect(tally.failovers).toBeGreaterThan(50);
    expect(tally.switchovers).toBeGreaterThan(20);
    expect(tally.aborted).toBeGreaterThan(10);
    expect(tally.lostAnswers).toBeGreaterThan(50);
    expect(tally.skewMs).toBeGreaterThan(2000);
    const moments = new Set([...tally.deaths.keys()].map((place) => place.split('/').at(-1)));
    expect([...moments].sort()).toEqual(['after', 'before', 'during', 'freeze', 'late']);
    // Half a minute on a core of its own.
  }, 600_000);
});

describe('a minimal story', () => {
  it('has no more faults than the history, and ends with the same violation', async () => {
    const safeguards = without('fence');
    const [finding] = (await search({ runs: 200, seed: 1, safeguards, findingsMax: 1 })).findings;
    if (finding === undefined) throw new Error('no violation was found');
    const whole = await replay(finding.seed, { safeguards });
    const minimal = await minimalStory(finding.seed, { safeguards });
    expect(minimal.faults.length).toBeLessThanOrEqual(whole.faults.length);
    expect(minimal.violation?.invariant).toBe(finding.invariant);
    expect(minimal.story.at(-1)).toMatch(/VIOLATION/);
    const same = await runOutside(() => runHistory({ seed: finding.seed, safeguards, faults: whole.faults }));
    expect(same.violation).toEqual(whole.violation);
  });
});

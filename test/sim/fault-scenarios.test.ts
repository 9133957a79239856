/** Scenarios, and the faults that a seed draws. */
import { describe, expect, it } from 'vitest';
import { drawScenario, scenarioNames } from '../../sim/faults/scenarios.ts';
import { drawFaults } from '../../sim/faults/schedule.ts';
import { Random } from '../../sim/random.ts';

describe('scenarios', () => {
  it('all occur, and leave the last minutes to recovery', () => {
    const random = new Random(11);
    const names = new Set<string>();
    for (let index = 0; index < 2000; index++) {
      for (const fault of drawScenario(random, 200_000)) {
        expect(Number.isInteger(fault.atMs)).toBe(true);
        expect(fault.atMs).toBeGreaterThanOrEqual(170_000);
        if (fault.kind === 'breakage') names.add(fault.name);
        if (fault.kind === 'breakage') expect(fault.forMs).toBeGreaterThanOrEqual(0);
      }
    }
    expect(scenarioNames.length).toBeGreaterThan(25);
    expect(names.size).toBeGreaterThan(25);
  });

  it('each unkind fault occurs at least 100 times in 5000 histories', () => {
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 5000; seed++) {
      for (const fault of drawFaults(new Random(seed))) {
        if (fault.kind !== 'breakage' && fault.kind !== 'mishap') continue;
        counts.set(fault.name, (counts.get(fault.name) ?? 0) + 1);
      }
    }
    const rare = [...counts].filter(([, count]) => count < 100);
    expect(rare).toEqual([]);
  });
});

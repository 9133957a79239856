/** The simulator can fail: without any one safeguard it finds the harm that the safeguard is there to prevent. */
import { expect, it } from 'vitest';
import { allSafeguards } from '../../lib/core/decision/safeguards.ts';
import { type SabotageName, sabotageNames, sabotages } from '../../sim/sabotage.ts';
import { harmIn, searchHarm } from '../../sim/search.ts';
import seeds from './sabotage-seeds.json' with { type: 'json' };

/**
 * The histories in which harm was found last, as `npm run --silent sim -- --sabotage all --json | tail -n 1` prints them. They are
 * tried first, and spare minutes. What changes the product or the simulator changes histories: then all are searched.
 */
const lastSeeds: Partial<Record<SabotageName, number | null>> = seeds;

it('every safeguard can be taken out, and there are at least 24', () => {
  const taken = Object.values(sabotages).map(([[safeguard]]) => safeguard);
  expect([...taken].sort()).toEqual(Object.keys(allSafeguards).sort());
  expect(sabotageNames.length).toBeGreaterThanOrEqual(24);
});

it.each(sabotageNames)(
  'without %s: a violation within 5000 histories, and none in the same history with it',
  async (name) => {
    const last = lastSeeds[name] ?? null;
    const harm = last === null ? null : await harmIn(last, name);
    expect(harm ?? (await searchHarm(name, 5000, 1))).not.toBeNull();
  },
  600_000,
);

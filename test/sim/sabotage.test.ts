/** The simulator can fail: without any one safeguard it finds the harm that the safeguard is there to prevent. */
import { expect, it } from 'vitest';
import { allSafeguards } from '../../lib/core/decision/safeguards.ts';
import { type SabotageName, sabotageNames, sabotages } from '../../sim/sabotage.ts';
import { type Finding, harmIn, searchHarm } from '../../sim/search.ts';
import seeds from './sabotage-seeds.json' with { type: 'json' };

/**
 * Histories in which harm was found, as `npm run --silent sim -- --sabotage all --json | tail -n 1` prints one of each, with other seeds
 * others. They are tried first, and spare minutes; there are several, because what changes the product or the simulator changes
 * histories. Where none of them has harm any more, all are searched.
 */
const knownSeeds: Partial<Record<SabotageName, readonly number[]>> = seeds;

it('every safeguard can be taken out, and there are at least 24', () => {
  const taken = Object.values(sabotages).map(([[safeguard]]) => safeguard);
  expect([...taken].sort()).toEqual(Object.keys(allSafeguards).sort());
  expect(sabotageNames.length).toBeGreaterThanOrEqual(24);
});

it.each(sabotageNames)(
  'without %s: a violation within 5000 histories, and none in the same history with it',
  async (name) => {
    let harm: Finding | null = null;
    for (const seed of knownSeeds[name] ?? []) harm ??= await harmIn(seed, name);
    expect(harm ?? (await searchHarm(name, 5000, 1))).not.toBeNull();
  },
  600_000,
);

/** The simulator can fail: without any one safeguard it finds the harm that the safeguard is there to prevent. */
import { expect, it } from 'vitest';
import { allSafeguards } from '../../lib/core/safeguards.ts';
import { sabotageNames, sabotages, safeguardsOf } from '../../sim/sabotage.ts';
import { searchHarm } from '../../sim/search.ts';

it('every safeguard can be taken out, and there are at least 24', () => {
  const taken = Object.values(sabotages).map(([[safeguard]]) => safeguard);
  expect([...taken].sort()).toEqual(Object.keys(allSafeguards).sort());
  expect(sabotageNames.length).toBeGreaterThanOrEqual(24);
});

it.each(sabotageNames)(
  'without %s: a violation within 5000 histories, and none in the same history with it',
  async (name) => {
    expect(await searchHarm(safeguardsOf(name), 5000, 1)).not.toBeNull();
  },
  600_000,
);

/** The simulator can fail: without any one safeguard it finds the harm that the safeguard is there to prevent. */
import { describe, expect, it } from 'vitest';
import { runHistory } from '../../lab/sim/history.ts';
import { sabotageNames, safeguardsOf } from '../../lab/sim/sabotage.ts';
import { type Finding, search } from '../../lab/sim/search.ts';
import { runOutside } from '../../lab/sim/time.ts';
import { allSafeguards } from '../../lib/core/safeguards.ts';

/** Whether the same history is harmless with the safeguard in place. */
async function isHarmless({ seed }: Finding): Promise<boolean> {
  const { violation } = await runOutside(() => runHistory({ seed, safeguards: allSafeguards }));
  return violation === null;
}

describe('without a safeguard', () => {
  it.each(sabotageNames)(
    '%s: a violation within 5000 histories, which with it is none',
    async (name) => {
      const safeguards = safeguardsOf(name);
      const { findings } = await search({ runs: 5000, seed: 1, safeguards, findingsMax: 1 });
      const [first] = findings;
      if (first === undefined) throw new Error('no violation was found');
      expect(await isHarmless(first)).toBe(true);
    },
    120_000,
  );
});

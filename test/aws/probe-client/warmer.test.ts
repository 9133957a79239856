import { describe, expect, it } from 'vitest';
import type { DatabaseProbeProps } from '../../../lib/aws/probe-client/database.ts';
import { createWarmer } from '../../../lib/aws/probe-client/warmer.ts';
import type { LookOrder } from '../../../lib/core/pair/look-order.ts';
import type { LookTarget } from '../../../lib/watch/ports/database.ts';
import { pairWith } from '../../core/world.ts';
import { VirtualClock } from '../../watch/clock.ts';

const held: LookOrder = { kind: 'held', forMs: 5000 };
const rest: LookOrder = { kind: 'rest', afterMs: 10_000 };
const soon: LookOrder = { kind: 'soon', afterMs: 250, graceMs: 250 };
const closeUp: LookOrder = { kind: 'close-up', forMs: 1000, witnessMs: 1500 };

/** A warmer, and the functions that are invoked by it. */
function newWarmer() {
  const clock = new VirtualClock();
  const invoked: string[] = [];
  const props = {
    clock,
    lambda: {
      send: async ({ input }: { readonly input: { readonly FunctionName: string } }) => {
        invoked.push(input.FunctionName);
        return {};
      },
    },
    functions: { a: 'probe-a', b: 'probe-b' },
    credentials: { read: async () => ({ expose: () => ({ user: 'monitor', password: 'made up' }) }) },
  } as unknown as DatabaseProbeProps;
  const warm = createWarmer(props);
  /** A look begins, and lasts so long. */
  const look = (order: LookOrder, forMs: number) => {
    const target = { pair: pairWith(), holder: 'db1', seen: null, order } as LookTarget;
    warm('a', [target], clock.sleep(forMs));
  };
  return { clock, invoked, look };
}

describe('a second function is kept warm', () => {
  it.each<[what: string, order: LookOrder, forMs: number, invoked: number]>([
    ['beside a held look, which has the first one', held, 5000, 1],
    ['where the vantage rests: both at once', rest, 30, 2],
    ['not while anything is suspected', soon, 30, 0],
    ['not while the standby’s report is awaited', closeUp, 1000, 0],
  ])('%s', async (_, order, forMs, count) => {
    const { clock, invoked, look } = newWarmer();
    look(order, forMs);
    await clock.pass(1999);
    expect(invoked).toEqual([]);
    await clock.pass(1);
    expect(invoked).toEqual(Array.from({ length: count }, () => 'probe-a'));
  });

  it('not between two looks: the next one would get the environment without connections', async () => {
    const { clock, invoked, look } = newWarmer();
    look(held, 1500);
    await clock.pass(2000);
    expect(invoked).toEqual([]);
    look(held, 5000);
    await clock.pass(2000);
    expect(invoked).toEqual(['probe-a']);
  });

  it('once a minute', async () => {
    const { clock, invoked, look } = newWarmer();
    for (let looks = 0; looks < 13; looks += 1) {
      look(held, 5000);
      await clock.pass(5000);
    }
    expect(invoked).toHaveLength(2);
  });
});

import { describe, expect, it } from 'vitest';
import { Haste } from '../../lib/watch/haste.ts';
import { VirtualClock } from './clock.ts';

function newHaste() {
  const clock = new VirtualClock();
  const ends: number[] = [];
  const startMs = clock.nowMs();
  const haste = new Haste(clock, () => void ends.push(clock.nowMs() - startMs));
  return { clock, ends, haste };
}

describe('the haste of a plan', () => {
  it('ends a moment after the call that moves the VIP', async () => {
    const { clock, ends, haste } = newHaste();
    haste.begin();
    await clock.pass(1000);
    haste.calling();
    expect(haste.isOn).toBe(true);
    await clock.pass(5000);
    expect([haste.isOn, ends]).toEqual([false, [1100]]);
  });

  it('ends with the plan, and only once', async () => {
    const { clock, ends, haste } = newHaste();
    haste.begin();
    await clock.pass(400);
    haste.end();
    await clock.pass(5000);
    expect(ends).toEqual([400]);
  });

  it('ends by itself where a plan takes long, so that people hear of it', async () => {
    const { clock, ends, haste } = newHaste();
    haste.begin();
    await clock.pass(60_000);
    expect(ends).toEqual([2500]);
  });

  it('is not begun by a call alone', async () => {
    const { clock, ends, haste } = newHaste();
    haste.calling();
    await haste.over();
    await clock.pass(5000);
    expect([haste.isOn, ends]).toEqual([false, []]);
  });
});

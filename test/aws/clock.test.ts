import { expect, it } from 'vitest';
import { createClock } from '../../lib/aws/clock.ts';
import { createIds } from '../../lib/aws/ids.ts';

it('follows the monotonic clock, and the wall clock only over a freeze', () => {
  let wallMs = 1000;
  let monotonicMs = 0;
  const clock = createClock(
    () => wallMs,
    () => monotonicMs,
  );
  const moments: [number, number, number][] = [
    // wall, monotonic, expected
    [1000, 0, 1000],
    [1100, 100, 1100],
    [500, 200, 1200],
    [2100, 300, 1300],
    [90_000, 400, 90_000],
    [80_000, 500, 90_100],
  ];
  for (const [wall, monotonic, expected] of moments) {
    wallMs = wall;
    monotonicMs = monotonic;
    expect(clock.nowMs()).toBe(expected);
  }
});

it('sleeps until the signal, and not at all after it', async () => {
  const clock = createClock();
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 20);
  const startedAtMs = clock.nowMs();
  await clock.sleep(5000, controller.signal);
  await clock.sleep(5000, controller.signal);
  expect(clock.nowMs() - startedAtMs).toBeLessThan(1000);
});

it('makes ids of 8 hexadecimal characters', () => {
  expect(createIds().next()).toMatch(/^[0-9a-f]{8}$/);
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { duration, utcClock, utcTime } from '../../../lib/core/text/utc-time.ts';

describe('moments', () => {
  it('are written as Date would', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_102_444_800_000 }), (atMs) => {
        expect(utcTime(atMs)).toBe(`${new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`);
      }),
    );
  });

  it('are short where the day is known', () => {
    expect(utcClock(Date.UTC(2026, 7, 14, 12, 1, 33))).toBe('12:01 UTC');
  });
});

it.each([
  [0, '0.0 s'],
  [1940, '1.9 s'],
  [9949, '9.9 s'],
  [9950, '10 s'],
  [119_400, '119 s'],
  [120_000, '2 min'],
  [3_600_000, '60 min'],
  [7_500_000, '2 h 5 min'],
  [7_199_000, '2 h 0 min'],
])('a length of %d ms is %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

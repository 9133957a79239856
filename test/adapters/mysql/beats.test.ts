import { describe, expect, test } from 'vitest';
import { type Beats, createBeats } from '../../../lib/adapters/mysql/beats.ts';

/** Heartbeats every second, from 10 s on by the probe's clock, which is far from the node's. */
function beating(count: number): Beats {
  const beats = createBeats();
  for (let index = 0; index < count; index += 1) beats.note(5_000_000 + index * 1000, 10_000 + index * 1000);
  return beats;
}

describe('the lag by the heartbeat row', () => {
  test.each<[what: string, beats: Beats, appliedMs: number | null, atMs: number, lagMs: number | null]>([
    ['nothing committed yet', createBeats(), 5_000_000, 10_000, null],
    ['no row on the standby yet', beating(3), null, 12_500, null],
    ['all are there', beating(3), 5_002_000, 12_500, 0],
    ['the newest is on its way', beating(3), 5_001_000, 12_040, 40],
    ['the last two are missing', beating(3), 5_000_000, 14_000, 3000],
    ['another vantage has overtaken ours by a moment', beating(3), 5_001_950, 12_500, 0],
    ['another vantage has committed since', beating(3), 5_900_000, 12_500, 0],
  ])('%s', (_, beats, appliedMs, atMs, lagMs) => {
    expect(beats.lagMs(appliedMs, atMs)).toBe(lagMs);
  });

  test('grows while the row stands still, and shrinks as it catches up', () => {
    const beats = beating(10);
    expect([20_000, 21_000].map((atMs) => beats.lagMs(5_003_000, atMs))).toEqual([6000, 7000]);
    expect(beats.lagMs(5_008_000, 21_500)).toBe(2500);
    expect(beats.lagMs(5_009_000, 21_600)).toBe(0);
  });

  test('of a node that is no holder any more, nothing is waited for', () => {
    const beats = beating(3);
    beats.forget();
    expect(beats.lagMs(5_000_000, 99_000)).toBeNull();
    beats.note(5_100_000, 100_000);
    expect(beats.lagMs(5_000_000, 100_300)).toBe(300);
  });
});

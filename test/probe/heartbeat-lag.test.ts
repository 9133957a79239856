import { describe, expect, test } from 'vitest';
import { type BeatLag, HeartbeatLag } from '../../lib/probe/heartbeat-lag.ts';

/** Heartbeats every second, from 10 s on by the probe's clock, which is far from the node's. */
function beating(count: number): HeartbeatLag {
  const beats = new HeartbeatLag();
  for (let index = 0; index < count; index += 1) beats.note(5_000_000 + index * 1000, 10_000 + index * 1000);
  return beats;
}

const exactly = (ms: number) => ({ ms, isExact: true });
const atLeast = (ms: number) => ({ ms, isExact: false });

describe('the lag by the heartbeat row', () => {
  test.each<[what: string, beats: HeartbeatLag, appliedMs: number | null, atMs: number, lag: BeatLag | null]>(
    [
      ['nothing committed yet', new HeartbeatLag(), 5_000_000, 10_000, null],
      ['no row on the standby yet', beating(3), null, 12_500, null],
      ['all are there', beating(3), 5_002_000, 12_500, exactly(0)],
      ['the newest is on its way', beating(3), 5_001_000, 12_040, exactly(40)],
      ['the last two are missing', beating(3), 5_000_000, 14_000, exactly(3000)],
      ['none of ours is there: older ones may be missing', beating(3), 4_900_000, 14_000, atLeast(4000)],
      ['another vantage has overtaken ours by a moment', beating(3), 5_001_950, 12_500, exactly(0)],
      ['another vantage has committed since', beating(3), 5_900_000, 12_500, exactly(0)],
    ],
  )('%s', (_, beats, appliedMs, atMs, lag) => {
    expect(beats.lag(appliedMs, atMs)).toEqual(lag);
  });

  test('grows while the row stands still, and shrinks as it catches up', () => {
    const beats = beating(10);
    expect([20_000, 21_000].map((atMs) => beats.lag(5_003_000, atMs)?.ms)).toEqual([6000, 7000]);
    expect(beats.lag(5_008_000, 21_500)).toEqual(exactly(2500));
    expect(beats.lag(5_009_000, 21_600)).toEqual(exactly(0));
  });

  describe('when the clock of the node is set', () => {
    /** Heartbeats at 10 s to 19 s; from 15 s on by a clock that was set by so much. */
    const setAfterFive = (byMs: number) => {
      const beats = new HeartbeatLag();
      for (let index = 0; index < 10; index++)
        beats.note(stampOf(index) + (index < 5 ? 0 : byMs), 10_000 + index * 1000);
      return beats;
    };
    const stampOf = (index: number) => 5_000_000 + index * 1000;

    test.each([-300_000, 300_000])('by %i ms: a standby in time has no lag', (byMs) => {
      const beats = setAfterFive(byMs);
      // The row was overwritten between two looks: nobody read the last stamp of before.
      expect(beats.lag(stampOf(3), 14_100)?.ms).toBe(100);
      expect(beats.lag(stampOf(9) + byMs, 19_100)).toEqual(exactly(0));
    });

    test('back: what stands still lags all the same, and what was committed before comes first', () => {
      const beats = setAfterFive(-300_000);
      expect(beats.lag(stampOf(2), 19_500)).toEqual(exactly(6500));
      expect(beats.lag(stampOf(2), 29_500)).toEqual(exactly(16_500));
      expect(beats.lag(stampOf(4), 29_500)).toEqual(exactly(14_500));
      expect(beats.lag(stampOf(7) - 300_000, 29_500)).toEqual(exactly(11_500));
    });

    test('and back again, as time servers do', () => {
      const beats = setAfterFive(300_000);
      for (let index = 10; index < 15; index++) beats.note(stampOf(index), 10_000 + index * 1000);
      expect(beats.lag(stampOf(9) + 300_000, 24_100)).toEqual(exactly(4100));
      expect(beats.lag(stampOf(12), 24_100)).toEqual(exactly(2100 - 1000));
    });
  });

  test('of a node that is no holder any more, nothing is waited for', () => {
    const beats = beating(3);
    beats.forget();
    expect(beats.lag(5_000_000, 99_000)).toBeNull();
    beats.note(5_100_000, 100_000);
    expect(beats.lag(5_000_000, 100_300)).toEqual(atLeast(300));
  });
});

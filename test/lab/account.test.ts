import { describe, expect, test } from 'vitest';
import { type Acknowledged, countTwoWriters, gapsOf, lostOf, outageMs } from '../../lab/client/account.ts';

/** `a@100` is a write that server a acknowledged at 100 ms, sent 5 ms before. */
function writes(text: string): Acknowledged[] {
  return text.split(' ').map((word, index) => {
    const [server = '', at = ''] = word.split('@');
    return { client: 'c', seq: index + 1, sentMs: Number(at) - 5, acknowledgedMs: Number(at), server };
  });
}

describe('the outage is the longest gap that a fault can have caused', () => {
  test.each([
    ['a move', 'a@0 a@20 b@900 b@920', 30, 1000, 880],
    ['nothing happened', 'a@0 a@20 a@40 a@60', 30, 70, 20],
    ['no write after it', 'a@0 a@20', 30, 5000, 4980],
    ['a longer gap before the fault', 'a@0 a@900 a@920 b@1400', 910, 1410, 480],
    ['the fault in the middle of a gap', 'a@0 b@500', 200, 510, 500],
  ])('%s', (_, text, sinceMs, untilMs, expected) => {
    expect(outageMs(writes(text), { sinceMs, untilMs })).toBe(expected);
  });
});

test('of a client that writes every 7 s, what lies between two writes is no outage', () => {
  const outage = (text: string) => outageMs(writes(text), { sinceMs: 10, untilMs: 20_000 }, 7000);
  expect(outage('a@0 a@7000 a@14000')).toBe(0);
  expect(outage('a@0 a@7000 b@16500')).toBe(2500);
});

test('the outage of half an hour of writes is found', () => {
  const steady = Array.from({ length: 300_000 }, (_, index) => `a@${index * 6}`).join(' ');
  expect(outageMs(writes(`${steady} a@1900000`), { sinceMs: 0, untilMs: 1_900_000 })).toBe(100_006);
});

test('gaps over the floor are told with their start', () => {
  const gaps = gapsOf(writes('a@0 a@20 b@900 b@920'), { sinceMs: 10, untilMs: 2000 });
  expect(gaps).toEqual([
    { fromMs: 20, toMs: 900, forMs: 880 },
    { fromMs: 920, toMs: null, forMs: 1080 },
  ]);
});

describe('two writers are writes that the old server took after the new one had begun', () => {
  test.each([
    ['one server', 'a@0 a@20', 0],
    ['a clean move', 'a@0 a@20 b@900 b@920', 0],
    ['both for a while', 'a@0 b@900 a@910 b@920 a@930', 2],
    ['sent before the new one began', 'a@0 b@900 a@904', 0],
  ])('%s', (_, text, expected) => {
    expect(countTwoWriters(writes(text))).toBe(expected);
  });
});

test('lost is what was acknowledged and is not found', () => {
  const lost = lostOf(writes('a@0 a@20 a@40'), [
    { client: 'c', seq: 1 },
    { client: 'c', seq: 3 },
    { client: 'other', seq: 2 },
  ]);
  expect(lost.map(({ seq }) => seq)).toEqual([2]);
});

/** The ends of a holder's history, where the place in its log is read with some of its GTIDs alone. */
import { expect, test } from 'vitest';
import { isSame, nextEnds } from '../../../lib/core/evidence/holder-end.ts';
import { noPlace } from '../../../lib/core/evidence/log-place.ts';
import type { Position } from '../../../lib/core/evidence/sighting.ts';
import type { Verdict } from '../../../lib/core/evidence/verdict.ts';
import { db1, NOW_MS, position, UUID1 } from '../world.ts';

const to = (last: number) => position(`${UUID1}:1-${last}`);
const unplaced = (last: number): Position => ({ ...to(last), ...noPlace });

test.each<[what: string, one: Position, other: Position, same: boolean]>([
  ['the same place', to(9), to(9), true],
  ['no place was read with one of them', to(9), unplaced(9), true],
  ['no place was read, and more was written', to(9), unplaced(10), false],
  ['another place', to(9), position(`${UUID1}:1-9`, 2000), false],
  ['without GTIDs, an unknown place is another one', position(null), { gtid: null, ...noPlace }, false],
])('%s', (_, one, other, same) => {
  expect(isSame(one, other)).toBe(same);
});

const looked = (executed: Position, seenAtMs: number) =>
  ({ node: 'db1', seenAtMs, server: { ...db1, executed } }) as Verdict;

test.each<[what: string, at: (place: number) => Position]>([
  ['with GTIDs', (place) => position(`${UUID1}:1-${place}`, place)],
  ['without', (place) => position(null, place)],
])('what another vantage saw before the end is no end, where the newer look finds nobody: %s', (_, at) => {
  const ends = [1, 2, 3].reduce(
    (before, look) => nextEnds(before, looked(at(100 * look), NOW_MS + 1000 * look), 3000),
    nextEnds([], looked(at(50), NOW_MS), 3000),
  );
  expect(nextEnds(ends, looked(at(250), NOW_MS + 2500), 3000)).toEqual(ends);
});

test('a look without the place keeps the place that was read at the same end', () => {
  const one = nextEnds([], looked(to(9), NOW_MS), 3000);
  const two = nextEnds(one, looked(unplaced(9), NOW_MS + 250), 3000);
  expect(two).toMatchObject([{ position: to(9), sinceMs: NOW_MS, untilMs: NOW_MS + 250 }]);
  const three = nextEnds(two, looked(unplaced(10), NOW_MS + 500), 3000);
  expect(three.at(-1)).toMatchObject({ position: unplaced(10), sinceMs: NOW_MS + 500 });
});

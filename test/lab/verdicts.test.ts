/** What a run says that keepalambda made of the holder: read from watch's log, in the words of its rows. */
import { expect, test } from 'vitest';
import { type Judged, judgedIn, sawOnly, verdictsOn } from '../../lab/verdicts.ts';

test.each<[line: string, judged: Omit<Judged, 'atMs'> | null]>([
  [
    '{"message":"holder-stuck: db1 stuck, db2 serving","row":"holder-stuck","holder":"db1","holderIs":"stuck"}',
    { holder: 'db1', kind: 'stuck' },
  ],
  [
    '{"row":"holder-locked-out","holder":"db2","holderIs":"locked-out"}',
    { holder: 'db2', kind: 'locked-out' },
  ],
  ['{"message":"fence db1: skipped","row":"holder-stuck"}', null],
  ['{"row":"awaiting-confirmation","holder":"db1","holderIs":"asleep"}', null],
  ['null', null],
  ['START RequestId: 41c', null],
])('%s', (line, judged) => {
  expect(judgedIn(line, 7)).toEqual(judged && { ...judged, atMs: 7 });
});

const told = (...rows: readonly [atMs: number, holder: string, kind: Judged['kind']][]): readonly Judged[] =>
  rows.map(([atMs, holder, kind]) => ({ atMs, holder, kind }));

test.each<[what: string, judged: readonly Judged[], verdicts: readonly Judged['kind'][]]>([
  ['no row after the fault: the one before stands', told([1, 'db1', 'serving']), ['serving']],
  [
    'of those before it, the last',
    told([1, 'db1', 'silent'], [2, 'db1', 'serving'], [12, 'db1', 'stuck']),
    ['serving', 'stuck'],
  ],
  [
    'each once',
    told([11, 'db1', 'silent'], [12, 'db1', 'serving'], [13, 'db1', 'silent']),
    ['silent', 'serving'],
  ],
  [
    'a new leader has not looked yet: that is no verdict',
    told([1, 'db1', 'serving'], [5, 'db1', 'unseen'], [11, 'db1', 'unseen']),
    ['serving'],
  ],
  ['the new holder is another', told([11, 'db1', 'stopped'], [12, 'db2', 'serving']), ['stopped']],
  ['nobody was the holder', told([11, 'db1', 'stopped']).slice(1), []],
])('%s', (_, judged, verdicts) => {
  expect(verdictsOn('db1', judged, 10)).toEqual(verdicts);
});

test.each([
  [['serving', 'stuck'], 'stuck', true],
  [['stuck'], 'stuck', true],
  [['serving'], 'stuck', false],
  [['serving', 'silent', 'stuck'], 'stuck', false],
  [['serving'], 'serving', true],
  [['serving', 'silent'], 'serving', false],
  [[], 'serving', false],
] as const)('%j is %s and nothing else: %s', (verdicts, wanted, right) => {
  expect(sawOnly(verdicts, wanted)).toBe(right);
});

/** What `npm run bench -- --page` prints, and what it measures. */
import { expect, test } from 'vitest';
import { longIncident } from '../../../tools/page/incidents.ts';
import { renderPageFigures } from '../../../tools/page/measure.ts';

test('figures are one line that people read', () => {
  const figures = { rows: 2000, bytes: 1_190_535, elements: 13_043, laidOutMs: 1412, cpuMs: 506 };
  expect(renderPageFigures(figures)).toBe(
    '2,000 rows: 1.19 MB, 13,043 elements, laid out after 1,412 ms (506 ms of CPU)',
  );
});

test('a long incident has as many rows as asked for, each as long as history keeps it, in order', () => {
  const row = { pair: 'orders', incident: '41c0ffee', epoch: 1, what: 'alert', text: 'it died' } as const;
  const rows = longIncident(
    [
      { ...row, atMs: 1000 },
      { ...row, atMs: 2000 },
    ],
    5,
  );
  expect(rows.map(({ atMs, text }) => [atMs, text.length])).toEqual([
    [1000, 4000],
    [2000, 4000],
    [61_000, 4000],
    [62_000, 4000],
    [121_000, 4000],
  ]);
});

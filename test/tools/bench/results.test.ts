/** What runs come to, as figures, table and picture. */
import { expect, test } from 'vitest';
import { renderChart } from '../../../tools/bench/chart.ts';
import { compareAll } from '../../../tools/bench/comparison.ts';
import { medianOf, type Run, summarizeAll } from '../../../tools/bench/results.ts';
import { rowsOf } from '../../../tools/bench/table.ts';

const run = (outageMs: number, lost = 0, failedWrites = 1): Run => ({
  outageMs,
  failedWrites,
  lost,
  resumed: true,
  functionCpu: 'lambda',
  story: [],
  moments: [],
});
const results = summarizeAll({
  'mysqld-kill': {
    keepalambda: [run(500), run(400), run(700, 1)],
    'keepalived-tuned-ec2': [run(1200), run(1000)],
  },
  'watch-kill': { keepalambda: [run(4100), run(6600, 0, 2), run(4500)] },
});

test.each([
  [[3, 1, 2], 2],
  [[4, 1, 2, 3], 3],
  [[7], 7],
])('the median of %j', (values, median) => {
  expect(medianOf(values)).toBe(median);
});

test('the summary has the figures of the last line', () => {
  expect(results['mysqld-kill']?.keepalambda).toEqual({
    outagesMs: [500, 400, 700],
    medianMs: 500,
    worstMs: 700,
    failedWrites: 1,
    lost: 1,
  });
});

test('a median stands beside that of keepalived on EC2, and beside the same without the death of watch', () => {
  const compared = compareAll(results);
  expect(compared['mysqld-kill']?.keepalambda).toMatchObject({
    worstByMedian: 1.4,
    ratio: 0.45,
    beyondMs: null,
  });
  expect(compared['mysqld-kill']?.['keepalived-tuned-ec2']).toMatchObject({ ratio: 1, beyondMs: null });
  expect(compared['watch-kill']?.keepalambda).toMatchObject({ ratio: null, beyondMs: 4000 });
});

test('without a base, nothing is said of what is more', () => {
  const alone = compareAll({ 'watch-kill': results['watch-kill'] ?? {} });
  expect(alone['watch-kill']?.keepalambda?.beyondMs).toBeNull();
});

test('the table has a row for each fault and contender', () => {
  expect(rowsOf(compareAll(results))).toEqual([
    ['mysqld-kill', 'keepalambda', '0.50 s', '0.70 s', '1.40', '0.45', '', '1', '1', '0.50, 0.40, 0.70'],
    ['mysqld-kill', 'keepalived-tuned-ec2', '1.10 s', '1.20 s', '1.09', '1.00', '', '1', '0', '1.20, 1.00'],
    ['watch-kill', 'keepalambda', '4.50 s', '6.60 s', '1.47', '', '4.00 s', '2', '0', '4.10, 6.60, 4.50'],
  ]);
});

test('the chart is an SVG with every contender, and the same for the same results', () => {
  const chart = renderChart(results);
  expect(chart).toMatch(/^<svg /);
  for (const word of ['mysqld-kill', 'keepalambda', 'keepalived-tuned-ec2']) expect(chart).toContain(word);
  expect(renderChart(results)).toBe(chart);
});

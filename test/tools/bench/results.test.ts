/** What runs come to, as figures, table and picture. */
import { expect, test } from 'vitest';
import { renderChart } from '../../../tools/bench/chart.ts';
import { medianOf, type Run, summarizeAll } from '../../../tools/bench/results.ts';
import { rowsOf } from '../../../tools/bench/table.ts';

const run = (outageMs: number, lost = 0): Run => ({
  outageMs,
  lost,
  resumed: true,
  functionCpu: 'lambda',
  story: [],
});
const results = summarizeAll({
  'mysqld-kill': {
    keepalambda: [run(500), run(400), run(700, 1)],
    'keepalived-tuned': [run(1200), run(1000)],
  },
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
    lost: 1,
  });
});

test('the table compares with ours', () => {
  expect(rowsOf(results)).toEqual([
    ['mysqld-kill', 'keepalambda', '0.50 s', '0.70 s', '0.50, 0.40, 0.70', '1.0', '1'],
    ['mysqld-kill', 'keepalived-tuned', '1.10 s', '1.20 s', '1.20, 1.00', '2.2', '0'],
  ]);
});

test('the chart is an SVG with every contender, and the same for the same results', () => {
  const chart = renderChart(results);
  expect(chart).toMatch(/^<svg /);
  for (const word of ['mysqld-kill', 'keepalambda', 'keepalived-tuned']) expect(chart).toContain(word);
  expect(renderChart(results)).toBe(chart);
});

/** The outages as a picture: a panel for each fault, a bar for each median, a dot for each run. */
import type { SeriesOption } from 'echarts';
import { renderPanels } from './panels.ts';
import type { Results, Summary } from './results.ts';

const title = 'Seconds without an acknowledged write: median (bar), every run (dot)';
const colours = { own: '#1f77b4', other: '#b8bec6', dot: '#333333' };

/** An SVG. The same results give the same text. */
export function renderChart(results: Results<Summary>): string {
  const outagesMs = Object.values(results)
    .flatMap(Object.values<Summary>)
    .map(({ worstMs }) => worstMs);
  const longestMs = Math.max(...outagesMs);
  const panels = Object.entries(results).map(([fault, byContender]) => ({
    title: fault,
    rows: Object.keys(byContender),
    longestMs,
    series: seriesOf(Object.entries(byContender).reverse()),
  }));
  return renderPanels(title, panels);
}

function seriesOf(entries: readonly (readonly [string, Summary])[]): readonly SeriesOption[] {
  return [
    {
      type: 'bar',
      barWidth: '60%',
      data: entries.map(([contender, { medianMs }]) => ({
        value: medianMs / 1000,
        itemStyle: { color: contender.startsWith('keepalived') ? colours.other : colours.own },
      })),
      label: {
        show: true,
        position: 'right',
        distance: 14,
        formatter: ({ value }) => `${Number(value).toFixed(1)} s`,
      },
    },
    {
      type: 'scatter',
      symbolSize: 6,
      itemStyle: { color: colours.dot, opacity: 0.7 },
      data: entries.flatMap(([contender, { outagesMs }]) => outagesMs.map((ms) => [ms / 1000, contender])),
    },
  ];
}

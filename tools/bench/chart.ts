/** The outages as a picture: a panel for each fault, a bar for each median, a dot for each run. */
import * as echarts from 'echarts';
import type { Results, Summary } from './results.ts';

const width = 860;
const barHeight = 26;
const panelMargin = { top: 34, bottom: 30, left: 160, right: 60 };
const title = 'Seconds without an acknowledged write: median (bar), every run (dot)';
const colours = { own: '#1f77b4', other: '#b8bec6', dot: '#333333' };

/** An SVG. The same results give the same text. */
export function renderChart(results: Results<Summary>): string {
  const panels = Object.entries(results).map(([fault, byContender]) => ({
    fault,
    // The first contender on top: a category axis counts upwards.
    entries: Object.entries(byContender).reverse(),
  }));
  const heights = panels.map(({ entries }) => entries.length * barHeight);
  const tops = heights.map((_, index) =>
    heights
      .slice(0, index)
      .reduce((sum, height) => sum + height + panelMargin.top + panelMargin.bottom, 40 + panelMargin.top),
  );
  const height = (tops.at(-1) ?? 0) + (heights.at(-1) ?? 0) + panelMargin.bottom;
  const longestMs = Math.max(...panels.flatMap(({ entries }) => entries.map(([, { worstMs }]) => worstMs)));
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption({
      animation: false,
      backgroundColor: '#ffffff',
      title: [
        { text: title, left: 'center', top: 8, textStyle: { fontSize: 14 } },
        ...panels.map(({ fault }, index) => ({
          text: fault,
          left: panelMargin.left - 4,
          top: (tops[index] ?? 0) - 26,
          textStyle: { fontSize: 13 },
        })),
      ],
      grid: tops.map((top, index) => ({
        top,
        height: heights[index],
        left: panelMargin.left,
        right: panelMargin.right,
      })),
      xAxis: panels.map((_, gridIndex) => ({
        gridIndex,
        type: 'value',
        min: 0,
        max: Math.ceil(longestMs / 1000),
      })),
      yAxis: panels.map(({ entries }, gridIndex) => ({
        gridIndex,
        type: 'category',
        data: entries.map(([contender]) => contender),
      })),
      series: panels.flatMap(({ entries }, index) => seriesOf(entries, index)),
    });
    return renumbered(chart.renderToSVGString());
  } finally {
    chart.dispose();
  }
}

/** The library numbers its classes on through the process: here they begin at 0 in every picture. */
function renumbered(svg: string): string {
  const names = [...new Set(svg.match(/zr\d+-cls-\d+/g))];
  return svg.replaceAll(/zr\d+-cls-\d+/g, (name) => `c${names.indexOf(name)}`);
}

function seriesOf(entries: readonly (readonly [string, Summary])[], index: number): echarts.SeriesOption[] {
  // Nothing to point at: a still picture, and the same text each time.
  const place = { xAxisIndex: index, yAxisIndex: index, silent: true, emphasis: { disabled: true } };
  return [
    {
      ...place,
      type: 'bar',
      barWidth: '60%',
      data: entries.map(([contender, { medianMs }]) => ({
        value: medianMs / 1000,
        itemStyle: { color: contender === 'keepalambda' ? colours.own : colours.other },
      })),
      label: {
        show: true,
        position: 'right',
        distance: 14,
        formatter: ({ value }) => `${Number(value).toFixed(1)} s`,
      },
    },
    {
      ...place,
      type: 'scatter',
      symbolSize: 6,
      itemStyle: { color: colours.dot, opacity: 0.7 },
      data: entries.flatMap(([contender, { outagesMs }]) => outagesMs.map((ms) => [ms / 1000, contender])),
    },
  ];
}

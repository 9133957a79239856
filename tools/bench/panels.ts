/** Pictures with a panel for each fault, one above the other, and seconds along the bottom. */
import * as echarts from 'echarts';

const width = 860;
const barHeight = 26;
const margin = { top: 34, bottom: 30, left: 160, right: 60 };

export interface Panel {
  readonly title: string;
  /** The names of its rows, from the top. */
  readonly rows: readonly string[];
  /** What its right end must have room for. */
  readonly longestMs: number;
  /** What is drawn in it. Rows are named, or counted from the bottom. */
  readonly series: readonly echarts.SeriesOption[];
}

/** An SVG. The same panels give the same text. */
export function renderPanels(title: string, panels: readonly Panel[]): string {
  const heights = panels.map(({ rows }) => rows.length * barHeight);
  const tops = heights.map((_, index) =>
    heights
      .slice(0, index)
      .reduce((sum, height) => sum + height + margin.top + margin.bottom, 40 + margin.top),
  );
  const height = (tops.at(-1) ?? 0) + (heights.at(-1) ?? 0) + margin.bottom;
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption({
      animation: false,
      backgroundColor: '#ffffff',
      title: [
        { text: title, left: 'center', top: 8, textStyle: { fontSize: 14 } },
        ...panels.map((panel, index) => ({
          text: panel.title,
          left: margin.left - 4,
          top: (tops[index] ?? 0) - 26,
          textStyle: { fontSize: 13 },
        })),
      ],
      grid: tops.map((top, index) => ({
        top,
        height: heights[index],
        left: margin.left,
        right: margin.right,
      })),
      xAxis: panels.map(({ longestMs }, gridIndex) => ({
        gridIndex,
        type: 'value',
        min: 0,
        max: Math.ceil(longestMs / 1000),
      })),
      // A category axis counts upwards.
      yAxis: panels.map(({ rows }, gridIndex) => ({
        gridIndex,
        type: 'category',
        data: rows.toReversed(),
      })),
      // Nothing to point at: a still picture, and the same text each time.
      series: panels.flatMap(({ series }, index) =>
        series.map((one) => ({
          ...one,
          xAxisIndex: index,
          yAxisIndex: index,
          silent: true,
          emphasis: { disabled: true },
        })),
      ) as echarts.SeriesOption[],
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

/** The waterfall: a panel for each fault, with the bars of one run. */
import type { SeriesOption } from 'echarts';
import { renderPanels } from '../panels.ts';
import type { Bar } from './bars.ts';

const title = 'Seconds from the fault to the next acknowledged write: the floor (grey), keepalambda (blue)';
const colours = { floor: '#b8bec6', ours: '#1f77b4' };
/** A bar that is shorter would not be seen. Milliseconds. */
const LEAST_MS = 8;

/** An SVG. The same runs give the same text. */
export function renderWaterfall(runs: Readonly<Record<string, readonly Bar[]>>): string {
  const panels = Object.entries(runs).map(([fault, bars]) => ({
    title: fault,
    rows: bars.map(({ name }) => name),
    // Each has its own scale: one fault takes a second, another ten.
    longestMs: Math.max(...bars.map(({ toMs }) => toMs)),
    series: seriesOf(fault, bars.toReversed()),
  }));
  return renderPanels(title, panels);
}

/** The space before a bar is an invisible bar. `stack`: bars of one name stand on each other, in any panel. */
function seriesOf(stack: string, bars: readonly Bar[]): readonly SeriesOption[] {
  return [
    {
      type: 'bar',
      stack,
      itemStyle: { color: 'transparent' },
      data: bars.map(({ fromMs }) => fromMs / 1000),
    },
    {
      type: 'bar',
      stack,
      barWidth: '60%',
      data: bars.map(({ fromMs, toMs, part }) => ({
        value: Math.max(toMs - fromMs, LEAST_MS) / 1000,
        itemStyle: { color: colours[part] },
      })),
      label: {
        show: true,
        position: 'right',
        formatter: ({ dataIndex }) => {
          const bar = bars[dataIndex];
          return bar === undefined ? '' : `${Math.round(bar.toMs - bar.fromMs)} ms`;
        },
      },
    },
  ];
}

/** The figures as tables: for a terminal, and for the report. */
import Table from 'cli-table3';
import type { Results, Summary } from './results.ts';
import type { SoakFigures } from './soak/soak.ts';

/** Whose outages the others are compared with. */
const own = 'keepalambda';

export const columns = [
  'fault',
  'contender',
  'median',
  'worst',
  'all runs',
  'times ours',
  'writes lost',
] as const;

/** One row for each fault and contender, as text. */
export function rowsOf(results: Results<Summary>): readonly (readonly string[])[] {
  return Object.entries(results).flatMap(([fault, byContender]) =>
    Object.entries(byContender).map(([contender, summary]) => [
      fault,
      contender,
      seconds(summary.medianMs),
      seconds(summary.worstMs),
      summary.outagesMs.map(plainSeconds).join(', '),
      ratio(summary, byContender[own]),
      String(summary.lost),
    ]),
  );
}

/** For a terminal. */
export function renderTable(results: Results<Summary>): string {
  return terminalTable(columns, rowsOf(results));
}

/** What a soak came to, a line for each figure. */
export function renderSoak(figures: SoakFigures): string {
  const table = new Table({ style: { head: [], border: [] } });
  for (const [name, value] of Object.entries(figures)) table.push([name, JSON.stringify(value)]);
  return table.toString();
}

/** For the report. */
export function renderMarkdownTable(results: Results<Summary>): string {
  return markdownTable(columns, rowsOf(results));
}

/** A table with lines around its cells, without colours. */
export function terminalTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const table = new Table({ head: [...head], style: { head: [], border: [] } });
  for (const row of rows) table.push([...row]);
  return table.toString();
}

export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function ratio({ medianMs }: Summary, ours: Summary | undefined): string {
  return ours === undefined || ours.medianMs === 0 ? '' : (medianMs / ours.medianMs).toFixed(1);
}

function seconds(ms: number): string {
  return `${plainSeconds(ms)} s`;
}

function plainSeconds(ms: number): string {
  return (ms / 1000).toFixed(2);
}

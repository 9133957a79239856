/** The figures as tables: for a terminal, and for the report. */
import Table from 'cli-table3';
import { type Compared, reference } from './comparison.ts';
import type { Results } from './results.ts';
import type { SoakFigures } from './soak/soak.ts';

export const columns = [
  'fault',
  'contender',
  'median',
  'worst',
  'worst / median',
  `of ${reference}`,
  'more than mysqld-kill',
  'failed writes',
  'writes lost',
  'all runs',
] as const;

/** One row for each fault and contender, as text. */
export function rowsOf(results: Results<Compared>): readonly (readonly string[])[] {
  return Object.entries(results).flatMap(([fault, byContender]) =>
    Object.entries(byContender).map(([contender, compared]) => [
      fault,
      contender,
      seconds(compared.medianMs),
      seconds(compared.worstMs),
      compared.worstByMedian.toFixed(2),
      compared.ratio?.toFixed(2) ?? '',
      compared.beyondMs === null ? '' : seconds(compared.beyondMs),
      String(compared.failedWrites),
      String(compared.lost),
      compared.outagesMs.map(plainSeconds).join(', '),
    ]),
  );
}

/** For a terminal. */
export function renderTable(results: Results<Compared>): string {
  return terminalTable(columns, rowsOf(results));
}

/** The results of a soak, a line for each figure. */
export function renderSoak(figures: SoakFigures): string {
  const table = new Table({ style: { head: [], border: [] } });
  for (const [name, value] of Object.entries(figures)) table.push([name, JSON.stringify(value)]);
  return table.toString();
}

/** For the report. */
export function renderMarkdownTable(results: Results<Compared>): string {
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

/** `1.90 s`. */
export function seconds(ms: number): string {
  return `${plainSeconds(ms)} s`;
}

function plainSeconds(ms: number): string {
  return (ms / 1000).toFixed(2);
}

/** The matrix for a person. */
import Table from 'cli-table3';
import type { Cell, Matrix } from './command.ts';

/** A row for each fault, a column for each server; below it, why a fault is not played on one. */
export function renderMatrix({ servers }: Matrix): string {
  const names = Object.keys(servers);
  const table = new Table({
    head: ['fault', ...names],
    style: { head: [], border: [] },
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
  });
  for (const fault of Object.keys(servers[names[0] ?? ''] ?? {})) {
    table.push([fault, ...names.map((name) => textOf(servers[name]?.[fault]))]);
  }
  return [table.toString(), ...names.flatMap((name) => reasonsOf(name, servers[name] ?? {}))].join('\n');
}

function reasonsOf(server: string, row: Readonly<Record<string, Cell>>): readonly string[] {
  return Object.entries(row).flatMap(([fault, cell]) =>
    'notApplicable' in cell ? [`${fault} is not applicable to ${server}: ${cell.notApplicable}`] : [],
  );
}

function textOf(cell: Cell | undefined): string {
  if (!cell) return '';
  if ('notApplicable' in cell) return 'not applicable';
  return `${cell.ok ? 'ok' : 'FAILED'}${cell.outageMs === undefined ? '' : `, ${cell.outageMs} ms`}`;
}

/** The matrix for a person. */
import Table from 'cli-table3';
import type { Matrix } from './command.ts';

/** A row for each fault, a column for each server. */
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
  return table.toString();
}

function textOf(cell: { readonly ok: boolean; readonly outageMs?: number } | undefined): string {
  if (!cell) return '';
  return `${cell.ok ? 'ok' : 'FAILED'}${cell.outageMs === undefined ? '' : `, ${cell.outageMs} ms`}`;
}

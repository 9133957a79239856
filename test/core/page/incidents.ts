/** A history of an incident in which somebody typed what a page must not carry out. */
import type { HistoryRow } from '../../../lib/core/operator/reply.ts';

export const hostile = {
  node: '<script>document.title="hacked"</script>',
  by: '"><img src=x onerror="document.title=1">',
  why: `'; alert(1) //\u202egnp.exe & </table></style><h1>not ours</h1>`,
} as const;

/** The same rows, with what somebody could have typed in place of names. */
export function hostileIncident(rows: readonly HistoryRow[]): readonly HistoryRow[] {
  const [first] = rows;
  const order: HistoryRow = {
    pair: 'orders',
    incident: '41c0ffee',
    epoch: 1,
    atMs: first?.atMs ?? 0,
    what: 'order',
    text: `pause by ${hostile.by} (${hostile.why}): note`,
    detail: { kind: 'order', action: 'pause', by: hostile.by, why: hostile.why, decided: 'note' },
  };
  const renamed = JSON.stringify(rows).replaceAll('db1', JSON.stringify(hostile.node).slice(1, -1));
  return [order, ...(JSON.parse(renamed) as readonly HistoryRow[])];
}

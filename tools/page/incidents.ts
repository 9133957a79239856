/** Histories of incidents for the page: one of the real code in a simulated world, and one that is long. */
import { allSafeguards } from '../../lib/core/decision/safeguards.ts';
import type { HistoryRow } from '../../lib/core/operator/reply.ts';
import type { SimFault } from '../../sim/faults/fault.ts';
import { runHistory } from '../../sim/history.ts';
import { runOutside } from '../../sim/time.ts';

const death: SimFault = {
  kind: 'breakage',
  name: 'mysqld-kill',
  target: 'holder',
  atMs: 100_000,
  forMs: 20_000,
  degree: 0.5,
};

/** mysqld of the holder dies, and comes back after 20 s: the rows of that incident. */
export async function realIncident(): Promise<readonly HistoryRow[]> {
  const { rows } = await runOutside(() =>
    runHistory({ seed: 7, safeguards: allSafeguards, faults: [death] }),
  );
  const incident = rows.find(({ detail }) => detail?.kind === 'plan')?.incident;
  return rows.filter((row) => row.incident === incident);
}

/** As many rows as a page must bear, each with the longest text that history holds. */
export function longIncident(rows: readonly HistoryRow[], count: number): readonly HistoryRow[] {
  const startMs = rows[0]?.atMs ?? 0;
  return Array.from({ length: count }, (_, index) => {
    const row = rows[index % rows.length];
    if (row === undefined) throw new Error('an incident has rows');
    const round = Math.floor(index / rows.length) * 60_000;
    return { ...row, atMs: row.atMs + round, text: `${row.text} ${'x'.repeat(4000)}`.slice(0, 4000) };
  }).map((row) => ({ ...row, atMs: Math.max(row.atMs, startMs) }));
}

/** What two nodes do not have in common, as a person reads it. */
import { plural } from '../plural.ts';
import { type Counted, isWorthless, type Lack, type TableCount } from '../standby/divergence.ts';
import { transactions } from '../standby/loss.ts';

/** A line for what one node has more than the other, and one for each table. */
export function lackLines(lack: Lack): readonly string[] {
  const { has, lacks, extent, counted, unread } = lack;
  switch (extent.kind) {
    case 'nothing':
      return [`${has} has nothing that ${lacks} lacks`];
    case 'unknown':
      return [`what ${has} has and ${lacks} lacks is unknown because ${extent.because}`];
    case 'set':
      return [
        `${has} has ${sizeOf(lack)} that ${lacks} lacks: ${extent.set}`,
        ...detail(counted, unread, lack),
      ];
    case 'behind':
      return [
        `${has} has ${counted ? transactions(counted.transactions) : 'transactions'} of its own after ${extent.place} of its binary log, which ${lacks} lacks`,
        ...detail(counted, unread, lack),
      ];
  }
}

/** MariaDB numbers the transactions of a domain across its servers, so that only its log says how many there are. */
function sizeOf({ extent, counted }: Lack): string {
  if (extent.kind !== 'set') return '';
  if (extent.isExact) return transactions(extent.count);
  return counted !== null && counted.unread === null
    ? transactions(counted.transactions)
    : `at most ${transactions(extent.count)}`;
}

function detail(counted: Counted | null, unread: string | null, lack: Lack): readonly string[] {
  if (counted === null)
    return [`  rows by table: unknown because ${unread ?? 'the binary log was not read'}`];
  const { tables, moreTables, statements } = counted;
  const onTables = tables.reduce((sum, table) => sum + table.statements, 0);
  const others = statements - onTables;
  return [
    ...tables.map((table) => `  ${table.table}: ${changesOf(table)}`),
    ...(moreTables > 0 ? [`  and ${plural(moreTables, 'more table')}`] : []),
    ...(others > 0 ? [`  ${plural(others, 'other statement')}, such as changes of a schema`] : []),
    ...(counted.unread === null ? [] : [`  there may be more: ${counted.unread}`]),
    ...(isWorthless(lack) ? ["  these are keepalambda's own heartbeats: nobody misses them"] : []),
  ];
}

function changesOf({ inserted, updated, deleted, statements }: TableCount): string {
  const parts = [
    ...(inserted > 0 ? [`${plural(inserted, 'row')} inserted`] : []),
    ...(updated > 0 ? [`${plural(updated, 'row')} updated`] : []),
    ...(deleted > 0 ? [`${plural(deleted, 'row')} deleted`] : []),
    ...(statements > 0 ? [`${plural(statements, 'statement')} (how many rows, the log does not say)`] : []),
  ];
  return parts.join(', ');
}

/** What each of two nodes has and the other lacks: transactions, and how many rows of which tables they changed. */
import { countOf, renderSet, subtract } from '../evidence/gtid.ts';
import { executedOf, knownTo } from '../evidence/history-sets.ts';
import { placeOf } from '../evidence/log-place.ts';
import type { Server } from '../evidence/sighting.ts';
import type { NodeName } from '../names.ts';
import { escaped } from '../one-line.ts';

/** Which transactions of one node the other lacks, before anybody has read the binary log. */
export type Extent =
  | { readonly kind: 'nothing' }
  /** `set` as MySQL prints sets; of MariaDB `domain-server:from-to`, and then `count` is the most that it can be. */
  | { readonly kind: 'set'; readonly set: string; readonly count: number; readonly isExact: boolean }
  /** Without GTIDs: its own transactions behind this place in its binary log. */
  | { readonly kind: 'behind'; readonly place: string }
  | { readonly kind: 'unknown'; readonly because: string };

/** Rows of one table that these transactions changed, and statements on it that were logged as text. */
export interface TableCount {
  readonly table: string;
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
  /** Statements, of which the log does not say how many rows they changed (`binlog_format` is not ROW). */
  readonly statements: number;
}

/** What the binary log shows of them. */
export interface Counted {
  readonly transactions: number;
  readonly tables: readonly TableCount[];
  /** Tables that are not listed. */
  readonly moreTables: number;
  /** Statements in all: those on tables, and changes of a schema. */
  readonly statements: number;
  /** Why there may be more than was counted; null when all was read. */
  readonly unread: string | null;
}

/** What `has` has and `lacks` lacks. */
export interface Lack {
  readonly has: NodeName;
  readonly lacks: NodeName;
  readonly extent: Extent;
  /** Null where the binary log was not read: there was nothing to read, or `unread` says why. */
  readonly counted: Counted | null;
  readonly unread: string | null;
}

/** The longest set that a document takes. Characters. */
const SET_MAX = 3000;
/** keepalambda's own row: it changes once a second, and nobody misses it. */
const HEARTBEAT = 'keepalambda.heartbeat';

/** Compares the histories of two servers; null is a server that did not answer. */
export function extentOf(has: Server | null, lacks: Server | null): Extent {
  if (has === null || lacks === null) return unknown('one of the two does not answer');
  if (has.flavor !== lacks.flavor) return unknown('MySQL and MariaDB number their transactions differently');
  const { inbound } = lacks;
  if (inbound.kind === 'unread') return unknown('its replication status has not been read yet');
  if (has.executed.gtid !== null && lacks.executed.gtid !== null) return extentBySet(has, lacks);
  if (inbound.kind !== 'configured')
    return unknown('without GTIDs only its channel from the other shows what it lacks, and it has none');
  if (inbound.sourceIdentity !== null && inbound.sourceIdentity !== has.identity)
    return unknown(`its channel follows ${inbound.sourceIdentity}`);
  const { file, offset } = inbound.received;
  if (file === '') return unknown('its channel has received nothing yet');
  if (file === has.executed.file && offset >= has.executed.offset) return { kind: 'nothing' };
  return { kind: 'behind', place: placeOf(inbound.received) };
}

function extentBySet(has: Server, lacks: Server): Extent {
  const missing = subtract(executedOf(has), knownTo(lacks));
  if (missing.size === 0) return { kind: 'nothing' };
  const set = renderSet(missing);
  if (set.length > SET_MAX)
    return unknown(`the list of its ${countOf(missing)} transactions is too long to be compared`);
  return { kind: 'set', set, count: countOf(missing), isExact: has.flavor === 'mysql' };
}

function unknown(because: string): Extent {
  return { kind: 'unknown', because };
}

/** What the document printed → the counts. Lines that it does not know count as not read. */
export function parseCounts(printed: string): Counted {
  let counted: Counted = { transactions: 0, tables: [], moreTables: 0, statements: 0, unread: null };
  for (const line of printed.split('\n').filter((one) => one.trim() !== ''))
    counted = withLine(counted, line);
  return counted;
}

function withLine(counted: Counted, line: string): Counted {
  const [word = '', ...rest] = line.split(' ');
  const first = Number(rest[0]);
  switch (word) {
    case 'transactions':
      return { ...counted, transactions: first };
    case 'statements':
      return { ...counted, statements: first };
    case 'more':
      return { ...counted, moreTables: first };
    case 'stated':
      return withTable(counted, rest.slice(1).join(' '), { statements: first });
    case 'rows':
      return withTable(counted, rest.slice(3).join(' '), {
        inserted: first,
        updated: Number(rest[1]),
        deleted: Number(rest[2]),
      });
    case 'unread':
      return { ...counted, unread: escaped(rest.join(' ')).slice(0, 300) };
    default:
      return {
        ...counted,
        unread: `the host printed a line that is not known: ${escaped(line).slice(0, 100)}`,
      };
  }
}

function withTable(counted: Counted, name: string, part: Partial<TableCount>): Counted {
  const table = escaped(name).slice(0, 130);
  const none: TableCount = { table, inserted: 0, updated: 0, deleted: 0, statements: 0 };
  const before = counted.tables.find((one) => one.table === table) ?? none;
  const others = counted.tables.filter((one) => one.table !== table);
  return { ...counted, tables: [...others, { ...before, ...part }] };
}

/** Whether it has nothing that anybody would miss: nothing at all, or heartbeats alone. */
export function isWorthless({ extent, counted }: Lack): boolean {
  if (extent.kind === 'nothing') return true;
  if (counted === null || counted.unread !== null || counted.moreTables > 0) return false;
  if (extent.kind === 'set' && extent.isExact && counted.transactions < extent.count) return false;
  const onHeartbeat = counted.tables.filter(({ table }) => table === HEARTBEAT);
  const known = onHeartbeat.reduce((sum, { statements }) => sum + statements, 0);
  return counted.tables.length === onHeartbeat.length && counted.statements === known;
}

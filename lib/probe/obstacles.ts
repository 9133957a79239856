/** What a server says of its sessions → obstacles to a planned move. Pure. */
import type { Obstacle } from '../core/evidence/probe-results.ts';
import { inOneLine } from '../core/one-line.ts';
import type { StatusRow } from './columns.ts';
import { isGlobalLock, lockerOf } from './lock-owner.ts';
import { applicationsOf, type ProcessRow, sessionOf } from './sessions.ts';

/** A statement or transaction that has gone on for this long is named before it is killed. Seconds. */
const LONG_SECONDS = 5;

/** What was asked; rows are empty where the server does not say. */
export interface Findings {
  readonly processes: readonly ProcessRow[];
  /** `id`, `seconds`, `changed`. */
  readonly transactions: readonly StatusRow[];
  /** `id` of each session with a lock that keeps the server from being closed; `passing`: its statement or commit has it. */
  readonly holders: readonly StatusRow[];
  /** `id`, `program`: what a client calls itself. */
  readonly programs: readonly StatusRow[];
  /** The rows of XA RECOVER. */
  readonly xa: readonly StatusRow[];
  readonly own: { readonly id: number; readonly user: string };
}

/** Never our own sessions, replication's or the server's. A session is named once, for the worst that it does. */
export function obstaclesOf(findings: Findings): readonly Obstacle[] {
  const { processes, transactions, holders, programs, xa, own } = findings;
  const changedBy = new Map(transactions.map((row) => [Number(row.id), row]));
  const programOf = new Map(programs.map((row) => [Number(row.id), String(row.program ?? '')]));
  const idsOf = (rows: readonly StatusRow[]) => new Set(rows.map(({ id }) => Number(id)));
  const holding = idsOf(holders);
  // One that was asleep when the process list was read may have begun a statement since.
  const keeping = idsOf(holders.filter(({ passing }) => Number(passing) === 0));
  // The process list alone shows a lock only by the sessions that wait for it.
  const waited = processes.some(({ state }) => isGlobalLock(state)) ? lockerOf(processes, own) : null;
  if (waited !== null) for (const each of [holding, keeping]) each.add(waited.process.id);
  const found = applicationsOf(processes, own.user, null).flatMap((process): Obstacle[] => {
    const transaction = changedBy.get(process.id);
    const seconds = Number(transaction?.seconds ?? 0);
    const kind = kindOf(process, {
      program: programOf.get(process.id) ?? '',
      isHolding: holding.has(process.id),
      isKeeping: keeping.has(process.id),
      transactionSeconds: seconds,
    });
    if (kind === null) return [];
    const session = sessionOf(process);
    const rows = transaction === undefined ? null : Number(transaction.changed ?? 0);
    const forSeconds = kind === 'transaction' ? seconds : session.forSeconds;
    return [{ kind, session: { ...session, forSeconds }, rows }];
  });
  return [...found, ...xa.map(xaOf)];
}

interface Signs {
  readonly program: string;
  readonly isHolding: boolean;
  /** Its lock outlasts the statement. */
  readonly isKeeping: boolean;
  readonly transactionSeconds: number;
}

const backup = /xtrabackup|mariabackup|mariadb-backup|mysqldump|mariadb-dump|mydumper|mysqlbackup|mysqlpump/i;
/** What dumps ask for all rows, and what backups lock with. */
const backupStatement = /sql_no_cache \*\/|^\s*(?:lock\s+instance\s+for\s+backup|backup\s+(?:stage|lock))/i;
const migration = /gh-ost|pt-online-schema-change|pt_online_schema_change/i;
const migrationTable = /_(?:gho|ghc|osc)\b|\b_\w+_new\b/i;
const alter =
  /^\s*(?:\/\*.*?\*\/\s*)?(?:alter\s|create\s+(?:unique\s+|fulltext\s+|spatial\s+)?index|drop\s+index|optimize\s|rename\s+table|repair\s|analyze\s)/i;
const locking = /^\s*(?:flush\s+(?:\w+\s+)?tables|lock\s+tables?)/i;

function kindOf(process: ProcessRow, signs: Signs): Obstacle['kind'] | null {
  const { user, command, info, forSeconds, state } = process;
  const isRunning = command !== 'Sleep';
  const names = `${signs.program} ${user}`;
  if (backup.test(names) || (isRunning && backupStatement.test(info))) return 'backup';
  if (migration.test(names) || (isRunning && (alter.test(info) || migrationTable.test(info))))
    return 'schema-change';
  // A statement under way holds the lock too, and has its own name below.
  if ((signs.isKeeping && !isRunning) || (isRunning && locking.test(info))) return 'lock';
  if (signs.isHolding && /^waiting for .*lock/i.test(state) && forSeconds >= LONG_SECONDS) return 'lock';
  if (isRunning && info !== '' && forSeconds >= LONG_SECONDS) return 'statement';
  return signs.transactionSeconds >= LONG_SECONDS ? 'transaction' : null;
}

/** A prepared transaction belongs to no session: it keeps its locks until somebody ends it. */
function xaOf({ data }: StatusRow): Obstacle {
  const statement = `XA transaction ${inOneLine(String(data ?? '')).slice(0, 150)} is prepared`;
  return { kind: 'xa', session: { id: 0, user: '', host: '', forSeconds: 0, statement }, rows: null };
}

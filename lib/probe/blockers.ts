/**
 * Who keeps a node open, or holds up everybody's commits.
 *
 * `performance_schema.metadata_locks` names the holders, where the server has it and our account may read it. Elsewhere
 * there is only the process list. It shows a statement that is under way, but an idle session with LOCK TABLES or FLUSH
 * TABLES WITH READ LOCK looks like any other idle one. Then every session that may hold the lock is named as a suspect.
 */
import { isGlobalLock } from './lock-owner.ts';
import { type ProcessRow, renderProcess } from './sessions.ts';
import { askIds, askProcesses, type Command } from './statement-session.ts';

export interface Blockers {
  /** Known to stand in the way: they hold the lock, or their statement is under way. */
  readonly holders: readonly ProcessRow[];
  /** May hold it: idle sessions, where the server does not say which. */
  readonly suspects: readonly ProcessRow[];
}

export const nobody: Blockers = { holders: [], suspects: [] };

/** Open transactions of InnoDB, by session. Their start is in the session's own time zone. */
export const transactions = `SELECT trx_mysql_thread_id AS id, trx_rows_modified AS changed,
  TIMESTAMPDIFF(SECOND, trx_started, NOW()) AS seconds FROM information_schema.innodb_trx`;

/** Who keeps the node open, apart from the sessions `without`. */
export async function askBlockers(command: Command, without: readonly number[]): Promise<Blockers> {
  const processes = (await askProcesses(command)).filter(
    ({ id, isClient }) => isClient && !without.includes(id),
  );
  const ids = await askIds(command, command.link.dialect.anyGlobalLocks);
  const { user } = command.way.endpoint.credentials;
  if (ids.length > 0) return { holders: processes.filter(({ id }) => ids.includes(id)), suspects: [] };
  return suspectsOf(processes, user, await askIds(command, transactions));
}

/**
 * By the process list alone. A session that waits for the lock does not hold it, and a query that only reads does not
 * prevent closing. Our own idle sessions count only with an open transaction, or when no other session is left.
 */
export function suspectsOf(
  processes: readonly ProcessRow[],
  ourUser: string,
  open: readonly number[],
): Blockers {
  const isIdle = ({ command }: ProcessRow) => command === 'Sleep';
  const ours = processes.filter((process) => process.user === ourUser);
  const others = processes.filter((process) => process.user !== ourUser);
  const holders = [
    ...others.filter(({ state, info, command }) => {
      return command !== 'Sleep' && info !== '' && !isGlobalLock(state) && !isReading(info);
    }),
    ...ours.filter((process) => isIdle(process) && open.includes(process.id)),
  ];
  const idle = others.filter(isIdle);
  return { holders, suspects: holders.length > 0 ? [] : idle.length > 0 ? idle : ours.filter(isIdle) };
}

function isReading(info: string): boolean {
  return /^\s*(?:select|show|explain|do)\b/i.test(info) && !/\bfor\s+(?:update|share)\b/i.test(info);
}

/** How many are named at the most. */
const NAMED_MAX = 3;

/** For a person; empty when nobody is known. */
export function renderBlockers({ holders, suspects }: Blockers): string {
  const list = (all: readonly ProcessRow[]) => {
    const longest = [...all].sort((one, other) => other.forSeconds - one.forSeconds);
    const more = all.length > NAMED_MAX ? ` and ${all.length - NAMED_MAX} more` : '';
    return `${longest.slice(0, NAMED_MAX).map(renderProcess).join(', ')}${more}`;
  };
  if (holders.length > 0) return `in the way: ${list(holders)}`;
  return suspects.length > 0
    ? `an idle session may hold a lock (the server does not say which): ${list(suspects)}`
    : '';
}

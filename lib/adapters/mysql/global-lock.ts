/**
 * Ends whoever holds a lock on a whole server that is about to take writes: a backup on a standby keeps the applier from
 * its work, and clients from theirs. Used only by orders that make a node the holder.
 */
import { transactions } from './blockers.ts';
import { askIfAllowed, type Command } from './command.ts';
import { isGlobalLock, lockerOf } from './hang.ts';
import { askProcesses, kill } from './kill.ts';
import type { ProcessRow } from './sessions.ts';

/**
 * One round: ends the sessions that are known to hold the lock; else, while something waits for one, the session that
 * most likely does. Gives back how many. Called again while something still waits.
 */
export async function endGlobalLock(command: Command): Promise<number> {
  const processes = await askProcesses(command);
  const known = (await askIfAllowed(command, command.link.dialect.globalLocks)).map(({ id }) => Number(id));
  const open = (await askIfAllowed(command, transactions)).map(({ id }) => Number(id));
  const { user } = command.way.endpoint.credentials;
  let ended = 0;
  for (const { id } of holdersOf(processes, { known, open }, { id: command.link.id, user })) {
    if (await kill(command, id)) ended += 1;
  }
  return ended;
}

/**
 * Who holds a lock on the whole server. Where the server does not say, and something waits for one: the session whose
 * statement locks, else the one client that waits for nothing, else the idle client that has done something last.
 */
export function holdersOf(
  processes: readonly ProcessRow[],
  { known, open }: { readonly known: readonly number[]; readonly open: readonly number[] },
  own: { readonly id: number; readonly user: string },
): readonly ProcessRow[] {
  const clients = processes.filter(({ id, isClient }) => isClient && id !== own.id);
  const holding = clients.filter(({ id }) => known.includes(id));
  if (holding.length > 0 || !processes.some(({ state }) => isGlobalLock(state))) return holding;
  const locker = lockerOf(processes, own);
  if (locker !== null && locker.user !== own.user) return [locker];
  // An open transaction is no global lock: a session cannot have both.
  const idle = clients.filter(
    ({ id, user, command }) => user !== own.user && command === 'Sleep' && !open.includes(id),
  );
  return [...idle].sort((one, other) => one.forSeconds - other.forSeconds).slice(0, 1);
}

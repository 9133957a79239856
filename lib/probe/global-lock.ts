/**
 * Ends the session that holds a lock on a whole server which is about to take writes. On a standby, a backup's lock
 * holds up the applier, and then the clients. Used only by orders that make a node the holder.
 */
import { transactions } from './blockers.ts';
import { kill } from './kill-clients.ts';
import { isGlobalLock, isInstanceLock, lockerOf } from './lock-owner.ts';
import type { ProcessRow } from './sessions.ts';
import { askIds, askProcesses, type Command } from './statement-session.ts';

/** The result of one round: how many sessions were ended, and which ones we may not end. */
export interface Ended {
  readonly ended: number;
  readonly refused: readonly ProcessRow[];
}

/**
 * One round: ends the sessions that are known to hold the lock; else, while something waits for one, the session that
 * most likely does. Called again while something still waits.
 */
export async function endGlobalLock(command: Command): Promise<Ended> {
  const processes = await askProcesses(command);
  const { globalLocks, instanceLocks } = command.link.dialect;
  const isWaitedFor = processes.some(({ state }) => isInstanceLock(state));
  const known = [
    ...(await askIds(command, globalLocks)),
    ...(isWaitedFor ? await askIds(command, instanceLocks) : []),
  ];
  const open = await askIds(command, transactions);
  const { user } = command.way.endpoint.credentials;
  const holders = holdersOf(processes, { known, open }, { id: command.link.id, user });
  const refused: ProcessRow[] = [];
  for (const holder of holders) if (!(await kill(command, holder.id))) refused.push(holder);
  return { ended: holders.length - refused.length, refused };
}

/** Who holds a lock on the whole server; where the server does not say, and something waits for one, who likely does. */
export function holdersOf(
  processes: readonly ProcessRow[],
  { known, open }: { readonly known: readonly number[]; readonly open: readonly number[] },
  own: { readonly id: number; readonly user: string },
): readonly ProcessRow[] {
  const clients = processes.filter(({ id, isClient }) => isClient && id !== own.id);
  const holding = clients.filter(({ id }) => known.includes(id));
  if (holding.length > 0 || !processes.some(({ state }) => isGlobalLock(state))) return holding;
  const locker = lockerOf(processes, own);
  if (locker?.isCertain && locker.process.user !== own.user) return [locker.process];
  // An open transaction makes it less likely. An order of ours that waits for the same lock holds nothing.
  const others = processes.filter(({ id, user }) => user !== own.user && !open.includes(id));
  const likely = lockerOf(others, own);
  return likely === null ? [] : [likely.process];
}

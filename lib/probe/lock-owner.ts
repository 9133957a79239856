/**
 * Who holds a lock on the whole server, from the process list alone: MySQL 5.6 and MariaDB say only who waits for one.
 * The session that holds it is mostly idle, and looks like any other idle session. Pure.
 */
import type { Session } from '../core/evidence/sighting.ts';
import { type ProcessRow, sessionOf } from './sessions.ts';

/** `isCertain` is false where the server does not say, and this session is only the likeliest. */
export interface Locker {
  readonly process: ProcessRow;
  readonly isCertain: boolean;
}

type Own = Pick<ProcessRow, 'id' | 'user'>;

const globalLock = /^waiting for (?:the )?(?:global read|commit|backup) lock|^waiting for backup stage/i;
const locks =
  /flush\s+(?:\w+\s+)?tables|backup\s+(?:stage|lock)|lock\s+instance|set\s+global\s+(?:super_)?read_only/i;

/** Whether a thread in this state waits for somebody's lock on the whole server. */
export function isGlobalLock(state: string): boolean {
  return globalLock.test(state);
}

/** Whether it waits for a lock that holds up changes of tables alone: LOCK INSTANCE FOR BACKUP. */
export function isInstanceLock(state: string): boolean {
  return /^waiting for backup lock/i.test(state);
}

/** By its statement, or because nobody else is left; else the likeliest. Null when no client could. */
export function lockerOf(processes: readonly ProcessRow[], own: Own): Locker | null {
  const known = processes.find(({ id, info }) => id !== own.id && locks.test(info));
  const process = known ?? onlyOther(processes, own);
  if (process !== null) return { process, isCertain: true };
  const guess = likeliest(processes, own);
  return guess === null ? null : { process: guess, isCertain: false };
}

/** For a person; where it is only likely, it says so. */
export function sessionOfLocker({ process, isCertain }: Locker): Session {
  const session = sessionOf(process);
  return isCertain ? session : { ...session, statement: 'idle; the likeliest: the server does not say who' };
}

/** The one session of a client that waits for nothing: a lock that no other can hold. Null where there are several. */
export function onlyOther(processes: readonly ProcessRow[], own: Own): ProcessRow | null {
  const others = processes.filter(
    ({ id, user, isClient, state }) =>
      id !== own.id && user !== own.user && isClient && !/^waiting/i.test(state),
  );
  return others.length === 1 ? (others[0] ?? null) : null;
}

/**
 * The most likely holder: of the clients that were idle all the time that another one waits, the one that was active
 * last. It did nothing since the waiting began, so it must have taken its lock before.
 */
function likeliest(processes: readonly ProcessRow[], own: Own): ProcessRow | null {
  const clients = processes.filter(({ isClient }) => isClient);
  const waits = clients.filter(({ state }) => isGlobalLock(state)).map(({ forSeconds }) => forSeconds);
  const waitedSeconds = Math.max(0, ...waits);
  const idle = clients
    .filter(({ id, user, command }) => id !== own.id && user !== own.user && command === 'Sleep')
    .sort((one, other) => one.forSeconds - other.forSeconds);
  return idle.find(({ forSeconds }) => forSeconds >= waitedSeconds) ?? idle[0] ?? null;
}

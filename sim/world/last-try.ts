/** Why a channel that is not connected could not connect: the error of its last try, as `SHOW REPLICA STATUS` has it. */
import type { ReplicationError } from '../../lib/core/evidence/sighting.ts';
import type { Master } from './master.ts';
import type { SimWorld } from './world.ts';

/** The error of the last try, and that of the one under way; null: there is none, or it will succeed. */
export interface LastTry {
  readonly error: ReplicationError | null;
  readonly coming: ReplicationError | null;
}

export const noTry: LastTry = { error: null, coming: null };

const denied: ReplicationError = { errno: 1045, message: 'Access denied for user' };
const full: ReplicationError = { errno: 1040, message: 'Too many connections' };
const offline: ReplicationError = { errno: 3032, message: 'The server is currently in offline mode' };
const refused: ReplicationError = { errno: 2003, message: "Can't connect to MySQL server (111)" };
const timedOut: ReplicationError = { errno: 2003, message: "Can't connect to MySQL server (110)" };

/**
 * Brings the error of the last try into `replica` up to date with the world; called after every change. A source that
 * refuses says so at once. That nobody answers is known only when the try times out, and until then the error before stays.
 */
export function followTries(world: SimWorld, replica: Master, source: Master): void {
  const { channel } = replica;
  if (channel.link !== 'connecting' || channel.stranger !== null || replica.mysqld !== 'up') {
    channel.lastTry = noTry;
    return;
  }
  const coming = outcomeOf(world, replica, source);
  const { error, coming: before } = channel.lastTry;
  if (coming === before) return;
  const next = { error, coming };
  channel.lastTry = next;
  if (coming === null) return;
  const { retryMs, netTimeoutMs } = world.habits;
  // The first try comes at once, and the next ones `retryMs` apart.
  const inMs = (error === null ? 0 : retryMs) + (coming === timedOut ? netTimeoutMs : 0);
  const end = () => {
    if (channel.lastTry === next) channel.lastTry = { error: coming, coming };
  };
  if (inMs === 0) end();
  else world.timeline.after(inMs, end);
}

/** Whether its last try to connect shows that the source lives and lets it in no further. */
export function isTurnedAway({ lastTry: { error } }: Master['channel']): boolean {
  return error === denied || error === full || error === offline;
}

function outcomeOf(world: SimWorld, { channel, reachable }: Master, source: Master): ReplicationError | null {
  // The host of a hung mysqld takes the connection, and nobody greets on it.
  if (!world.pairLinked || !reachable || !source.reachable || source.mysqld === 'hung') return timedOut;
  if (source.mysqld === 'down') return refused;
  if (channel.loginRefused || channel.barred) return denied;
  if (source.refusesClients) return offline;
  return source.connectionsFull ? full : null;
}

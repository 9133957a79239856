/** Whether nothing is wrong with the pair. */
import type { Server } from '../evidence/sighting.ts';
import { isClosed } from '../evidence/writability.ts';
import { isLeaving } from '../standby/fitness.ts';
import type { Situation } from './situation.ts';

/** A commit that takes longer is a sign that something is wrong. Milliseconds. */
const SLOW_COMMIT_MS = 1000;

/** The holder serves, and EC2 is stopping its instance. */
export function holderLeaves({ holder, holderInstance }: Situation): boolean {
  return holder.kind === 'serving' && isLeaving(holderInstance);
}

/**
 * The holder serves, commits, passes the check and stays, the standby serves and has been fit for its time, exactly the
 * right node is writable, and nothing keeps us from seeing it.
 */
export function isSteady(situation: Situation): boolean {
  const { holder, standby, pair, memory, identity } = situation;
  if (holderLeaves(situation) || identity !== null) return false;
  if (holder.server === null || standby.server === null) return false;
  const writers = pair.writability === 'untouched' || (holder.server.writable && isClosed(standby.server));
  const { readiness } = memory;
  return (
    situation.vip === 'held' &&
    holder.kind === 'serving' &&
    standby.kind === 'serving' &&
    situation.holderFaults.length === 0 &&
    situation.standbyPasses &&
    situation.fitness.fit &&
    !(readiness?.node === standby.node && !readiness.fit) &&
    beats(holder.server) &&
    !holder.server.offline &&
    holder.server.loginRefused === null &&
    standby.server.loginRefused === null &&
    writers
  );
}

function beats({ heartbeat }: Server): boolean {
  switch (heartbeat.kind) {
    case 'committed':
    case 'not-tried':
      return true;
    case 'failed':
      return heartbeat.forMs < SLOW_COMMIT_MS;
    case 'barred':
    case 'refused':
      return false;
  }
}

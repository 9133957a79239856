/** Semi-synchronous replication: a commit waits for the other master's word, for so long at the most. */
import type { Author } from './log.ts';
import type { Master } from './master.ts';
import type { SimWorld } from './world.ts';

/** A commit takes less than this to the other node. Milliseconds. */
const onItsWayMs = 10;

/** Brings the source's waiting up to date; called after every change, when the channels have been followed. */
export function followSemiSync(world: SimWorld, source: Master, replica: Master): void {
  const { semiSync } = source;
  if (semiSync === null) return;
  if (replica.channel.acknowledges) {
    release(world, source);
    semiSync.gaveUp = false;
    return;
  }
  const writers = world.writersOf(source);
  if (writers.prompt || writers.late) beginWaiting(world, source, 'client');
}

/** A commit on this source would wait from now on, if nobody acknowledges it: gives back whether it does. */
export function beginWaiting(world: SimWorld, source: Master, by: Author): boolean {
  const { semiSync } = source;
  if (semiSync === null || semiSync.gaveUp) return false;
  if (semiSync.waitingSinceMs !== null) return true;
  if (world.peer(source.name).channel.acknowledges) return false;
  const sinceMs = world.nowMs;
  withdrawUnreceived(world, source);
  semiSync.waitingSinceMs = sinceMs;
  source.pending.push(source.log.addWaiting(sinceMs, by));
  world.timeline.after(semiSync.timeoutMs, () => {
    if (semiSync.waitingSinceMs !== sinceMs) return;
    world.change(() => {
      semiSync.gaveUp = true;
      release(world, source);
    });
  });
  return true;
}

/** What was on its way to the other when that stopped to acknowledge, or the source died: nobody was told of it. */
export function withdrawUnreceived(world: SimWorld, source: Master): void {
  const { semiSync, log, pending } = source;
  if (semiSync === null || semiSync.gaveUp || semiSync.waitingSinceMs !== null) return;
  const { nowMs } = world;
  const { received } = world.peer(source.name).channel.relayLog;
  for (let number = log.countAt(nowMs); number > received; number--) {
    if (log.committedAtMs(number, nowMs) < nowMs - onItsWayMs) return;
    log.acknowledge(null, number);
    pending.push(number);
  }
}

/** Its sessions are killed: what they had committed is in the log, and nobody was told. */
export function abandonWaiting({ semiSync, pending }: Master): void {
  if (semiSync !== null) semiSync.waitingSinceMs = null;
  pending.length = 0;
}

function release({ nowMs }: SimWorld, source: Master): void {
  for (const number of source.pending) source.log.acknowledge(nowMs, number);
  abandonWaiting(source);
}

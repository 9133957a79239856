/**
 * A node that is made anew from the other one's data, as the documents on its host do it. Its own data go first, so that a copy
 * which is broken off leaves nothing usable until it is begun again. All must be called within `SimWorld.change`.
 */
import { crash, start } from './life.ts';
import type { Copy, Master } from './master.ts';
import type { SimWorld } from './world.ts';

/** How the data get there: MySQL's clone plugin, which restarts the server at its end, or a dump. */
export type CopyMethod = 'clone' | 'dump';

/** The node that is set aside, by the record of the pair; null where none is. */
export function asideOf({ table, pair, masters }: SimWorld): Master | null {
  const { aside } = table.memoryOf(pair.name);
  return masters.find(({ name }) => name === aside?.node) ?? null;
}

/** Begins it; null where one is at work or over, one of the two does not work, or the node takes writes. */
export function beginCopy(world: SimWorld, master: Master): Copy | null {
  const isBegun = master.copy !== null && master.copy.phase !== 'broken-off';
  if (isBegun || master.writable || !canCopy(world, master)) return null;
  master.copy = { phase: 'at-work' };
  master.empty(world.nowMs);
  return master.copy;
}

/** Breaks it off where one of the two does not go on. */
export function followCopy(world: SimWorld, master: Master): void {
  if (master.copy?.phase !== 'at-work' || canCopy(world, master)) return;
  master.copy.phase = 'broken-off';
  if (world.story.on) world.story.tell(`the copy to ${master.name} is broken off`);
}

/** It is over: the node has what the other one has now, and follows it from there. */
export function endCopy(world: SimWorld, master: Master, method: CopyMethod): void {
  if (master.copy?.phase !== 'at-work') return;
  master.copy.phase = 'copied';
  if (method === 'clone') {
    crash(world, master);
    start(world, master);
  }
  master.fill(world.nowMs, world.peer(master.name));
  master.channel.startAgain();
}

/** Whether the node follows the other one, and lacks nothing of its own that this one has: then it may be reinstated. */
export function isWhole(world: SimWorld, master: Master): boolean {
  world.advance();
  const { channel, log, copy } = master;
  const peer = world.peer(master.name);
  const follows = channel.flowing && channel.applies && channel.relayLog.caughtUp;
  const lacksOwn = peer.channel.relayLog.received > log.countAt(world.nowMs);
  return copy?.phase === 'copied' && master.answers && follows && !lacksOwn;
}

/** The work is over. The other one's channel is started again where the new binary log of this one has ended it; null: it is left. */
export function endWork(master: Master, peer: Master | null): void {
  master.copy = null;
  if (peer?.channel.ioError?.errno !== 1236) return;
  const { channel } = peer;
  channel.ioError = null;
  channel.startAgain();
}

function canCopy(world: SimWorld, master: Master): boolean {
  const works = (one: Master) => one.answers && one.stuckSinceMs === null;
  return world.pairLinked && works(master) && works(world.peer(master.name));
}

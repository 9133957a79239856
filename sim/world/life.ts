/** How a master dies and comes back. All must be called within `SimWorld.change`. */
import type { Master } from './master.ts';
import { abandonWaiting, withdrawUnreceived } from './semi-sync.ts';
import type { SimWorld } from './world.ts';

/** mysqld is gone at once. What it had received and not applied is gone too (`relay_log_recovery`). */
export function crash(world: SimWorld, master: Master): void {
  if (master.mysqld === 'down') return;
  master.mysqld = 'down';
  master.downSinceMs = world.nowMs;
  master.writable = false;
  master.halfClosed = false;
  master.waiting = [];
  // The sessions that were in the way are gone with it.
  master.globalLock = null;
  master.blocker = null;
  master.closingSinceMs = null;
  master.statusHangsSinceMs = null;
  master.dumpBeats = false;
  // Nobody wrote it into the configuration.
  master.refusesClients = false;
  if (master.barred?.blocker) master.barred = null;
  withdrawUnreceived(world, master);
  abandonWaiting(master);
  if (master.semiSync !== null) master.semiSync.gaveUp = false;
  master.channel.crash(world.nowMs);
}

/** What was committed longer ago has reached the disk, whatever the settings. Milliseconds. */
const flushedMs = 10_000;

/** A crash without `sync_binlog=1`: its own last transactions, acknowledged or not, are gone from its disk. */
export function loseLast(world: SimWorld, master: Master, count: number): void {
  const { log, order } = master;
  log.write(world.nowMs, { prompt: false, late: false });
  const unflushed = log.countAt(world.nowMs) - log.countAt(world.nowMs - flushedMs);
  if (unflushed === 0) return;
  log.loseLast(world.nowMs, Math.min(count, unflushed));
  order.lose(log.countAt(world.nowMs));
}

/** mysqld comes up as its configuration says: read-only, and with its replication threads running. */
export function start(world: SimWorld, master: Master): void {
  if (!master.hostUp || !master.startable || master.mysqld !== 'down') return;
  master.mysqld = 'up';
  master.setWritable(world.nowMs, world.pair.writability === 'untouched', 'start');
  master.startedMs = world.nowMs;
  master.clockOffAtStartMs = master.clockOffMs;
  master.downSinceMs = null;
  master.channel.restart();
  // Its cache of hosts is empty again.
  for (const view of world.views.values()) view.blockedBy.delete(master.name);
}

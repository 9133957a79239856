/** Who could serve clients, by what is true in the world. */
import { isCalmCloud } from '../world/cloud.ts';
import type { Master } from '../world/master.ts';
import { areCalmButAlerts } from '../world/services.ts';
import type { SimWorld } from '../world/world.ts';
import { isHeard, isReached } from './chronicle.ts';
import type { Court } from './court.ts';
import { firstMissingMs } from './loss.ts';

/** What an asynchronous standby may have had on its way when its source died. Milliseconds. */
const onItsWayMs = 1000;

/**
 * Whether the other node has anything that this one lacks, and that nobody has given up: its own commits that this one has not
 * applied, unless the VIP was moved here without them; and this one's own, if it came back with less than it had, or its log was
 * reset and nobody could see that: by its names, it has lost them. Or nobody can know whether it does.
 */
export function lacksAnything(court: Court, master: Master): boolean {
  const { world, chronicle, resets } = court;
  const { channel, log, name } = master;
  if (resets.isHidden(master)) return true;
  if (world.peer(name).channel.relayLog.received > log.countAt(world.nowMs)) return true;
  if (chronicle.entrusted === name) return false;
  if (hasUnknownPast(court, master) || isUntold(master)) return true;
  return firstMissingMs(world, master) !== null || !channel.relayLog.caughtUp;
}

/**
 * Somebody moved the VIP to it, and it has taken no writes there. Its channel follows another server: that threw away what it
 * had received, and does not say how far it has read the other node's log. Only GTIDs can still show that it has all of it,
 * and only while that node can be asked. Or that node lives, lets nobody of ours in and its channel gets nothing from it: it may be
 * written to. Or its own log was reset: it does not know what it has, and the other node would skip what it writes.
 */
function hasUnknownPast({ world, chronicle }: Court, master: Master): boolean {
  const { channel, name } = master;
  if (chronicle.writer === name) return false;
  if (wouldRepeat(world, master)) return true;
  const other = world.peer(name);
  const isHeardOf = isHeard(world, other);
  if (channel.stranger !== null) return !world.gtid || !isHeardOf;
  return other.answers && !isHeardOf && channel.io !== 'yes';
}

/** `SHOW REPLICA STATUS` is not answered, so nobody can know whether it has applied all that it had received. */
export function isUntold({ statusHangsSinceMs }: Master): boolean {
  return statusHangsSinceMs !== null;
}

/** It came back with less than it had committed, and its peer, which may have the rest, cannot be asked. */
export function mayHaveMoreElsewhere(world: SimWorld, master: Master): boolean {
  return master.log.hasLost && !isHeard(world, world.peer(master.name));
}

/** Its log was reset, and the other node has what was named as its next writes will be: it would skip these. */
export function wouldRepeat(world: SimWorld, { name, log }: Master): boolean {
  if (!world.gtid || log.names.log === 0) return false;
  return world.peer(name).channel.relayLog.receivedName > log.names.nameOf(log.countAt(world.nowMs));
}

/**
 * The other node hangs and takes writes, so that no order can close it, or may take them as soon as it wakes: our order to open it
 * got no answer. Opened, this one would be a second writer.
 */
export function wouldBeSecond(world: SimWorld, master: Master): boolean {
  if (master.writable) return false;
  const { writable, answers, stuckSinceMs, mysqld, waiting } = world.peer(master.name);
  const mayBeToOpen = (mysqld === 'hung' || stuckSinceMs !== null) && waiting.some(({ opens }) => opens);
  return mayBeToOpen || (writable && answers && stuckSinceMs !== null);
}

/**
 * It hangs, and nobody can know: no vantage gets to its host, and its peer hears replication's heartbeats from it, as from one
 * to which nobody writes.
 */
export function looksIdle(world: SimWorld, master: Master): boolean {
  const { mysqld, dumpBeats, name } = master;
  if (mysqld !== 'hung' || !dumpBeats || world.peer(name).channel.io !== 'yes') return false;
  return [...world.views.values()].every((view) => !view.reaches(name));
}

/** Whether clients could be served here: it lives and commits, an order gets to it, it lets clients in, has room for the VIP and takes it. */
export function couldServe(world: SimWorld, master: Master): boolean {
  if (!isReached(world, master) || master.hangsSinceMs !== null || master.refusal !== null) return false;
  if (!master.bound || !master.room || master.refusesClients) return false;
  return world.pair.writability === 'managed' || master.writable;
}

/**
 * Whether the node may take over without a person: it lacks at most what was committed in the last second of the other one,
 * and nothing of its own history or of what was never logged, would not name its writes as older ones were, has no transactions of its own
 * that the other lacks, works off what it has received and says so, can be
 * followed, and is not set aside.
 */
export function mayTakeOver(world: SimWorld, master: Master): boolean {
  const { channel } = master;
  // A person says that it has a part of the data only.
  if (world.table.memoryOf(world.pair.name).aside?.node === master.name) return false;
  if (master.copy !== null && master.copy.phase !== 'copied') return false;
  const { configured, ioWanted, applies, stranger, applyPerMs } = channel;
  if (isUntold(master)) return false;
  if (!configured || !ioWanted || !applies || stranger !== null || applyPerMs < 1) return false;
  const other = world.peer(master.name);
  if (other.unlogged) return false;
  const hasOwn = master.hasErrant(other) || other.channel.relayLog.received < master.log.countAt(world.nowMs);
  const hasLess = other.channel.relayLog.received > master.log.countAt(world.nowMs);
  if (hasOwn || hasLess || wouldRepeat(world, master) || master.binaryLog === 'off') return false;
  const missingMs = firstMissingMs(world, master);
  if (missingMs === null) return true;
  return missingMs >= other.log.committedAtMs(other.log.countAt(world.nowMs), world.nowMs) - onItsWayMs;
}

/** Nothing keeps us from seeing and acting. */
export function isFairWeather({ cloud, services, views }: SimWorld): boolean {
  if (!isCalmCloud(cloud.mood) || !areCalmButAlerts(services)) return false;
  for (const { blind, loss } of views.values()) if (blind !== 'no' || loss > 0) return false;
  return true;
}

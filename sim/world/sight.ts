/** What one look at one master shows, from a vantage, at this moment. */
import { noPlace } from '../../lib/core/evidence/log-place.ts';
import type { HangCause, Heartbeat, Saw, Server } from '../../lib/core/evidence/sighting.ts';
import type { NodeName } from '../../lib/core/names.ts';
import { inboundOf } from './channel-status.ts';
import { type Details, readDetails } from './details.ts';
import type { Master } from './master.ts';
import { beginWaiting } from './semi-sync.ts';
import type { View } from './view.ts';
import type { SimWorld } from './world.ts';

/** Who commits the heartbeat with this look, if anyone. */
export interface HeartbeatBy {
  readonly holder: NodeName | null;
  readonly writeProbe: boolean;
}

/** How long the probe waits for a kept connection that says nothing, before it throws it away. Milliseconds. */
const patienceMs = 5000;

/** Why a new connection of ours would be refused. */
export interface Refused {
  readonly errno: number;
  readonly message: string;
}

/** What a fresh login from the vantage to the master comes to; null when it is let in. */
export function loginRefusedAt(view: View, master: Master): Refused | null {
  if (master.lockedOut) return { errno: 1045, message: 'Access denied for user' };
  if (view.blockedBy.has(master.name)) {
    return { errno: 1129, message: 'Host is blocked because of many connection errors' };
  }
  if (master.connectionsFull) return { errno: 1040, message: 'Too many connections' };
  return null;
}

/** One look. A heartbeat is committed if the master can. Whatever it is, it is true at this moment only. */
export function lookAt(world: SimWorld, view: View, master: Master, by: HeartbeatBy): Saw {
  const { name } = master;
  const lost = view.loss > 0 && world.random.chance(view.loss);
  if (lost || view.cutOff.has(name) || !master.reachable) {
    forgetSilent(world, view, master);
    return unanswered(world, 'connect', 'timeout');
  }
  if (view.rejectedBy.has(name)) {
    view.keptSinceMs.delete(name);
    return { kind: 'refused' };
  }
  switch (master.mysqld) {
    case 'down':
      return { kind: 'refused' };
    case 'hung':
      forgetSilent(world, view, master);
      // Its host's TCP still takes connections, and nobody greets us on them.
      return unanswered(world, 'login', 'timeout');
    case 'up':
      break;
  }
  const refused = loginRefusedAt(view, master);
  if (!view.keeps(master)) {
    if (refused !== null) return shutOut(refused, !view.details.has(name));
    view.keptSinceMs.set(name, world.nowMs);
  }
  // A look that was called off still holds the connections, and this one is in another environment of the probe.
  if (refused !== null && world.nowMs < view.heldUntilMs) return shutOut(refused, true);
  view.answeredMs.set(name, world.nowMs);
  return { kind: 'answered', server: serverOf(world, view, master, { by, loginRefused: refused }) };
}

function shutOut(refused: Refused, isFresh: boolean): Saw {
  const kind = refused.errno === 1045 ? 'locked-out' : 'saturated';
  return { kind, ...refused, ...(isFresh ? { isFresh } : {}) };
}

/** A connection that has said nothing for too long is thrown away. */
function forgetSilent({ nowMs }: SimWorld, view: View, { name }: Master): void {
  if (nowMs - (view.answeredMs.get(name) ?? 0) > patienceMs) view.keptSinceMs.delete(name);
}

/** Whether nothing that a look shows can change before the next change of the world. */
export function isCalm(world: SimWorld): boolean {
  for (const view of world.views.values()) {
    if (view.loss > 0 || view.blind !== 'no' || view.isBusy(world.nowMs)) return false;
  }
  for (const master of world.masters) {
    const { channel } = master;
    if (master.statusHangsSinceMs !== null) return false;
    if (!master.answers || master.hangsSinceMs !== null || !channel.flowing || !channel.applies) return false;
    if (channel.muffled || channel.applyPerMs < 1 || channel.relayLog.pile > 100) return false;
  }
  return true;
}

function unanswered(world: SimWorld, during: 'connect' | 'login', because: 'timeout'): Saw {
  return { kind: 'unanswered', during, because, afterMs: world.pair.settings.lookLimitMs };
}

/** What a look has found out before it reads anything. */
interface Asked {
  readonly by: HeartbeatBy;
  readonly loginRefused: Refused | null;
}

function serverOf(world: SimWorld, view: View, master: Master, { by, loginRefused }: Asked): Server {
  const { nowMs } = world;
  const peer = world.peer(master.name);
  const beats = by.writeProbe && by.holder === master.name && master.writable;
  // Before the position is read, as a probe does, so that the position covers the heartbeat.
  const heartbeat: Heartbeat = beats ? beat(world, master) : { kind: 'not-tried' };
  const { place, isPlaced, ...details } = readDetails(view, master, nowMs, () => detailsOf(world, master));
  const { gtid } = master.executed(nowMs, peer);
  return {
    identity: master.identity,
    version: '8.4.0',
    flavor: 'mysql',
    writable: master.writable,
    halfClosed: master.halfClosed,
    ...(master.refusesClients ? { offline: true as const } : {}),
    roundTripMs: 1,
    clockOffMs: master.clockOffMs,
    binaryLog: master.binaryLog,
    ...details,
    loginRefused,
    // GTIDs come with the pulse.
    executed: { gtid, ...(gtid === null || isPlaced ? place : noPlace) },
    heartbeat,
  };
}

/** What the probe reads on its other connection. */
export function detailsOf(world: SimWorld, master: Master): Details {
  const { nowMs } = world;
  const peer = world.peer(master.name);
  const { semiSync, globalLock } = master;
  const { file, offset } = master.executed(nowMs, peer);
  return {
    semiSync:
      semiSync === null ? null : { waiting: semiSync.waitingSinceMs !== null, timeoutMs: semiSync.timeoutMs },
    events: master.events,
    globalLock: globalLock?.session ?? null,
    uptimeSeconds: master.uptimeSeconds(nowMs),
    inbound: inboundOf(master.channel, nowMs, peer, {
      applierBlocked: applierBlockOf(master),
      retryMs: world.habits.retryMs,
      clocksMs: clocksApart(world, master, peer),
    }),
    place: { file, offset },
  };
}

/** What the clocks have come apart since the channel connected, where no heartbeat of ours tells the lag. */
function clocksApart({ pair }: SimWorld, { clockOffMs, channel }: Master, source: Master): number {
  if (pair.writeProbe && source.writable) return 0;
  return clockOffMs - source.clockOffMs - channel.clockAheadMs;
}

function applierBlockOf({ globalLock, stuckSinceMs, channel }: Master): string | null {
  if (channel.relayLog.caughtUp) return null;
  if (globalLock !== null) return 'Waiting for global read lock';
  return stuckSinceMs === null ? null : 'Waiting for disk space';
}

/** Our heartbeat row: committed, or what is in its way. */
export function beat(world: SimWorld, master: Master): Heartbeat {
  const { hangsSinceMs, refusal, barred } = master;
  if (refusal !== null) return { kind: 'refused', ...refusal };
  if (barred !== null) return { kind: 'barred', ...barred };
  const waits = hangsSinceMs === null && beginWaiting(world, master, 'heartbeat');
  if (hangsSinceMs === null && !waits) {
    master.log.add(world.nowMs, 1, 'heartbeat');
    return { kind: 'committed' };
  }
  return {
    kind: 'failed',
    forMs: world.nowMs - (hangsSinceMs ?? world.nowMs),
    because: 'the commit was not answered in time',
    cause: causeOf(master),
    blocker: master.globalLock?.session ?? null,
  };
}

function causeOf({ stuckSinceMs, globalLock, semiSync }: Master): HangCause {
  if (stuckSinceMs !== null) return 'unknown';
  if (globalLock !== null) return 'global-lock';
  return semiSync?.waitingSinceMs === null ? 'unknown' : 'semi-sync';
}

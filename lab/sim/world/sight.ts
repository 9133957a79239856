/** What one look at one master shows, from a vantage, at this moment. */
import type { NodeName } from '../../../lib/core/names.ts';
import type { Heartbeat, Saw, Server } from '../../../lib/core/sighting.ts';
import type { Master } from './master.ts';
import type { View } from './view.ts';
import type { World } from './world.ts';

/** Who commits the heartbeat with this look, if anyone. */
export interface HeartbeatBy {
  readonly holder: NodeName | null;
  readonly writeProbe: boolean;
}

/** One look. A heartbeat is committed if the master can. Whatever it is, it is true at this moment only. */
export function lookAt(world: World, view: View, master: Master, by: HeartbeatBy): Saw {
  const lost = view.loss > 0 && world.random.chance(view.loss);
  if (lost || view.cutOff.has(master.name) || !master.reachable)
    return unanswered(world, 'connect', 'timeout');
  switch (master.mysqld) {
    case 'down':
      return { kind: 'refused' };
    case 'hung':
      // Its host's TCP still takes connections, and nobody greets us on them.
      return unanswered(world, 'login', 'timeout');
    case 'up':
      break;
  }
  if (master.lockedOut) return { kind: 'locked-out', errno: 1045, message: 'Access denied for user' };
  if (master.connectionsFull) return { kind: 'saturated', errno: 1040, message: 'Too many connections' };
  return { kind: 'answered', server: serverOf(world, master, by) };
}

/** Whether nothing that a look shows can change before the next change of the world. */
export function isCalm(world: World): boolean {
  for (const view of world.views.values()) if (view.loss > 0 || view.blind !== 'no') return false;
  for (const master of world.masters) {
    const { channel } = master;
    if (!master.answers || master.stuckSinceMs !== null || !channel.flowing || !channel.sqlWanted)
      return false;
    if (channel.muffled || channel.applyPerMs < 1 || channel.received - channel.applied > 100) return false;
  }
  return true;
}

function unanswered(world: World, during: 'connect' | 'login', because: 'timeout'): Saw {
  return { kind: 'unanswered', during, because, afterMs: world.pair.settings.lookLimitMs };
}

function serverOf(world: World, master: Master, by: HeartbeatBy): Server {
  const { nowMs } = world;
  const peer = world.peer(master.name);
  const beats = by.writeProbe && by.holder === master.name && master.writable;
  // Before the position is read, as a probe does, so that the position covers the heartbeat.
  const heartbeat: Heartbeat = beats ? beat(world, master) : { kind: 'not-tried' };
  return {
    identity: master.identity,
    version: '8.4.0',
    flavor: 'mysql',
    writable: master.writable,
    halfClosed: false,
    roundTripMs: 1,
    binaryLog: 'on',
    semiSync: null,
    events: { scheduler: 'on', enabled: 0, disabledOnReplica: 0 },
    globalLock: null,
    loginRefused: null,
    uptimeSeconds: Math.floor((nowMs - master.startedMs) / 1000),
    inbound: master.channel.inbound(nowMs, {
      address: peer.node.address,
      identity: peer.identity,
      positionAt: (count) => peer.positionAt(count),
    }),
    executed: master.executed(nowMs, peer),
    heartbeat,
  };
}

function beat(world: World, master: Master): Heartbeat {
  const { stuckSinceMs } = master;
  if (stuckSinceMs !== null) {
    return {
      kind: 'failed',
      forMs: world.nowMs - stuckSinceMs,
      because: 'the commit was not answered in time',
      cause: 'unknown',
      blocker: null,
    };
  }
  master.log.add(world.nowMs, 1, 'heartbeat');
  return { kind: 'committed' };
}

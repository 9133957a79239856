/** How a channel's connection follows the state of both its ends: at once, or when its own timers notice. */
import type { Channel, ChannelLink } from './channel.ts';
import type { Master } from './master.ts';
import type { SimWorld } from './world.ts';

/** How the channel notices and mends a broken connection. Milliseconds. */
export interface ChannelHabits {
  /** `MASTER_CONNECT_RETRY`: how long it takes at most until it tries again. */
  readonly retryMs: number;
  /** `slave_net_timeout`: how long a connection may be dead before its owner notices. */
  readonly netTimeoutMs: number;
}

/** The timeout that we recommend; with it comes the heartbeat that we recommend. Milliseconds. */
const recommendedMs = { netTimeout: 4000, heartbeat: 500 } as const;

/** How often a channel asks its source for a heartbeat: by its vendor's default, twice in its timeout. Milliseconds. */
export function heartbeatOf({ netTimeoutMs }: ChannelHabits): number {
  return netTimeoutMs <= recommendedMs.netTimeout ? recommendedMs.heartbeat : netTimeoutMs / 2;
}

/** Brings the connection into `replica` up to date with the world; called after every change. */
export function followLink(world: SimWorld, replica: Master, source: Master): void {
  const { channel } = replica;
  if (!isLinked(world, replica, source)) channel.cutSinceMs ??= world.nowMs;
  const next = nextLink(world, replica, source);
  if (next.inMs === 0) {
    if (channel.heading !== null) channel.generation++;
    channel.heading = null;
    enter(world, replica, source, next.link);
    return;
  }
  if (channel.heading === next.link) return;
  channel.heading = next.link;
  const generation = ++channel.generation;
  world.timeline.after(next.inMs, () => {
    if (channel.generation !== generation) return;
    channel.heading = null;
    world.change(() => enter(world, replica, source, next.link));
  });
  // While it waits to notice that the other end is gone, nothing comes in.
  if (next.link === 'connecting') channel.enter(world.nowMs, 'stalled');
}

function enter(world: SimWorld, { channel, clockOffMs }: Master, source: Master, link: ChannelLink): void {
  // What the clocks differ by is asked for once, at the login.
  const isLogin = link === 'flowing' && (channel.link === 'connecting' || channel.link === 'stopped');
  if (isLogin) channel.clockAheadMs = clockOffMs - source.clockOffMs;
  channel.enter(world.nowMs, link);
}

/** TCP sends what was lost again after 200 ms (Linux), and then after twice as long each time. Milliseconds. */
const firstRetransmissionMs = 200;
/** What it would draw out for longer is ended by other timers. Milliseconds. */
const latestRetransmissionMs = 1000;

/** When, after a cut of this length, TCP sends again what was lost at its beginning. */
function retransmittedInMs(cutForMs: number): number {
  let atMs = firstRetransmissionMs;
  for (let waitMs = 2 * firstRetransmissionMs; atMs < cutForMs; waitMs *= 2) atMs += waitMs;
  return Math.min(atMs - cutForMs, latestRetransmissionMs);
}

interface Next {
  readonly link: ChannelLink;
  readonly inMs: number;
}

function nextLink(world: SimWorld, replica: Master, source: Master): Next {
  const { channel } = replica;
  if (!channel.configured || !channel.ioWanted) return { link: 'stopped', inMs: 0 };
  if (channel.stranger !== null) {
    const up = replica.mysqld === 'up' && replica.reachable;
    return { link: up ? 'flowing' : 'connecting', inMs: 0 };
  }
  const linked = isLinked(world, replica, source);
  // `offline_mode` throws out whoever is no administrator; replication's account is none.
  const isThrownOut =
    linked && (source.mysqld === 'down' || (source.mysqld === 'up' && source.refusesClients));
  const refused = channel.loginRefused || channel.barred || isThrownOut;
  if (refused || replica.mysqld === 'down') return { link: 'connecting', inMs: 0 };
  if (linked && replica.mysqld === 'up') {
    if (source.mysqld === 'up') return connect(world, channel, source);
    // The thread that feeds it is not the one that hangs.
    if (source.dumpBeats && channel.link === 'flowing') return { link: 'flowing', inMs: 0 };
  }
  if (channel.link === 'flowing' || channel.link === 'stalled') {
    return { link: 'connecting', inMs: world.habits.netTimeoutMs };
  }
  return { link: 'connecting', inMs: 0 };
}

function isLinked(world: SimWorld, replica: Master, source: Master): boolean {
  return world.pairLinked && replica.reachable && source.reachable;
}

/** A connection to a source that is up: a new login may be refused, and a new dump impossible. */
function connect(world: SimWorld, channel: Channel, source: Master): Next {
  const isNew = channel.link === 'connecting' || channel.link === 'stopped';
  if (isNew && source.connectionsFull) return { link: 'connecting', inMs: 0 };
  const fatal = isNew ? fatalAtLogin(world, channel, source) : null;
  const because = channel.isLeftBehind && !isNew ? 'could not find next log' : fatal;
  if (because !== null) {
    channel.ioWanted = false;
    channel.ioError = { errno: 1236, message: `Got fatal error 1236 from source: ${because}` };
    return { link: 'stopped', inMs: 0 };
  }
  return reconnect(world, channel);
}

/** Why a source cannot send what a new connection asks for; null when it can. */
function fatalAtLogin({ nowMs }: SimWorld, channel: Channel, source: Master): string | null {
  if (source.binaryLog === 'off') return 'Binary log is not open';
  if (channel.relayLog.isAheadOf(nowMs)) return 'the replica has more than the source';
  return channel.relayLog.asksForAll ? 'the source purged required binary logs' : null;
}

function reconnect(world: SimWorld, { link, cutSinceMs }: Channel): Next {
  switch (link) {
    case 'flowing':
      return { link: 'flowing', inMs: 0 };
    case 'stalled':
      // What a stalled process had not read yet lies ready for it; what a network has lost is sent again.
      if (cutSinceMs === null) return { link: 'flowing', inMs: world.random.whole(1, 10) };
      return {
        link: 'flowing',
        inMs: retransmittedInMs(world.nowMs - cutSinceMs) + world.random.whole(1, 20),
      };
    case 'connecting':
      return { link: 'flowing', inMs: world.random.whole(5, world.habits.retryMs) };
    case 'stopped':
      return { link: 'flowing', inMs: world.random.whole(5, 50) };
  }
}

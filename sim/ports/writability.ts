/** Closing and opening a master: what is in the way of it, and what becomes of that. */
import type { Closed, Obstacle } from '../../lib/core/evidence/probe-results.ts';
import type { NodeName } from '../../lib/core/names.ts';
import type { DatabasePort } from '../../lib/watch/ports/database.ts';
import { PortError } from '../../lib/watch/ports/port-error.ts';
import type { Master } from '../world/master.ts';
import { abandonWaiting } from '../world/semi-sync.ts';
import type { SimWorld } from '../world/world.ts';
import type { Context } from './context.ts';
import { command, write } from './statement.ts';

/** How long the server lets an order to close wait for a lock (`lock_wait_timeout` of our session). Milliseconds. */
const lockWaitMs = 2000;
/** For how long a position is read again that does not stand still. Milliseconds. */
const settleMs = 500;

type Kills = Parameters<DatabasePort['close']>[2];

/** The node is closed, or it fails with nothing left pending. */
export async function close(
  context: Context,
  node: NodeName,
  kills: Kills,
  limitMs: number,
): Promise<Closed> {
  const { world, process, random } = context;
  const closed = await command(context, node, limitMs, (master) => {
    const wasWritable = master.writable;
    const inTheWay = obstaclesOn(world, master)[0] ?? null;
    if (kills === 'once-closed' && wasWritable && inTheWay !== null) {
      holdUp(world, master, Math.min(lockWaitMs, limitMs));
      return inTheWay;
    }
    if (inTheWay !== null) endSessions(world, master);
    if (wasWritable || master.halfClosed) write(context, master, false);
    const killed = wasWritable ? random.whole(0, 30) + (inTheWay === null ? 0 : 1) : 0;
    return { wasWritable, killed, position: master.executed(world.nowMs, world.peer(node)) };
  });
  if ('kind' in closed) {
    const { id, user, host, statement } = closed.session;
    const because = `session ${id} of ${user}@${host} keeps ${node} open: ${statement}`;
    return process.fail(Math.min(lockWaitMs, limitMs), new PortError('unsuccessful', because));
  }
  if (!world.master(node).privilegedWriter) return closed;
  const because = `${node} is read-only and its history grows: a privileged account writes`;
  return process.fail(settleMs, new PortError('unsuccessful', because));
}

/** Opening waits for nobody. */
export function open(
  context: Context,
  node: NodeName,
  limitMs: number,
): Promise<{ readonly wasWritable: boolean }> {
  const act = (master: Master) => {
    const wasWritable = master.writable;
    if (!wasWritable) write(context, master, true);
    return { wasWritable };
  };
  return command(context, node, limitMs, act, true);
}

/** The sessions that an order to close would wait for. */
export function obstaclesOn(world: SimWorld, { blocker, globalLock, semiSync }: Master): readonly Obstacle[] {
  const obstacles: Obstacle[] = blocker === null ? [] : [blocker];
  if (globalLock !== null) obstacles.push({ kind: 'lock', session: globalLock.session, rows: null });
  const sinceMs = semiSync?.waitingSinceMs ?? null;
  if (sinceMs !== null) {
    const forSeconds = Math.floor((world.nowMs - sinceMs) / 1000);
    const statement = 'Waiting for semi-sync ACK from replica';
    obstacles.push({
      kind: 'statement',
      session: { id: 77, user: 'app', host: '10.0.3.7', forSeconds, statement },
      rows: null,
    });
  }
  return obstacles;
}

/** While an order to close waits, every write waits behind it. */
function holdUp(world: SimWorld, master: Master, forMs: number): void {
  world.change(() => {
    master.closingSinceMs ??= world.nowMs;
  });
  world.timeline.after(forMs, () => {
    if (master.closingSinceMs === null) return;
    world.change(() => {
      master.closingSinceMs = null;
    });
  });
}

function endSessions(world: SimWorld, master: Master): void {
  world.change(() => {
    master.blocker = null;
    master.globalLock = null;
    abandonWaiting(master);
  });
}

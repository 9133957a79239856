/** Commands to a master's channel: waiting for it, stopping and starting it. Only the channel from the source counts. */
import type {
  Attaching,
  CaughtUp,
  Detached,
  DetachedThreads,
} from '../../lib/core/evidence/probe-results.ts';
import { isAnswer } from '../../lib/core/evidence/source-errors.ts';
import type { NodeName } from '../../lib/core/names.ts';
import type { CatchUpGoal } from '../../lib/watch/ports/database.ts';
import { PortError } from '../../lib/watch/ports/port-error.ts';
import type { Master } from '../world/master.ts';
import type { Context } from './context.ts';
import { command, routeTo } from './statement.ts';

/** How often the probe asks whether it has been applied. Milliseconds. */
const pollMs = 100;

/** Waits until the node has applied what it received, and all up to the goal. */
export async function catchUp(
  context: Context,
  node: NodeName,
  { upTo, source: wanted }: CatchUpGoal,
  limitMs: number,
): Promise<CaughtUp> {
  const { world, process, random } = context;
  const master = world.master(node);
  const source = world.peer(node);
  const { relayLog } = master.channel;
  const endMs = world.nowMs + limitMs;
  const isReached = () => upTo === null || source.isReachedBy(relayLog.appliedCount, upTo, relayLog.known);
  for (;;) {
    const route = routeTo(context, master);
    if (route instanceof PortError) return process.fail(random.whole(4, 20), route);
    if (route !== 'open') {
      const error = new PortError(route === 'hangs' ? 'timeout' : 'unsuccessful', `no answer from ${node}`);
      return process.fail(route === 'hangs' ? Math.max(1, endMs - world.nowMs) : 50, error);
    }
    if (master.statusHangsSinceMs !== null) await statusAnswer(context, master, endMs);
    const reached = await process.send(random.whole(2, 15), random.whole(2, 8), () => {
      world.advance();
      const isOther = wanted !== null && !follows(context, master, wanted);
      return !isOther && relayLog.caughtUp && isReached();
    });
    if (reached || world.nowMs + pollMs > endMs) {
      return {
        reached,
        applied: source.positionAt(relayLog.appliedCount, relayLog.known),
        received: source.positionAt(relayLog.received, relayLog.namesReceived),
        executed: master.executed(world.nowMs, source),
        because: reached ? '' : becauseOf(master),
      };
    }
    await process.send(pollMs, 0, () => {});
  }
}

/** Stops receiving, for good when all is applied, or when the rest is held back; what was received stays. */
export async function detach(
  context: Context,
  node: NodeName,
  source: string | null,
  threads: DetachedThreads,
  limitMs: number,
): Promise<Detached> {
  const { world } = context;
  const leftMs = await afterStatus(context, node, limitMs);
  return command(context, node, leftMs, (master) => {
    const { channel } = master;
    const received = world.peer(node).positionAt(channel.relayLog.received, channel.relayLog.namesReceived);
    if (!channel.configured || !follows(context, master, source))
      return { was: 'unconfigured', received, outlasts: false };
    const was = channel.ioWanted ? 'running' : 'stopped';
    world.change(() => channel.detach(threads));
    return { was, received, outlasts: channel.barred || channel.held };
  });
}

/** Starts both threads; `afresh`, it throws away what it had received, which must be applied. */
export async function attach(
  context: Context,
  node: NodeName,
  source: string | null,
  attaching: Attaching,
  limitMs: number,
): Promise<{ readonly wasRunning: boolean }> {
  const { world } = context;
  const leftMs = await afterStatus(context, node, limitMs);
  return command(context, node, leftMs, (master) => {
    const { channel } = master;
    if (!channel.configured || !follows(context, master, source)) {
      throw new PortError(
        'unsuccessful',
        `${node} has no channel from ${source ?? world.peer(node).identity}`,
      );
    }
    const isWanted = attaching === 'afresh' ? channel.io === 'yes' : channel.ioWanted && channel.applies;
    if (isWanted && !channel.barred && !channel.held) return { wasRunning: true };
    world.advance();
    if (attaching === 'afresh' && !channel.relayLog.caughtUp)
      throw new PortError('unsuccessful', 'the channel has not applied all that it has received');
    world.change(() => channel.attach(attaching));
    return { wasRunning: false };
  });
}

/** Stops the receiver and starts it again: it connects, or finds nobody within 1.5 s. */
export async function reconnect(
  context: Context,
  node: NodeName,
  source: string | null,
  limitMs: number,
): Promise<{ readonly answers: boolean }> {
  const { world, process } = context;
  const leftMs = await afterStatus(context, node, limitMs);
  await command(context, node, leftMs, ({ channel }) => {
    if (!channel.configured || !channel.ioWanted || !follows(context, world.master(node), source))
      throw new PortError('unsuccessful', `${node} has no channel that runs`);
    world.change(() => channel.breakOff());
  });
  const { channel } = world.master(node);
  const isOver = () => channel.io === 'yes' || channel.ioError !== null || !channel.ioWanted;
  for (let waitedMs = 0; !isOver() && waitedMs < 1500; waitedMs += pollMs)
    await process.send(pollMs, 0, () => {});
  return { answers: channel.io === 'yes' || isAnswer(channel.ioError ?? channel.lastTry.error) };
}

/** What is left of the limit when `SHOW REPLICA STATUS` has been answered, which the command asks first. */
async function afterStatus(context: Context, node: NodeName, limitMs: number): Promise<number> {
  const { world } = context;
  const master = world.master(node);
  const endMs = world.nowMs + limitMs;
  if (master.statusHangsSinceMs !== null) await statusAnswer(context, master, endMs);
  return endMs - world.nowMs;
}

/** Waits for the answer to `SHOW REPLICA STATUS`. A command that has changed nothing has failed when its time is over. */
async function statusAnswer(context: Context, master: Master, endMs: number): Promise<void> {
  const { world, process } = context;
  while (master.statusHangsSinceMs !== null && routeTo(context, master) === 'open') {
    if (world.nowMs + pollMs > endMs) {
      const error = new PortError(
        'unsuccessful',
        `${master.name} did not answer SHOW REPLICA STATUS in time`,
      );
      return process.fail(Math.max(1, endMs - world.nowMs), error);
    }
    await process.send(pollMs, 0, () => {});
  }
}

/** Whether the channel is from that source; from the pair's other node where none is named. */
function follows({ world }: Context, { name, channel }: Master, source: string | null): boolean {
  const peer = world.peer(name).identity;
  return (channel.stranger ?? peer) === (source ?? peer);
}

function becauseOf({ channel, globalLock }: Master): string {
  if (globalLock !== null)
    return `the applier waits for session ${globalLock.session.id}, which holds a lock`;
  return `applied ${channel.relayLog.appliedCount} of ${channel.relayLog.received} that were received`;
}

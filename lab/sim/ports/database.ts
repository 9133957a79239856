/** The database port: statements by way of the probe functions, each vantage in turn, as the adapter does. */
import type { NodeName } from '../../../lib/core/names.ts';
import type { Heartbeat, Position } from '../../../lib/core/sighting.ts';
import { type Answered, type CaughtUp, type DatabasePort, PortError } from '../../../lib/shell/ports.ts';
import type { Master } from '../world/master.ts';
import { acting, type Context } from './context.ts';
import { look } from './look.ts';

/** How often the probe asks whether it has been applied. Milliseconds. */
const pollMs = 100;

export function createDatabase(context: Context): DatabasePort {
  const { world, random } = context;
  const positionOf = (master: Master) => master.executed(world.nowMs, world.peer(master.name));
  return {
    vantages: [...world.views.keys()],
    look: (vantage, targets, holdMs, signal) => look(context, vantage, targets, holdMs, signal),
    close: (_, node, _kills, limitMs) =>
      acting(context, 'close', node, () =>
        command(context, node, limitMs, (master) => {
          const wasWritable = master.writable;
          if (wasWritable) write(context, master, false);
          return { wasWritable, killed: wasWritable ? random.whole(0, 30) : 0, position: positionOf(master) };
        }),
      ),
    open: (_, node, limitMs) =>
      acting(context, 'open', node, () =>
        command(context, node, limitMs, (master) => {
          const wasWritable = master.writable;
          if (!wasWritable) write(context, master, true);
          return { wasWritable };
        }),
      ),
    catchUp: (_, node, { upTo }, limitMs) =>
      acting(context, 'catch-up', node, () => catchUp(context, node, upTo, limitMs)),
    detach: (_, node, _source, limitMs) =>
      acting(context, 'detach', node, () =>
        command(context, node, limitMs, (master) => {
          const { channel } = master;
          const was = !channel.configured ? 'unconfigured' : channel.ioWanted ? 'running' : 'stopped';
          if (was === 'running') world.change(() => (channel.ioWanted = false));
          return { was, received: world.peer(node).positionAt(channel.received) };
        }),
      ),
    attach: (_, node, _source, limitMs) =>
      acting(context, 'attach', node, () =>
        command(context, node, limitMs, ({ channel }) => {
          const wasRunning = channel.ioWanted && channel.sqlWanted;
          if (!wasRunning) world.change(() => (channel.ioWanted = channel.sqlWanted = true));
          return { wasRunning };
        }),
      ),
    inspect: (_, node, limitMs) =>
      acting(context, 'inspect', node, () => command(context, node, limitMs, () => [])),
    verify: (_, limitMs) =>
      acting(context, 'verify', world.cloud.holder ?? '', () => verify(context, limitMs)),
  };
}

function write({ world, process }: Context, master: Master, writable: boolean): void {
  if (world.story.on) {
    world.story.tell(`${master.name} is made ${writable ? 'writable' : 'read-only'} by ${process.name}`);
  }
  world.change(() => master.setWritable(world.nowMs, writable, 'keepalambda'));
}

type Route = 'open' | 'unreachable' | 'hangs' | PortError;

/** How a statement fares that a vantage sends to the master now. */
function routeTo({ world }: Context, master: Master): Route {
  const views = [...world.views.values()];
  const working = views.filter((view) => view.blind === 'no');
  // A function that hangs may have carried out what it was given: nobody else is asked then.
  if (working.length === 0) return views.some((view) => view.blind === 'hangs') ? 'hangs' : 'unreachable';
  const reaching = working.some((view) => view.reaches(master.name));
  if (!reaching || !master.reachable || master.mysqld === 'down') return 'unreachable';
  if (master.mysqld === 'hung' || master.stuckSinceMs !== null) return 'hangs';
  if (master.lockedOut) return new PortError('denied', `${master.name}: Access denied for user`);
  if (master.connectionsFull) return new PortError('throttled', `${master.name}: Too many connections`);
  return 'open';
}

/** One statement that changes the master, or says why it did not, or cannot say. */
function command<T>(
  context: Context,
  node: NodeName,
  limitMs: number,
  act: (master: Master) => T,
): Promise<T> {
  const { world, process, random, observer } = context;
  const master = world.master(node);
  const timeout = new PortError('timeout', `${node} did not answer the statement within ${limitMs} ms`);
  const carryOut = () => {
    if (!master.answers) throw timeout;
    world.advance();
    return act(master);
  };
  const route = routeTo(context, master);
  if (route === 'unreachable') {
    const quick = master.reachable && master.mysqld === 'down';
    const error = new PortError('unsuccessful', `no connection to ${node}`);
    return process.fail(quick ? random.whole(3, 12) : Math.min(limitMs, 1000), error);
  }
  if (route === 'hangs') {
    // It may have reached the server, which carries it out when it wakes.
    if (random.chance(0.5)) master.waiting.push(() => act(master));
    return process.fail(limitMs, timeout);
  }
  if (route !== 'open') return process.fail(random.whole(4, 20), route);
  if (random.chance(world.services.databaseLost)) {
    observer.answerLost('database');
    return process.lose(random.whole(2, 10), limitMs, () => master.answers && carryOut(), timeout);
  }
  return process.send(random.whole(2, 15), random.whole(2, 8), carryOut);
}

async function catchUp(
  context: Context,
  node: NodeName,
  upTo: Position | null,
  limitMs: number,
): Promise<CaughtUp> {
  const { world, process, random } = context;
  const master = world.master(node);
  const source = world.peer(node);
  const { channel } = master;
  const endMs = world.nowMs + limitMs;
  const wantCount = upTo === null ? 0 : source.countIn(upTo);
  for (;;) {
    const route = routeTo(context, master);
    if (route instanceof PortError) return process.fail(random.whole(4, 20), route);
    if (route !== 'open') {
      const error = new PortError(route === 'hangs' ? 'timeout' : 'unsuccessful', `no answer from ${node}`);
      return process.fail(route === 'hangs' ? Math.max(1, endMs - world.nowMs) : 50, error);
    }
    const reached = await process.send(random.whole(2, 15), random.whole(2, 8), () => {
      world.advance();
      return channel.caughtUp && channel.appliedCount >= wantCount;
    });
    if (reached || world.nowMs + pollMs > endMs) {
      return {
        reached,
        applied: source.positionAt(channel.appliedCount),
        received: source.positionAt(channel.received),
        executed: master.executed(world.nowMs, source),
        because: reached ? '' : `applied ${channel.appliedCount} of ${Math.max(wantCount, channel.received)}`,
      };
    }
    await process.send(pollMs, 0, () => {});
  }
}

/** Through the VIP: whoever is there now, which for a while may be the old one. */
function verify(context: Context, limitMs: number): Promise<Answered> {
  const { world, process, random } = context;
  const name = random.chance(0.2) ? world.cloud.lateHolder(world.nowMs) : world.cloud.holder;
  const unreachable = new PortError('unsuccessful', 'nobody answers through the VIP');
  const seen = [...world.views.values()].some((view) => view.blind === 'no');
  if (name === null || !seen) return process.fail(Math.min(limitMs, 1000), unreachable);
  const master = world.master(name);
  const route = routeTo(context, master);
  if (route instanceof PortError) return process.fail(random.whole(4, 20), route);
  if (route === 'hangs') return process.fail(limitMs, new PortError('timeout', 'no answer through the VIP'));
  if (route === 'unreachable' || !master.bound) return process.fail(Math.min(limitMs, 1000), unreachable);
  return process.send(random.whole(4, 20), random.whole(2, 8), () => {
    if (!master.answers) throw unreachable;
    const committed = world.pair.writeProbe && master.commits;
    if (committed) master.log.add(world.nowMs, 1, 'heartbeat');
    const heartbeat: Heartbeat = { kind: committed ? 'committed' : 'not-tried' };
    return { identity: master.identity, writable: master.writable, heartbeat };
  });
}

/** One statement to a master, by way of the probe functions: each vantage in turn, as the adapter does. */
import type { NodeName } from '../../lib/core/names.ts';
import { PortError } from '../../lib/watch/ports/port-error.ts';
import type { Master } from '../world/master.ts';
import { loginRefusedAt } from '../world/sight.ts';
import type { Context } from './context.ts';

export type Route = 'open' | 'unreachable' | 'hangs' | PortError;

/** How a statement fares that a vantage sends to the master now. */
export function routeTo({ world }: Context, master: Master): Route {
  if (world.services.pool === 'dry') return new PortError('throttled', 'TooManyRequestsException');
  const views = [...world.views.values()];
  const working = views.filter((view) => view.blind === 'no');
  // A function that hangs may have carried out what it was given: nobody else is asked then.
  if (working.length === 0) return views.some((view) => view.blind === 'hangs') ? 'hangs' : 'unreachable';
  const reaching = working.filter((view) => view.reaches(master.name));
  if (reaching.length === 0 || !master.reachable || master.mysqld === 'down') return 'unreachable';
  if (master.mysqld === 'hung' || master.stuckSinceMs !== null) return 'hangs';
  // Where a new login is refused, the connection that the looks keep is used.
  if (reaching.some((view) => view.keeps(master) || loginRefusedAt(view, master) === null)) return 'open';
  const refused = reaching.map((view) => loginRefusedAt(view, master)).find((one) => one !== null);
  const kind = refused?.errno === 1045 ? 'denied' : 'throttled';
  return new PortError(kind, `${master.name}: error ${refused?.errno}: ${refused?.message}`);
}

/** One statement that changes the master, or says why it did not, or cannot say. `opens`: it makes the master take writes. */
export function command<T>(
  context: Context,
  node: NodeName,
  limitMs: number,
  act: (master: Master) => T,
  opens = false,
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
    master.waiting.push({ run: random.chance(0.5) ? () => carryOutUnheard(master, act) : null, opens });
    return process.fail(limitMs, timeout);
  }
  if (route !== 'open') return process.fail(random.whole(4, 20), route);
  if (random.chance(world.services.databaseLost)) {
    observer.answerLost('database');
    return process.lose(random.whole(2, 10), limitMs, () => master.answers && carryOut(), timeout);
  }
  return process.send(random.whole(12, 40), random.whole(2, 8), carryOut);
}

/** Nobody waits for the answer any more: that it refuses is heard by nobody. */
function carryOutUnheard(master: Master, act: (master: Master) => unknown): void {
  try {
    act(master);
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
  }
}

/** Makes the master take writes, or none, by our hand. */
export function write({ world, process }: Context, master: Master, writable: boolean): void {
  if (world.story.on) {
    world.story.tell(`${master.name} is made ${writable ? 'writable' : 'read-only'} by ${process.name}`);
  }
  world.change(() => master.setWritable(world.nowMs, writable, 'keepalambda'));
}

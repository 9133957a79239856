/** The database port on the simulated masters. */
import { peerOf } from '../../lib/core/config/config.ts';
import type { CaughtUp } from '../../lib/core/evidence/probe-results.ts';
import type { NodeName } from '../../lib/core/names.ts';
import type { DatabasePort } from '../../lib/watch/ports/database.ts';
import { PortError } from '../../lib/watch/ports/port-error.ts';
import { attach, catchUp, detach, reconnect } from './channel.ts';
import { acting, type Context } from './context.ts';
import { healthyFacts } from './examine.ts';
import { look } from './look.ts';
import { command } from './statement.ts';
import { verify } from './verify.ts';
import { close, obstaclesOn, open } from './writability.ts';

export function createDatabase(context: Context): DatabasePort {
  const { world, process } = context;
  return {
    vantages: [...world.views.keys()],
    look: (vantage, targets, signal) => look(context, vantage, targets, signal),
    close: (_, node, kills, limitMs) =>
      acting(context, 'close', node, () => close(context, node, kills, limitMs)),
    open: (_, node, limitMs) => acting(context, 'open', node, () => open(context, node, limitMs)),
    catchUp: (_, node, goal, limitMs) => waiting(context, node, () => catchUp(context, node, goal, limitMs)),
    detach: (_, node, source, threads, limitMs) =>
      acting(context, 'detach', node, () => detach(context, node, source, threads, limitMs)),
    attach: (_, node, source, limitMs, attaching = 'as-it-is') =>
      acting(context, 'attach', node, () => attach(context, node, source, attaching, limitMs)),
    reconnect: (_, node, source, limitMs) =>
      acting(context, 'reconnect', node, () => reconnect(context, node, source, limitMs)),
    replicate: async (_, node) => {
      throw new PortError('denied', `${node}: no simulated person orders work on hosts`);
    },
    inspect: (_, node, limitMs) =>
      acting(context, 'inspect', node, () =>
        command(context, node, limitMs, (master) => obstaclesOn(world, master)),
      ),
    examine: (pair, node, depth, limitMs) =>
      command(context, node, limitMs, (master) => {
        const peer = serverOf(context, peerOf(pair, node).name);
        const facts = healthyFacts(serverOf(context, master.name), peer, pair.port);
        return depth === 'full' ? facts : { ...facts, tables: null };
      }),
    // Its world is the pair alone: no server is at the address of a replica.
    replica: (_, { name }) => process.fail(50, new PortError('unsuccessful', `no connection to ${name}`)),
    repoint: (_, { name }) => process.fail(50, new PortError('unsuccessful', `no connection to ${name}`)),
    feeds: (_, node, limitMs) => command(context, node, limitMs, () => []),
    verify: (_, limitMs) =>
      acting(context, 'verify', world.cloud.holder ?? '', () => verify(context, limitMs)),
  };
}

function serverOf({ world }: Context, name: NodeName) {
  const { node, identity } = world.master(name);
  return { node, identity, serverId: world.pair.nodes.findIndex((one) => one.name === name) + 1 };
}

/** One that waited has failed only if nothing was applied meanwhile: what makes progress is worth waiting for. */
function waiting(context: Context, node: NodeName, run: () => Promise<CaughtUp>): Promise<CaughtUp> {
  const { relayLog } = context.world.master(node).channel;
  const before = relayLog.appliedCount;
  return acting(context, 'catch-up', node, run, ({ reached }) => reached || relayLog.appliedCount > before);
}

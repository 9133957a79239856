/** The host port on the simulated SSM: our documents, run by the agent of a host that is up. */
import { type HostDocument, type MoveDocument, workDocuments } from '../../lib/core/hosts/host-document.ts';
import type { HostPort } from '../../lib/watch/ports/host.ts';
import { PortError } from '../../lib/watch/ports/port-error.ts';
import { crash, start } from '../world/life.ts';
import type { Master } from '../world/master.ts';
import type { SimWorld } from '../world/world.ts';
import { acting, type Context } from './context.ts';

export function createHost(context: Context): HostPort {
  const { world, process, random } = context;
  return {
    runNamed: async (_, __, command) => {
      throw new PortError('denied', `${command}: no simulated host has it`);
    },
    run: (_, node, document, limitMs) => {
      if (!isOfMoves(document)) throw new PortError('denied', `${document}: no simulated host has it`);
      return acting(context, 'run', node, async () => {
        const master = world.master(node);
        const timeout = new PortError('timeout', `${document} on ${node}: not over in time`);
        if (world.services.host === 'down') return process.fail(Math.min(3000, limitMs), timeout);
        // The agent of a host that is down, or cut off, does not fetch the command.
        if (!master.reachable) return process.fail(limitMs, timeout);
        await process.send(random.whole(300, 1500), 0, () => {});
        const tookMs = begin(world, master, document, random.whole(1500, 5000));
        if (tookMs > limitMs) return process.fail(limitMs, timeout);
        return process.send(tookMs, random.whole(50, 1000), () => ended(master, document));
      });
    },
  };
}

/** No simulated person orders work on hosts. */
function isOfMoves(document: HostDocument): document is MoveDocument {
  return !workDocuments.some((work) => work === document);
}

/** Starts the script; gives back how long it runs. */
function begin(world: SimWorld, master: Master, document: MoveDocument, restartMs: number): number {
  world.change(() => master.documentsRun++);
  switch (document) {
    case 'restart-mysqld':
      // It answers on its own host.
      if (master.mysqld === 'up') return 300;
      world.change(() => crash(world, master));
      world.timeline.after(restartMs, () => world.change(() => start(world, master)));
      return restartMs + 50;
    case 'restart-keepalived':
      return 500;
    case 'bind-vip':
    case 'unbind-vip':
      world.timeline.after(200, () => world.change(() => (master.bound = document === 'bind-vip')));
      return 250;
  }
}

function ended(master: Master, document: MoveDocument): string {
  if (document === 'restart-mysqld' && master.mysqld !== 'up') {
    throw new PortError('unsuccessful', `${document} on ${master.name}: Failed`);
  }
  return document === 'restart-mysqld' ? `mysqld restarted on ${master.name}` : `${document}: done`;
}

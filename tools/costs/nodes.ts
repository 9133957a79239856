/** The simulated nodes, from the outside: a process that is started, asked what it was asked, and ended. */
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { ownProcess } from '../../lab/belongings.ts';
import type { NodePlace } from './node-pair.ts';
import type { NodeCounts } from './node-server.ts';

/** The environment variable with the order, as JSON. */
export const nodesVariable = 'LAB_NODES';

export type NodeAddresses = Readonly<Record<NodePlace, string>>;

export interface NodesOrder {
  readonly port: number;
  readonly pairs: readonly NodeAddresses[];
}

export interface ToNodes {
  readonly kind: 'counts';
}

export type FromNodes = { readonly kind: 'ready' } | { readonly kind: 'counts'; readonly counts: NodeCounts };

export interface Nodes {
  readonly port: number;
  counts(): Promise<NodeCounts>;
  close(): Promise<void>;
}

/** Starts two nodes for each pair; resolves when all of them listen. Rejects when they cannot. */
export async function openNodes(pairs: readonly NodeAddresses[]): Promise<Nodes> {
  const port = await freePort(pairs[0]?.first ?? '127.0.0.1');
  const order: NodesOrder = { port, pairs };
  const script = fileURLToPath(new URL('./nodes-process.ts', import.meta.url));
  const child = ownProcess(
    spawn(process.execPath, [script], {
      env: { ...process.env, [nodesVariable]: JSON.stringify(order) },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    }),
  );
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const next = (kind: FromNodes['kind']) =>
    new Promise<FromNodes>((resolve, reject) => {
      child.on('message', function hear(message: FromNodes) {
        if (message.kind !== kind) return;
        child.off('message', hear);
        resolve(message);
      });
      void ended.then(() => reject(new Error('the simulated nodes ended; what they said is above')));
    });
  await next('ready');
  return {
    port,
    async counts() {
      const order: ToNodes = { kind: 'counts' };
      child.send(order);
      const told = await next('counts');
      if (told.kind !== 'counts') throw new Error('the nodes told something else than their counts');
      return told.counts;
    },
    async close() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function freePort(address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, address, () => {
      const bound = server.address();
      server.close(() => resolve(typeof bound === 'object' && bound ? bound.port : 0));
    });
  });
}

/** A slow path to a server: every packet of a connection takes its time, each way. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export interface SlowPath {
  readonly host: string;
  close(): Promise<void>;
}

const host = '127.0.33.99';

/** Opens it on an address of its own, at the server's port. */
export async function startSlowPath(
  to: { readonly host: string; readonly port: number },
  wayMs: number,
): Promise<SlowPath> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(to);
    for (const [from, into] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('error', () => {});
      from.on('data', (chunk) => void delay(wayMs).then(() => into.writable && into.write(chunk)));
      from.on('close', () => void delay(wayMs).then(() => into.destroy()));
    }
  });
  server.listen(to.port, host);
  await once(server, 'listening');
  return {
    host,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

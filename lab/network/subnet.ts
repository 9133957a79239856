/**
 * A /24 of loopback for one lab: `127.0.N.0`, with N chosen free, so that several labs run side by side on
 * one machine. Linux has the whole of 127.0.0.0/8 on `lo`; nothing needs to be configured, nor root.
 */
import { createServer, type Server } from 'node:net';
import { LabError } from '../errors.ts';

/** A claimed subnet, until it is released. */
export interface Subnet {
  readonly prefix: string;
  /** `address(11)` is `127.0.N.11`. */
  address(host: number): string;
  release(): Promise<void>;
}

/** 0 and 1 hold the machine's own names. */
const candidates = { first: 2, last: 254 };

/** The process that listens here has the subnet. It ends with the process, however that ends. */
const lock = { host: 254, port: 3399 };

/** Claims a free subnet. Throws a `LabError` when none is left. */
export async function claimSubnet(): Promise<Subnet> {
  for (let n = candidates.first; n <= candidates.last; n += 1) {
    const prefix = `127.0.${n}`;
    const socket = await listen(`${prefix}.${lock.host}`, lock.port).catch(() => null);
    if (!socket) continue;
    // The lock alone keeps nobody waiting.
    socket.unref();
    return { prefix, address: (host) => `${prefix}.${host}`, release: () => closed(socket) };
  }
  throw new LabError({
    got: 'no free loopback subnet',
    want: `one of 127.0.${candidates.first}.0/24 to 127.0.${candidates.last}.0/24, port ${lock.port}`,
    remedy: 'stop other labs, or the program that listens on that port on all addresses',
  });
}

/** A port that is free on this address now. */
export async function freePort(address: string): Promise<number> {
  const socket = await listen(address, 0);
  const place = socket.address();
  await closed(socket);
  if (place === null || typeof place === 'string') throw new Error(`no port on ${address}`);
  return place.port;
}

/** Throws a `LabError` unless the port can be listened on at this address. */
export async function requireFreePort(address: string, port: number): Promise<void> {
  try {
    await closed(await listen(address, port));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const got =
      code === 'EADDRINUSE' ? `port ${port} in use on ${address}` : `${code} for ${address}:${port}`;
    throw new LabError(
      { got, want: 'a free port', remedy: 'stop what listens there, or give another with --port' },
      { cause },
    );
  }
}

function listen(host: string, port: number): Promise<Server> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, exclusive: true }, () => resolve(server));
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

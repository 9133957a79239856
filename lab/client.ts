/**
 * The lab's application: a process that writes through the VIP and keeps the list of what was acknowledged.
 * What the list proves is in `client/account.ts`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ownProcess } from './belongings.ts';
import type { Acknowledged } from './client/account.ts';
import { type Found, lostOf } from './client/account.ts';
import { type FromClient, type Order, orderVariable, type Tale, type ToClient } from './client/words.ts';
import { accounts } from './servers/accounts.ts';
import type { Instance } from './servers/instance.ts';

export interface ClientOptions {
  /** @default 'client' */
  readonly name?: string;
  readonly host: string;
  readonly port: number;
  readonly localAddress: string;
  /** What stands before its command, so that it runs at its seat in the network. @default nothing */
  readonly words?: readonly string[];
  /** @default 20 */
  readonly everyMs?: number;
  /** @default 1000 */
  readonly timeoutMs?: number;
  /** Hears what the client sees as it happens. */
  readonly onTale?: (tale: Tale) => void;
}

/** All that the client did. */
export interface ClientResult {
  readonly writes: readonly Acknowledged[];
  /** Writes begun: those that were not acknowledged may or may not be there. */
  readonly attempts: number;
  /** When it was stopped, in milliseconds since 1970. */
  readonly untilMs: number;
}

export interface Client {
  /** Resolves when it has connected, or after the limit: a fault that strikes before cannot be seen by it. */
  connected(limitMs: number): Promise<void>;
  /** Lets it finish the write that is under way, and gives back what it did. */
  stop(): Promise<ClientResult>;
  /** Ends its process, whatever it is doing. */
  close(): void;
}

/** Starts the client; resolves when its process runs, not when it has written. */
export async function startClient(options: ClientOptions): Promise<Client> {
  const child = ownProcess(spawnWriter(options));
  const connected = Promise.withResolvers<void>();
  const result = new Promise<ClientResult>((resolve, reject) => {
    child.on('message', (message: FromClient) => {
      if (message.kind === 'tale') {
        if (message.tale.kind === 'connected') connected.resolve();
        options.onTale?.(message.tale);
      } else resolve(message);
    });
    // Not at its exit: on a machine that is busy, that is seen before its last message.
    child.once('close', (code, signal) =>
      reject(new Error(`the client ended with ${signal ?? code} and gave no result`)),
    );
  });
  // Closed without having been asked.
  result.catch(() => {});
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', () => resolve());
    child.once('error', reject);
  });
  return {
    connected: (limitMs) => Promise.race([connected.promise, delay(limitMs, undefined, { ref: false })]),
    stop: () => {
      const order: ToClient = { kind: 'stop' };
      if (child.connected) child.send(order);
      return result;
    },
    close: () => void child.kill('SIGKILL'),
  };
}

/**
 * The acknowledged writes that are not on this node, read back past every network rule. Rejects when the node
 * does not run.
 */
export async function readLost(
  writes: readonly Acknowledged[],
  node: Instance,
): Promise<readonly Acknowledged[]> {
  const rows = await node.sql('SELECT client, seq FROM app.writes');
  const found = rows.map(({ client, seq }): Found => ({ client: String(client), seq: Number(seq) }));
  return lostOf(writes, found);
}

/** In a group of its own: Ctrl-C reaches the lab, which stops the client and shows what it saw. */
function spawnWriter(options: ClientOptions): ChildProcess {
  const order: Order = {
    name: options.name ?? 'client',
    host: options.host,
    port: options.port,
    localAddress: options.localAddress,
    ...accounts.app,
    everyMs: options.everyMs ?? 20,
    timeoutMs: options.timeoutMs ?? 1_000,
  };
  const writer = fileURLToPath(new URL('./client/writer.ts', import.meta.url));
  const [command = process.execPath, ...rest] = [...(options.words ?? []), process.execPath, writer];
  return spawn(command, rest, {
    env: { ...process.env, [orderVariable]: JSON.stringify(order) },
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}

/** The rules of the network, on small echo servers instead of MySQL. */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LabError } from '../../lab/errors.ts';
import { createNetwork, type Network } from '../../lab/network/network.ts';

const port = 3306;
let network: Network;
let servers: Server[];

beforeEach(async () => {
  network = await createNetwork({ port });
  servers = [];
  for (const seat of ['db1', 'db2'] as const) await attachEcho(seat);
  network.setHolder('db1');
  network.bind('db1');
  network.bind('db2');
});

afterEach(async () => {
  await network.close();
  for (const server of servers) server.close();
});

/** A server that says its host's name and the client's address, then echoes. */
async function attachEcho(seat: 'db1' | 'db2'): Promise<void> {
  const hidden = (await network.listenAt(seat)).port;
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.write(`${seat} ${socket.remoteAddress}\n`);
    socket.pipe(socket);
  });
  server.listen(hidden, network.addressOf(seat));
  await once(server, 'listening');
  servers.push(server);
  network.attach(seat, hidden, () => []);
  network.setListening(seat, true);
}

function call(to: 'db1' | 'db2' | 'vip', from: 'client' | 'probe-a' | 'db2' = 'client'): Socket {
  const socket = connect({ host: network.addressOf(to), port, localAddress: network.addressOf(from) });
  socket.on('error', () => {});
  return socket;
}

/** What the socket shows next: its words, how it ended, or `silence` after 300 ms. */
async function next(socket: Socket): Promise<string> {
  const waiting = new AbortController();
  const { signal } = waiting;
  try {
    return await Promise.race([
      once(socket, 'data', { signal }).then(([bytes]) => String(bytes).trim()),
      new Promise<string>((resolve) =>
        socket.once('error', (error: NodeJS.ErrnoException) => resolve(String(error.code))),
      ),
      once(socket, 'close', { signal }).then(() => 'closed'),
      delay(300, 'silence', { signal }),
    ]);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  } finally {
    waiting.abort();
  }
}

test('a server sees the real address of its client', async () => {
  expect(await next(call('db1', 'probe-a'))).toBe(`db1 ${network.addressOf('probe-a')}`);
});

test('a dead server refuses, and lives again at the same port', async () => {
  network.setListening('db1', false);
  expect(await next(call('db1'))).toBe('ECONNREFUSED');
  expect(await next(call('vip'))).toBe('ECONNREFUSED');
  network.setListening('db1', true);
  expect(await next(call('db1'))).toContain('db1');
});

test('a cut stalls live connections and new ones, of those two only', async () => {
  const live = call('db1', 'probe-a');
  await next(live);
  network.cut('probe-a', 'db1');
  live.write('hello');
  expect(await next(live)).toBe('silence');
  expect(await next(call('db1', 'probe-a'))).toBe('silence');
  expect(await next(call('db1', 'client'))).toContain('db1');
  expect(await next(call('db2', 'probe-a'))).toContain('db2');
  network.heal('probe-a', 'db1');
  expect(await next(live)).toBe('hello');
});

test('who is cut off from a dead server sees silence, not a refusal', async () => {
  network.cut('probe-a', 'db1');
  network.setListening('db1', false);
  expect(await next(call('db1', 'probe-a'))).toBe('silence');
  expect(await next(call('db1', 'client'))).toBe('ECONNRESET');
});

test('an unplugged host is silent to all, through the VIP too', async () => {
  const live = call('vip');
  await next(live);
  network.unplug('db1');
  network.setListening('db1', false);
  live.write('hello');
  expect(await next(live)).toBe('silence');
  expect(await next(call('db1'))).toBe('silence');
  expect(await next(call('vip'))).toBe('silence');
});

test('a lost first packet is sent again after a second, as TCP does', async () => {
  network.unplug('db1');
  const early = call('db1');
  expect(await next(early)).toBe('silence');
  network.plug('db1');
  expect(await next(early)).toBe('silence');
  await delay(200);
  expect(await next(early)).toContain('db1');
});

test('a move of the VIP resets live connections and sends new ones to the new holder', async () => {
  const live = call('vip');
  expect(await next(live)).toContain('db1');
  network.setHolder('db2');
  expect(await next(live)).toBe('ECONNRESET');
  expect(await next(call('vip'))).toContain('db2');
});

test('the VIP leads nowhere without a holder, or with one that has not bound it', async () => {
  network.setHolder(null);
  expect(await next(call('vip'))).toBe('silence');
  network.setHolder('db2');
  network.unbind('db2');
  expect(await next(call('vip'))).toBe('silence');
  network.bind('db2');
  expect(await next(call('vip'))).toContain('db2');
});

test('quarantine lets tracked connections go on, and no new one in', async () => {
  const live = call('db1');
  await next(live);
  network.quarantine('db1', true);
  live.write('hello');
  expect(await next(live)).toBe('hello');
  expect(await next(call('db1'))).toBe('silence');
});

test('two labs live side by side; a taken port is one clear line', async () => {
  const other = await createNetwork({ port });
  expect(other.vip).not.toBe(network.vip);
  await other.close();
  const everywhere = createServer().listen(33_399, '0.0.0.0');
  await once(everywhere, 'listening');
  const refused = await createNetwork({ port: 33_399 }).catch((error: unknown) => error);
  everywhere.close();
  expect(refused).toBeInstanceOf(LabError);
  expect(String(refused)).toMatch(/got port 33399 in use on 127\.\d+\.\d+\.\d+; want .*--port/);
});

/** The network of namespaces, on small echo servers instead of MySQL. Only root can make one. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createNetnsNetwork, type NetnsNetwork } from '../../../lab/network/netns/network.ts';
import { parseWeather } from '../../../lab/network/netns/weather.ts';

const isRoot = process.getuid?.() === 0;

/** A server that says its host's name, then echoes. */
const echo = (name: string) => `
  require('node:net').createServer((socket) => {
    socket.on('error', () => {});
    socket.write('${name}');
    socket.pipe(socket);
  }).listen(3306, () => console.log('up'));`;

/** Connects, and prints who answered, or the error, or silence. */
const ask = (address: string) => `
  const socket = require('node:net').connect(3306, '${address}');
  const end = (word) => { console.log(word); process.exit(); };
  socket.once('data', (bytes) => end(String(bytes)));
  socket.once('error', (error) => end(error.code));
  setTimeout(() => end('silence'), 400);`;

/** Connects, waits for a line on standard input, and tells whether what it sends comes back. */
const hold = (address: string) => `
  const socket = require('node:net').connect(3306, '${address}');
  socket.once('data', () => {
    console.log('connected');
    process.stdin.once('data', () => {
      socket.once('data', () => { console.log('alive'); process.exit(); });
      socket.once('error', (error) => { console.log(error.code); process.exit(); });
      socket.write('x');
      setTimeout(() => { console.log('silence'); process.exit(); }, 400);
    });
  });`;

/** Who is not root is told so: that much can be shown as anybody. */
function withoutRoot(): void {
  test('a network of namespaces wants root, and says so', async () => {
    await expect(createNetnsNetwork({ port: 3306 })).rejects.toThrow('want root');
  });
}

function asRoot(): void {
  let network: NetnsNetwork;
  const children: ChildProcess[] = [];

  function at(seat: 'db1' | 'db2' | 'client' | 'probe-a', script: string): ChildProcess {
    const [command = '', ...words] = network.wordsAt(seat);
    const child = spawn(command, [...words, process.execPath, '-e', script]);
    children.push(child);
    return child;
  }

  async function word(child: ChildProcess): Promise<string> {
    const [bytes] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
    return String(bytes).trim();
  }

  const call = (from: 'client' | 'db2' | 'probe-a', address: string) => word(at(from, ask(address)));

  beforeAll(async () => {
    network = await createNetnsNetwork({ port: 3306, weather: parseWeather('delay 50ms') });
    for (const seat of ['db1', 'db2'] as const) await word(at(seat, echo(seat)));
    network.bind('db1');
    network.bind('db2');
  });

  afterEach(() => network.setHolder('db1'));

  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await network.close();
    const { stdout } = spawnSync('ip', ['netns', 'list'], { encoding: 'utf8' });
    expect(stdout).not.toContain(network.names.vpc);
  });

  test('the VIP follows the ENI, and leads nowhere without one', async () => {
    network.setHolder('db1');
    expect(await call('client', network.vip)).toBe('db1');
    network.setHolder('db2');
    expect(await call('client', network.vip)).toBe('db2');
    network.setHolder(null);
    expect(await call('client', network.vip)).toBe('silence');
  });

  test('a holder that has not bound the VIP does not answer on it', async () => {
    network.setHolder('db1');
    network.unbind('db1');
    expect(await call('client', network.vip)).not.toBe('db1');
    network.bind('db1');
    expect(await call('client', network.vip)).toBe('db1');
  });

  test('a connection to the old holder is reset when the VIP has moved', async () => {
    network.setHolder('db1');
    const client = at('client', hold(network.vip));
    expect(await word(client)).toBe('connected');
    network.setHolder('db2');
    client.stdin?.write('go\n');
    expect(await word(client)).toBe('ECONNRESET');
  });

  test('a cut is silence between these two, and nothing to all others', async () => {
    network.cut('probe-a', 'db1');
    expect(await call('probe-a', network.addressOf('db1'))).toBe('silence');
    expect(await call('probe-a', network.addressOf('db2'))).toBe('db2');
    expect(await call('client', network.addressOf('db1'))).toBe('db1');
    network.heal('probe-a', 'db1');
    expect(await call('probe-a', network.addressOf('db1'))).toBe('db1');
  });

  test('the hosts can be cut off from each other', async () => {
    network.cut('db1', 'db2');
    expect(await call('db2', network.addressOf('db1'))).toBe('silence');
    network.heal('db1', 'db2');
    expect(await call('db2', network.addressOf('db1'))).toBe('db1');
  });

  test('an unplugged host is silent to all', async () => {
    network.unplug('db1');
    expect(await call('client', network.addressOf('db1'))).toBe('silence');
    expect(await call('client', network.vip)).toBe('silence');
    network.plug('db1');
    expect(await call('client', network.vip)).toBe('db1');
  });

  test('quarantine lets no new connection in, and those that there are go on', async () => {
    const client = at('client', hold(network.addressOf('db1')));
    expect(await word(client)).toBe('connected');
    network.quarantine('db1', true);
    expect(await call('client', network.addressOf('db1'))).toBe('silence');
    client.stdin?.write('go\n');
    expect(await word(client)).toBe('alive');
    network.quarantine('db1', false);
    expect(await call('client', network.addressOf('db1'))).toBe('db1');
  });

  test('weather slows every way down, both ways', async () => {
    network.setWeather(true);
    // The weather changes in another process.
    await delay(100);
    const begunMs = performance.now();
    const client = at('client', hold(network.addressOf('db1')));
    expect(await word(client)).toBe('connected');
    client.stdin?.write('go\n');
    const sentMs = performance.now();
    expect(await word(client)).toBe('alive');
    expect(performance.now() - sentMs).toBeGreaterThan(95);
    expect(sentMs - begunMs).toBeGreaterThan(145);
    network.setWeather(false);
  });
}

describe('the network of namespaces', isRoot ? asRoot : withoutRoot);

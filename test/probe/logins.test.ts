/** Logins: one at a time, however the server treats them. A server that we script stands in for a real one. */
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { LateAnswers } from '../../lib/probe/late-answers.ts';
import { loginLimitMs } from '../../lib/probe/login-history.ts';
import { Logins } from '../../lib/probe/logins.ts';
import { pauseMs } from './subject.ts';

/** An error packet in place of the greeting, as a server sends it to one that it does not let in. */
function refusal(errno: number, message: string): Buffer {
  const body = Buffer.concat([Buffer.from([0xff, errno & 0xff, errno >> 8]), Buffer.from(message)]);
  return Buffer.concat([Buffer.from([body.length, 0, 0, 0]), body]);
}

class Scripted {
  readonly sockets = new Set<Socket>();
  /** How many connections it has had, and how many at most at the same time. */
  had = 0;
  most = 0;
  readonly #server: Server;

  constructor(greet: (socket: Socket) => void) {
    this.#server = createServer((socket) => {
      this.sockets.add(socket);
      this.had += 1;
      this.most = Math.max(this.most, this.sockets.size);
      socket.on('error', () => {});
      socket.on('close', () => this.sockets.delete(socket));
      greet(socket);
    });
  }

  listen(): Promise<number> {
    return new Promise((resolve) => {
      this.#server.listen(0, '127.0.0.1', () => {
        const address = this.#server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
    this.#server.close();
  }
}

const open: { close(): void }[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each.close();
});

async function logInTo(greet: (socket: Socket) => void, nowWallMs?: () => number) {
  const server = new Scripted(greet);
  const port = await server.listen();
  const credentials = { user: 'monitor', password: 'secret' };
  const logins = new Logins({ host: '127.0.0.1', port, credentials }, nowWallMs);
  open.push({ close: () => logins.drop() }, server);
  return { server, logins };
}

/** Asks for a connection again and again, as looks do. */
async function looks(logins: Logins, count: number, everyMs: number): Promise<string[]> {
  const patience = new LateAnswers(logins);
  const words: string[] = [];
  for (let look = 0; look < count; look += 1) {
    const startMs = Date.now();
    await patience.askAnew(everyMs).catch((error: Error) => words.push(error.message.split(':')[0] ?? ''));
    await pauseMs(Math.max(0, startMs + everyMs - Date.now()));
  }
  patience.drop();
  return words;
}

const silent = () => {};

describe('a server that accepts and does not greet', () => {
  test('has one handshake of ours at a time, and a fresh one a second', async () => {
    const { server, logins } = await logInTo(silent);
    // A look, the details and the writer all want one.
    const others = [logins.take(), logins.take()].map((link) => link.catch(() => null));
    const words = await looks(logins, 25, 100);
    expect(server.most).toBe(1);
    expect(server.had).toBeLessThanOrEqual(3);
    expect(new Set(words)).toEqual(new Set(['login']));
    expect(await Promise.all(others)).toEqual([null, null]);
  });

  test('a hang of 40 s leaves fewer broken off than block a host, and so does one of a day', () => {
    const brokenOffWithin = (ms: number) => {
      let count = 0;
      for (let atMs = loginLimitMs(0); atMs <= ms; atMs += loginLimitMs(count)) count += 1;
      return count;
    };
    expect(brokenOffWithin(40_000)).toBe(18);
    expect(brokenOffWithin(24 * 3_600_000)).toBe(60);
  });

  test('no check is begun while a login is under way', async () => {
    const { server, logins } = await logInTo(silent);
    for (let check = 0; check < 5; check += 1) {
      logins.check();
      await pauseMs(20);
    }
    expect(server.had).toBe(1);
    expect(logins.refusal()).toBeNull();
  });
});

describe('a server that refuses', () => {
  const refuse = (errno: number) => (socket: Socket) => socket.end(refusal(errno, 'no'));

  test('a password: not asked again at every look, though nothing else answers', async () => {
    const { server, logins } = await logInTo(refuse(1045));
    const words = await looks(logins, 12, 50);
    expect(words).toHaveLength(12);
    expect(server.had).toBe(1);
    expect(logins.refusal()).toMatchObject({ kind: 'locked-out', errno: 1045 });
  });

  test('for want of room: asked with every look', async () => {
    const { server, logins } = await logInTo(refuse(1040));
    await looks(logins, 5, 50);
    expect(server.had).toBe(5);
    expect(logins.refusal()).toMatchObject({ kind: 'saturated', errno: 1040 });
  });

  test('a connection that can wait is not asked for again at once', async () => {
    const { server, logins } = await logInTo(refuse(1040));
    for (let times = 0; times < 5; times += 1) await logins.take().catch(() => {});
    expect(server.had).toBe(1);
  });

  test('one that is late is waited for, as with connection_control, and counts when it comes', async () => {
    const { server, logins } = await logInTo((socket) => void setTimeout(() => refuse(1045)(socket), 300));
    logins.check();
    await pauseMs(100);
    expect(logins.refusal()).toBeNull();
    await expect.poll(() => logins.refusal()).toMatchObject({ errno: 1045 });
    expect(server.had).toBe(1);
  });

  test('one that is cut off later does not open the door again', async () => {
    let isCut = false;
    const { logins } = await logInTo((socket) => (isCut ? socket.destroy() : refuse(1040)(socket)));
    await logins.take().catch(() => {});
    isCut = true;
    await logins.take(true).catch(() => {});
    expect(logins.refusal()).toMatchObject({ errno: 1040 });
  });

  test('one that spans a freeze of the function counts as nothing', async () => {
    let wallMs = 0;
    const { server, logins } = await logInTo(
      (socket) => void setTimeout(() => refuse(1045)(socket), 100),
      () => wallMs,
    );
    logins.check();
    await expect.poll(() => server.had).toBe(1);
    wallMs = 20_000;
    await expect.poll(() => server.sockets.size).toBe(0);
    expect(logins.refusal()).toBeNull();
  });
});

test('dropped, nothing is left, and nothing is begun', async () => {
  const { server, logins } = await logInTo(silent);
  const taken = logins.take();
  await expect.poll(() => server.sockets.size).toBe(1);
  logins.drop();
  await expect(taken).rejects.toThrow(/dropped/);
  await expect.poll(() => server.sockets.size).toBe(0);
  await expect(logins.take()).rejects.toThrow(/dropped/);
  logins.check();
  expect(server.had).toBe(1);
});

/** How a node is closed and opened. */
import { expect, it } from 'vitest';
import { type At, LIMIT_MS, lookUntil, serverOf } from './database-world.ts';

export function closeContract(at: At): void {
  it('close: takes no more writes, and says where its history ends', async () => {
    const { port, pair, settle, write } = at();
    await write('db1');
    const closed = await settle(port.close(pair, 'db1', 'to-close', LIMIT_MS));
    expect(closed.wasWritable).toBe(true);
    await expect(write('db1')).rejects.toThrow();
    const sightings = await lookUntil(at(), (seen) => expect(serverOf(seen, 'db1').writable).toBe(false));
    expect(serverOf(sightings, 'db1').halfClosed).toBe(false);
    const again = await settle(port.close(pair, 'db1', 'to-close', LIMIT_MS));
    expect(again).toMatchObject({ wasWritable: false, position: closed.position });
  });

  it('close, once-closed: a session that keeps it open is named, nothing is killed, and it takes writes', async () => {
    const { port, pair, settle, write, holdOpen } = at();
    const { user, release } = await holdOpen('db1');
    const closing = settle(port.close(pair, 'db1', 'once-closed', LIMIT_MS));
    await expect(closing).rejects.toMatchObject({
      name: 'PortError',
      kind: 'unsuccessful',
      message: expect.stringContaining(user),
    });
    await release();
    await write('db1');
  });

  it('close, to-close: a session that keeps it open is ended', async () => {
    const { port, pair, settle, write, holdOpen } = at();
    await holdOpen('db1');
    const closed = await settle(port.close(pair, 'db1', 'to-close', LIMIT_MS));
    expect(closed.wasWritable).toBe(true);
    expect(closed.killed).toBeGreaterThan(0);
    await expect(write('db1')).rejects.toThrow();
  });

  it('close: of a server that is gone or hangs it is not said that it succeeded', async () => {
    const { port, pair, settle, kill, hang } = at();
    await hang('db1');
    await expect(settle(port.close(pair, 'db1', 'to-close', 600))).rejects.toMatchObject({
      kind: expect.stringMatching(/^(timeout|unsuccessful)$/),
    });
    await kill('db1');
    await expect(settle(port.close(pair, 'db1', 'to-close', 600))).rejects.toMatchObject({
      kind: 'unsuccessful',
    });
  });
}

export function openContract(at: At): void {
  it('open: takes writes, and says whether it did already', async () => {
    const { port, pair, settle, write } = at();
    await settle(port.close(pair, 'db1', 'to-close', LIMIT_MS));
    expect(await settle(port.open(pair, 'db1', LIMIT_MS))).toEqual({ wasWritable: false });
    await write('db1');
    expect(await settle(port.open(pair, 'db1', LIMIT_MS))).toEqual({ wasWritable: true });
  });
}

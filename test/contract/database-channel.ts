/** How a channel catches up, is detached and attached; and who keeps a node open. */
import { expect, it } from 'vitest';
import { type At, inboundOf, LIMIT_MS, look, lookUntil, serverOf } from './database-world.ts';

export function catchUpContract(at: At): void {
  it('catch-up: reaches all that was received, and the position at which the source was closed', async () => {
    const { port, pair, settle, write, hasAll } = at();
    const source = serverOf(await look(at()), 'db1').identity;
    await write('db1');
    const { position } = await settle(port.close(pair, 'db1', 'to-close', LIMIT_MS));
    const goal = { upTo: position, source };
    expect(await settle(port.catchUp(pair, 'db2', goal, LIMIT_MS))).toMatchObject({
      reached: true,
      because: '',
    });
    expect(await hasAll('db2')).toBe(true);
    const all = { upTo: null, source };
    expect(await settle(port.catchUp(pair, 'db2', all, LIMIT_MS))).toMatchObject({ reached: true });
  });

  it('catch-up: is not reached while the applier stands still', async () => {
    const { port, pair, settle, write, stopApplier } = at();
    const source = serverOf(await look(at()), 'db1').identity;
    await stopApplier('db2');
    await write('db1');
    const { position } = await settle(port.close(pair, 'db1', 'to-close', LIMIT_MS));
    const caughtUp = await settle(port.catchUp(pair, 'db2', { upTo: position, source }, 700));
    expect(caughtUp.reached).toBe(false);
    expect(caughtUp.because).not.toBe('');
  });

  it('catch-up: knows no channel from a stranger', async () => {
    const { port, pair, settle } = at();
    const goal = { upTo: null, source: '99999999-9999-11f0-8000-0242ac110099' };
    const caughtUp = settle(port.catchUp(pair, 'db2', goal, 700)).then(({ reached }) => reached);
    expect(await caughtUp.catch(() => false)).toBe(false);
  });
}

export function channelContract(at: At): void {
  it('detach: nothing more is received, without an error; attach: it is received again', async () => {
    const { port, pair, settle, write, hasAll } = at();
    const source = serverOf(await look(at()), 'db1').identity;
    expect((await settle(port.detach(pair, 'db2', source, 'receiver', LIMIT_MS))).was).toBe('running');
    await write('db1');
    const sightings = await lookUntil(at(), (seen) => expect(inboundOf(seen, 'db2').io).toBe('no'));
    expect(inboundOf(sightings, 'db2').ioError).toBeNull();
    expect(await hasAll('db2')).toBe(false);
    expect((await settle(port.detach(pair, 'db2', source, 'receiver', LIMIT_MS))).was).toBe('stopped');
    expect(await settle(port.attach(pair, 'db2', source, LIMIT_MS))).toEqual({ wasRunning: false });
    await lookUntil(at(), (seen) => expect(inboundOf(seen, 'db2').io).toBe('yes'));
    const goal = { upTo: serverOf(await look(at()), 'db1').executed, source };
    expect(await settle(port.catchUp(pair, 'db2', goal, LIMIT_MS))).toMatchObject({ reached: true });
    expect(await hasAll('db2')).toBe(true);
    expect(await settle(port.attach(pair, 'db2', source, LIMIT_MS))).toEqual({ wasRunning: true });
  });

  it('reconnect: tells a source that answers from one that does not', async () => {
    const { port, pair, settle, write, hasAll, hang } = at();
    const source = serverOf(await look(at()), 'db1').identity;
    const ask = () => settle(port.reconnect(pair, 'db2', source, LIMIT_MS));
    expect(await ask()).toEqual({ answers: true });
    await write('db1');
    const goal = { upTo: serverOf(await look(at()), 'db1').executed, source };
    expect(await settle(port.catchUp(pair, 'db2', goal, LIMIT_MS))).toMatchObject({ reached: true });
    expect(await hasAll('db2')).toBe(true);
    await hang('db1');
    expect(await ask()).toEqual({ answers: false });
    expect(inboundOf(await look(at()), 'db2').io).toBe('connecting');
  });

  it('reconnect: wherever it is cut off, the channel runs on', async () => {
    const { port, pair, settle } = at();
    const source = serverOf(await look(at()), 'db1').identity;
    for (let limitMs = 2; limitMs <= 60; limitMs += 2) {
      await settle(port.reconnect(pair, 'db2', source, limitMs)).catch(() => {});
      await lookUntil(at(), (seen) => expect(inboundOf(seen, 'db2').io).toBe('yes'));
    }
  });

  it('reconnect: starts no channel that somebody has stopped', async () => {
    const { port, pair, settle } = at();
    const source = serverOf(await look(at()), 'db1').identity;
    await settle(port.detach(pair, 'db2', source, 'receiver', LIMIT_MS));
    await expect(settle(port.reconnect(pair, 'db2', source, LIMIT_MS))).rejects.toMatchObject({
      kind: 'unsuccessful',
    });
    await lookUntil(at(), (seen) => expect(inboundOf(seen, 'db2').io).toBe('no'));
    await settle(port.attach(pair, 'db2', source, LIMIT_MS));
  });

  it('detach, both threads: what was received is not applied either, until attach', async () => {
    const { port, pair, settle } = at();
    const source = serverOf(await look(at()), 'db1').identity;
    const detached = await settle(port.detach(pair, 'db2', source, 'both', LIMIT_MS));
    // All that it had received is applied: there is nothing that barring the channel could throw away.
    expect(detached).toMatchObject({ was: 'running', outlasts: true });
    const stopped = await lookUntil(at(), (seen) => expect(inboundOf(seen, 'db2').sql).toBe('no'));
    expect(inboundOf(stopped, 'db2')).toMatchObject({ io: 'no', sql: 'no', sqlError: null, barred: true });
    expect(await settle(port.attach(pair, 'db2', source, LIMIT_MS))).toEqual({ wasRunning: false });
    await lookUntil(at(), (seen) => expect(inboundOf(seen, 'db2')).toMatchObject({ io: 'yes', sql: 'yes' }));
  });

  it('detach, both threads, with a rest that is not applied: it is kept, and held back from whoever starts the channel', async () => {
    const { port, pair, settle, write, hasAll, stopApplier, startChannel, holdsBack } = at();
    const source = serverOf(await look(at()), 'db1').identity;
    await stopApplier('db2');
    await write('db1');
    await lookUntil(at(), (seen) => expect(inboundOf(seen, 'db2').caughtUp).toBe(false));
    const detached = await settle(port.detach(pair, 'db2', source, 'both', LIMIT_MS));
    // Other servers throw it away with the change, so their channel is only stopped.
    expect([detached.outlasts, await hasAll('db2')]).toEqual([holdsBack, false]);
    if (holdsBack) {
      await startChannel('db2');
      const halted = { io: 'yes', sql: 'no', sqlError: null, delaySeconds: 0, caughtUp: false };
      await lookUntil(at(), (seen) => expect(inboundOf(seen, 'db2')).toMatchObject(halted));
      expect(await hasAll('db2')).toBe(false);
      expect(await settle(port.detach(pair, 'db2', source, 'both', LIMIT_MS))).toMatchObject({
        outlasts: true,
      });
    }
    expect(await settle(port.attach(pair, 'db2', source, LIMIT_MS))).toEqual({ wasRunning: false });
    const goal = { upTo: serverOf(await look(at()), 'db1').executed, source };
    expect(await settle(port.catchUp(pair, 'db2', goal, LIMIT_MS))).toMatchObject({ reached: true });
    expect(await settle(port.attach(pair, 'db2', source, LIMIT_MS))).toEqual({ wasRunning: true });
  });

  it('detach, both threads, of a source that is dead: the rest is held back all the same', async () => {
    const { port, pair, settle, write, hasAll, stopApplier, startChannel, holdsBack, kill } = at();
    const source = serverOf(await look(at()), 'db1').identity;
    await stopApplier('db2');
    await write('db1');
    await lookUntil(at(), (seen) => expect(inboundOf(seen, 'db2').caughtUp).toBe(false));
    await kill('db1');
    await lookUntil(at(), (seen) => expect(inboundOf(seen, 'db2').io).toBe('connecting'));
    const detached = await settle(port.detach(pair, 'db2', source, 'both', LIMIT_MS));
    expect(detached.outlasts).toBe(holdsBack);
    if (!holdsBack) return;
    await startChannel('db2');
    const halted = { io: 'connecting', sql: 'no', caughtUp: false };
    await lookUntil(at(), (seen) => expect(inboundOf(seen, 'db2')).toMatchObject(halted));
    expect(await hasAll('db2')).toBe(false);
    expect(await settle(port.attach(pair, 'db2', source, LIMIT_MS))).toEqual({ wasRunning: false });
    await lookUntil(at(), (seen) =>
      expect(inboundOf(seen, 'db2')).toMatchObject({ sql: 'yes', caughtUp: true }),
    );
    // Only its source has it now.
    expect(await hasAll('db2')).toBe(false);
  });

  it('inspect: names nobody at rest, and who keeps the node open', async () => {
    const { port, pair, settle, holdOpen } = at();
    expect(await settle(port.inspect(pair, 'db1', LIMIT_MS))).toEqual([]);
    const { user, release } = await holdOpen('db1');
    const obstacles = await settle(port.inspect(pair, 'db1', LIMIT_MS));
    expect(obstacles.map(({ session }) => session.user)).toContain(user);
    await release();
  });
}

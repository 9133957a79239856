/** What every `DatabasePort` keeps to: the simulator's model, and the probe on real servers. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Pair } from '../../lib/core/config/config.ts';
import { fingerprint } from '../../lib/core/evidence/fingerprint.ts';
import type { Inbound, Saw, Server, Sighting } from '../../lib/core/evidence/sighting.ts';
import type { NodeName } from '../../lib/core/names.ts';
import type { LookOrder } from '../../lib/core/pair/look-order.ts';
import type { DatabasePort } from '../../lib/watch/ports/database.ts';

/** db1 holds the VIP and takes writes, db2 is its fit standby, and both are back in that state before each case. */
export interface DatabaseWorld {
  readonly port: DatabasePort;
  readonly pair: Pair;
  /** One application's commit on a node; resolves when it is acknowledged, rejects when it is refused. */
  write(node: NodeName): Promise<void>;
  /** The node has the rows that were written on db1. */
  hasAll(node: NodeName): Promise<boolean>;
  /** A session of somebody else keeps the node open until it is ended: `LOCK TABLES`, or a long statement. */
  holdOpen(node: NodeName): Promise<{ readonly user: string; release(): Promise<void> }>;
  stopApplier(node: NodeName): Promise<void>;
  /** Somebody starts both threads of the node's channel: `START REPLICA`. */
  startChannel(node: NodeName): Promise<void>;
  /** A rest that is not applied can be held back from whoever starts the applier: MySQL 5.7 and later. */
  readonly holdsBack: boolean;
  kill(node: NodeName): Promise<void>;
  hang(node: NodeName): Promise<void>;
  /** Everything as it was: both servers up, replication running, db1 open, db2 closed. */
  heal(): Promise<void>;
  settle<T>(work: Promise<T>): Promise<T>;
  close(): Promise<void>;
}

const LIMIT_MS = 3000;

/** The cases. `makeWorld` is called once: a world that is dear to make is healed before each case. */
export function databaseContract(name: string, makeWorld: () => Promise<DatabaseWorld>): void {
  describe(`database contract: ${name}`, () => {
    let world: DatabaseWorld;
    beforeAll(async () => {
      world = await makeWorld();
    });
    beforeEach(() => world.heal());
    afterEach(() => world.heal());
    afterAll(() => world.close());
    const at = () => world;
    lookContract(at);
    heldLookContract(at);
    closeContract(at);
    openContract(at);
    catchUpContract(at);
    channelContract(at);
    examineContract(at);
    chainContract(at);
    verifyContract(at);
  });
}

function chainContract(at: At): void {
  const r01 = { name: 'r01', address: '127.0.0.253' };

  it('replica, repoint: one that is not there is not reached, and nothing is changed', async () => {
    const { port, pair, settle } = at();
    const unreached = { name: 'PortError', kind: 'unsuccessful' };
    await expect(settle(port.replica(pair, r01, LIMIT_MS))).rejects.toMatchObject(unreached);
    await expect(settle(port.repoint(pair, r01, 'db1', 'db2', LIMIT_MS))).rejects.toMatchObject(unreached);
  });

  it('feeds: the other node of the pair is no chain replica', async () => {
    const { port, pair, settle } = at();
    expect(await settle(port.feeds(pair, 'db1', LIMIT_MS))).toEqual([]);
  });
}

type At = () => DatabaseWorld;

async function look(world: DatabaseWorld, seen: string | null = null, holdMs = 0) {
  const { port, pair, settle } = world;
  const order: LookOrder = holdMs === 0 ? { kind: 'now' } : { kind: 'held', forMs: holdMs };
  const targets = [{ pair, holder: 'db1', seen, order }];
  const vantage = port.vantages[0] ?? '';
  const report = (await settle(port.look(vantage, targets))).get(pair.name);
  if (report?.kind !== 'saw') throw new Error(`no look came back: ${JSON.stringify(report)}`);
  return report.sightings;
}

/** Looks until what is expected is seen, for 10 s: a probe keeps its connections, and needs a moment to see news. */
async function lookUntil(world: DatabaseWorld, check: (sightings: readonly Sighting[]) => void) {
  for (let tries = 0; ; tries += 1) {
    const sightings = await look(world);
    try {
      check(sightings);
      return sightings;
    } catch (error) {
      if (tries >= 100) throw error;
    }
    // Until something is news, or for a moment.
    await look(world, fingerprint(sightings, termsOf(world)), 100);
  }
}

function termsOf({ pair }: DatabaseWorld) {
  return { lagLimitSeconds: pair.settings.lagLimitSeconds, witnessMs: null };
}

function sawOf(sightings: readonly Sighting[], node: NodeName): Saw | undefined {
  return sightings.find((sighting) => sighting.node === node)?.saw;
}

function serverOf(sightings: readonly Sighting[], node: NodeName): Server {
  const saw = sawOf(sightings, node);
  if (saw?.kind !== 'answered') throw new Error(`${node} did not answer: ${JSON.stringify(saw)}`);
  return saw.server;
}

function inboundOf(sightings: readonly Sighting[], node: NodeName): Extract<Inbound, { kind: 'configured' }> {
  const { inbound } = serverOf(sightings, node);
  if (inbound.kind !== 'configured') throw new Error(`${node} has no replication`);
  return inbound;
}

function lookContract(at: At): void {
  it('look: the holder takes writes and commits the heartbeat, the standby follows it by identity', async () => {
    const sightings = await lookUntil(at(), (seen) => {
      expect(serverOf(seen, 'db1')).toMatchObject({ writable: true, heartbeat: { kind: 'committed' } });
      expect(inboundOf(seen, 'db2')).toMatchObject({ io: 'yes', sql: 'yes', caughtUp: true });
    });
    const [db1, db2] = [serverOf(sightings, 'db1'), serverOf(sightings, 'db2')];
    expect(db2).toMatchObject({ writable: false, halfClosed: false, heartbeat: { kind: 'not-tried' } });
    expect(db1).toMatchObject({ halfClosed: false, globalLock: null, loginRefused: null });
    expect(db1.identity).not.toBe(db2.identity);
    expect(inboundOf(sightings, 'db2')).toMatchObject({
      sourceIdentity: db1.identity,
      delaySeconds: 0,
      retrySeconds: expect.any(Number),
      barred: false,
      applierBlocked: null,
    });
    expect(inboundOf(sightings, 'db1').sourceIdentity).toBe(db2.identity);
  });

  it('look: a stopped channel says so, and names no error', async () => {
    await at().stopApplier('db2');
    const sightings = await lookUntil(at(), (seen) => expect(inboundOf(seen, 'db2').sql).toBe('no'));
    expect(inboundOf(sightings, 'db2')).toMatchObject({ io: 'yes', sqlError: null, lagSeconds: null });
  });

  it('look: a server that is gone refuses, one that hangs does not answer', async () => {
    await lookUntil(at(), (seen) => expect(sawOf(seen, 'db1')?.kind).toBe('answered'));
    await at().hang('db1');
    await lookUntil(at(), (seen) => expect(sawOf(seen, 'db1')).toMatchObject({ kind: 'unanswered' }));
    await at().kill('db1');
    await lookUntil(at(), (seen) => expect(sawOf(seen, 'db1')).toEqual({ kind: 'refused' }));
  });
}

function heldLookContract(at: At): void {
  it('held look: answered at the end of its time while nothing changes, at once when the holder is killed', async () => {
    const world = at();
    const terms = termsOf(world);
    const steady = await lookUntil(world, (seen) => {
      expect(serverOf(seen, 'db1').heartbeat.kind).toBe('committed');
      expect(inboundOf(seen, 'db2')).toMatchObject({ io: 'yes', lagSeconds: expect.any(Number) });
      expect(inboundOf(seen, 'db1')).toMatchObject({ io: 'yes', lagSeconds: expect.any(Number) });
    });
    const seen = fingerprint(steady, terms);
    const same = await look(world, seen, 600);
    expect(fingerprint(same, terms)).toBe(seen);
    const held = look(world, seen, 60_000);
    await world.kill('db1');
    expect(fingerprint(await held, terms)).not.toBe(seen);
  });
}

function closeContract(at: At): void {
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

function openContract(at: At): void {
  it('open: takes writes, and says whether it did already', async () => {
    const { port, pair, settle, write } = at();
    await settle(port.close(pair, 'db1', 'to-close', LIMIT_MS));
    expect(await settle(port.open(pair, 'db1', LIMIT_MS))).toEqual({ wasWritable: false });
    await write('db1');
    expect(await settle(port.open(pair, 'db1', LIMIT_MS))).toEqual({ wasWritable: true });
  });
}

function catchUpContract(at: At): void {
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

function channelContract(at: At): void {
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

function examineContract(at: At): void {
  it('examine: says who the server is, whom it follows, and what our account may do', async () => {
    const { port, pair, settle } = at();
    const seen = await look(at());
    const facts = await settle(port.examine(pair, 'db2', 'full', LIMIT_MS));
    const { identity, version } = serverOf(seen, 'db2');
    expect(facts).toMatchObject({ identity, version, unread: [], logFilters: [] });
    expect(facts.channels).toMatchObject([
      { sourceIdentity: serverOf(seen, 'db1').identity, io: 'yes', sql: 'yes', filters: [] },
    ]);
    expect(facts.variables).toMatchObject({ log_bin: 'ON', log_replica_updates: 'ON', sync_binlog: '1' });
    expect(facts.tables).toEqual({ withoutKey: [], notInnodb: [], ofTools: [] });
    expect(facts.grants?.join()).toContain('PROCESS');
    // Some servers show the hash of the password beside a grant.
    expect(JSON.stringify(facts)).not.toMatch(/identified|password by/i);
  });

  it('examine, quick: the same without the tables', async () => {
    const { port, pair, settle } = at();
    const full = await settle(port.examine(pair, 'db1', 'full', LIMIT_MS));
    const quick = await settle(port.examine(pair, 'db1', 'quick', LIMIT_MS));
    expect(quick.tables).toBeNull();
    expect(Object.keys(quick).toSorted()).toEqual(Object.keys(full).toSorted());
    expect(quick.variables).toEqual(full.variables);
  });

  it('examine: fails when nobody answers there', async () => {
    const { port, pair, settle, kill } = at();
    await kill('db2');
    await expect(settle(port.examine(pair, 'db2', 'quick', 600))).rejects.toMatchObject({
      name: 'PortError',
    });
  });
}

function verifyContract(at: At): void {
  it('verify: says who answers through the VIP, and commits there while it takes writes', async () => {
    const { port, pair, settle } = at();
    const { identity } = serverOf(await look(at()), 'db1');
    expect(await settle(port.verify(pair, LIMIT_MS))).toEqual({
      identity,
      writable: true,
      heartbeat: { kind: 'committed' },
    });
    await settle(port.close(pair, 'db1', 'to-close', LIMIT_MS));
    expect(await settle(port.verify(pair, LIMIT_MS))).toEqual({
      identity,
      writable: false,
      heartbeat: { kind: 'not-tried' },
    });
  });

  it('verify: fails when nobody answers there', async () => {
    const { port, pair, settle, kill } = at();
    await kill('db1');
    await expect(settle(port.verify(pair, 600))).rejects.toMatchObject({ name: 'PortError' });
  });
}

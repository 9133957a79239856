import { describe, expect, it } from 'vitest';
import { fingerprint } from '../../lib/core/evidence/fingerprint.ts';
import type { Report, Saw, Server } from '../../lib/core/evidence/sighting.ts';
import type { LookOrder } from '../../lib/core/pair/look-order.ts';
import type { BreakageName, Target } from '../../sim/faults/fault.ts';
import { breakIt } from './breaking.ts';
import { type Stage, setStage } from './stage.ts';

async function reported(
  stage: Stage,
  holdMs = 0,
  seen: string | null = null,
  witnessMs: number | null = null,
): Promise<Report> {
  const { one, pair, settle } = stage;
  const order: LookOrder =
    witnessMs !== null ? { kind: 'close-up', forMs: holdMs, witnessMs } : { kind: 'held', forMs: holdMs };
  const targets = [{ pair, holder: 'db1', seen, order }];
  const reports = await settle(one.database.look('a', targets));
  const report = reports.get(pair.name);
  if (report === undefined) throw new Error('the look said nothing of the pair');
  return report;
}

async function seenOf(stage: Stage, node: string): Promise<Saw> {
  const report = await reported(stage);
  const sighting = report.kind === 'saw' ? report.sightings.find((one) => one.node === node) : undefined;
  if (sighting === undefined) throw new Error(`${node} was not looked at`);
  return sighting.saw;
}

async function serverOf(stage: Stage, node: string): Promise<Server> {
  const saw = await seenOf(stage, node);
  if (saw.kind !== 'answered') throw new Error(`${node} is ${saw.kind}`);
  return saw.server;
}

function inboundOf(server: Server) {
  if (server.inbound.kind !== 'configured') throw new Error('no replication is configured');
  return server.inbound;
}

describe('replication in the simulated world', () => {
  it('brings what clients commit to the other master, in a few milliseconds', async () => {
    const stage = setStage();
    await stage.pass(10_000);
    const { log } = stage.world.master('db1');
    const committed = log.countAt(stage.timeline.nowMs);
    expect(committed).toBeGreaterThan(1490);
    const inbound = inboundOf(await serverOf(stage, 'db2'));
    expect(inbound).toMatchObject({ io: 'yes', sql: 'yes', lagSeconds: 0 });
    expect(stage.world.master('db2').channel.relayLog.appliedCount).toBeGreaterThanOrEqual(committed);
  });

  it('keeps what was received of a dead source, and says Connecting and NULL', async () => {
    const stage = setStage();
    await stage.pass(5000);
    breakIt(stage, 'mysqld-kill');
    await stage.pass(3000);
    expect(await seenOf(stage, 'db1')).toEqual({ kind: 'refused' });
    const inbound = inboundOf(await serverOf(stage, 'db2'));
    expect(inbound).toMatchObject({ io: 'connecting', lagSeconds: null, caughtUp: true });
    expect(inbound.heardAgoMs).toBeGreaterThan(2500);
  });

  it('does not notice that a source hangs before its time limit', async () => {
    const stage = setStage();
    breakIt(stage, 'mysqld-hang');
    await stage.pass(2000);
    expect(inboundOf(await serverOf(stage, 'db2'))).toMatchObject({ io: 'yes' });
    await stage.pass(4000);
    expect(inboundOf(await serverOf(stage, 'db2'))).toMatchObject({ io: 'connecting' });
  });

  it.each<[what: string, faults: readonly [BreakageName, Target][], errno: number | null]>([
    ['that is full', [['full-and-cut-off', 'holder']], 1040],
    ['that refuses its login', [['replication-login', 'standby']], 1045],
    ['whose mysqld is gone', [['mysqld-kill', 'holder']], 2003],
    ['that does not answer, before it gives up', [['host-down', 'holder']], null],
  ])('says why it cannot connect to a source %s', async (_, faults, errno) => {
    const stage = setStage();
    for (const [name, target] of faults) breakIt(stage, name, target);
    await stage.pass(4200);
    const inbound = inboundOf(await serverOf(stage, 'db2'));
    expect(inbound.io).toBe('connecting');
    expect(inbound.ioError?.errno ?? null).toBe(errno);
  });

  it('says the old error until another try has ended, and none once it is connected', async () => {
    const stage = setStage();
    breakIt(stage, 'full-and-cut-off', 'holder', 20_000);
    await stage.pass(1000);
    breakIt(stage, 'pair-partition', 'holder', 10_000);
    await stage.pass(4000);
    expect(inboundOf(await serverOf(stage, 'db2')).ioError).toMatchObject({ errno: 1040 });
    await stage.pass(1000);
    expect(inboundOf(await serverOf(stage, 'db2')).ioError).toMatchObject({ errno: 2003 });
    await stage.pass(16_000);
    expect(inboundOf(await serverOf(stage, 'db2'))).toMatchObject({ io: 'yes', ioError: null });
  });

  it('is refused while it is barred, and connects at once when it is attached', async () => {
    const stage = setStage();
    const { one, pair, settle } = stage;
    for (let times = 0; times < 2; times += 1)
      await settle(one.database.detach(pair, 'db2', null, 'receiver', 1000));
    breakIt(stage, 'mysqld-restart', 'standby', 1000);
    await stage.pass(5000);
    expect(inboundOf(await serverOf(stage, 'db2'))).toMatchObject({
      io: 'connecting',
      ioError: { errno: 1045 },
    });
    await settle(one.database.attach(pair, 'db2', null, 1000));
    await stage.pass(100);
    expect(inboundOf(await serverOf(stage, 'db2'))).toMatchObject({ io: 'yes', ioError: null });
  });

  it('lags by the age of what is not applied', async () => {
    const stage = setStage();
    breakIt(stage, 'lag', 'standby', 60_000, 0.1);
    await stage.pass(30_000);
    const { lagSeconds } = inboundOf(await serverOf(stage, 'db2'));
    expect(lagSeconds).toBeGreaterThanOrEqual(28);
    await stage.pass(60_000);
    expect(inboundOf(await serverOf(stage, 'db2')).lagSeconds).toBe(0);
  });

  it('fetches again what a crashed replica had not applied', async () => {
    const stage = setStage();
    breakIt(stage, 'sql-thread-stop', 'standby', 20_000);
    await stage.pass(10_000);
    breakIt(stage, 'mysqld-restart', 'standby', 2000);
    const { channel } = stage.world.master('db2');
    expect(channel.relayLog.received).toBe(channel.relayLog.appliedCount);
    await stage.pass(30_000);
    stage.world.advance();
    expect(channel.relayLog.appliedCount).toBeGreaterThan(2900);
  });
});

describe('looks in the simulated world', () => {
  it('are held while nothing changes, and answered as soon as it does', async () => {
    const stage = setStage();
    const first = await reported(stage);
    if (first.kind !== 'saw') throw new Error('the first look was blind');
    const seen = fingerprint(first.sightings, { ...stage.pair.settings, witnessMs: null });
    const startedMs = stage.timeline.nowMs;
    expect(await reported(stage, 5000, seen)).toMatchObject({ kind: 'saw' });
    expect(stage.timeline.nowMs - startedMs).toBeGreaterThanOrEqual(5000);
    const struckMs = stage.timeline.nowMs + 1234;
    stage.timeline.at(struckMs, () => breakIt(stage, 'mysqld-kill'));
    const news = await reported(stage, 5000, seen);
    expect(stage.timeline.nowMs - struckMs).toBeLessThan(40);
    expect(news).toMatchObject({ sightings: [{ node: 'db1', saw: { kind: 'refused' } }, { node: 'db2' }] });
  });

  it('are answered as soon as the witness’s word runs out, while it is awaited', async () => {
    const stage = setStage();
    const struckMs = stage.timeline.nowMs;
    breakIt(stage, 'mysqld-hang');
    const first = await reported(stage);
    if (first.kind !== 'saw') throw new Error('the first look was blind');
    const { witnessMs } = stage.pair.settings;
    const seen = fingerprint(first.sightings, stage.pair.settings);
    const news = await reported(stage, 5000, seen, witnessMs);
    if (news.kind !== 'saw') throw new Error('the held look was blind');
    expect(fingerprint(news.sightings, stage.pair.settings)).toContain('does-not-hear');
    // It heard a heartbeat up to 0.5 s before, and is looked at every 0.1 s.
    expect(stage.timeline.nowMs - struckMs).toBeGreaterThan(witnessMs - 500);
    expect(stage.timeline.nowMs - struckMs).toBeLessThan(witnessMs + 250);
  });

  it('are answered at once, as blind, when they are called off', async () => {
    const stage = setStage();
    const abort = new AbortController();
    const look = stage.one.database.look(
      'a',
      [{ pair: stage.pair, holder: null, seen: 'x', order: { kind: 'now' } }],
      abort.signal,
    );
    abort.abort();
    const reports = await stage.settle(look);
    expect(reports.get(stage.pair.name)).toMatchObject({ kind: 'blind' });
  });

  it.each<[BreakageName, string, Partial<Saw>]>([
    ['mysqld-hang', 'db1', { kind: 'unanswered', during: 'login' }],
    ['host-down', 'db1', { kind: 'unanswered', during: 'connect' }],
    ['connections-full', 'db1', { kind: 'saturated', errno: 1040 }],
    ['wrong-password', 'db1', { kind: 'locked-out', errno: 1045 }],
    ['probe-partition-all', 'db1', { kind: 'unanswered', during: 'connect' }],
    ['disk-full', 'db2', { kind: 'answered' }],
  ])('%s shows as it would', async (name, node, wanted) => {
    const stage = setStage();
    breakIt(stage, name);
    expect(await seenOf(stage, node)).toMatchObject(wanted);
  });

  it('a full disk lets reads through and no heartbeat', async () => {
    const stage = setStage();
    breakIt(stage, 'disk-full');
    await stage.pass(4000);
    expect((await serverOf(stage, 'db1')).heartbeat).toMatchObject({ kind: 'failed' });
  });

  it('a probe function that hangs is blind after its time, one that fails at once', async () => {
    const stage = setStage();
    breakIt(stage, 'probe-blind', 'holder', 1e9, 0.9);
    const startedMs = stage.timeline.nowMs;
    expect(await reported(stage)).toMatchObject({ kind: 'blind', vantage: 'a' });
    expect(stage.timeline.nowMs - startedMs).toBeGreaterThanOrEqual(2000);
  });
});

describe('clients in the simulated world', () => {
  it('follow the VIP, some of them late, and only to a master that takes writes', async () => {
    const stage = setStage();
    const { world, one, settle, pair } = stage;
    await settle(one.database.close(pair, 'db1', 'to-close', 1000));
    await settle(one.database.open(pair, 'db2', 1000));
    const before = world.master('db2').log.countAt(stage.timeline.nowMs);
    await settle(one.vip.assign(pair, 'db2'));
    await stage.pass(3000);
    expect(world.master('db2').log.countAt(stage.timeline.nowMs)).toBeGreaterThan(before + 100);
    const old = world.master('db1').log;
    expect(old.countAt(stage.timeline.nowMs)).toBe(old.countAt(stage.timeline.nowMs - 2000));
  });

  it('a hung server may carry out what it was told when it wakes', async () => {
    const stage = setStage();
    const { world, one, settle, pair } = stage;
    breakIt(stage, 'mysqld-hang', 'holder', 60_000);
    for (let tries = 0; tries < 8; tries++) {
      const close = settle(one.database.close(pair, 'db1', 'to-close', 500));
      await expect(close).rejects.toMatchObject({ kind: 'timeout' });
    }
    expect(world.master('db1').writable).toBe(true);
    await stage.pass(60_000);
    expect(world.master('db1')).toMatchObject({ mysqld: 'up', writable: false });
  });
});

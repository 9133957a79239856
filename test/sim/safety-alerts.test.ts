/** Who is told, and what the store holds: reviews of 15d31a4 found each of these, and each fails there. */
import { describe, expect, it } from 'vitest';
import type { EventCode } from '../../lib/core/alert/events.ts';
import { emptyMemory } from '../../lib/core/memory/memory.ts';
import { PortError } from '../../lib/watch/ports/port-error.ts';
import { leaveRecord } from '../../sim/records.ts';
import { breakNow, endDrill, newDrill, twisted, until, watchOver } from './drill.ts';

describe('the record that cannot be saved', () => {
  it('silences the dead man’s switch, is told past the store, and is tried more and more slowly', async () => {
    const stage = newDrill();
    const { one } = stage;
    let full = false;
    let beats = 0;
    let failures = 0;
    const saveMemory: typeof one.store.saveMemory = async (...args) => {
      if (full) throw new PortError('denied', 'Item size has exceeded the maximum allowed size');
      return one.store.saveMemory(...args);
    };
    const metrics = {
      heartbeat: () => {
        beats += 1;
      },
      publish: (name: string) => {
        if (name === 'TickFailure') failures += 1;
      },
    };
    watchOver(stage, twisted(one, { store: { saveMemory }, rest: { metrics } }));
    await stage.pass(20_000);
    expect(beats).toBeGreaterThan(0);
    full = true;
    breakNow(stage, 'mysqld-kill', 'holder');
    await stage.pass(20_000);
    beats = 0;
    await stage.pass(580_000);
    expect(beats).toBe(0);
    expect(stage.published.filter((code) => code === 'tick-fails')).toHaveLength(1);
    expect(failures).toBeLessThan(40);
    endDrill(stage);
  });

  it('may hold an alert that only a newer release knows, which was rolled back: it goes out, and the pair fails over', async () => {
    const stage = newDrill();
    const { one, pair, published } = stage;
    const atMs = one.clock.nowMs();
    const code = 'tide-is-high' as EventCode;
    const words = { happened: 'The tide is high.', done: '', todo: '', steps: [] };
    const outbox = [{ id: 'a1', code, pair: pair.name, incident: '41c0ffee', atMs, ...words }];
    const incident = { id: '41c0ffee', openedAtMs: atMs, row: 'tide', told: [code], alerts: 1 };
    const reports = { [code]: { sinceMs: atMs, overSinceMs: null, times: 1, toldAtMs: [atMs], heldBack: 0 } };
    const left = { ...emptyMemory, outbox, incident, reports };
    await stage.settle(one.store.saveMemory(pair.name, left, 0));
    watchOver(stage);
    await stage.pass(20_000);
    expect(published).toEqual([code, 'all-clear']);
    breakNow(stage, 'mysqld-kill', 'holder');
    await until(stage, 20_000, () => published.includes('failover-done'));
    endDrill(stage);
  });

  it('stays small while SNS refuses and incidents come and go', async () => {
    const stage = newDrill();
    const [, db2] = stage.world.masters;
    watchOver(stage);
    await stage.pass(20_000);
    breakNow(stage, 'alerts-down', 'holder');
    for (let index = 0; index < 60; index += 1) {
      stage.world.change(() => (db2.channel.sqlWanted = false));
      await stage.pass(8000);
      stage.world.change(() => (db2.channel.sqlWanted = true));
      await stage.pass(12_000);
    }
    const memory = await stage.settle(stage.one.store.readMemory(stage.pair.name));
    expect(memory.outbox.length).toBeLessThanOrEqual(50);
    expect(JSON.stringify(memory).length).toBeLessThan(100_000);
    endDrill(stage);
  });
});

describe('the second loss in one incident', () => {
  it('is told as the first one was', async () => {
    const stage = newDrill();
    const [db1, db2] = stage.world.masters;
    watchOver(stage);
    await stage.pass(20_000);
    // The standby is being rebuilt all the while.
    stage.world.change(() => (db2.channel.configured = false));
    await stage.pass(60_000);
    const losses = () => stage.published.filter((code) => code === 'holder-lost').length;
    for (const count of [1, 2]) {
      breakNow(stage, 'mysqld-restart', 'holder', 30_000);
      await until(stage, 20_000, () => losses() === count);
      await until(stage, 60_000, () => db1.writable && db1.answers);
      await stage.pass(60_000);
    }
    endDrill(stage);
  });
});

/** SSM takes what it is given, and says nothing. */
const hanging = {
  run: () => new Promise<string>(() => {}),
  runNamed: () => new Promise<string>(() => {}),
};

describe('a loss behind a plan', () => {
  it('is told though a repair of the standby is waited for', async () => {
    const stage = newDrill({ repair: ['mysqld'] });
    watchOver(stage, twisted(stage.one, { rest: { host: hanging } }));
    await stage.pass(10_000);
    breakNow(stage, 'mysqld-kill', 'standby');
    await until(
      stage,
      30_000,
      () => stage.world.table.memoryOf(stage.pair.name).plan?.kind === 'repair-node',
    );
    breakNow(stage, 'mysqld-kill', 'holder');
    await until(stage, 10_000, () => stage.published.includes('service-lost'));
    endDrill(stage);
  });
});

describe('an alert that SNS does not take at first', () => {
  it('goes out while a plan waits', async () => {
    const stage = newDrill({ repair: ['mysqld'] });
    const { alerts } = stage.one;
    let isDeaf = false;
    const publish: typeof alerts.publish = (alert) =>
      isDeaf ? Promise.reject(new PortError('timeout', 'no answer')) : alerts.publish(alert);
    watchOver(stage, twisted(stage.one, { rest: { alerts: { ...alerts, publish }, host: hanging } }));
    await stage.pass(10_000);
    isDeaf = true;
    breakNow(stage, 'mysqld-kill', 'standby');
    const planned = () => stage.world.table.memoryOf(stage.pair.name).plan?.kind === 'repair-node';
    await until(stage, 30_000, planned);
    breakNow(stage, 'mysqld-kill', 'holder');
    await stage.pass(10_000);
    isDeaf = false;
    await until(stage, 10_000, () => stage.published.includes('service-lost'));
    endDrill(stage);
  });
});

describe('a restart loop', () => {
  it('is told a bounded number of times', async () => {
    const stage = newDrill();
    watchOver(stage);
    await stage.pass(20_000);
    for (let index = 0; index < 30; index += 1) {
      breakNow(stage, 'mysqld-restart', 'standby', 1500);
      await stage.pass(12_000);
    }
    expect(stage.published.length).toBeLessThan(20);
    endDrill(stage);
  });
});

describe('stored state that no longer fits', () => {
  it('a lease whose record was deleted: the next leader takes an epoch above the memory’s', async () => {
    const stage = newDrill();
    watchOver(stage);
    await stage.pass(20_000);
    const { table } = stage.world;
    table.saveMemory(stage.pair.name, table.memoryOf(stage.pair.name), 501);
    stage.processes[0].kill();
    table.lease = null;
    watchOver(stage, stage.other, 'watch-2');
    await stage.pass(5000);
    expect(table.lease).toMatchObject({ owner: 'watch-2', epoch: 502 });
    breakNow(stage, 'mysqld-kill', 'holder');
    await until(stage, 20_000, () => stage.world.holder?.name === 'db2');
    endDrill(stage);
  });

  it('a plan that names a node which the pair does not have is ended, with an alert', async () => {
    const stage = newDrill();
    const { table } = stage.world;
    watchOver(stage);
    await stage.pass(20_000);
    stage.processes[0].kill();
    const memory = table.memoryOf(stage.pair.name);
    leaveRecord(stage.world);
    expect(memory.plan).toBeNull();
    watchOver(stage, stage.other, 'watch-2');
    await stage.pass(20_000);
    expect(table.memoryOf(stage.pair.name).plan).toBeNull();
    expect(stage.published).toContain('plan-incomplete');
    endDrill(stage);
  });

  it('one pair’s memory that cannot be claimed is told, and is tried again', async () => {
    const stage = newDrill();
    const { one } = stage;
    let newer = true;
    const claimMemory: typeof one.store.claimMemory = async (...args) => {
      if (newer) throw new PortError('refused', 'the memory has format 9, this release knows 1');
      return one.store.claimMemory(...args);
    };
    watchOver(stage, twisted(one, { store: { claimMemory } }));
    await stage.pass(40_000);
    expect(stage.published).toEqual(['tick-fails']);
    newer = false;
    await stage.pass(40_000);
    breakNow(stage, 'mysqld-kill', 'holder');
    await until(stage, 20_000, () => stage.world.holder?.name === 'db2');
    endDrill(stage);
  });
});

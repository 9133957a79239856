/**
 * Incidents on real servers, from the look to the decision: a review of 15d31a4 found each of these on MySQL 5.6, and
 * each fails there.
 */
import { appendFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { accounts } from '../../lab/servers/accounts.ts';
import { findProduct } from '../../lab/servers/catalogue.ts';
import { copyData } from '../../lab/servers/faults/copy.ts';
import type { Instance } from '../../lab/servers/instance.ts';
import { reconnect, threadStatement, untilReplicating } from '../../lab/servers/replication.ts';
import { eventStatements } from '../../lib/cli/grants.ts';
import type { Pair } from '../../lib/core/config/config.ts';
import type { Memory } from '../../lib/core/memory/memory.ts';
import { ownGrowth } from '../../lib/core/memory/notes.ts';
import { Probe } from '../../lib/probe/probe.ts';
import { Leader, type Step } from '../core/leader.ts';
import { type Change, memory, NOW_MS, vipAt } from '../core/world.ts';
import { eventually, openServer, type Servers, startServers, write } from './servers.ts';

let servers: Servers;
let probe: Probe;
beforeEach(async () => {
  servers = await startServers(await findProduct('mysql-5.6'));
  probe = new Probe();
});
afterEach(async () => {
  probe.drop();
  await servers.close();
});

type Name = 'db1' | 'db2';
const peers = { db1: 'db2', db2: 'db1' } as const;

/** A leader that sees these servers through the probe, with the VIP on `holder`; it has seen nobody before. */
class Watch {
  readonly leader: Leader;
  readonly #holder: Name;
  #lookedAtMs = performance.now();

  constructor(holder: Name, remembered: Partial<Memory> = {}) {
    const known = { lastHolder: holder, identities: {}, settled: {} };
    this.leader = new Leader(
      addressed,
      vipAt({ kind: 'node', node: holder }),
      memory({ ...known, ...remembered }),
    );
    this.#holder = holder;
  }

  async look(): Promise<Step> {
    const target = { ...servers.target, holder: this.#holder, seen: 'nothing like it' };
    const answer = await probe.answer({ kind: 'look', targets: [target] });
    const sightings = answer.kind === 'looks' ? (answer.pairs.orders ?? []) : [];
    const [db1, db2] = (['db1', 'db2'] as const).map(
      (name) => sightings.find(({ node }) => node === name)?.saw,
    );
    if (!db1 || !db2) throw new Error(`no look at both: ${JSON.stringify(answer)}`);
    const afterMs = Math.round(performance.now() - this.#lookedAtMs);
    this.#lookedAtMs += afterMs;
    return this.leader.look(afterMs, db1, db2);
  }

  /** What was alerted so far. */
  get alerted() {
    return this.leader.memory.outbox.map(({ code }) => code);
  }

  /** Looks until a look comes to this. */
  until(wanted: Partial<Step>): Promise<void> {
    return eventually(async () => expect(await this.look()).toMatchObject(wanted));
  }
}

/** The nodes of the tests' pair are at the addresses of these servers. */
const addressed: Change = (world) => {
  const [one, two] = world.pair.nodes;
  const { db1, db2 } = servers;
  const nodes: Pair['nodes'] = [
    { ...one, address: db1.address },
    { ...two, address: db2.address },
  ];
  return { ...world, pair: { ...world.pair, nodes } };
};

function order(node: Name) {
  const peer = { address: servers[peers[node]].address, identity: null };
  return {
    pair: 'orders',
    credentials: accounts.monitor,
    limitMs: 5000,
    port: servers.port,
    peer,
    node: { name: node, address: servers[node].address },
  };
}

/** What a failover does to the new holder. */
async function takeOver(node: Name, events: 'leave' | 'managed' = 'leave'): Promise<void> {
  const answers = [
    await probe.answer({ kind: 'catch-up', ...order(node), upTo: null }),
    await probe.answer({ kind: 'detach', threads: 'receiver', ...order(node) }),
    await probe.answer({ kind: 'open', ...order(node), events }),
  ];
  expect(answers.map(({ kind }) => kind)).toEqual(['caught-up', 'detached', 'opened']);
}

async function count(server: Instance, from: string): Promise<number> {
  const [row] = await server.sql(`SELECT COUNT(*) AS n FROM ${from}`);
  return Number(row?.n);
}

test('an old holder returns with a change that nobody received: the newer row stays, and a person is asked', async () => {
  const { db1, db2 } = servers;
  const balance = async (server: Instance) =>
    Number((await server.sql('SELECT balance FROM app.account'))[0]?.balance);
  await db1.sql('CREATE TABLE app.account (id INT PRIMARY KEY, balance INT) ENGINE=InnoDB');
  await db1.sql('INSERT INTO app.account VALUES (1, 100)');
  await eventually(async () => expect(await balance(db2)).toBe(100));
  await db2.sql(threadStatement(db2.product.dialect, 'STOP', 'IO_THREAD'));
  await db1.sql('UPDATE app.account SET balance = 90');
  await db1.kill();
  await db2.sql(threadStatement(db2.product.dialect, 'START', 'IO_THREAD'));
  await takeOver('db2');
  await db2.sql('UPDATE app.account SET balance = balance - 50');
  await db1.start();
  await untilReplicating([db1]);
  const watch = new Watch('db2', { detached: { node: 'db2', from: 'db1', atMs: NOW_MS, missing: null } });
  await watch.until({ row: 'channel-detached' });
  await eventually(async () => expect(await balance(db1)).toBe(50));
  // Longer than a channel takes to look for its source again.
  await delay(2500);
  expect(await balance(db2)).toBe(50);
  expect(watch.alerted).toContain('channel-detached');
  expect(watch.leader.memory.detached?.missing).toMatch(/^1 transaction: /);
});

test('a holder that came back with less than its standby has is not opened: the standby takes over, and no number is given twice', async () => {
  const { db1, db2 } = servers;
  for (let row = 0; row < 20; row += 1) await write(servers, 'before the copy');
  await db1.stop();
  const restore = await copyData(db1);
  await db1.start();
  await openServer(db1);
  await reconnect(db2);
  await untilReplicating([db1, db2]);
  for (let row = 0; row < 10; row += 1) await write(servers, 'after the copy');
  await eventually(async () => expect(await count(db2, 'app.writes')).toBe(30));
  await db1.kill();
  await restore();
  await db1.start();
  await new Watch('db1').until({ row: 'holder-behind', deed: 'failover' });
  await takeOver('db2');
  await db2.sql("INSERT INTO app.writes (client, seq) VALUES ('to the new holder', 31)");
  await reconnect(db1);
  // It receives what is new, and by no channel what it wrote itself: it has to be rebuilt, and a person reads that.
  await eventually(async () => expect(await count(db1, 'app.writes')).toBe(21));
  const watch = new Watch('db2');
  await watch.until({ row: 'standby-unfit' });
  expect(watch.leader.memory.outbox[0]?.happened).toContain(
    'it lost writes that it had sent: 10 transactions',
  );
  expect(await count(db2, 'app.writes')).toBe(31);
});

test('a backup that locks the holder for 7 s is named, and neither killed nor fled from', async () => {
  const watch = new Watch('db1');
  await watch.until({ row: 'steady' });
  const backup = await servers.db1.openRoot();
  backup.on('error', () => {});
  try {
    await backup.query('FLUSH TABLES WITH READ LOCK');
    const rows = new Set<string>();
    for (const endMs = performance.now() + 7000; performance.now() < endMs; await delay(200)) {
      const { row, deed } = await watch.look();
      rows.add(row);
      expect(deed).not.toBe('failover');
    }
    expect([...rows]).toContain('holder-locked');
    expect(watch.alerted).toContain('holder-locked');
    await backup.query('SELECT 1');
  } finally {
    backup.destroy();
  }
});

test('a holder that switches its binary log off by itself: what it writes gets nowhere, and its standby is unfit at once', async () => {
  const { db1, db2 } = servers;
  const watch = new Watch('db1');
  await watch.until({ row: 'steady' });
  await db1.sql("SET GLOBAL binlog_error_action = 'IGNORE_ERROR'");
  // The file that the server writes down beside a new log cannot be made: as on a full disk.
  await mkdir(path.join(db1.dataDirectory, 'binlog.~rec~'));
  await expect(db1.sql('FLUSH BINARY LOGS')).rejects.toThrow();
  await write(servers, 'unlogged');
  await watch.until({ row: 'standby-unfit' });
  const { holder, fitness } = (await watch.look()).situation;
  expect(holder.server).toMatchObject({ binaryLog: 'off', heartbeat: { kind: 'committed' } });
  expect(fitness.reasons.join()).toContain('db1 writes no binary log');
  expect(await count(db2, "app.writes WHERE client = 'unlogged'")).toBe(0);
});

/** An event of root's that writes a row each second on whichever server runs it. */
async function scheduleJob(): Promise<(by: Instance, seenOn: Instance) => Promise<number>> {
  const { db1, db2 } = servers;
  for (const server of [db1, db2]) {
    await appendFile(server.myCnf, 'event-scheduler=ON\n');
    await server.sql('SET GLOBAL event_scheduler = ON');
  }
  await db1.sql('CREATE TABLE app.jobs (id BIGINT AUTO_INCREMENT PRIMARY KEY, server INT) ENGINE=InnoDB');
  await db1.sql(
    'CREATE EVENT app.job ON SCHEDULE EVERY 1 SECOND DO INSERT INTO app.jobs (server) VALUES (@@server_id)',
  );
  await eventually(async () => expect(await count(db2, 'app.jobs')).toBeGreaterThan(0));
  return (by, seenOn) => count(seenOn, `app.jobs WHERE server = ${by.serverId}`);
}

test('a scheduled event is told before a move would stop it, and is seen where it writes on a closed node', async () => {
  const { db1, db2 } = servers;
  const jobs = await scheduleJob();
  const before = new Watch('db1');
  await eventually(async () => {
    await before.look();
    expect(before.alerted).toContain('events-will-stop');
  });
  await db1.kill();
  await takeOver('db2');
  const received = await jobs(db1, db2);
  await db1.start();
  const after = new Watch('db2');
  const closed = (await after.look()).situation.standby.server;
  await eventually(async () => {
    const { server } = (await after.look()).situation.standby;
    expect(server && ownGrowth(closed, server)).toBeGreaterThan(1);
  });
  expect(await jobs(db1, db2)).toBe(received);
});

test('a scheduled event that goes with the role runs on the new holder, and on the old one no more', async () => {
  const { db1, db2 } = servers;
  const jobs = await scheduleJob();
  for (const statement of eventStatements('mysql-5.6', { user: accounts.monitor.user, host: '%' }))
    await db1.sql(statement);
  await eventually(async () =>
    expect(await count(db2, "mysql.user WHERE user = 'monitor' AND Event_priv = 'Y'")).toBe(1),
  );
  await db1.kill();
  await takeOver('db2', 'managed');
  await eventually(async () => expect(await jobs(db2, db2)).toBeGreaterThan(1));
  await db1.start();
  await untilReplicating([db1]);
  await eventually(async () => expect(await jobs(db2, db1)).toBe(await jobs(db2, db2)));
  const [ofOld, ofNew] = [await jobs(db1, db1), await jobs(db2, db2)];
  await delay(2500);
  expect(await jobs(db1, db1)).toBe(ofOld);
  expect(await jobs(db2, db2)).toBeGreaterThan(ofNew);
});

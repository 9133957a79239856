/** After a failover: the old holder returns with something of its own, and later with nothing. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Reply } from '../../lib/core/operator/reply.ts';
import type { TableCount } from '../../lib/core/standby/divergence.ts';
import { type Client, readLost, startClient } from '../client.ts';
import { pairName } from '../deployment.ts';
import { Alerts } from '../faults/alerted.ts';
import { isWritable, type LabNodeName } from '../pair.ts';
import { retryEverySecond } from '../servers/faults/channels.ts';
import { stopThread } from '../servers/faults/threads.ts';
import type { Instance } from '../servers/instance.ts';
import { replicationOf } from '../servers/replication.ts';
import type { Story } from '../story.ts';
import { type LabWorld, untilSteady } from '../world.ts';
import { askReply, differenceOf, rowsOnlyOn } from './world.ts';

/** What a run leaves. */
export interface RejoinFigures {
  readonly scenario: 'rejoin';
  readonly server: string;
  /** Rows of the client's table on the old holder alone: as the lab reads them, and as `divergence` names them. */
  readonly lostRows: number;
  readonly reportedRows: number;
  /** Of them, those that the client was told are committed. */
  readonly lostAcknowledged: number;
  readonly rebuildMs: number | null;
  /** From the moment that the old holder lets clients in, with nothing of its own, to replication both ways. */
  readonly rejoinMs: number | null;
  /** The row that the new holder changed after the failover: 50, or the older 90. */
  readonly balance: number | null;
  readonly wrong: readonly string[];
  readonly ok: boolean;
}

/** How long the client writes to a holder that nobody receives from any more. Milliseconds. */
const UNHEARD_MS = 400;
const FAILOVER_MS = 180_000;
const REBUILD_MS = 600_000;
/** The most that rejoining may take, and how long the lab waits for it all the same. Milliseconds. */
const REJOIN_MS = 10_000;
const REJOIN_WAIT_MS = 60_000;
const EQUAL_MS = 30_000;

const person = { pair: pairName, by: 'the lab', why: 'db1 is back' };

/** What the steps share. */
interface Play {
  readonly world: LabWorld;
  readonly story: Story;
  readonly wrong: string[];
}

export async function playRejoin(world: LabWorld, story: Story): Promise<RejoinFigures> {
  const play: Play = { world, story, wrong: [] };
  const { db1, db2 } = world.hosts;
  await Promise.all([db1.furnish(), db2.furnish()]);
  await prepare(world);
  world.schedule();
  await untilSteady(world);
  story.tell('lab', 'the pair is steady: db1 holds the VIP and takes writes, db2 is fit');
  const client = await startWriting(world, story);
  try {
    await dieWithATail(play);
    const seen = await judgeReturn(play, client);
    const rebuildMs = await rebuild(play);
    await judgeEqual(play, 'after rebuild');
    const balance = await balanceOf(db2.instance);
    expect(
      play,
      balance === 50,
      `the balance is ${balance}: the 50 that the new holder acknowledged is gone`,
    );
    const rejoinMs = await dieWithNothing(play);
    await judgeEqual(play, 'after the second failover');
    return {
      scenario: 'rejoin',
      server: db1.instance.product.name,
      ...seen,
      rebuildMs,
      rejoinMs,
      balance,
      wrong: play.wrong,
      ok: play.wrong.length === 0,
    };
  } finally {
    client.close();
  }
}

function expect({ story, wrong }: Play, holds: boolean, otherwise: string): void {
  if (holds) return;
  story.tell('lab', `FAILED: ${otherwise}`);
  wrong.push(otherwise);
}

async function prepare({ hosts }: LabWorld): Promise<void> {
  const { db1, db2 } = hosts;
  await db1.instance.sql(
    'CREATE TABLE app.balances (id INT PRIMARY KEY, balance INT NOT NULL) ENGINE=InnoDB',
  );
  await db1.instance.sql('INSERT INTO app.balances (id, balance) VALUES (1, 100)');
  for (const { instance } of [db1, db2]) await retryEverySecond(instance);
}

async function startWriting({ network }: LabWorld, story: Story): Promise<Client> {
  const client = await startClient({
    host: network.vip,
    port: network.port,
    localAddress: network.addressOf('client'),
    words: network.wordsAt('client'),
    onTale: (tale) => story.hear(tale),
  });
  await client.connected(15_000);
  await delay(1000);
  return client;
}

/** db1 dies under load, with rows that db2 never received; db2 takes over, and changes one of them. */
async function dieWithATail(play: Play): Promise<void> {
  const { world, story } = play;
  const { db1, db2 } = world.hosts;
  const alerts = new Alerts(world);
  const startAgain = await stopThread(db2.instance, 'IO_THREAD');
  await db1.instance.sql('UPDATE app.balances SET balance = 90 WHERE id = 1');
  await db1.instance.sql('INSERT INTO app.balances (id, balance) VALUES (2, 1)');
  await delay(UNHEARD_MS);
  await db1.instance.kill();
  await startAgain();
  const moved = await alerts.within('failover-done', FAILOVER_MS);
  if (moved === null) throw new Error('no failover: nothing can be shown');
  await db2.instance.sql('UPDATE app.balances SET balance = balance - 50 WHERE id = 1');
  story.tell('lab', 'db1 died with rows that db2 never received, and db2 took over');
}

/** db1 is back: it takes no writes, and what it has alone is named exactly. */
async function judgeReturn(
  play: Play,
  client: Client,
): Promise<Pick<RejoinFigures, 'lostRows' | 'reportedRows' | 'lostAcknowledged'>> {
  const { world, story } = play;
  const { db1, db2 } = world.hosts;
  const alerts = new Alerts(world);
  await db1.boot();
  expect(
    play,
    (await alerts.within('channel-detached', FAILOVER_MS)) !== null,
    'channel-detached was not alerted',
  );
  expect(play, !(await isWritable(db1)), 'the old holder takes writes');
  const { writes } = await client.stop();
  const lostRows = await rowsOnlyOn(db1.instance, db2.instance);
  const lostAcknowledged = (await readLost(writes, db2.instance)).length;
  const reply = await askReply(world, { action: 'divergence', pair: pairName });
  for (const line of reply.lines) story.tell('operate', line);
  const own = tablesIn(reply, 'db1');
  const [ofWrites, ofBalances] = [countOf(own, 'app.writes'), countOf(own, 'app.balances')];
  expect(play, lostRows > 0, 'nothing was lost, so nothing was shown');
  expect(play, lostAcknowledged <= lostRows, `${lostAcknowledged} acknowledged rows are on neither node`);
  expect(
    play,
    ofWrites === `${lostRows}/0/0`,
    `app.writes: divergence says ${ofWrites}, and ${lostRows} rows are on db1 alone`,
  );
  expect(
    play,
    ofBalances === '1/1/0',
    `app.balances: divergence says ${ofBalances}, want 1 inserted, 1 updated`,
  );
  const others = own.map(({ table }) => table).filter((table) => !known.includes(table));
  expect(play, others.length === 0, `divergence names ${others.join(', ')}, which nobody wrote to`);
  return {
    lostRows,
    lostAcknowledged,
    reportedRows: own.find(({ table }) => table === 'app.writes')?.inserted ?? 0,
  };
}

/** What was written to on db1: by the client, by the lab, and by the probes. */
const known = ['app.writes', 'app.balances', 'keepalambda.heartbeat'];

function tablesIn({ data }: Reply, node: LabNodeName): readonly TableCount[] {
  if (data?.action !== 'divergence') return [];
  return data.lacks.find(({ has }) => has === node)?.counted?.tables ?? [];
}

/** Inserted, updated, deleted. */
function countOf(tables: readonly TableCount[], name: string): string {
  const found = tables.find(({ table }) => table === name);
  return found ? `${found.inserted}/${found.updated}/${found.deleted}` : 'nothing';
}

/** Refused without a word about the loss; then done, in as many invocations as it takes. Null when it is not done in time. */
async function rebuild(play: Play): Promise<number | null> {
  const { world, story } = play;
  const order = { action: 'rebuild', ...person, node: 'db1' };
  const ofHolder = await askReply(world, { ...order, node: 'db2', acceptLoss: true });
  expect(play, ofHolder.outcome === 'refused', `rebuild of the holder: ${ofHolder.lines.join(' ')}`);
  const refused = await askReply(world, order);
  story.tell('operate', refused.lines.join(' '));
  expect(play, refused.outcome === 'refused', 'rebuild without --accept-loss was not refused');
  await world.hosts.db1.instance.kill();
  story.tell('lab', 'the server of db1 is down: rebuild is to start it');
  const startedMs = Date.now();
  while (Date.now() - startedMs < REBUILD_MS) {
    const reply = await askReply(world, { ...order, acceptLoss: true, id: 'rebuild-1' });
    for (const line of reply.lines) story.tell('operate', line);
    if (!reply.ok) {
      expect(play, false, `rebuild: ${reply.lines.join(' ')}`);
      return null;
    }
    if (reply.data?.action === 'rebuild' && !reply.data.unfinished) return Date.now() - startedMs;
  }
  expect(play, false, `rebuild was not done within ${REBUILD_MS / 1000} s`);
  return null;
}

async function judgeEqual(play: Play, when: string): Promise<void> {
  const { db1, db2 } = play.world.hosts;
  const both = await untilBothWays([db1.instance, db2.instance], REJOIN_WAIT_MS);
  expect(play, both === null, `${when}, replication does not run both ways: ${both}`);
  const different = await differenceOf(db1.instance, db2.instance, EQUAL_MS);
  expect(play, different === null, `${when}, the nodes differ: ${different}`);
  play.story.tell('lab', `${when}: ${different === null ? 'all tables are equal on both nodes' : different}`);
}

/** The holder dies when its peer has everything, and comes back. Gives back how long it took to rejoin. */
async function dieWithNothing(play: Play): Promise<number | null> {
  const { world, story } = play;
  const { db1, db2 } = world.hosts;
  await untilSteady(world);
  const alerts = new Alerts(world);
  await db2.instance.kill();
  if ((await alerts.within('failover-done', FAILOVER_MS)) === null) throw new Error('no second failover');
  await db2.boot();
  const upMs = Date.now();
  const both = await untilBothWays([db1.instance, db2.instance], REJOIN_WAIT_MS);
  const tookMs = both === null ? Date.now() - upMs : null;
  expect(
    play,
    tookMs !== null && tookMs <= REJOIN_MS,
    `db2 rejoined after ${tookMs ?? 'more than a minute'} ms: ${both}`,
  );
  expect(play, !(await isWritable(db2)), 'the second old holder takes writes');
  story.tell('lab', `db2 came back with nothing of its own, and rejoined after ${tookMs} ms`);
  return tookMs;
}

async function untilBothWays(nodes: readonly Instance[], limitMs: number): Promise<string | null> {
  const untilMs = Date.now() + limitMs;
  for (;;) {
    const seen = await Promise.all(nodes.map((node) => replicationOf(node)));
    if (seen.every((status) => status?.io === 'Yes' && status.sql === 'Yes')) return null;
    if (Date.now() > untilMs) return JSON.stringify(seen);
    await delay(100);
  }
}

async function balanceOf(node: Instance): Promise<number | null> {
  const [row] = await node.sql('SELECT balance FROM app.balances WHERE id = 1');
  return row ? Number(row.balance) : null;
}

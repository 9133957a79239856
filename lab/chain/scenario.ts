/** A third server R01 behind a node: a chain replica, as the old set-up had one behind M01. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Finding } from '../../lib/core/alert/finding.ts';
import type { Replica } from '../../lib/core/config/replica-settings.ts';
import type { Reply } from '../../lib/core/operator/reply.ts';
import { functionNameOf } from '../../lib/stack/names.ts';
import { type Client, startClient } from '../client.ts';
import { environmentName, type Places, pairName } from '../deployment.ts';
import { restarted, withLines, wordFor } from '../doctor/broken.ts';
import type { LabNodeName } from '../pair.ts';
import { createInstance, type Instance } from '../servers/instance.ts';
import { replicateFrom, untilReplicating } from '../servers/replication.ts';
import type { Story } from '../story.ts';
import { type LabWorld, untilSteady } from '../world.ts';

/** What a run leaves. */
export interface ChainFigures {
  readonly scenario: 'chain';
  readonly server: string;
  /** Why the first part could not be played here; null when it was. */
  readonly notHere: string | null;
  /** What doctor finds on a node that does not log what it receives. */
  readonly doctor: readonly string[];
  /** How long after the death of its source the replica followed the new holder. Milliseconds. */
  readonly followedAfterMs: number | null;
  /** Rows of clients on the holder, on the replica, and those that the replica lacks or has twice. */
  readonly rows: number;
  readonly onReplica: number;
  readonly missing: number;
  readonly doubled: number;
  readonly alerts: readonly string[];
  readonly wrong: readonly string[];
  readonly ok: boolean;
}

/** No node of the pair has it. */
const SERVER_ID = 31;
/** How long something may take to come true. Milliseconds. */
const STEP_LIMIT_MS = 90_000;
/** For how long a client writes. Milliseconds. */
const WRITES_MS = 2000;

/** R01 as the pair's configuration names it, at the client's seat. */
export function chainReplica({ network }: Places): Replica {
  return { name: 'r01', address: network.addressOf('client') };
}

export async function playChain(world: LabWorld, story: Story): Promise<ChainFigures> {
  const run = new ChainRun(world, story);
  world.schedule();
  await untilSteady(world);
  const { notHere, doctor } = await run.unlogged();
  await run.behindDb1();
  const followedAfterMs = await run.failover();
  const counts = await run.compare();
  const { wrong, alerts } = run;
  const figures = { scenario: 'chain', server: world.hosts.db1.instance.product.name } as const;
  return { ...figures, notHere, doctor, followedAfterMs, ...counts, alerts, wrong, ok: wrong.length === 0 };
}

class ChainRun {
  readonly wrong: string[] = [];
  readonly alerts: string[] = [];
  readonly #world: LabWorld;
  readonly #story: Story;
  #replica: Instance | null = null;
  #clients = 0;

  constructor(world: LabWorld, story: Story) {
    this.#world = world;
    this.#story = story;
    world.aws.events.on('message', ({ attributes }) => {
      this.alerts.push(...(JSON.parse(attributes.event ?? '[]') as readonly string[]));
    });
  }

  /** Behind a node that does not log what it receives, R01 misses the other node's writes, and doctor says why. */
  async unlogged(): Promise<{ readonly notHere: string | null; readonly doctor: readonly string[] }> {
    const db2 = this.#world.hosts.db2.instance;
    const { dialect } = db2.product;
    if (dialect === 'mysql-5')
      return { notHere: '5.6 does not start with GTIDs and without log-slave-updates', doctor: [] };
    const option = `${wordFor('log_replica_updates', dialect)}=0`.replaceAll('_', '-');
    const undo = await restarted(withLines(option))(this.#world, db2);
    await this.#startReplica('db2');
    await this.#writes(WRITES_MS);
    await this.#until('db2 has the rows of the client', async () => (await rowsOn(db2)).length > 0);
    const found = (await this.#findings()).filter((line) => line.includes('updates-not-logged'));
    this.#mustBe(
      'doctor names log_replica_updates on db2',
      found.some((line) => line.includes('db2')),
    );
    this.#mustBe('R01 behind db2 misses the writes of db1', (await rowsOn(this.#r01)).length === 0);
    await undo();
    await this.#closeReplica();
    await untilReplicating([db2, this.#world.hosts.db1.instance], STEP_LIMIT_MS);
    return { notHere: null, doctor: found };
  }

  /** Behind db1, which logs what it receives, it gets what db2 takes; and the switchovers do not end its connection. */
  async behindDb1(): Promise<void> {
    await this.#startReplica('db1');
    const { status } = await this.#ask({ action: 'status', pair: pairName }, (lines) =>
      lines.some((line) => line.includes('r01') && line.includes('follows db1')),
    );
    this.#mustBe('status shows that r01 follows db1', status);
    const before = await this.#feeder();
    await this.#switchOver('db2');
    await this.#writes(WRITES_MS);
    await this.#sameRows('R01 behind db1 has the writes that db2 took', 'db2');
    this.#mustBe(
      'its connection outlived the switchover',
      before !== null && before === (await this.#feeder()),
    );
    await this.#switchOver('db1');
  }

  /** db1 dies, and R01 follows db2. Both have had all of it: what only R01 has would keep it where it is. */
  async failover(): Promise<number | null> {
    const { db1, db2 } = this.#world.hosts;
    await untilSteady(this.#world);
    await this.#writes(WRITES_MS);
    await this.#sameRows('R01 has the writes that db1 took', 'db1');
    await this.#sameRows('R01 and db2 have the same', 'db2');
    const diedAtMs = Date.now();
    await db1.instance.kill();
    const client = await this.#client();
    const follows = await this.#until('after the failover R01 follows db2', async () => {
      const [row] = await this.#r01.sql(statusOf(this.#r01));
      return (row?.Source_Host ?? row?.Master_Host) === db2.instance.address;
    });
    const afterMs = Date.now() - diedAtMs;
    await untilReplicating([this.#r01], STEP_LIMIT_MS);
    await delay(WRITES_MS);
    const { writes } = await client.stop();
    this.#mustBe('the client has written through the VIP since', writes.length > 0);
    return follows ? afterMs : null;
  }

  /** Every row of a client on the holder is on R01, once. */
  async compare(): Promise<Pick<ChainFigures, 'rows' | 'onReplica' | 'missing' | 'doubled'>> {
    const db2 = this.#world.hosts.db2.instance;
    await this.#sameRows('R01 has every write that db2 has', 'db2');
    const [rows, onReplica] = [await rowsOn(db2), await rowsOn(this.#r01)];
    const have = new Set(onReplica);
    const missing = rows.filter((row) => !have.has(row)).length;
    const doubled = onReplica.length - have.size;
    await this.#until('people were alerted of it', async () => this.alerts.includes('replicas-repointed'));
    if (missing + doubled > 0) this.wrong.push(`${missing} rows missing, ${doubled} doubled`);
    return { rows: rows.length, onReplica: onReplica.length, missing, doubled };
  }

  get #r01(): Instance {
    if (this.#replica === null) throw new Error('R01 was not started');
    return this.#replica;
  }

  async #startReplica(source: LabNodeName): Promise<void> {
    const { network, hosts, directory } = this.#world;
    const { product, settings } = hosts.db1.instance;
    const instance = await createInstance({
      product,
      settings,
      directory,
      name: 'r01',
      serverId: SERVER_ID,
      address: network.addressOf('client'),
      port: network.port,
      words: network.wordsAt('client'),
    });
    this.#world.defer(() => instance.close());
    await instance.start();
    await replicateFrom(instance, { host: hosts[source].address, port: network.port });
    await untilReplicating([instance], STEP_LIMIT_MS);
    this.#replica = instance;
    this.#story.tell('lab', `R01 runs behind ${source}`);
  }

  async #closeReplica(): Promise<void> {
    await this.#r01.close();
    this.#replica = null;
  }

  /** The session by which db1 feeds R01: another one means that it was ended. */
  async #feeder(): Promise<string | null> {
    const { db1, db2 } = this.#world.hosts;
    const rows = await db1.instance.sql('SHOW PROCESSLIST');
    const feeding = rows.filter(({ Command }) => String(Command).startsWith('Binlog Dump'));
    const ids = feeding.map(({ Id }) => String(Id));
    return ids.length === 2 && db2.instance.isRunning() ? ids.sort().join() : null;
  }

  async #client(): Promise<Client> {
    const { network } = this.#world;
    this.#clients += 1;
    const client = await startClient({
      name: `chain-${this.#clients}`,
      host: network.vip,
      port: network.port,
      localAddress: network.addressOf('client'),
      words: network.wordsAt('client'),
    });
    this.#world.defer(async () => client.close());
    return client;
  }

  async #writes(forMs: number): Promise<void> {
    const client = await this.#client();
    await client.connected(STEP_LIMIT_MS);
    await delay(forMs);
    const { writes } = await client.stop();
    if (writes.length === 0) this.wrong.push('a client could not write through the VIP');
  }

  async #sameRows(what: string, node: LabNodeName): Promise<void> {
    const { instance } = this.#world.hosts[node];
    await this.#until(what, async () => {
      const [there, here] = [await rowsOn(instance), await rowsOn(this.#r01)];
      return there.length > 0 && there.join() === here.join();
    });
  }

  async #switchOver(to: LabNodeName): Promise<void> {
    await untilSteady(this.#world);
    const asked = { action: 'switchover', pair: pairName, by: 'lab', why: 'chain' };
    // The same id again gets the same answer, where the first one was lost.
    const order = { ...asked, to, force: true, id: `to-${to}` };
    const { status } = await this.#ask(order, () => true);
    this.#mustBe(`the VIP was switched over to ${to}`, status && this.#world.holder() === to);
  }

  /** As a person asks operate. On a machine that is busy a function may not come up in time: it is asked again. */
  async #ask(request: object, isRight: (lines: readonly string[]) => boolean): Promise<{ status: boolean }> {
    const operate = functionNameOf(environmentName, 'operate');
    const status = await this.#eventually(async () => {
      const { payload } = await this.#world.aws.lambda.invoke(operate, request);
      const reply = JSON.parse(payload) as Partial<Reply>;
      return reply.ok === true && isRight(reply.lines ?? []);
    });
    return { status };
  }

  async #findings(): Promise<readonly string[]> {
    let found: readonly Finding[] = [];
    await this.#eventually(async () => {
      const operate = functionNameOf(environmentName, 'operate');
      const { payload } = await this.#world.aws.lambda.invoke(operate, { action: 'doctor', pair: pairName });
      const { data } = JSON.parse(payload) as { readonly data?: { readonly findings: readonly Finding[] } };
      found = data?.findings ?? [];
      return data !== undefined;
    });
    return found.map(({ severity, subject, id }) => `${severity} ${subject} ${id}`);
  }

  async #until(what: string, check: () => Promise<boolean>): Promise<boolean> {
    return this.#mustBe(what, await this.#eventually(check));
  }

  async #eventually(check: () => Promise<boolean>): Promise<boolean> {
    const deadlineMs = Date.now() + STEP_LIMIT_MS;
    for (;;) {
      if (await check().catch(() => false)) return true;
      if (Date.now() > deadlineMs) return false;
      await delay(100);
    }
  }

  #mustBe(what: string, holds: boolean): boolean {
    this.#story.tell('lab', `${holds ? 'ok' : 'FAILED'}: ${what}`);
    if (!holds) this.wrong.push(what);
    return holds;
  }
}

function statusOf({ product }: Instance): string {
  return product.dialect === 'mysql-8' ? 'SHOW REPLICA STATUS' : 'SHOW SLAVE STATUS';
}

/** The rows that clients wrote, each in one text. */
async function rowsOn(instance: Instance): Promise<readonly string[]> {
  const rows = await instance.sql('SELECT client, seq FROM app.writes ORDER BY client, seq');
  return rows.map(({ client, seq }) => `${client}/${seq}`);
}

/** A maintenance in the lab: its orders, what is heard meanwhile, and what must have come of it. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Client, type ClientResult, readLost, startClient } from '../client.ts';
import { pairName } from '../deployment.ts';
import type { Host } from '../hosts.ts';
import { type Ordered, order } from '../setup/orders.ts';
import type { Story } from '../story.ts';
import { type LabWorld, untilSteady } from '../world.ts';
import type { MaintainKind } from './kinds.ts';

/** What is seen of the order at its end. */
interface Seen {
  readonly changed: readonly string[];
  readonly switchovers: number;
  readonly lost: number;
}

const LIMIT_MS = 300_000;
/** Alerts that clients of a planned change have no part in. */
const expected = new Set(['switchover-done', 'all-clear']);

/** One run: what is heard meanwhile, and what was wrong. */
export class MaintainRun {
  readonly wrong: string[] = [];
  readonly alerts: string[] = [];
  readonly world: LabWorld;
  readonly #story: Story;
  readonly #kind: MaintainKind;
  switchovers = 0;

  constructor(world: LabWorld, story: Story, kind: MaintainKind) {
    this.world = world;
    this.#story = story;
    this.#kind = kind;
    world.aws.events.on('message', ({ attributes }) => {
      this.alerts.push(...(JSON.parse(attributes.event ?? '[]') as readonly string[]));
    });
    world.aws.events.on('addressMoved', () => {
      this.switchovers += 1;
    });
  }

  /** The pair at rest, and the hosts prepared. */
  async begin(): Promise<void> {
    this.world.schedule();
    await this.untilQuiet();
    await this.#kind.prepare(this.world);
    this.alerts.length = 0;
    this.switchovers = 0;
  }

  mustBe(what: string, holds: boolean): void {
    this.#story.tell('lab', `${holds ? 'ok' : 'FAILED'}: ${what}`);
    if (!holds) this.wrong.push(what);
  }

  async startClient(): Promise<Client> {
    const { network } = this.world;
    const client = await startClient({
      name: 'maintain',
      host: network.vip,
      port: network.port,
      localAddress: network.addressOf('client'),
      words: network.wordsAt('client'),
    });
    this.world.defer(async () => client.close());
    await client.connected(LIMIT_MS);
    return client;
  }

  /** As the command line does: again and again under one id, while the answer says that it is not finished. */
  async order(id: string, more: object = {}): Promise<Ordered> {
    const { work, command } = this.#kind;
    const ordered = await order(this.world, 'maintain', { id, work, command, ...more });
    for (const line of ordered.lines) this.#story.tell('lab', line);
    return ordered;
  }

  states(): readonly string[] {
    return this.#hosts.map((host) => this.#kind.stateOf(host));
  }

  /** What came of the order: on the servers, for clients, and for who is alerted. */
  async judge({ writes }: ClientResult): Promise<Seen> {
    const changed = await Promise.all(
      this.#hosts.map(async ({ name, instance }) => {
        const [row] = await instance.sql(`SELECT ${this.#kind.asks} AS it`);
        return { name, answer: String(row?.it) };
      }),
    );
    this.mustBe(
      'both servers are changed',
      changed.every(({ answer }) => this.#kind.isChanged(answer)),
    );
    this.mustBe('clients saw one switchover', this.switchovers === 1);
    const lost = await lostOn(this.world, writes);
    this.mustBe('no acknowledged write is lost', lost === 0 && writes.length > 0);
    this.mustBe('the pair is healthy at the end', await isHealthy(this.world));
    const others = this.alerts.filter((code) => !expected.has(code));
    const named = others.length === 0 ? '' : `: got ${others.join(', ')}`;
    this.mustBe(`nobody was alerted of anything else${named}`, others.length === 0);
    const texts = changed.map(({ name, answer }) => `${name}: ${answer}`);
    return { changed: texts, switchovers: this.switchovers, lost };
  }

  /** Nothing is wrong, and nothing is on its way to anybody: a machine that is busy may begin with alerts of its own. */
  async untilQuiet(): Promise<void> {
    await untilSteady(this.world);
    const deadlineMs = Date.now() + LIMIT_MS;
    for (;;) {
      const { incident, outbox } = await this.world.store.readMemory(pairName);
      if (incident === null && outbox.length === 0) return;
      if (Date.now() > deadlineMs) throw new Error('the pair of the lab does not become steady');
      await delay(500);
    }
  }

  get #hosts(): readonly Host[] {
    const { db1, db2 } = this.world.hosts;
    return [db1, db2];
  }
}

/** What no node has; replication may still be on its way to one of them. */
async function lostOn({ hosts }: LabWorld, writes: Parameters<typeof readLost>[0]): Promise<number> {
  const [one, other] = await Promise.all([
    readLost(writes, hosts.db1.instance),
    readLost(writes, hosts.db2.instance),
  ]);
  const missing = new Set(other.map(({ seq }) => seq));
  return one.filter(({ seq }) => missing.has(seq)).length;
}

async function isHealthy(world: LabWorld): Promise<boolean> {
  await untilSteady(world).catch(() => {});
  await delay(1000);
  const memory = await world.store.readMemory(pairName);
  return memory.maintenance === null && memory.incident === null && memory.readiness?.fit === true;
}

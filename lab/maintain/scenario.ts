/** Both masters get another configuration under load, by one order; and the order is given again. */
import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Reply } from '../../lib/core/reply.ts';
import { functionNameOf } from '../../lib/stack/names.ts';
import { gapsOf } from '../client/account.ts';
import { readLost, startClient } from '../client.ts';
import { environmentName, pairName } from '../deployment.ts';
import { withLines } from '../doctor/broken.ts';
import type { Story } from '../story.ts';
import { type LabWorld, untilSteady } from '../world.ts';

/** What a run leaves. */
export interface MaintainFigures {
  readonly scenario: 'maintain';
  readonly server: string;
  /** How long the whole order took, over how many invocations of operate. Milliseconds. */
  readonly tookMs: number;
  readonly invocations: number;
  readonly steps: readonly string[];
  /** What clients have seen of it: moves of the VIP, the longest time without a write, and writes that failed. */
  readonly switchovers: number;
  readonly closedMs: number;
  readonly writes: number;
  readonly failedStatements: number;
  /** Acknowledged writes that are on neither node. */
  readonly lost: number;
  /** Whether each node runs with the new configuration. */
  readonly changed: readonly string[];
  readonly alerts: readonly string[];
  /** What the same order, given again under its id, has changed. */
  readonly secondRunChanged: number;
  readonly wrong: readonly string[];
  readonly ok: boolean;
}

const LIMIT_MS = 300_000;
/** Another configuration: any value that is not the default, and that takes a restart on no server. */
const NEW_CONNECTIONS = 173;
const ORDER_ID = 'lab-maintain';
/** Alerts that clients of a planned change have no part in. */
const expected = new Set(['switchover-done', 'all-clear']);

export async function playMaintain(world: LabWorld, story: Story): Promise<MaintainFigures> {
  const { db1, db2 } = world.hosts;
  const wrong: string[] = [];
  const mustBe = (what: string, holds: boolean) => {
    story.tell('lab', `${holds ? 'ok' : 'FAILED'}: ${what}`);
    if (!holds) wrong.push(what);
  };
  const alerts: string[] = [];
  world.aws.events.on('message', ({ attributes }) => {
    alerts.push(...(JSON.parse(attributes.event ?? '[]') as readonly string[]));
  });
  let switchovers = 0;
  world.aws.events.on('addressMoved', () => {
    switchovers += 1;
  });
  world.schedule();
  await untilQuiet(world);
  alerts.length = 0;
  const before = [db1.instance.pid, db2.instance.pid];
  for (const { instance } of [db1, db2])
    await writeFile(
      instance.myCnf,
      withLines(`max-connections=${NEW_CONNECTIONS}`)(await readFile(instance.myCnf, 'utf8')),
    );
  const client = await startClient({
    ...{ name: 'maintain', host: world.network.vip, port: world.network.port },
    localAddress: world.network.addressOf('client'),
    words: world.network.wordsAt('client'),
  });
  world.defer(async () => client.close());
  await client.connected(LIMIT_MS);
  const beganMs = Date.now();
  const { replies, steps } = await order(world, story);
  const tookMs = Date.now() - beganMs;
  const last = replies.at(-1);
  mustBe('the order was carried out', last?.ok === true);
  if (last?.ok !== true) for (const line of last?.lines ?? []) story.tell('lab', line);
  const { writes, attempts, untilMs } = await client.stop();
  const changed = await Promise.all(
    [db1, db2].map(async ({ name, instance }) => {
      const [row] = await instance.sql('SELECT @@global.max_connections AS it');
      return `${name}: ${row?.it}`;
    }),
  );
  mustBe(
    'both run with the new configuration',
    changed.every((text) => text.endsWith(`: ${NEW_CONNECTIONS}`)),
  );
  mustBe('clients saw one switchover', switchovers === 1);
  const lost = await lostOn(world, writes);
  mustBe('no acknowledged write is lost', lost === 0 && writes.length > 0);
  mustBe('the pair is healthy at the end', await isHealthy(world));
  mustBe(
    'nobody was alerted of anything else',
    alerts.every((code) => expected.has(code)),
  );
  const pids = [db1.instance.pid, db2.instance.pid];
  const again = await order(world, story);
  mustBe(
    'given again, it changes nothing',
    again.changed === 0 && pids.join() === [db1.instance.pid, db2.instance.pid].join(),
  );
  mustBe(
    'each server was restarted',
    pids.every((pid, index) => pid !== before[index]),
  );
  const closedMs = Math.max(0, ...gapsOf(writes, { sinceMs: beganMs, untilMs }).map(({ forMs }) => forMs));
  return {
    ...{
      scenario: 'maintain',
      server: db1.instance.product.name,
      tookMs,
      invocations: replies.length,
      steps,
    },
    ...{ switchovers, closedMs, writes: writes.length, failedStatements: attempts - writes.length, lost },
    ...{ changed, alerts, secondRunChanged: again.changed, wrong, ok: wrong.length === 0 },
  };
}

interface Ordered {
  readonly replies: readonly Reply[];
  readonly changed: number;
  readonly steps: readonly string[];
}

/** As the command line does: again and again under one id, while the answer says that it is not finished. */
async function order(world: LabWorld, story: Story): Promise<Ordered> {
  const operate = functionNameOf(environmentName, 'operate');
  const asked = { action: 'maintain', pair: pairName, by: 'lab', why: 'another configuration', id: ORDER_ID };
  const replies: Reply[] = [];
  const deadlineMs = Date.now() + LIMIT_MS;
  for (;;) {
    const { payload } = await world.aws.lambda.invoke(operate, asked);
    const reply = JSON.parse(payload) as Reply;
    replies.push(reply);
    for (const line of reply.lines ?? []) story.tell('lab', line);
    const { data } = reply;
    const isUnfinished = data?.action === 'maintain' && data.unfinished;
    if (isUnfinished && Date.now() < deadlineMs) continue;
    const steps = data?.action === 'maintain' ? data.steps : [];
    return {
      replies,
      changed: data?.action === 'maintain' ? data.changed : -1,
      steps: steps.map(
        ({ name, node, tookMs }) => `${name}${node ? ` ${node}` : ''}: ${Math.round(tookMs)} ms`,
      ),
    };
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

/** Nothing is wrong, and nothing is on its way to anybody: a machine that is busy may begin with alerts of its own. */
async function untilQuiet(world: LabWorld): Promise<void> {
  await untilSteady(world);
  const deadlineMs = Date.now() + LIMIT_MS;
  for (;;) {
    const { incident, outbox } = await world.store.readMemory(pairName);
    if (incident === null && outbox.length === 0) return;
    if (Date.now() > deadlineMs) throw new Error('the pair of the lab does not come to rest');
    await delay(500);
  }
}

async function isHealthy(world: LabWorld): Promise<boolean> {
  await untilSteady(world).catch(() => {});
  await delay(1000);
  const memory = await world.store.readMemory(pairName);
  return memory.maintenance === null && memory.incident === null && memory.readiness?.fit === true;
}

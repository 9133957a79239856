/**
 * No false failover: a healthy pair under load, in bad weather, with stalled CPUs and vantages cut off for a
 * while. None of this is a death, so nothing may move.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { codesOf } from '../../../lab/aws/events.ts';
import { outageMs } from '../../../lab/client/account.ts';
import { type Client, type ClientResult, readLost, startClient } from '../../../lab/client.ts';
import type { NetnsNetwork } from '../../../lab/network/netns/network.ts';
import type { LabNodeName } from '../../../lab/pair.ts';
import type { Story } from '../../../lab/story.ts';
import { expectNothingDenied, type LabWorld, untilSteady } from '../../../lab/world.ts';

export interface SoakFigures {
  /** Moves of the VIP, and failovers begun, without a death. */
  readonly falseFailovers: number;
  readonly forMs: number;
  readonly stalls: number;
  readonly cuts: number;
  readonly acknowledged: number;
  readonly lost: number;
  readonly longestGapMs: number;
  /** What CPU functions really got. */
  readonly functionCpu: string;
  /** How many alerts of each code were published. */
  readonly alerts: Readonly<Record<string, number>>;
}

/** How long a node's CPU is taken away, and how often, in turns. Milliseconds. */
const STALL_MS = 300;
const STALL_EVERY_MS = 5000;
/** How long a vantage is cut off from both nodes, and how often, in turns. Milliseconds. */
const CUT_MS = 15_000;
const CUT_EVERY_MS = 60_000;
/** How many clients write through the VIP at once. */
const CLIENTS = 4;

/** Soaks an open world for that long. */
export async function soak(
  world: LabWorld,
  network: NetnsNetwork,
  forMs: number,
  story: Story,
): Promise<SoakFigures> {
  const heard = listen(world);
  world.schedule();
  await untilSteady(world);
  const clients = await Promise.all(Array.from({ length: CLIENTS }, (_, index) => startLoad(world, index)));
  try {
    const sinceMs = Date.now();
    network.setWeather(true);
    story.restart();
    const until = sinceMs + forMs;
    const [stalls, cuts] = await Promise.all([
      stallInTurns(world, until, story),
      cutInTurns(network, until, story),
    ]);
    const results = await Promise.all(clients.map((client) => client.stop()));
    expectNothingDenied(world);
    return await measure(world, results, { sinceMs, stalls, cuts, heard });
  } finally {
    for (const client of clients) client.close();
  }
}

interface Heard {
  readonly alerts: Record<string, number>;
  moves: number;
}

function listen({ aws }: LabWorld): Heard {
  const heard: Heard = { alerts: {}, moves: 0 };
  aws.events.on('message', (message) => {
    for (const code of codesOf(message)) heard.alerts[code] = (heard.alerts[code] ?? 0) + 1;
  });
  aws.events.on('addressMoved', () => {
    heard.moves += 1;
  });
  return heard;
}

function startLoad({ network }: LabWorld, index: number): Promise<Client> {
  return startClient({
    name: `client-${index}`,
    host: network.vip,
    port: network.port,
    localAddress: network.addressOf('client'),
    words: network.wordsAt('client'),
    timeoutMs: 2000,
  });
}

/** SIGSTOP and SIGCONT: what a hypervisor does to a guest that has used up its credits. */
async function stallInTurns({ hosts }: LabWorld, untilMs: number, story: Story): Promise<number> {
  let stalls = 0;
  while (Date.now() + STALL_EVERY_MS < untilMs) {
    await delay(STALL_EVERY_MS);
    const node: LabNodeName = stalls % 2 === 0 ? 'db1' : 'db2';
    stalls += 1;
    hosts[node].instance.hang();
    await delay(STALL_MS).finally(() => hosts[node].instance.resume());
    story.tell('lab', `${node} stood still for ${STALL_MS} ms`);
  }
  await delay(Math.max(0, untilMs - Date.now()));
  return stalls;
}

async function cutInTurns(network: NetnsNetwork, untilMs: number, story: Story): Promise<number> {
  let cuts = 0;
  for (;;) {
    const vantage = cuts % 2 === 0 ? 'probe-a' : 'probe-b';
    const restMs = CUT_EVERY_MS - CUT_MS;
    if (Date.now() + restMs + CUT_MS > untilMs) return cuts;
    await delay(restMs);
    cuts += 1;
    story.tell('lab', `${vantage} is cut off from both nodes`);
    for (const node of ['db1', 'db2']) network.cut(vantage, node);
    await delay(CUT_MS);
    for (const node of ['db1', 'db2']) network.heal(vantage, node);
    story.tell('lab', `${vantage} is back`);
  }
}

interface Course {
  readonly sinceMs: number;
  readonly stalls: number;
  readonly cuts: number;
  readonly heard: Heard;
}

/** Failovers that were begun, however they ended. */
function failoversIn(alerts: Readonly<Record<string, number>>): number {
  return (alerts['failover-done'] ?? 0) + (alerts['failover-aborted'] ?? 0);
}

async function measure(
  world: LabWorld,
  results: readonly ClientResult[],
  { sinceMs, stalls, cuts, heard }: Course,
): Promise<SoakFigures> {
  const writes = results.flatMap((result) => result.writes);
  const untilMs = Math.min(...results.map((result) => result.untilMs));
  const holder = world.holder() ?? 'db1';
  return {
    falseFailovers: Math.max(heard.moves, failoversIn(heard.alerts)),
    forMs: untilMs - sinceMs,
    stalls,
    cuts,
    acknowledged: writes.length,
    lost: (await readLost(writes, world.hosts[holder].instance)).length,
    longestGapMs: Math.round(outageMs(writes, { sinceMs, untilMs })),
    functionCpu: world.aws.functionCpu,
    alerts: heard.alerts,
  };
}

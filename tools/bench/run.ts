/** One run: a fresh pair under a contender's care, a client, a fault, and what the client saw. */
import { setTimeout as delay } from 'node:timers/promises';
import { outageMs } from '../../lab/client/account.ts';
import type { Tale } from '../../lab/client/words.ts';
import { type Client, type ClientResult, readLost, startClient } from '../../lab/client.ts';
import type { Host } from '../../lab/hosts.ts';
import { Story } from '../../lab/story.ts';
import { expectNothingDenied, type LabWorld, untilSteady } from '../../lab/world.ts';
import type { BenchTerms, Contender } from './contender.ts';
import { recordMoments } from './moments.ts';
import type { Run } from './results.ts';
import type { Trial } from './trials.ts';

/** The client's pace, and when it gives a connect or a query up: soon, so that it adds little of its own. */
export const clientTerms = { everyMs: 20, timeoutMs: 250 } as const;

/** How long a client writes before the earliest fault, and after writes go on. Milliseconds. */
const BEFORE_MS = 1500;
/** How long a client may take to connect before it. Milliseconds. */
const CONNECT_LIMIT_MS = 15_000;
const AFTER_MS = 1000;
/** After this time a run ends, and its outage counts as this long. Milliseconds. */
const LIMIT_MS = 60_000;

export interface RunOptions {
  readonly contender: Contender;
  readonly trial: Trial;
  /** Counts from 0. */
  readonly index: number;
  readonly terms: BenchTerms;
  /** Where in the contender's cycle the fault strikes, from 0 to 1. */
  readonly phase: number;
  /** Hears the story as it happens. */
  readonly tell: (line: string) => void;
}

/** Runs it, and leaves nothing behind. */
export async function runOnce(options: RunOptions): Promise<Run> {
  const lines: string[] = [];
  const story = new Story((line) => {
    lines.push(line);
    options.tell(line);
  });
  const arena = await options.contender.start(options.terms, story);
  try {
    return await play(arena.world, options, story, lines);
  } finally {
    await arena.close();
  }
}

async function play(
  world: LabWorld,
  { trial, index, contender, phase }: RunOptions,
  story: Story,
  lines: string[],
): Promise<Run> {
  const resumed = Promise.withResolvers<true>();
  const moments = recordMoments(world);
  let first: string | null = null;
  const client = await startWriting(world, (tale) => {
    story.hear(tale);
    moments.hear(tale);
    if (tale.kind === 'connected') first ??= tale.server;
    // A short gap is no news: that another server answers says that the VIP has moved.
    if (tale.kind === 'resumed' || (tale.kind === 'connected' && tale.server !== first))
      resumed.resolve(true);
  });
  try {
    await client.connected(CONNECT_LIMIT_MS);
    await delay(BEFORE_MS + phase * contender.cycleMs);
    // On a busy machine the standby may have been unfit meanwhile: then another fault would be measured.
    if (!contender.isPeer) await untilSteady(world);
    story.restart();
    lines.length = 0;
    const sinceMs = Date.now();
    story.tell('lab', trial.about);
    await trial.play(world, story, index);
    const limit = delay(LIMIT_MS, false as const);
    const goesOn = await Promise.race([resumed.promise, limit]);
    await delay(AFTER_MS);
    const result = await client.stop();
    expectNothingDenied(world);
    return {
      outageMs: Math.round(outageMs(result.writes, { sinceMs, untilMs: result.untilMs })),
      failedWrites: result.attempts - result.writes.length,
      // Where nobody has taken over, nothing is lost yet.
      lost: goesOn ? await countLost(world, result) : 0,
      resumed: goesOn,
      functionCpu: world.aws.functionCpu,
      story: [...lines],
      moments: moments.since(sinceMs),
    };
  } finally {
    client.close();
  }
}

/** How the client is started: the same for all. */
export function startWriting({ network }: LabWorld, onTale: (tale: Tale) => void): Promise<Client> {
  return startClient({
    ...clientTerms,
    host: network.vip,
    port: network.port,
    localAddress: network.addressOf('client'),
    words: network.wordsAt('client'),
    onTale,
  });
}

/** Reads every acknowledged write back from who took the last one. */
async function countLost({ hosts }: LabWorld, { writes }: ClientResult): Promise<number> {
  const last = writes.at(-1);
  if (!last) return 0;
  for (const host of [hosts.db2, hosts.db1]) {
    if (await isServer(host, last.server)) return (await readLost(writes, host.instance)).length;
  }
  throw new Error(`${last.server} took the last write, and cannot be asked for it`);
}

/** Whether this host's server is the one that the client knows by that name. */
async function isServer({ instance }: Host, server: string): Promise<boolean> {
  if (!instance.isRunning()) return false;
  const expression =
    instance.product.dialect === 'mariadb' ? "CONCAT('server_id:', @@server_id)" : '@@server_uuid';
  try {
    const [row] = await instance.sql(`SELECT ${expression} AS it`);
    return row?.it === server;
  } catch {
    // It hangs: it is not the one that took the last write.
    return false;
  }
}

/** One measurement: this many pairs, steady, for this long. */
import { setTimeout as delay } from 'node:timers/promises';
import type { LatencyTerms } from '../../lab/aws/flags.ts';
import { environmentName } from '../../lab/deployment.ts';
import { isSteady, untilSteady } from '../../lab/steady.ts';
import type { Config } from '../../lib/core/config/config.ts';
import type { Bundles } from '../../lib/stack/bundle.ts';
import { functionNameOf } from '../../lib/stack/names.ts';
import type { StorePort } from '../../lib/watch/ports/store.ts';
import { type Meter, type ProcessUsage, startMeter } from './meter.ts';
import type { Asked } from './node-server.ts';
import { sourceOf } from './pairs.ts';
import { type Counts, Tally } from './tally.ts';
import { openScale, type ScaleWorld } from './world.ts';

/** The scheduler's own period. A measurement that is at least this long has a change of leader in every minute of it. */
const MINUTE_MS = 60_000;
/** What the second watch is given to load before a long measurement begins. Milliseconds. */
const LOAD_MS = 5000;
const STEADY_LIMIT_MS = 60_000;

export interface Measured {
  readonly pairs: number;
  readonly vantages: number;
  readonly seconds: number;
  readonly processes: ProcessUsage;
  readonly counts: Counts;
  /** What the nodes were asked meanwhile, by each vantage. */
  readonly vantagesAsked: readonly Asked[];
  /**
   * Why it is not what steady pairs cost: some did not become steady, or were not any more at the end, or an
   * invocation failed. Null when all went well.
   */
  readonly because: string | null;
}

/** Opens the world, measures, and closes it. */
export async function measure(
  pairCount: number,
  vantageCount: number,
  forMs: number,
  bundles: Bundles,
  terms: LatencyTerms,
): Promise<Measured> {
  const world = await openScale(pairCount, vantageCount, bundles, terms);
  try {
    const tally = new Tally(world.aws.events);
    const because = await warmUp(world, forMs, tally);
    const meter = startMeter(world.aws, () => tally.leader);
    const measured = await readAll(world, forMs, tally, meter).finally(() => meter.stop());
    return because === null ? measured : { ...measured, because };
  } finally {
    await world.close();
  }
}

/**
 * Gives back why the pairs did not become steady, or null. They are measured all the same: what a system costs that
 * cannot keep up is worth knowing.
 *
 * A long measurement waits for the second start, so that the two watches change over once a minute as they do in
 * a system that has been running; for a short one, both are started at once.
 */
async function warmUp(
  { aws, config, store }: ScaleWorld,
  forMs: number,
  tally: Tally,
): Promise<string | null> {
  const long = forMs >= MINUTE_MS;
  const startedMs = Date.now();
  const functionName = functionNameOf(environmentName, 'watch');
  aws.scheduler.start({ name: 'watch', functionName, atStart: long ? 1 : 2 });
  const names = config.pairs.map(({ name }) => name);
  const because = await untilSteady(store, names, STEADY_LIMIT_MS).then(
    () => null,
    (error: Error) => tally.lastError ?? error.message,
  );
  const restMs = startedMs + MINUTE_MS + LOAD_MS - Date.now();
  if (long && restMs > 0) await delay(restMs);
  return because;
}

async function readAll(
  { config, nodes, store }: ScaleWorld,
  forMs: number,
  tally: Tally,
  meter: Meter,
): Promise<Measured> {
  const before = await nodes.counts();
  const fromMs = Date.now();
  await delay(forMs);
  const toMs = Date.now();
  const processes = meter.stop();
  const after = await nodes.counts();
  const counts = tally.between(fromMs, toMs);
  return {
    pairs: config.pairs.length,
    vantages: config.vantages.length,
    seconds: (toMs - fromMs) / 1000,
    processes,
    counts,
    vantagesAsked: config.vantages.map((vantage) =>
      since(before.by[sourceOf(config, vantage)], after.by[sourceOf(config, vantage)]),
    ),
    because: counts.failures > 0 ? tally.lastError : await unsteady(config, store),
  };
}

function since(before: Asked = none, after: Asked = none): Asked {
  return { looks: after.looks - before.looks, bytes: after.bytes - before.bytes };
}

const none: Asked = { looks: 0, bytes: 0 };

/** How many pairs are not steady, and what is remembered of the first of them; null when all are. */
async function unsteady({ pairs }: Config, store: StorePort): Promise<string | null> {
  const memories = await Promise.all(pairs.map(({ name }) => store.readMemory(name)));
  const restless = memories.filter((memory) => !isSteady(memory));
  const [first] = restless;
  if (first === undefined) return null;
  const why =
    first.readiness?.reasons.join('; ') || (first.incident ? 'an incident is open' : 'awaiting-confirmation');
  return `${restless.length} of ${pairs.length} pairs at the end: ${why}`;
}

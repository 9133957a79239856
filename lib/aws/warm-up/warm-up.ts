/**
 * Warms a function up: plays a failover through with answers that are made up. Lambda gives a function the whole CPU while
 * it loads, and a seventh of it afterwards; code that runs for the first time in a failover is several times slower.
 */
import { setFlagsFromString } from 'node:v8';
import type { Config, Pair } from '../../core/config/config.ts';
import type { MetricsPort } from '../../watch/ports/metrics.ts';
import type { Log } from '../../watch/ports/ports.ts';
import { runWatch } from '../../watch/watch.ts';
import { createPorts, type Environment } from '../wire.ts';
import { parseVariables } from '../wire-variables.ts';
import { Play } from './play.ts';
import { Stage } from './stage.ts';
import { StageClock } from './stage-clock.ts';

/** The play ends by then, whatever happens in it. Its own milliseconds. */
const PLAY_MS = 12_000;
/** A play that takes this long hangs, or the function has no whole CPU: it is ended. Real milliseconds. */
const LIMIT_MS = 1000;
/** How often the play is given: the second time shows the engine what the code works with. */
const TIMES = 2;

/** Never throws, and takes a few tenths of a second: a function that is cold still works. */
export async function warmUp(config: Config, environment: Environment): Promise<void> {
  // The engine forgets code that is not used for a while, and a failover is rare.
  setFlagsFromString('--no-flush-bytecode');
  for (let time = 0; time < TIMES; time += 1) {
    await playFailover(config, environment, LIMIT_MS).catch(() => undefined);
  }
}

/** Plays the failover of the first pair, for `limitMs` at most; says whether it was carried out to the end. */
export async function playFailover(
  config: Config,
  environment: Environment,
  limitMs: number,
): Promise<boolean> {
  const acting: Config = { ...config, pairs: config.pairs.slice(0, 1).map(inModeAct) };
  const clock = new StageClock();
  const stage = new Stage(new Play(acting), (ms) => clock.sleep(ms));
  const ports = createPorts(acting, parseVariables(environment), {
    clock,
    log: silentLog,
    metrics: silentMetrics,
    sender: stage,
    storeSender: stage,
  });
  const stop = new AbortController();
  const limit = setTimeout(() => stop.abort('the play hangs'), limitMs);
  let isDone = false;
  stage.onAlert = (text) => {
    isDone ||= text.includes('failover-done');
    if (isDone) stop.abort('the play is over');
  };
  await runWatch({ config: acting, ports, owner: 'play', deadlineMs: PLAY_MS, stop: stop.signal });
  clearTimeout(limit);
  return isDone;
}

function inModeAct(pair: Pair): Pair {
  return { ...pair, mode: 'act' };
}

const silentLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const silentMetrics: MetricsPort = { heartbeat: () => undefined, publish: () => undefined };

/** Held looks: all nodes of all pairs side by side, answered as soon as something differs. */
import type { Sighting } from '../core/evidence/sighting.ts';
import { holdMsOf } from '../core/pair/look-order.ts';
import { HeldTarget, OVER, type WatcherOf } from './held-target.ts';
import type { ProbeTarget } from './look-schemas.ts';
import { nowMs, pause } from './waiting.ts';

/**
 * Looks at every node of every target, at once and then every `lookIntervalMs`, or as soon as a connection drops.
 * Answers when a pair's fingerprint differs from its `seen`, or when the time of an order is over. Answers after one
 * look where an order gives it no time, or `seen` is null. Every node has been looked at when it answers, so while a
 * server hangs, that takes up to `lookLimitMs`.
 */
export async function holdLook(
  targets: readonly ProbeTarget[],
  watcherOf: WatcherOf,
): Promise<Record<string, Sighting[]>> {
  const startMs = nowMs();
  const holdMs = holdMsOf(targets.map(({ order }) => order));
  const ended = new AbortController();
  const held = targets.map((target) => new HeldTarget(target, holdMs > 0, ended.signal));
  await Promise.all(held.map((target) => target.start(watcherOf)));
  const restMs = startMs + holdMs - nowMs();
  if (restMs > 0) await Promise.race([pause(restMs, ended.signal), ...held.map(({ differs }) => differs)]);
  ended.abort(OVER);
  return Object.fromEntries(held.map((target) => [target.pair, target.sightings]));
}

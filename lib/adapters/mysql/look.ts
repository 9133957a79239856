/** Held looks: all nodes of all pairs side by side, answered as soon as something differs. */
import { fingerprint } from '../../core/fingerprint.ts';
import type { NodeName } from '../../core/names.ts';
import type { Saw, Sighting } from '../../core/sighting.ts';
import type { ProbeTarget } from '../probe-protocol.ts';
import { nowMs, pause } from './limit.ts';
import type { Observer, Part } from './observer.ts';

/**
 * While one node keeps an urgent look waiting, the other is looked at again so often: what it says of a silence
 * must be as new as the silence. Milliseconds.
 */
const BESIDE_MS = 100;

export type Observers = (target: ProbeTarget, node: NodeName) => Observer;

/**
 * Looks at every node of every target, at once and then every `lookIntervalMs`, or as soon as a connection drops.
 * Answers when a pair's fingerprint differs from its `seen`, else after `holdMs`; with `holdMs` 0, or a `seen` of
 * null, after one look. Every node has been looked at when it answers, so that takes `lookLimitMs` at the most
 * while a server hangs.
 */
export async function holdLook(
  targets: readonly ProbeTarget[],
  holdMs: number,
  observers: Observers,
): Promise<Record<string, Sighting[]>> {
  const startMs = nowMs();
  const ended = new AbortController();
  const held = targets.map((target) => holdTarget(target, holdMs > 0, observers, ended.signal));
  await Promise.all(held.map(({ complete }) => complete));
  const restMs = startMs + holdMs - nowMs();
  if (restMs > 0) await Promise.race([pause(restMs, ended.signal), ...held.map(({ differs }) => differs)]);
  ended.abort();
  return Object.fromEntries(held.map(({ pair, sightings }) => [pair, sightings()]));
}

interface HeldTarget {
  readonly pair: string;
  /** Resolves when every node was looked at once. */
  readonly complete: Promise<unknown>;
  /** Resolves when it differs from `seen`. */
  readonly differs: Promise<void>;
  /** What the last look at each node saw. */
  sightings(): Sighting[];
}

/** An urgent look (`isHeld` false) is over with this target when both of its nodes were looked at. */
function holdTarget(
  target: ProbeTarget,
  isHeld: boolean,
  observers: Observers,
  allEnded: AbortSignal,
): HeldTarget {
  const complete = new AbortController();
  const ended = isHeld ? allEnded : AbortSignal.any([allEnded, complete.signal]);
  const { lookIntervalMs } = target.settings;
  const everyMs = isHeld ? lookIntervalMs : Math.min(BESIDE_MS, lookIntervalMs);
  const latest = new Map<NodeName, Saw>();
  const differs = Promise.withResolvers<void>();
  const sightings = () =>
    target.nodes.flatMap(({ name }) => {
      const saw = latest.get(name);
      return saw === undefined ? [] : [{ node: name, saw }];
    });
  const saw = (node: NodeName, what: Saw) => {
    latest.set(node, what);
    if (latest.size < target.nodes.length) return;
    if (fingerprint(sightings(), target.settings) !== target.seen) differs.resolve();
  };
  const first = target.nodes.map(({ name }) => {
    const observer = observers(target, name);
    const part: Part = { isHolder: target.holder === name, writeProbe: target.writeProbe };
    const look = async () => {
      const what = await observer.look(target.settings.lookLimitMs, part);
      if (!ended.aborted) saw(name, what);
    };
    return keepLooking(look, observer, everyMs, ended);
  });
  const whole = Promise.all(first).then(() => complete.abort());
  return { pair: target.pair, complete: whole, differs: differs.promise, sightings };
}

/** Resolves after the first look; the others go on until `ended`. */
async function keepLooking(
  look: () => Promise<void>,
  observer: Observer,
  intervalMs: number,
  ended: AbortSignal,
): Promise<void> {
  let startMs = nowMs();
  await look();
  const goOn = async () => {
    while (!ended.aborted) {
      await pause(startMs + intervalMs - nowMs(), ended, observer.lost);
      if (ended.aborted) return;
      startMs = nowMs();
      await look();
    }
  };
  void goOn();
}

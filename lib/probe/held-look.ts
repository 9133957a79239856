/** Held looks: all nodes of all pairs side by side, answered as soon as something differs. */
import { fingerprint } from '../core/evidence/fingerprint.ts';
import type { Saw, Sighting } from '../core/evidence/sighting.ts';
import { hearsSource } from '../core/evidence/witness.ts';
import type { NodeName } from '../core/names.ts';
import { holdMsOf, termsOf } from '../core/pair/look-order.ts';
import type { ProbeTarget } from './look-schemas.ts';
import type { NodeWatcher, Part } from './node-watcher.ts';
import { type Alarm, createBell, nowMs, pause } from './waiting.ts';

/**
 * While one node keeps an urgent look waiting, the other is looked at again so often: what it says of a silence
 * must be as new as the silence. Milliseconds.
 */
const BESIDE_MS = 100;

/**
 * What a standby heard last is known as of the look that finds it, so its looks lie between those at the holder; and
 * when the holder has not answered for so long, as it does when it is well, or has not committed the heartbeat though it
 * answers, the standby is looked at as well. A disk that is merely slow takes longer for a commit than for an answer.
 * Milliseconds.
 */
const OVERDUE_MS = { answer: 20, commit: 200 } as const;

/**
 * While the witness's word is awaited: how long a look waits for the holder, whose answer counts in a later one too;
 * how often both are looked at; and how soon at the soonest, when that word runs out. Milliseconds.
 */
const CLOSE = { limitMs: 30, everyMs: 100, leastMs: 5 } as const;

export type Observers = (target: ProbeTarget, node: NodeName) => NodeWatcher;

/**
 * Looks at every node of every target, at once and then every `lookIntervalMs`, or as soon as a connection drops.
 * Answers when a pair's fingerprint differs from its `seen`, or when the time of an order is over; after one look where
 * an order gives it no time, or `seen` is null. Every node has been looked at when it answers, so that takes `lookLimitMs` at the most
 * while a server hangs.
 */
export async function holdLook(
  targets: readonly ProbeTarget[],
  observers: Observers,
): Promise<Record<string, Sighting[]>> {
  const startMs = nowMs();
  const holdMs = holdMsOf(targets.map(({ order }) => order));
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
  const { settings, order } = target;
  const witnessMs = order.kind === 'close-up' ? order.witnessMs : null;
  const terms = termsOf(settings, order);
  const everyMs = isHeld ? settings.lookIntervalMs : Math.min(BESIDE_MS, settings.lookIntervalMs);
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
    if (fingerprint(sightings(), terms) !== target.seen) differs.resolve();
  };
  const overdue = createBell();
  let isOverdue = false;
  const isUrgent = () =>
    !isHeld ||
    witnessMs !== null ||
    isOverdue ||
    latest.size < target.nodes.length ||
    [...latest.values()].some(({ kind }) => kind !== 'answered');
  const first = target.nodes.map(({ name }) => {
    const observer = observers(target, name);
    const isHolder = target.holder === name;
    const isClose = witnessMs !== null && isHolder;
    const limitMs = isClose ? Math.min(CLOSE.limitMs, settings.lookLimitMs) : settings.lookLimitMs;
    const look = async () => {
      const ring = () => {
        isOverdue = true;
        overdue.ring();
      };
      let timer = isHolder ? setTimeout(ring, OVERDUE_MS.answer) : undefined;
      const onPulse = () => {
        clearTimeout(timer);
        timer = isHolder ? setTimeout(ring, OVERDUE_MS.commit) : undefined;
      };
      const part: Part = { isHolder, writeProbe: target.writeProbe, urgent: isUrgent(), onPulse };
      const what = await observer.look(limitMs, part);
      clearTimeout(timer);
      if (isHolder) isOverdue = false;
      const isFirst = !latest.has(name);
      if (!ended.aborted) saw(name, what);
      if (witnessMs !== null) return closeMs(what, witnessMs);
      return isFirst && !isHolder ? everyMs / 2 : everyMs;
    };
    const alarms = isHolder ? [observer.lost] : [observer.lost, overdue.alarm];
    return keepLooking(look, alarms, ended);
  });
  const whole = Promise.all(first).then(() => complete.abort());
  return { pair: target.pair, complete: whole, differs: differs.promise, sightings };
}

/** When to look again while the witness's word is awaited: as soon as it runs out. */
function closeMs(what: Saw, witnessMs: number): number {
  const inbound = what.kind === 'answered' ? what.server.inbound : null;
  if (inbound?.kind !== 'configured' || !hearsSource(inbound, witnessMs)) return CLOSE.everyMs;
  return Math.min(CLOSE.everyMs, Math.max(CLOSE.leastMs, witnessMs - (inbound.heardAgoMs ?? 0)));
}

/** Resolves after the first look, which says in how many milliseconds to look again; it goes on until `ended`. */
async function keepLooking(
  look: () => Promise<number>,
  alarms: readonly Alarm[],
  ended: AbortSignal,
): Promise<void> {
  let startMs = nowMs();
  let againMs = await look();
  const goOn = async () => {
    while (!ended.aborted) {
      await pause(startMs + againMs - nowMs(), ended, ...alarms);
      if (ended.aborted) return;
      startMs = nowMs();
      againMs = await look();
    }
  };
  void goOn();
}

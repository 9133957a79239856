/**
 * Seed → what an administrator does to a server or its host, beside keepalambda: the binary log is reset, clients are kept
 * out (`offline_mode`), a clock is set. Mostly something else happens meanwhile, because none of it harms by itself.
 *
 * It is drawn from a generator of its own, so that all else in a history of the same seed is as it was.
 */
import { Random } from '../random.ts';
import type { BreakageName, SimFault, Target } from './fault.ts';
import { drawRequest } from './requests.ts';
import { earliestMs } from './schedule.ts';

/** In how many histories somebody does any of it. */
const actChance = 0.15;
/** In how many of these the holder is struck meanwhile. */
const troubleChance = 0.6;
/** In how many of these a person wants something of us at the same time. */
const requestChance = 0.3;
/** The high half of a seed that no history has. */
const ownSeeds = 11 * 2 ** 32;
const latestMs = 330_000;

/** What is done, to whom, and for how long. Seconds. */
type Act = readonly [name: BreakageName, target: Target, fromSeconds: number, toSeconds: number];

const acts: readonly Act[] = [
  ['log-reset', 'holder', 5, 180],
  ['log-reset', 'standby', 5, 180],
  ['offline-mode', 'holder', 3, 120],
  ['offline-mode', 'standby', 3, 120],
  ['clock-step', 'holder', 2, 200],
  ['clock-step', 'standby', 2, 200],
];

const troubles: readonly (readonly [BreakageName, Target])[] = [
  ['mysqld-kill', 'holder'],
  ['mysqld-restart', 'holder'],
  ['mysqld-hang', 'holder'],
  ['host-down', 'holder'],
  ['probe-partition-all', 'holder'],
  ['mysqld-restart', 'standby'],
  ['pair-partition', 'holder'],
  ['applier-slow', 'standby'],
  ['vip-by-hand', 'holder'],
];

/** What is done in one history; nothing in most. */
export function drawAdministration(seed: number): SimFault[] {
  const random = new Random(seed + ownSeeds);
  if (!random.chance(actChance)) return [];
  const [name, target, fromSeconds, toSeconds] = random.pick(acts);
  const atMs = random.whole(earliestMs + 20_000, latestMs);
  const forMs = random.whole(fromSeconds * 1000, toSeconds * 1000);
  const faults = [breaks(name, target, atMs, forMs, random.next())];
  /** Just before it, so that a plan is in flight; or later. */
  const nearMs = () =>
    atMs + (random.chance(0.4) ? random.whole(-4000, 500) : random.whole(500, forMs + 20_000));
  if (random.chance(requestChance))
    faults.push({ kind: 'operator', atMs: nearMs(), request: drawRequest(random) });
  if (random.chance(troubleChance)) {
    const [trouble, struck] = random.pick(troubles);
    faults.push(breaks(trouble, struck, nearMs(), random.whole(1000, 60_000), random.next()));
  }
  return faults;
}

function breaks(name: BreakageName, target: Target, atMs: number, forMs: number, degree: number): SimFault {
  return { kind: 'breakage', name, target, atMs, forMs, degree };
}

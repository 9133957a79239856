/**
 * Seed → the noise of one history: lost and late packets, stalled CPUs, a vantage that is cut off for a while, slow
 * and forgetful services. Nothing of it is a death, so nothing may move. `npm run bench -- --soak` makes the same
 * noise around real servers.
 */
import type { Random } from '../random.ts';
import type { Breakage, BreakageName, Mishap, SimFault } from './fault.ts';
import { earliestMs, latestMs } from './schedule.ts';

/** What kind of noise, for how long, and how bad at the most. */
type Noise = readonly [name: BreakageName, fromMs: number, toMs: number, degreeMax: number];

const noises: readonly Noise[] = [
  // Up to 30 % of the looks go unanswered, so that all three of a row do now and then.
  ['probe-loss', 10_000, 120_000, 1],
  ['probe-loss', 10_000, 120_000, 1],
  // A stalled CPU. Milliseconds are those of the soak.
  ['mysqld-hang', 50, 300, 1],
  ['mysqld-hang', 50, 300, 1],
  // TCP sends again, after 0.6 s at the latest: with a heartbeat each 0.5 s, the channel still hears its source within
  // the time for which the witness's word counts while our own path may be cut.
  ['pair-partition', 50, 400, 1],
  ['probe-blind', 500, 8000, 1],
  ['ec2-throttle', 2000, 30_000, 1],
  ['ec2-stale', 2000, 30_000, 1],
  ['ec2-down', 500, 10_000, 1],
  ['store-slow', 2000, 30_000, 1],
  ['store-lost-response', 2000, 20_000, 0.5],
  ['alerts-down', 2000, 60_000, 1],
];

const mishaps: readonly Mishap['name'][] = ['watch-kill', 'watch-freeze', 'watch-duplicate', 'watch-late'];

/** The noise of a history, in no particular order. */
export function drawNoise(random: Random): SimFault[] {
  const faults: SimFault[] = [];
  const count = random.whole(15, 60);
  for (let index = 0; index < count; index++) faults.push(drawOne(random));
  const cuts = random.whole(1, 4);
  for (let index = 0; index < cuts; index++) faults.push(...drawCut(random));
  return faults;
}

function drawOne(random: Random): SimFault {
  const atMs = random.whole(earliestMs, latestMs);
  if (random.chance(0.1)) {
    return { kind: 'mishap', name: random.pick(mishaps), atMs, forMs: random.whole(200, 3000) };
  }
  const [name, fromMs, toMs, degreeMax] = random.pick(noises);
  const target = random.chance(0.5) ? 'holder' : 'standby';
  return noise(name, target, atMs, random.whole(fromMs, toMs), random.next() * degreeMax);
}

/** One vantage hears neither node for a while. */
function drawCut(random: Random): SimFault[] {
  const atMs = random.whole(earliestMs, latestMs);
  const forMs = random.whole(2000, 40_000);
  // Which vantage it is depends on the degree: the same one for both nodes.
  const degree = random.next();
  return (['holder', 'standby'] as const).map((target) =>
    noise('probe-partition', target, atMs, forMs, degree),
  );
}

function noise(
  name: BreakageName,
  target: Breakage['target'],
  atMs: number,
  forMs: number,
  degree: number,
): Breakage {
  return { kind: 'breakage', name, target, atMs, forMs, degree };
}

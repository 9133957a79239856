/**
 * Seed → leadership that changes hands when it hurts: as another fault begins or ends, a moment after the record first shows a loss,
 * a plan or the end of one, or again and again for a while. What only one leader has seen is lost then.
 *
 * It is drawn from a generator of its own, so that all else in a history of the same seed is as it was.
 */
import { Random } from '../random.ts';
import type { Breakage, BreakageName, Handover, Occasion, SimFault } from './fault.ts';
import { earliestMs, latestMs } from './schedule.ts';

/** In how many histories it does. */
const handoverChance = 0.3;
/** In how many of the others it does in the middle of what must last. */
const waitChance = 0.08;
/** The high half of a seed that no history has. */
const ownSeeds = 17 * 2 ** 32;
/** A fault that ends later leaves the last minutes to recovery all the same. Milliseconds. */
const endLatestMs = latestMs + 20_000;

const occasions: readonly Occasion[] = [
  'loss',
  'loss',
  'doubt',
  'incident',
  'unfit',
  'plan-begun',
  'plan-over',
  'plan-over',
  'service-lost',
];

/** What makes a standby unready, and what strikes its holder while that must still last to count. */
const ofStandby: readonly BreakageName[] = [
  'pair-partition',
  'io-thread-stop',
  'operator-stop-replica',
  'wrong-source',
  'replication-login',
  'status-hangs',
  'applier-slow',
  'lag-unknown',
  'host-down',
  'mysqld-restart',
  'probe-partition-all',
];
const ofHolder: readonly BreakageName[] = [
  'mysqld-kill',
  'mysqld-kill',
  'mysqld-hang',
  'host-down',
  'mysqld-restart',
  'probe-partition-all',
  'monitor-partition',
  'disk-full',
];

/** The handovers of one history with these faults; none in most. */
export function drawHandovers(seed: number, faults: readonly SimFault[]): SimFault[] {
  const random = new Random(seed + ownSeeds);
  const breakages = faults.filter((fault) => fault.kind === 'breakage' && fault.atMs > 0) as Breakage[];
  if (breakages.length === 0) return [];
  if (!random.chance(handoverChance)) return random.chance(waitChance) ? drawWait(random) : [];
  const manner = random.next();
  if (manner < 0.2) return drawMany(random, momentOf(random, random.pick(breakages)));
  const near = Array.from({ length: random.whole(1, 3) }, () =>
    drawNear(random, momentOf(random, random.pick(breakages))),
  );
  if (manner < 0.6) return near;
  const waiting = Array.from({ length: random.whole(1, 2) }, () => drawWaiting(random));
  return [...(manner < 0.8 ? near : []), ...waiting];
}

/** One leader after the other while a standby is unready, and then its holder is lost. */
function drawWait(random: Random): SimFault[] {
  const atMs = random.whole(earliestMs + 20_000, latestMs - 60_000);
  const forMs = random.whole(8000, 40_000);
  const everyMs = random.whole(2000, 8000);
  const handovers = Array.from({ length: Math.ceil(forMs / everyMs) }, (_, index) =>
    returns(atMs + index * everyMs + random.whole(0, 1000)),
  );
  const lostMs = atMs + random.whole(5000, forMs);
  return [
    breaks(random, random.pick(ofStandby), 'standby', atMs, forMs),
    breaks(random, random.pick(ofHolder), 'holder', lostMs, random.whole(5000, 60_000)),
    ...handovers,
  ];
}

function returns(atMs: number): SimFault {
  return { kind: 'mishap', name: 'watch-return', atMs, forMs: 0 };
}

function breaks(
  random: Random,
  name: BreakageName,
  target: Breakage['target'],
  atMs: number,
  forMs: number,
): Breakage {
  return { kind: 'breakage', name, target, atMs, forMs, degree: random.next() };
}

/** When the fault begins, or ends. */
function momentOf(random: Random, { atMs, forMs }: Breakage): number {
  return random.chance(0.5) ? atMs : Math.min(endLatestMs, atMs + forMs);
}

/** Before anybody has looked, between the first bad look and the one that confirms it, or in what is waited for after that. */
function drawDelay(random: Random): number {
  const [from, to] = random.pick([
    [0, 1500],
    [1500, 5000],
    [5000, 15_000],
  ] as const);
  return random.whole(from, to);
}

function drawNear(random: Random, momentMs: number): SimFault {
  const atMs = Math.max(earliestMs, momentMs + drawDelay(random) - 1000);
  return { kind: 'mishap', name: drawHow(random), atMs, forMs: random.whole(2000, 12_000) };
}

function drawWaiting(random: Random): Handover {
  const { occasion, how } = { occasion: random.pick(occasions), how: drawHow(random) };
  const afterMs = drawDelay(random);
  return { kind: 'handover', atMs: earliestMs, occasion, afterMs, how, forMs: random.whole(2000, 12_000) };
}

/** Mostly its time is over: a death makes the next one wait. */
function drawHow(random: Random): Handover['how'] {
  return random.pick(['watch-return', 'watch-return', 'watch-return', 'watch-kill', 'watch-freeze'] as const);
}

/** One leader after the other, each for a few seconds. */
function drawMany(random: Random, momentMs: number): SimFault[] {
  const everyMs = random.whole(3000, 15_000);
  const count = random.whole(3, 10);
  const firstMs = Math.max(earliestMs, momentMs - random.whole(0, 3 * everyMs));
  return Array.from({ length: count }, (_, index) => {
    return returns(Math.min(endLatestMs, firstMs + index * everyMs + random.whole(0, 1000)));
  });
}

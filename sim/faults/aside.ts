/**
 * Seed → a person's work on the standby: it is made anew (set aside, copied, and reinstated when it follows again), or maintained
 * (taken out, restarted, taken in). In some histories the work dies half-way, and its last orders never come.
 *
 * It is drawn from a generator of its own, so that all else in a history of the same seed is as it was.
 */
import { pairName } from '../environments.ts';
import { Random } from '../random.ts';
import type { Asking, BreakageName, SimFault, Target } from './fault.ts';
import type { Asked } from './requests.ts';
import { earliestMs } from './schedule.ts';

/** In how many histories somebody works on a node. */
const workChance = 0.12;
/** In how many of these the work dies half-way. */
const diesChance = 0.3;
/** In how many of these that are a copy a person looks after it, and has it made again. */
const againChance = 0.6;
/** In how many of these the holder is struck meanwhile: the standby is needed when it must not be used. */
const troubleChance = 0.6;
/** The high half of a seed that no history has. */
const ownSeeds = 7 * 2 ** 32;
const latestMs = 400_000;

const troubles: readonly (readonly [BreakageName, Target])[] = [
  ['mysqld-kill', 'holder'],
  ['mysqld-hang', 'holder'],
  ['host-down', 'holder'],
  ['host-reboot', 'holder'],
  ['probe-partition-all', 'holder'],
  ['pair-partition', 'holder'],
  ['mysqld-restart', 'standby'],
  ['vip-removed', 'holder'],
  ['ec2-stale', 'holder'],
  ['store-lost-response', 'holder'],
];

/** What becomes of the node that was named is for the request to say: who it is shows when it is asked for. */
const asked = { pair: pairName, by: 'operator', why: 'simulated', run: 'simulated-work' };

/** The work of one history; none in most. */
export function drawWork(seed: number): SimFault[] {
  const random = new Random(seed + ownSeeds);
  if (!random.chance(workChance)) return [];
  const atMs = random.whole(earliestMs + 20_000, latestMs);
  const takesMs = random.pick([
    random.whole(5000, 20_000),
    random.whole(20_000, 120_000),
    random.whole(60_000, 180_000),
  ]);
  const work = random.chance(0.6) ? rebuild(atMs, takesMs) : maintenance(atMs, takesMs);
  const done = random.chance(diesChance) ? work.slice(0, random.whole(1, work.length - 1)) : work;
  if (random.chance(troubleChance)) done.push(drawTrouble(random, atMs, takesMs));
  if (random.chance(0.3)) done.push(drawTrouble(random, atMs, takesMs));
  if (random.chance(0.3)) {
    const [name, forMs] = [random.pick(['watch-kill', 'watch-freeze'] as const), random.whole(500, 15_000)];
    done.push({ kind: 'mishap', name, atMs: atMs + random.whole(0, takesMs), forMs });
  }
  // Where it was broken off, it is begun again; where it was not, there is nothing left to do.
  if (done.some(isCopy) && random.chance(againChance)) {
    const forMs = random.whole(5000, 60_000);
    done.push(breaks('copy', 'standby', atMs + takesMs + random.whole(5000, 60_000), forMs, random.next()));
  }
  return done;
}

function isCopy(fault: SimFault): boolean {
  return fault.kind === 'breakage' && fault.name === 'copy';
}

/** It is copied once it is set aside, and reinstated once it follows again. */
function rebuild(atMs: number, takesMs: number): SimFault[] {
  return [
    ask(atMs, { action: 'set-aside', ...asked }),
    breaks('copy', 'standby', atMs + 1500, takesMs, atMs % 2),
    ask(atMs + takesMs + 6000, { action: 'reinstate', ...asked }),
  ];
}

function maintenance(atMs: number, takesMs: number): SimFault[] {
  const note = (inMs: number, noted: object) =>
    ask(atMs + inMs, { action: 'maintenance', ...asked, note: noted });
  return [
    note(0, { kind: 'begin', work: 'restart', command: null, known: [] }),
    note(2000, { kind: 'take', was: '17' }),
    breaks('operator-restart', 'standby', atMs + 4000, takesMs, 0.5),
    note(takesMs + 6000, { kind: 'changed' }),
    note(takesMs + 9000, { kind: 'return' }),
    note(takesMs + 11_000, { kind: 'end' }),
  ];
}

function drawTrouble(random: Random, atMs: number, takesMs: number): SimFault {
  const [name, target] = random.pick(troubles);
  const forMs = random.pick([random.whole(500, 10_000), random.whole(10_000, 120_000)]);
  return breaks(name, target, atMs + random.whole(-3000, takesMs + 20_000), forMs, random.next());
}

function breaks(name: BreakageName, target: Target, atMs: number, forMs: number, degree: number): SimFault {
  return { kind: 'breakage', name, target, atMs, forMs, degree };
}

function ask(atMs: number, request: Asked): Asking {
  return { kind: 'operator', atMs, request };
}

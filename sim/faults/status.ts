/**
 * Seed → histories in which `SHOW REPLICA STATUS` is not answered for a while, alone or while the holder dies, the leader or the
 * probes change, somebody orders a move, or a server restarts; and probes that begin anew and are busy for a moment.
 *
 * It is drawn from a generator of its own, so that all else in a history of the same seed is as it was.
 */
import { Random } from '../random.ts';
import type { BreakageName, SimFault, Target } from './fault.ts';
import { drawRequest, switchover } from './requests.ts';
import { earliestMs } from './schedule.ts';

/** In how many histories it hangs. */
const hangChance = 0.12;
/** In how many our own path to the holder is cut while the standby does not say what it hears. */
const cutChance = 0.03;
/** In how many a probe begins anew, without that. */
const anewChance = 0.1;
/** The high half of a seed that no history has. */
const ownSeeds = 13 * 2 ** 32;
const latestMs = 330_000;

const troubles: readonly (readonly [BreakageName, Target])[] = [
  ['mysqld-kill', 'holder'],
  ['mysqld-kill', 'holder'],
  ['mysqld-hang', 'holder'],
  ['host-down', 'holder'],
  ['returns-with-less', 'holder'],
  ['disk-full', 'holder'],
  ['disk-full', 'standby'],
  ['probe-partition-all', 'holder'],
  ['pair-partition', 'holder'],
  ['monitor-partition', 'holder'],
  ['operator-stop-replica', 'standby'],
  ['operator-restart', 'standby'],
  ['operator-restart', 'holder'],
  ['io-thread-stop', 'standby'],
  ['applier-slow', 'standby'],
  ['wrong-source', 'standby'],
  ['log-reset', 'holder'],
  ['standby-writable', 'standby'],
  ['vip-by-hand', 'holder'],
];

/** What happens in one history; nothing in most. */
export function drawStatusHangs(seed: number): SimFault[] {
  const random = new Random(seed + ownSeeds);
  if (random.chance(anewChance)) return [drawAnew(random, random.whole(earliestMs, latestMs))];
  if (random.chance(cutChance)) return drawCut(random, random.whole(earliestMs + 20_000, latestMs));
  if (!random.chance(hangChance)) return [];
  const target = random.chance(0.7) ? 'standby' : 'holder';
  const atMs = random.whole(earliestMs + 20_000, latestMs);
  const forMs = random.pick([
    random.whole(1000, 8000),
    random.whole(8000, 60_000),
    random.whole(60_000, 200_000),
  ]);
  const faults = [breaks('status-hangs', target, atMs, forMs, random.next())];
  /** Just before it, so that a plan is in flight; meanwhile; or just after it. */
  const nearMs = () =>
    atMs +
    random.pick([
      random.whole(-4000, 500),
      random.whole(500, forMs),
      random.whole(forMs - 500, forMs + 10_000),
    ]);
  if (random.chance(0.65)) {
    const [trouble, struck] = random.pick(troubles);
    faults.push(breaks(trouble, struck, nearMs(), random.whole(1000, 90_000), random.next()));
  }
  if (random.chance(0.35)) {
    const request = random.chance(0.6) ? switchover : drawRequest(random);
    faults.push({ kind: 'operator', atMs: nearMs(), request });
  }
  if (random.chance(0.3)) faults.push(drawAnew(random, nearMs()));
  if (random.chance(0.3)) {
    const name = random.pick(['watch-kill', 'watch-kill-all', 'watch-freeze'] as const);
    faults.push({ kind: 'mishap', name, atMs: nearMs(), forMs: random.whole(500, 15_000) });
  }
  return faults;
}

/** What the standby could not be asked is no silence: mostly, the holder lives. */
function drawCut(random: Random, atMs: number): SimFault[] {
  const hangsForMs = random.whole(2000, 12_000);
  const cut = random.pick([
    'probe-partition-all',
    'probe-partition-all',
    'port-rejected',
    'host-down',
  ] as const);
  return [
    breaks('status-hangs', 'standby', atMs, hangsForMs, random.next()),
    breaks(cut, 'holder', atMs + random.whole(-500, 1500), random.whole(5000, 60_000), random.next()),
  ];
}

function drawAnew(random: Random, atMs: number): SimFault {
  return breaks('probe-anew', 'holder', atMs, 0, random.next());
}

function breaks(name: BreakageName, target: Target, atMs: number, forMs: number, degree: number): SimFault {
  return { kind: 'breakage', name, target, atMs, forMs, degree };
}

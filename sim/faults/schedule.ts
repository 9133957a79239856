/**
 * Seed → the faults of one history. Most histories have a trouble of the holder at their centre, with other
 * faults shortly before and after it: a fault alone is rarely what kills, a second one in the wrong second is.
 */
import type { PlanKind } from '../../lib/core/plan/plan.ts';
import type { StepKind } from '../../lib/core/plan/step.ts';
import type { Death } from '../deaths.ts';
import type { Random } from '../random.ts';
import type { Breakage, BreakageName, Mishap, SimFault } from './fault.ts';
import { drawRequest } from './requests.ts';
import { drawScenario, scenarioLatestMs } from './scenarios.ts';

/** Faults begin after the first watch has settled in, and before the last minutes, in which the pair recovers. */
export const earliestMs = 8000;
export const latestMs = 440_000;
/** How many of the scenes are scenarios; the others are drawn freely. */
const scenarioChance = 0.5;
/** In how many histories the environment file is wrong, so that nothing may be done whatever happens. */
const misconfiguredChance = 0.025;
/** The environment file has the ENIs exchanged, from the first moment to the last. */
const exchangedEnis: Breakage = {
  kind: 'breakage',
  name: 'enis-exchanged',
  target: 'holder',
  atMs: 0,
  forMs: 0,
  degree: 0,
};

const troubles: readonly BreakageName[] = [
  'mysqld-kill',
  'mysqld-kill',
  'mysqld-restart',
  'mysqld-hang',
  'mysqld-hang',
  'host-down',
  'host-reboot',
  'instance-stop',
  'instance-shutdown',
  'disk-full',
  'probe-partition-all',
  'monitor-partition',
  'io-thread-stop',
  'vip-removed',
];

const company: readonly BreakageName[] = [
  'returns-with-less',
  'relay-log-lost',
  'hang-with-beats',
  'network-blip',
  'global-lock',
  'heartbeat-barred',
  'writes-refused',
  'blocking-session',
  'privileged-writer',
  'full-and-cut-off',
  'probe-host-blocked',
  'half-closed',
  'port-rejected',
  'applier-slow',
  'operator-stop-replica',
  'operator-restart',
  'wrong-source',
  'binary-log-off',
  'vip-by-hand',
  'ec2-failing',
  'ec2-denied',
  'ec2-very-stale',
  'ec2-slow-answers',
  'alerts-denied',
  'alert-refused',
  'concurrency-dry',
  'mysqld-kill',
  'mysqld-restart',
  'mysqld-hang',
  'host-reboot',
  'disk-full',
  'connections-full',
  'wrong-password',
  'probe-partition',
  'probe-partition-all',
  'probe-cut',
  'probe-blind',
  'probe-blind-all',
  'probe-loss',
  'pair-partition',
  'monitor-partition',
  'lag',
  'lag-unknown',
  'io-thread-stop',
  'sql-thread-stop',
  'replication-login',
  'holder-read-only',
  'standby-writable',
  'errant',
  'vip-removed',
  'vip-taken',
  'room-full',
  'address-unbound',
  'ec2-throttle',
  'ec2-lost-response',
  'ec2-down',
  'ec2-stale',
  'ec2-slow',
  'store-down',
  'store-lost-response',
  'store-slow',
  'alerts-down',
  'alerts-lost-response',
  'ssm-down',
  'database-lost-response',
];

const mishaps: readonly Mishap['name'][] = [
  'watch-kill',
  'watch-kill',
  'watch-kill-all',
  'watch-freeze',
  'watch-freeze',
  'watch-duplicate',
  'watch-late',
  'old-record',
  'lease-deleted',
  'record-near-limit',
];

const plans: readonly (PlanKind | null)[] = [
  null,
  'failover',
  'failover',
  'switchover',
  'switchover',
  'reattach-vip',
  'open-holder',
  'close-standby',
  'repair-node',
];

const steps: readonly (StepKind | null)[] = [
  null,
  null,
  'fence',
  'freeze',
  'catch-up',
  'open',
  'close',
  'move-vip',
  'bind-vip',
  'verify',
  'isolate',
  'stop-instance',
  'repair',
];

/** The faults of a history, in no particular order. */
export function drawFaults(random: Random): SimFault[] {
  const faults: SimFault[] = [];
  const scenes = random.pick([1, 1, 2, 2, 3]);
  for (let scene = 0; scene < scenes; scene++) drawScene(random, faults);
  if (random.chance(0.5)) faults.push(drawMishap(random, random.whole(earliestMs, latestMs)));
  if (random.chance(0.6)) faults.push(drawCompany(random, random.whole(earliestMs, latestMs)));
  if (random.chance(misconfiguredChance)) faults.push(exchangedEnis);
  return faults;
}

/** A trouble or an order at the centre, and what happens around it. */
function drawScene(random: Random, faults: SimFault[]): void {
  const atMs = random.whole(earliestMs, latestMs);
  if (random.chance(scenarioChance)) {
    // Some of it happens up to 30 s before.
    faults.push(...drawScenario(random, random.whole(earliestMs + 30_000, scenarioLatestMs)));
    if (random.chance(0.3)) faults.push(drawNear(random, random.whole(earliestMs, latestMs)));
    return;
  }
  if (random.chance(0.35)) {
    faults.push({ kind: 'operator', atMs, request: drawRequest(random) });
  } else {
    const name = random.pick(troubles);
    faults.push({
      kind: 'breakage',
      name,
      target: 'holder',
      atMs,
      forMs: drawForMs(random),
      degree: random.next(),
    });
  }
  const around = random.whole(0, 3);
  for (let index = 0; index < around; index++) {
    faults.push(drawNear(random, Math.max(earliestMs, atMs + random.whole(-20_000, 12_000))));
  }
  if (random.chance(0.5)) faults.push(drawDeath(random, Math.max(1000, atMs - 1000)));
  if (random.chance(0.15)) drawAmbush(random, atMs, faults);
}

/**
 * The move of the VIP is throttled and slow, the store goes away, so that the leader's lease grows old, and the
 * leader dies or freezes with an order on the loose, which takes effect as late as one can.
 */
function drawAmbush(random: Random, atMs: number, faults: SimFault[]): void {
  const break_ = (name: BreakageName, forMs: number, degree: number): Breakage => {
    return { kind: 'breakage', name, target: 'holder', atMs: 0, forMs, degree };
  };
  const company = [
    break_('ec2-slow', 20_000, 1),
    break_('ec2-throttle', random.whole(1500, 4300), 1),
    break_('store-down', random.whole(3500, 5500), 1),
  ];
  const death: Death = {
    plan: null,
    step: 'move-vip',
    moment: random.chance(0.8) ? 'late' : 'freeze',
    forMs: random.whole(2800, 4800),
    company,
  };
  faults.push({ kind: 'death', atMs: atMs - 1000, death });
}

function drawNear(random: Random, atMs: number): SimFault {
  const roll = random.next();
  if (roll < 0.66) return drawCompany(random, atMs);
  if (roll < 0.84) return drawMishap(random, atMs);
  return { kind: 'operator', atMs, request: drawRequest(random) };
}

function drawCompany(random: Random, atMs: number): SimFault {
  return {
    kind: 'breakage',
    name: random.pick(company),
    target: random.chance(0.4) ? 'holder' : 'standby',
    atMs,
    forMs: drawForMs(random),
    degree: random.next(),
  };
}

function drawMishap(random: Random, atMs: number): SimFault {
  const forMs = random.chance(0.2) ? random.whole(18_000, 24_000) : random.whole(500, 15_000);
  return { kind: 'mishap', name: random.pick(mishaps), atMs, forMs };
}

function drawDeath(random: Random, atMs: number): SimFault {
  const death = {
    plan: random.pick(plans),
    step: random.pick(steps),
    moment: random.pick(['before', 'during', 'after', 'freeze'] as const),
    forMs: random.chance(0.2) ? random.whole(18_000, 24_000) : random.whole(2000, 14_000),
    company: [],
  };
  return { kind: 'death', atMs, death };
}

/** Short blips, long outages, and everything between. */
function drawForMs(random: Random): number {
  const [from, to] = random.pick([
    [200, 3000],
    [3000, 15_000],
    [10_000, 60_000],
    [30_000, 120_000],
  ] as const);
  return random.whole(from, to);
}

/** A steady pair for tests, and functions that change one thing about it: `seen(steady, holder(refused))`. */
import {
  type EnvironmentInput,
  type Pair,
  parseConfig,
  type Settings,
} from '../../lib/core/config/config.ts';
import { allSafeguards, type Safeguards } from '../../lib/core/decision/safeguards.ts';
import { assess, type Durations, noDurations, type Situation } from '../../lib/core/decision/situation.ts';
import type { Evidence, Word } from '../../lib/core/evidence/evidence.ts';
import type { InstanceState, Saw, VipPlace } from '../../lib/core/evidence/sighting.ts';
import { emptyMemory, type Memory } from '../../lib/core/memory/memory.ts';
import type { Plan, PlanRecord } from '../../lib/core/plan/plan.ts';
import { failoverPlan } from '../../lib/core/plan/plans.ts';
import { pairIn, small } from './environments.ts';
import { answered, db1, db2, position, UUID1, UUID2 } from './servers.ts';

export * from './servers.ts';

/** Now, in every test that does not say otherwise. */
export const NOW_MS = 10_000_000;
/** Keys of the file, but `settings`: single values as the core reads them. */
export type PairChanges = Partial<Omit<EnvironmentInput['pairs'][number], 'settings'>> & {
  readonly settings?: Partial<Settings>;
};

/** An old holder that does not answer is isolated. */
export const isolating: PairChanges = {
  fencing: 'isolate',
  quarantineGroup: 'sg-0000000000000000a',
  nodeGroups: ['sg-0000000000000000b'],
};

/** What the tables of tests reckon with, whatever the defaults are. */
const settings = {
  stoppedLooks: 2,
  stoppedIntervalMs: 250,
  silentLooks: 3,
  silentIntervalMs: 500,
  lookIntervalMs: 500,
  witnessMs: 1500,
} as const;

/** The pair `orders` of db1 and db2, with these settings changed. */
export function pairWith(changes: PairChanges = {}): Pair {
  return parsePair({ ...changes, settings: { ...settings, ...changes.settings } });
}

/** The same with nothing but defaults. */
export function parsePair({ settings: values, ...changes }: PairChanges = {}): Pair {
  const parsed = parseConfig({ ...small, pairs: [{ ...pairIn('a', '10.0.1', 'orders'), ...changes }] });
  const pair = parsed.kind === 'valid' ? parsed.value.pairs[0] : undefined;
  if (!pair) throw new Error(`the pair of a test is faulty: ${JSON.stringify(parsed)}`);
  return { ...pair, settings: { ...pair.settings, ...values } };
}

/** What one vantage says of a node: seen `looks` times over `forMs`. */
export function word(saw: Saw, looks = 10, forMs = 10_000): Word {
  return { saw, looks, sinceMs: NOW_MS - forMs, atMs: NOW_MS };
}

/** All that a situation is made of. */
export interface World {
  readonly pair: Pair;
  readonly evidence: Evidence;
  readonly memory: Memory;
  readonly durations: Durations;
  readonly safeguards: Safeguards;
}

export type Change = (world: World) => World;

const instances: Readonly<Record<string, InstanceState>> = { db1: 'running', db2: 'running' };

/** db1 holds the VIP and serves, db2 is fit; one vantage, `a`. */
export const steady: World = {
  pair: pairWith(),
  evidence: {
    words: { db1: { a: word(answered(db1)) }, db2: { a: word(answered(db2)) } },
    vantages: 1,
    blind: {},
    vip: {
      kind: 'saw',
      atMs: NOW_MS,
      place: { kind: 'node', node: 'db1' },
      instances,
      room: { db1: true, db2: true },
      wrong: [],
    },
    vipSinceMs: 0,
    vipLooks: 10,
    vipBlindSinceMs: null,
    vipBlindBecause: '',
    wrong: null,
    through: null,
    sourceAsked: null,
  },
  memory: {
    ...emptyMemory,
    lastHolder: 'db1',
    readiness: { node: 'db2', fit: true, reasons: [], atMs: NOW_MS - 1000 },
    identities: { db1: UUID1, db2: UUID2 },
    examined: { atMs: NOW_MS, dangers: [] },
    settled: {
      db1: { is: 'open', startedAtMs: NOW_MS - db1.uptimeSeconds * 1000 },
      db2: { is: 'closed', startedAtMs: NOW_MS - db2.uptimeSeconds * 1000 },
    },
  },
  durations: noDurations,
  safeguards: allSafeguards,
};

/** The world with these changes, one after the other. */
export function changed(world: World, ...changes: readonly Change[]): World {
  return changes.reduce((so, change) => change(so), world);
}

/** The situation that this world amounts to, now. */
export function seen(world: World, ...changes: readonly Change[]): Situation {
  const { pair, evidence, memory, durations, safeguards } = changed(world, ...changes);
  return assess(pair, evidence, memory, durations, NOW_MS, safeguards);
}

/** Every vantage says this of the holder. */
export function holder(saw: Saw, looks?: number, forMs?: number): Change {
  return says('db1', 'a', saw, looks, forMs);
}

/** Every vantage says this of the standby. */
export function standby(saw: Saw, looks?: number, forMs?: number): Change {
  return says('db2', 'a', saw, looks, forMs);
}

/** A vantage says this of a node; it becomes one of the vantages if it was none. */
export function says(node: string, vantage: string, saw: Saw, looks?: number, forMs?: number): Change {
  return (world) => {
    const { words } = world.evidence;
    const next = { ...words, [node]: { ...words[node], [vantage]: word(saw, looks, forMs) } };
    const vantages = new Set(Object.values(next).flatMap((said) => Object.keys(said))).size;
    return { ...world, evidence: { ...world.evidence, words: next, vantages } };
  };
}

/** Nobody has seen this node. */
export function unheardOf(node: string): Change {
  return evidence(({ words }) => ({ words: { ...words, [node]: {} } }));
}

/** The only vantage has been blind for this long. */
export function blindFor(forMs: number): Change {
  return evidence(() => ({
    words: { db1: {}, db2: {} },
    blind: { a: { because: 'the function timed out', sinceMs: NOW_MS - forMs } },
  }));
}

/** EC2 says that the VIP is there, for this many looks. */
export function vipAt(place: VipPlace, vipLooks = 10): Change {
  return evidence(({ vip }) => ({ vip: vip && { ...vip, place }, vipLooks }));
}

/** EC2's last word is this old, and it has not answered since. */
export function vipBlindFor(forMs: number): Change {
  return evidence(({ vip }) => ({
    vip: vip && { ...vip, atMs: NOW_MS - forMs },
    vipBlindSinceMs: NOW_MS - forMs,
    vipBlindBecause: 'RequestLimitExceeded',
  }));
}

/** EC2 says this of the instance of a node. */
export function instance(node: string, state: InstanceState): Change {
  return evidence(({ vip }) => ({ vip: vip && { ...vip, instances: { ...vip.instances, [node]: state } } }));
}

/** The ENI of the node has no room for one more address. */
export function noRoom(node: string): Change {
  return evidence(({ vip }) => ({ vip: vip && { ...vip, room: { ...vip.room, [node]: false } } }));
}

/** EC2 has shown so many times in a row that the ENI of db1 is attached to the instance of db2. */
export function misconfigured(looks: number): Change {
  const got = 'eni-1 is attached to i-2';
  const what = [{ subject: 'db1', got, want: 'the environment says i-1', remedy: 'exchange the eniIds' }];
  return evidence(() => ({ wrong: { what, looks, isVipAway: false } }));
}

export function evidence(change: (evidence: Evidence) => Partial<Evidence>): Change {
  return (world) => ({ ...world, evidence: { ...world.evidence, ...change(world.evidence) } });
}

export function memory(changes: Partial<Memory>): Change {
  return (world) => ({ ...world, memory: { ...world.memory, ...changes } });
}

/** The standby is remembered as unfit for this reason. */
export function rememberedUnfit(reason: string): Change {
  return memory({ readiness: { node: 'db2', fit: false, reasons: [reason], atMs: NOW_MS - 1000 } });
}

export function lasting(durations: Partial<Durations>): Change {
  return (world) => ({ ...world, durations: { ...world.durations, ...durations } });
}

/** The holder has failed the check for this long, by its own fault. */
export function failingFor(forMs: number): Change {
  const sinceMs = NOW_MS - forMs;
  return lasting({ holderFaultsSinceMs: sinceMs, ownFaultsSinceMs: sinceMs });
}

export function configured(changes: PairChanges): Change {
  return (world) => ({ ...world, pair: pairWith(changes) });
}

/** A plan in the store, as `claim` leaves it. */
export function recordOf(plan: Plan, changes: Partial<PlanRecord> = {}): PlanRecord {
  return {
    ...plan,
    id: '0000beef',
    epoch: 7,
    row: 'D10',
    because: 'db1 is stopped',
    by: 'keepalambda',
    requestId: null,
    startedAtMs: NOW_MS - 2000,
    badSinceMs: NOW_MS - 3000,
    phase: 'running',
    outcomes: {},
    fencedAt: null,
    lastSeen: position(`${UUID1}:1-100`),
    wasWritable: false,
    kept: null,
    isolatedFrom: null,
    vipMoved: false,
    ...changes,
  };
}

/** The failover that all this is for: db1 is gone, db2 takes over. */
export const failover: Plan = failoverPlan(pairWith(), 'db2', {
  holderAnswers: false,
  acceptLoss: false,
  undoIfHolderServes: true,
});

export const inFlight: Change = memory({ plan: recordOf(failover) });

/** `setup`: from two servers to a healthy pair. Every step is one document, one command of the probe, or one call of a port. */
import { byDanger, renderFindings } from '../../core/alert/finding.ts';
import { nodeOf, type Pair, peerOf } from '../../core/config/config.ts';
import type { HostDocument } from '../../core/hosts/host-document.ts';
import type { Goal } from '../../core/hosts/host-work.ts';
import type { NodeName } from '../../core/names.ts';
import type { HostOrder } from '../../core/operator/order.ts';
import { runToGoOnWith, seedServerOf } from '../../core/setup/copy.ts';
import type { AccountKey, SetupFacts } from '../../core/setup/facts.ts';
import { hostOf, setupGoals } from '../../core/setup/goals.ts';
import { kindOf } from '../../core/setup/kind.ts';
import { valuesFor } from '../../core/setup/values.ts';
import { examinePair } from '../doctor.ts';
import type { HostWork } from '../host-work.ts';
import { PortError } from '../ports/port-error.ts';
import type { Ports } from '../ports/ports.ts';
import type { WholeCopy } from '../seed.ts';
import { lookAtHosts } from './look.ts';
import { prove } from './prove.ts';
import { restartServer } from './restart.ts';

export type SetupOrder = Extract<HostOrder, { action: 'setup' }>;
/** What is to be copied; `run` is null for a copy that is not begun yet. */
export type SeedCopy = Omit<WholeCopy, 'run'> & { readonly run: string | null };
export type Seed = (copy: SeedCopy, limitMs: number) => Promise<void>;

/** How long a look at one host, or a document that does one thing, may take. Milliseconds. */
const DOCUMENT_LIMIT_MS = 60_000;
const COMMAND_LIMIT_MS = 10_000;
/** Channels that have just been made may still be connecting. Milliseconds. */
const HEALTHY_LIMIT_MS = 30_000;
const AGAIN_MS = 1000;

/** What one run knows besides what looks show. */
interface Run {
  readonly ports: Ports;
  readonly pair: Pair;
  readonly order: SetupOrder;
  readonly seed: Seed | null;
  readonly passed: Set<string>;
}

/** `seed` copies the data of one node to the other; null where that cannot be done. */
export function setupWork(
  ports: Ports,
  pair: Pair,
  order: SetupOrder,
  seed: Seed | null,
): HostWork<SetupFacts> {
  const run: Run = { ports, pair, order, seed, passed: new Set() };
  return {
    look: () => lookAtHosts(ports, pair, run.passed, order.from !== undefined),
    goals: (facts) => setupGoals(pair, facts, order, seed !== null),
    carryOut: (goal, facts, limitMs) => carryOut(run, goal, facts, limitMs),
  };
}

async function carryOut(run: Run, goal: Goal, facts: SetupFacts, limitMs: number): Promise<void> {
  const { ports, pair, seed, passed } = run;
  const { name } = goal;
  const on = String(goal.node);
  const document = documentOf(run, goal, facts);
  if (document !== null) {
    const [what, given] = document;
    await ports.host.run(pair, on, what, Math.min(limitMs, DOCUMENT_LIMIT_MS), given);
    return;
  }
  switch (name) {
    case 'server':
      return restartServer(ports, pair, on, limitMs);
    case 'configuration':
      return restartServer(ports, pair, on, limitMs, 'restart');
    case 'passwords':
      return ports.accounts.make(pair);
    case 'seed':
      if (seed) await seed(copyTo(run, facts, on), limitMs);
      return;
    case 'channel':
      return ports.database.replicate(pair, on, Math.min(limitMs, COMMAND_LIMIT_MS));
    case 'open':
      await ports.database.open(pair, on, Math.min(limitMs, COMMAND_LIMIT_MS));
      return;
    case 'vip-attached':
      if ('unknown' in facts.vip) throw new PortError('timeout', facts.vip.unknown);
      return ports.vip.assign(pair, on);
    case 'proof':
      await prove(ports, pair);
      passed.add(name);
      return;
    case 'doctor':
      await seeHealthy(run, Math.min(limitMs, HEALTHY_LIMIT_MS));
      passed.add(name);
      return;
    default:
      throw new Error(`setup has no step ${name}`);
  }
}

/** The other node is what is copied, and the hosts say what both servers are. */
function copyTo({ pair }: Run, facts: SetupFacts, to: NodeName): SeedCopy {
  const [from, host] = [peerOf(pair, to), hostOf(facts, nodeOf(pair, to))];
  const peerHost = hostOf(facts, from);
  return {
    from: from.name,
    to,
    run: runToGoOnWith({ host, peerHost }),
    source: seedServerOf(peerHost),
    target: seedServerOf(host),
  };
}

/** The document that carries the goal out, with its parameters; null where it is something else. */
function documentOf(
  run: Run,
  { name, node }: Goal,
  facts: SetupFacts,
): readonly [HostDocument, Readonly<Record<string, string>>] | null {
  const on = String(node);
  switch (name) {
    case 'configuration-file': {
      const [own, peer] = [nodeOf(run.pair, on), peerOf(run.pair, on)];
      const values = valuesFor(run.pair, own, hostOf(facts, own), hostOf(facts, peer));
      return ['write-configuration', { ...values }];
    }
    case 'monitor-account':
      return ['make-account', accountOf(run, facts, on, 'monitor')];
    case 'replication-account':
      return ['make-account', accountOf(run, facts, on, 'replication')];
    case 'history':
      return ['forget-history', {}];
    case 'vip-bound':
      return ['keep-vip', {}];
    default:
      return null;
  }
}

/** The account as the server takes it: by the hash of its password. */
function accountOf({ pair }: Run, facts: SetupFacts, on: NodeName, use: 'monitor' | 'replication') {
  const key: AccountKey | null = facts.accounts[use];
  if (key === null)
    throw new PortError('unsuccessful', `the password of the ${use} account is not in the parameter store`);
  const isToday = kindOf(hostOf(facts, nodeOf(pair, on)).version) === 'mysql-8';
  return {
    User: key.user,
    Use: use,
    Key: isToday ? key.sha2 : key.native,
    Tls: pair.tls === 'off' ? 'NONE' : 'SSL',
  };
}

/** Throws what doctor finds above a hint, if it does not go away in time. */
async function seeHealthy({ ports, pair }: Run, limitMs: number): Promise<void> {
  const deadlineMs = ports.clock.nowMs() + limitMs;
  for (;;) {
    const found = await examinePair(ports, pair, 'quick');
    const bad = byDanger(found.filter(({ severity }) => severity !== 'hint'));
    if (bad.length === 0) return;
    if (ports.clock.nowMs() + AGAIN_MS >= deadlineMs)
      throw new PortError('unsuccessful', `doctor finds:\n${renderFindings(bad)}`);
    await ports.clock.sleep(AGAIN_MS);
  }
}

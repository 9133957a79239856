/**
 * The answer to `status`: one look at each pair, and what the store remembers. For a pair that is not well, the leader
 * is asked too: it has watched for longer than one look, and its evidence decides what is done.
 */
import type { Config, Pair } from '../core/config/config.ts';
import { type Decision, decide } from '../core/decision/decision.ts';
import type { Safeguards } from '../core/decision/safeguards.ts';
import type { Situation } from '../core/decision/situation.ts';
import type { PairName } from '../core/names.ts';
import {
  done,
  type PairStatus,
  type Reply,
  type ReplyData,
  type WholeState,
} from '../core/operator/reply.ts';
import type { Request } from '../core/operator/request.ts';
import { situationOf } from '../core/pair/pair-state.ts';
import { pairStatusOf } from '../core/pair/pair-status.ts';
import { renderReplica } from '../core/text/replicas-text.ts';
import { renderStatus } from '../core/text/status-text.ts';
import { renderSubscriptions } from '../core/text/subscriptions-text.ts';
import { askLeader } from './leader-state.ts';
import { lookOnce } from './look-once.ts';
import type { Ports } from './ports/ports.ts';
import type { HistoryEntry } from './ports/store.ts';
import { lookAtReplicas } from './replicas.ts';

/** What a question is answered with. */
export interface Asked {
  readonly config: Config;
  readonly ports: Ports;
  readonly safeguards?: Safeguards;
  /** The pairs that it is about; at least one. */
  readonly pairs: readonly [Pair, ...Pair[]];
}

/** A pair as `status` shows it. */
interface Seen {
  readonly situation: Situation;
  readonly decision: Decision;
  readonly seenBy: PairStatus['seenBy'];
}

/** How many rows are read for each one that is no picture. */
const SEEN_SHARE = 5;
/**
 * For how many pairs the leader is asked: each answer is a write of its own, and a lost zone makes all pairs unwell at
 * once.
 */
const LEADER_ASKED_MAX = 5;

/** Lines for people, and the same as data. */
export async function answerStatus(
  asked: Asked,
  { verbose, events: limit }: Extract<Request, { action: 'status' }>,
): Promise<Reply> {
  const { ports, pairs } = asked;
  const leaderOf = askingOnce(ports);
  const [lease, subscriptions, seen, events, states] = await Promise.all([
    ports.store.readLease(),
    ports.alerts.subscriptions(),
    lookAtAll(asked, leaderOf),
    limit > 0 ? newestEvents(asked, limit) : [],
    verbose ? Promise.all(pairs.map((pair) => wholeStateOf(ports, pair, leaderOf))) : null,
  ]);
  const shown = await Promise.all(
    seen.map(async (one) => ({ ...one, replicas: await lookAtReplicas(ports.database, one.situation) })),
  );
  const data: ReplyData = {
    action: 'status',
    pairs: shown.map(({ situation, decision, seenBy, replicas }) =>
      pairStatusOf(situation, decision, { seenBy, replicas }),
    ),
    lease: lease && {
      owner: lease.owner,
      epoch: lease.epoch,
      version: lease.version,
      released: lease.released,
    },
    events,
    subscriptions,
    ...(states ? { states } : {}),
  };
  const lines = shown.flatMap(({ situation, decision, seenBy, replicas }) => [
    ...renderStatus(situation, decision, seenBy),
    ...replicas.map(renderReplica),
  ]);
  return done([...lines, renderSubscriptions(subscriptions), ...(states ?? []).map(stateLine)], data);
}

type LeaderOf = (pair: PairName) => ReturnType<typeof askLeader>;

/** Asks the leader once for each pair, however often its answer is used. */
function askingOnce(ports: Ports): LeaderOf {
  const asked = new Map<PairName, ReturnType<typeof askLeader>>();
  return (pair) => {
    const answer = asked.get(pair) ?? askLeader(ports, pair);
    asked.set(pair, answer);
    return answer;
  };
}

/** One look at each pair; of those that are not well, the leader's view where it answers. */
async function lookAtAll(
  { ports, config, safeguards, pairs }: Asked,
  leaderOf: LeaderOf,
): Promise<readonly Seen[]> {
  const looks = await Promise.all(
    pairs.map(async (pair) =>
      seenAs((await lookOnce(ports, config, pair, safeguards)).situation, 'one look'),
    ),
  );
  const unwell = looks
    .filter(({ decision }) => decision.measure.kind !== 'all-clear')
    .slice(0, LEADER_ASKED_MAX);
  const led = await Promise.all(unwell.map(({ situation }) => leaderOf(situation.pair.name)));
  return looks.map((look) => {
    const asLeader = led[unwell.indexOf(look)] ?? null;
    return asLeader === null ? look : seenAs(situationOf(asLeader.state, asLeader.atMs), 'leader');
  });
}

function seenAs(situation: Situation, seenBy: PairStatus['seenBy']): Seen {
  return { situation, decision: decide(situation), seenBy };
}

async function newestEvents({ ports, pairs }: Asked, limit: number): Promise<readonly HistoryEntry[]> {
  // What was seen is for the page of an incident; here only the result counts.
  const all = await Promise.all(pairs.map(({ name }) => ports.store.history(name, SEEN_SHARE * limit)));
  return all
    .flat()
    .filter(({ what }) => what !== 'seen')
    .sort((one, other) => other.atMs - one.atMs)
    .slice(0, limit);
}

function stateLine({ pair, from, epoch }: WholeState & { readonly pair: string }): string {
  return from === 'leader'
    ? `  ${pair}: the whole state of the leader (epoch ${epoch}) is in "data.states"`
    : `  ${pair}: no leader answered; what the store remembers is in "data.states"`;
}

async function wholeStateOf(
  ports: Ports,
  { name }: Pair,
  leaderOf: LeaderOf,
): Promise<WholeState & { readonly pair: string }> {
  const asLeader = await leaderOf(name);
  if (asLeader !== null) return { pair: name, from: 'leader', ...asLeader };
  const memory = await ports.store.readMemory(name);
  return { pair: name, from: 'store', epoch: null, atMs: ports.clock.nowMs(), state: memory };
}

/** The chain replicas of a pair as `status` shows them: those of its configuration, and those that its nodes feed. */
import type { Pair } from '../core/config/config.ts';
import type { Situation } from '../core/decision/situation.ts';
import { type ChainReplica, followed } from '../core/evidence/chain.ts';
import type { PairStatus } from '../core/operator/reply.ts';
import { STATEMENT_LIMIT_MS } from '../core/time-budget.ts';
import type { DatabasePort } from './ports/database.ts';
import { reason } from './step-context.ts';

type ReplicaStatus = PairStatus['replicas'][number];

const unknown = { follows: null, io: null, sql: null, lagSeconds: null } as const;

/** Never throws: what does not answer is shown as such. */
export async function lookAtReplicas(
  database: DatabasePort,
  { pair, holder, standby, memory }: Situation,
): Promise<readonly ReplicaStatus[]> {
  const identityOf = (node: string) => memory.identities[node] ?? null;
  const answering = [holder, standby].filter(({ server }) => server !== null);
  const [named, found] = await Promise.all([
    Promise.all(pair.replicas.map((replica) => lookAt(database, pair, replica, identityOf))),
    Promise.all(answering.map(({ node }) => foundAt(database, pair, node))),
  ]);
  return [...named, ...found.flat()];
}

async function lookAt(
  database: DatabasePort,
  pair: Pair,
  replica: Pair['replicas'][number],
  identityOf: (node: string) => string | null,
): Promise<ReplicaStatus> {
  try {
    const seen: ChainReplica = await database.replica(pair, replica, STATEMENT_LIMIT_MS);
    const { io, sql, lagSeconds, error: because } = seen;
    const follows = followed(pair, seen, identityOf);
    return { ...replica, answers: true, follows, because, io, sql, lagSeconds };
  } catch (error) {
    return { ...replica, ...unknown, answers: false, because: reason(error) };
  }
}

/** A node that cannot be asked is shown with no replicas; its own line says why. */
async function foundAt(database: DatabasePort, pair: Pair, node: string): Promise<readonly ReplicaStatus[]> {
  const fed = await database.feeds(pair, node, STATEMENT_LIMIT_MS).catch(() => []);
  return fed
    .filter(({ address }) => !pair.replicas.some((replica) => replica.address === address))
    .map(({ address }) => {
      return { ...unknown, name: null, address, answers: false, follows: node, because: null };
    });
}

/** Chain replicas in words, for `status`. */
import type { PairStatus } from '../operator/reply.ts';

type ReplicaStatus = PairStatus['replicas'][number];

/** One line for each. */
export function renderReplica({
  name,
  address,
  follows,
  answers,
  because,
  io,
  sql,
  lagSeconds,
}: ReplicaStatus): string {
  const who = name === null ? `replica at ${address}` : `replica ${name} (${address})`;
  if (name === null)
    return `  ${who} follows ${follows}, by its process list; it is not in the configuration`;
  if (!answers) return `  ${who} does not answer: ${because}`;
  const lag = lagSeconds === null ? 'lag unknown' : `lag ${lagSeconds} s`;
  const source = follows === null ? 'follows neither node' : `follows ${follows}`;
  return `  ${who} ${source}: IO ${io}, SQL ${sql}, ${lag}${because === null ? '' : ` (${because})`}`;
}

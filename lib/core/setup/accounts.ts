/** The two accounts that setup makes, and where their passwords are. */
import type { Pair } from '../config/config.ts';

/** MySQL 5.6 takes 16 characters. */
export const setupUsers = { monitor: 'keepalambda', replication: 'keepalambda_repl' } as const;

/** The parameter of the account that the nodes of a pair replicate with. */
export function replicationParameterOf({ credentials }: Pick<Pair, 'credentials'>): string {
  return `${credentials}/replication`;
}

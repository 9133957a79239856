/** The heartbeat table and the rights of keepalambda's account: for `grants`, and for the document that makes the account. */
import { covers, heldIn, rightsOf } from '../operator/held-rights.ts';
import { type GrantServer, heartbeatRights, rights } from '../operator/rights.ts';

/** Whose account: the one of the probes, or the one that the other node replicates with. */
export type AccountUse = 'monitor' | 'replication';

/** All that the account of replication is granted. */
export const replicationRights = ['REPLICATION SLAVE', '*.*'] as const;

/** Without it (`writeProbe: false`), a holder whose disk is full is not told from one that is well. */
export const heartbeatStatements: readonly string[] = [
  'CREATE DATABASE IF NOT EXISTS keepalambda',
  `CREATE TABLE IF NOT EXISTS keepalambda.heartbeat (
  node VARCHAR(31) PRIMARY KEY,
  committed_at TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)
) ENGINE=InnoDB`,
];

/** Whether an account has all that it is made with. A host that dies while it is made may leave it without a part of them. */
export function hasAllRights(server: GrantServer, use: AccountUse, grants: readonly string[]): boolean {
  const held = heldIn(grants);
  if (held === null) return true;
  const needed: readonly (readonly [list: string, on: string])[] =
    use === 'replication'
      ? [replicationRights]
      : [...rights[server].map(([list, on]) => [list, on] as const), heartbeatRights];
  return needed.flatMap(([list, on]) => rightsOf(list, on)).every((right) => covers(held, right));
}

/** What `who`, an account that is there, is granted. The heartbeat table must be there too. */
export function accountRights(server: GrantServer, who: string): readonly string[] {
  return [
    ...rights[server].map(([right, on]) => `GRANT ${right} ON ${on} TO ${who}`),
    // SELECT: ON DUPLICATE KEY UPDATE reads the column that it sets, as servers see it.
    `GRANT ${heartbeatRights.join(' ON ')} TO ${who}`,
  ];
}

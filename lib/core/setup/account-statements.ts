/** The heartbeat table and the rights of keepalambda's account: for `grants`, and for the document that makes the account. */
import { type GrantServer, heartbeatRights, rights } from '../operator/rights.ts';

/** Without it (`writeProbe: false`), a holder whose disk is full is not told from one that is well. */
export const heartbeatStatements: readonly string[] = [
  'CREATE DATABASE IF NOT EXISTS keepalambda',
  `CREATE TABLE IF NOT EXISTS keepalambda.heartbeat (
  node VARCHAR(31) PRIMARY KEY,
  committed_at TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)
) ENGINE=InnoDB`,
];

/** What `who`, an account that is there, is granted. The heartbeat table must be there too. */
export function accountRights(server: GrantServer, who: string): readonly string[] {
  return [
    ...rights[server].map(([right, on]) => `GRANT ${right} ON ${on} TO ${who}`),
    // SELECT: ON DUPLICATE KEY UPDATE reads the column that it sets, as servers see it.
    `GRANT ${heartbeatRights.join(' ON ')} TO ${who}`,
  ];
}

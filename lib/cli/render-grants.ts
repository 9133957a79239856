/** The grants as a person pastes them into `mysql`. */
import { type Account, type GrantServer, grantStatements } from './grants.ts';

/** Stands where the password goes: who pastes without reading is not let in with a known one. */
const PASSWORD = 'PUT A LONG RANDOM PASSWORD HERE';

/** Comments and statements, each ended with a semicolon. */
export function renderGrants(server: GrantServer, account: Omit<Account, 'password'>): string {
  return [
    '-- On the master that takes writes; replication takes it to the other.',
    '-- (Where the schema mysql is not replicated, run it on both, with SET SESSION sql_log_bin = 0 before it.)',
    '-- Put the same password into the SSM parameter that the pair names as its credentials:',
    `--   {"user":"${account.user}","password":"…"}`,
    ...grantStatements(server, { ...account, password: PASSWORD }).map((statement) => `${statement};`),
  ].join('\n');
}

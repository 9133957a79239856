/** The grants as a person pastes them into `mysql`. */
import { CONNECTIONS_PER_VANTAGE } from '../core/connection-count.ts';
import { type Account, eventStatements, type GrantServer, grantStatements } from './grants.ts';

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
    ...advice(server, account).map((line) => `-- ${line}`.trimEnd()),
  ].join('\n');
}

/** What the server's own settings must leave room for. */
function advice(server: GrantServer, account: Pick<Account, 'user' | 'host'>): readonly string[] {
  return [
    '',
    'Check on every node:',
    '- max_connect_errors: after so many handshakes in a row that were broken off, the server refuses an address (error',
    '  1129) until FLUSH HOSTS. Its default is 100. Set 1000000, or skip_name_resolve = ON, which ends the counting.',
    `- max_user_connections, also of this account: 0, or at least ${CONNECTIONS_PER_VANTAGE} for each vantage (${CONNECTIONS_PER_VANTAGE * 2} for two).`,
    ...superAdvice[server],
    "- A pair with events: 'managed' needs more, or its events stop with every move:",
    ...eventStatements(server, account).map((statement) => `    ${statement};`),
    ...eventAdvice[server],
  ];
}

const eventAdvice: Readonly<Record<GrantServer, readonly string[]>> = {
  'mysql-5.6': [],
  'mysql-5.7': [],
  'mysql-8': [
    '  Before 8.2 its name is SET_USER_ID. Events whose definer has SYSTEM_USER (root) need SYSTEM_USER too: give them',
    '  another definer.',
  ],
  mariadb: ['  SUPER is for event_scheduler alone. Leave it out where the scheduler may run on both nodes.'],
};

const bound = ['- super_read_only binds every account, so that a standby takes no writes of anybody.'];

/** Where `read_only` alone closes a server, whoever is above it writes on the standby. */
const superAdvice: Readonly<Record<GrantServer, readonly string[]>> = {
  'mysql-5.6': [
    '- SUPER: read_only does not bind accounts that have it. An application with SUPER writes on the standby, and during',
    '  a move. So do scheduled events whose definer has it. Take SUPER away from applications.',
  ],
  'mysql-5.7': bound,
  'mysql-8': bound,
  mariadb: [
    '- SUPER, READ_ONLY ADMIN: read_only does not bind accounts that have one of them. An application with it writes on',
    '  the standby, and during a move. So do scheduled events whose definer has it. Take it away from applications.',
  ],
};

/** The grants as a person pastes them into `mysql`, and the command that stores the password. */
import { secretIdOf } from '../core/config/secret-parameter.ts';
import { CONNECTIONS_PER_VANTAGE } from '../core/evidence/connection-count.ts';
import { type Account, eventStatements, type GrantServer, grantStatements } from './grants.ts';

/** Where the account goes, so that the functions find it. */
export interface Parameter {
  /** The `credentials` of the pair. */
  readonly name: string;
  /** Undefined: that of the shell. */
  readonly region?: string | undefined;
  /** The customer key of the pair. */
  readonly key?: string | undefined;
}

/** Comments and statements, each ended with a semicolon. */
export function renderGrants(server: GrantServer, account: Account, parameter: Parameter): string {
  return [
    ...beginning(server).map((line) => `-- ${line}`),
    ...grantStatements(server, account).map((statement) => `${statement};`),
    ...ending(server, account, parameter).map((line) => `-- ${line}`),
    ...advice(server, account).map((line) => `-- ${line}`.trimEnd()),
  ].join('\n');
}

function beginning(server: GrantServer): readonly string[] {
  return [
    `New pair, and both nodes are read-only? First, on one node only: ${switches[server].open}`,
    'Run this on the node that takes writes; replication takes it to the other.',
    '(Where the schema mysql is not replicated, run it on both, with SET SESSION sql_log_bin = 0 before it.)',
  ];
}

function ending(server: GrantServer, account: Account, parameter: Parameter): readonly string[] {
  return [
    `New pair: close the node that you opened again: ${switches[server].close}`,
    'Then, in a shell, store the account. The password was made now, and nobody needs to know it:',
    `  ${storeCommand(account, parameter)}`,
  ];
}

/** How to open a node by hand, and close it again; `super_read_only` must be the last to be set and the first to go. */
const switches: Readonly<Record<GrantServer, { readonly open: string; readonly close: string }>> = {
  'mysql-5.6': readOnlyAlone(),
  'mysql-5.7': withSuper(),
  'mysql-8': withSuper(),
  mariadb: readOnlyAlone(),
};

function readOnlyAlone() {
  return { open: 'SET GLOBAL read_only = 0;', close: 'SET GLOBAL read_only = 1;' };
}

function withSuper() {
  return {
    open: 'SET GLOBAL super_read_only = 0; SET GLOBAL read_only = 0;',
    close: 'SET GLOBAL read_only = 1; SET GLOBAL super_read_only = 1;',
  };
}

function storeCommand({ user, password }: Account, { name, region, key }: Parameter): string {
  const value = inShell(JSON.stringify({ user, password }));
  const where = region === undefined ? [] : ['--region', region];
  const id = secretIdOf(name);
  if (id !== null) {
    const encrypt = key === undefined ? [] : ['--kms-key-id', key];
    const secret = ['--name', id, '--secret-string', value];
    return ['aws secretsmanager create-secret', ...where, ...encrypt, ...secret].join(' ');
  }
  const encrypt = key === undefined ? [] : ['--key-id', key];
  const parameter = ['--type SecureString', ...encrypt, '--name', name, '--value', value];
  return ['aws ssm put-parameter', ...where, ...parameter].join(' ');
}

function inShell(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
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

/** Where `read_only` alone closes a server, an account that is above it writes on the standby. */
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

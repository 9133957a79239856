/** Whether keepalambda gets in, may do what it must, and may do no more. */
import { CONNECTIONS_PER_VANTAGE } from '../evidence/connection-count.ts';
import { missingRights, surplusRights } from './rights-held.ts';
import { badly, type Here, isOff, type Rule, set, write } from './rule.ts';

const CONNECT_ERRORS_MIN = 10_000;
/** Three vantages is the most. */
const ACCOUNT_CONNECTIONS_MIN = 3 * CONNECTIONS_PER_VANTAGE;
const CERTIFICATE_DAYS_MIN = 30;

export const accessRules: readonly Rule[] = [
  {
    id: 'rights-missing',
    severity: 'danger',
    of: 'node',
    when: 'our account lacks a right that a failover needs',
    got: ({ facts }) => listed('without', missingRights(facts).failover),
    want: 'the rights that `keepalambda grants` prints',
    why: 'Looks fail, or a node cannot be closed or opened when it must be.',
    fix: grant('failover'),
  },
  {
    id: 'rights-to-see-missing',
    severity: 'hint',
    of: 'node',
    when: 'our account lacks a right that only reports need',
    got: ({ facts }) => listed('without', missingRights(facts).reports),
    want: 'the rights that `keepalambda grants` prints',
    why: 'What it is for is reported as unknown.',
    fix: grant('reports'),
  },
  {
    id: 'rights-unneeded',
    severity: 'warning',
    of: 'node',
    when: 'our account has rights that keepalambda does not use',
    got: ({ facts, pair }) => listed('also', surplusRights(facts, pair.events)),
    want: 'no more rights than `keepalambda grants` prints',
    why: 'Who gets the password of the account gets these too.',
    fix: ({ facts, pair, node }) =>
      `on ${node.name}: ${surplusRights(facts, pair.events)
        .map((right) => `REVOKE ${right} FROM 'the account';`)
        .join(' ')}`,
  },
  {
    id: 'account-limited',
    severity: 'warning',
    of: 'node',
    when: `our account may have fewer than ${ACCOUNT_CONNECTIONS_MIN} connections`,
    got: ({ facts: { accountConnections } }) =>
      accountConnections > 0 && accountConnections < ACCOUNT_CONNECTIONS_MIN
        ? `at most ${accountConnections} connections`
        : null,
    want: `no limit, or at least ${ACCOUNT_CONNECTIONS_MIN}`,
    why: 'Every vantage keeps connections, and a plan makes more: at the limit a failover cannot be carried out.',
    fix: ({ node }) =>
      `on ${node.name}: MAX_USER_CONNECTIONS 0 for the account, and for max_user_connections`,
  },
  {
    id: 'password-expires',
    severity: 'warning',
    of: 'node',
    when: 'the password of our account expires',
    got: ({ facts: { passwordDays } }) => (passwordDays === null ? null : `after ${passwordDays} days`),
    want: 'a password that is rotated by you, and does not expire by itself',
    why: 'On that day keepalambda is locked out of both nodes at once.',
    fix: ({ node }) => `on ${node.name}: ALTER USER … PASSWORD EXPIRE NEVER;`,
  },
  {
    id: 'names-resolved',
    severity: 'warning',
    of: 'node',
    when: '`skip_name_resolve` is off',
    got: badly('skip_name_resolve', isOff),
    want: 'on, with accounts by address',
    why: 'Each login waits for the name server; a slow one makes the node look silent.',
    fix: write('skip_name_resolve', 'ON'),
  },
  {
    id: 'hosts-blocked-soon',
    severity: 'warning',
    of: 'node',
    when: `\`max_connect_errors\` is below ${CONNECT_ERRORS_MIN}`,
    got: badly('max_connect_errors', (value) => Number(value) < CONNECT_ERRORS_MIN),
    want: 'a million',
    why: 'After this many logins that were broken off in a row the server refuses the probes (error 1129).',
    fix: set('max_connect_errors', '1000000'),
  },
  {
    id: 'certificate-expires',
    severity: 'warning',
    of: 'node',
    when: `the server’s certificate expires within ${CERTIFICATE_DAYS_MIN} days`,
    got: ({ facts: { certificateDays: days } }) => {
      if (days === null || days >= CERTIFICATE_DAYS_MIN) return null;
      return days < 0 ? `expired ${-days} days ago` : `expires in ${days} days`;
    },
    want: `a certificate for ${CERTIFICATE_DAYS_MIN} days or more`,
    why: 'Clients and, with verify-ca, the probes refuse the server from that day on.',
    fix: ({ node }) =>
      `renew the certificate on ${node.name}; then ALTER INSTANCE RELOAD TLS (MySQL 8.0.16 on)`,
  },
  {
    id: 'tls-off',
    severity: 'hint',
    of: 'pair',
    when: "the pair has `tls: 'off'`",
    got: ({ pair }) => (pair.tls === 'off' ? "tls: 'off'" : null),
    want: "'encrypt' or 'verify-ca'",
    why: 'Statements of clients that a look names cross the VPC in the clear.',
    fix: "set tls: 'encrypt' for the pair in its environment file, and deploy",
  },
];

function listed(before: string, rights: readonly string[]): string | null {
  return rights.length === 0 ? null : `${before} ${rights.join(', ')}`;
}

function grant(need: 'failover' | 'reports'): (here: Here) => string {
  return ({ facts, node }) => {
    const lines = missingRights(facts)[need].map((right) => `GRANT ${right} TO 'the account';`);
    return `on ${node.name}: ${lines.join(' ')} (keepalambda grants prints them all)`;
  };
}

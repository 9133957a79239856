/** The parameters of the documents of work on hosts, each with a pattern that no command and no SQL fits. */
import type { Document } from './document.ts';

type Parameters = NonNullable<Document['parameters']>;

/** A parameter that SSM gives to a script as a variable, so that no value of it becomes part of a command. */
export const parameter = (description: string, allowedPattern: string) =>
  ({ type: 'String', description, allowedPattern, interpolationType: 'ENV_VAR' }) as const;

const octet = '(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
/** An IPv4 address. */
export const addressPattern = `^${octet}(\\.${octet}){3}$`;
const userPattern = '^[A-Za-z0-9][A-Za-z0-9_.-]{0,31}$';

export const vipParameter = {
  Vip: parameter('The VIP: an IPv4 address.', addressPattern),
} satisfies Parameters;

export const restartParameters = {
  Answering: parameter('What to do with a server that answers on its own host.', '^(spare|restart)$'),
} satisfies Parameters;

export const accountParameters = {
  Monitor: parameter('The account that keepalambda logs in with.', userPattern),
  Replication: parameter('The account that the other node replicates with.', userPattern),
} satisfies Parameters;

export const userParameters = {
  User: parameter('The account.', userPattern),
  Use: parameter('What it is for.', '^(monitor|replication)$'),
} satisfies Parameters;

export const keyParameters = {
  ...userParameters,
  Key: parameter(
    'What the server keeps of its password: the hash of mysql_native_password or caching_sha2_password, in hexadecimal digits.',
    '^([0-9A-F]{40}|[0-9A-F]{140})$',
  ),
  Tls: parameter('Whether it must use TLS.', '^(NONE|SSL)$'),
} satisfies Parameters;

export const configurationParameters = {
  ServerId: parameter('server-id', '^[0-9]{1,10}$'),
  Offset: parameter('auto-increment-offset', '^[12]$'),
  Domain: parameter('gtid-domain-id', '^[0-9]{1,10}$'),
  ReadOnly: parameter('read-only', '^[01]$'),
  KeepDays: parameter('expire-logs-days', '^[0-9]{1,3}$'),
  BinaryLog: parameter('log-bin', '^/[A-Za-z0-9_./-]{1,250}$'),
  Bind: parameter('bind-address', '^[0-9A-Za-z.:*][0-9A-Za-z.:,*/_-]{0,199}$'),
  SkipNames: parameter('skip-name-resolve', '^[01]$'),
} satisfies Parameters;

export const proofParameters = {
  Verb: parameter('What to do with the database of the proof.', '^(make|see|drop)$'),
  Side: parameter('On which side it was made.', '^[12]$'),
} satisfies Parameters;

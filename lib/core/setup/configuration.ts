/**
 * What setup writes into the server's configuration: a file of our own beside those of the distribution. One list, from which
 * the script on the host, the comparison with what runs, and docs/hosts.md are made.
 */
import type { GrantServer } from '../operator/rights.ts';

/** The values that differ from pair to pair and node to node: the parameters of the document. */
export interface ConfigurationValues {
  readonly ServerId: string;
  /** 1 on the first node, 2 on the second. */
  readonly Offset: string;
  /** Of MariaDB: each node writes its transactions into a domain of its own. */
  readonly Domain: string;
  /** Whether it comes up read-only: 1 or 0. */
  readonly ReadOnly: string;
  /** For how many days binary logs are kept. */
  readonly KeepDays: string;
  /** Where the binary logs are: the path without its number. */
  readonly BinaryLog: string;
  /** The addresses that the server listens at. */
  readonly Bind: string;
  /** Whether it asks for the names of its clients' hosts no more: 1 or 0. */
  readonly SkipNames: string;
}
export type ValueName = keyof ConfigurationValues;

export interface ConfigurationLine {
  /** As it is written: `loose-` where some server of its kind does not know it. */
  readonly option: string;
  /** The variable with the running value; null where no running value is compared. */
  readonly variable: string | null;
  readonly value: string | { readonly of: ValueName };
  readonly on?: readonly GrantServer[];
  /** Whether it can be changed while the server runs; else it takes a restart. */
  readonly changesAtOnce?: true;
  readonly why: string;
}

const mysql = ['mysql-5.6', 'mysql-5.7', 'mysql-8'] as const;
const before8 = ['mysql-5.6', 'mysql-5.7'] as const;
const ofOldWords = ['mysql-5.6', 'mysql-5.7', 'mariadb'] as const;
const noticed = 'A link that broke without a word is noticed within seconds.';
const survives = 'A commit that was acknowledged survives a crash of the host.';
const keepsPlace = 'A replica that crashed knows where it was.';

export const configurationLines: readonly ConfigurationLine[] = [
  {
    option: 'server-id',
    variable: 'server_id',
    value: { of: 'ServerId' },
    why: 'Replication does not start without.',
  },
  {
    option: 'log-bin',
    variable: null,
    value: { of: 'BinaryLog' },
    why: 'There is nothing to replicate without.',
  },
  {
    option: 'log-slave-updates',
    variable: 'log_slave_updates',
    value: 'ON',
    on: ofOldWords,
    why: 'What a node received is in its own log, for servers that replicate from it.',
  },
  {
    option: 'loose-log-replica-updates',
    variable: null,
    value: 'ON',
    on: ['mysql-8'],
    why: 'The same.',
  },
  {
    option: 'gtid-mode',
    variable: 'gtid_mode',
    value: 'ON',
    on: mysql,
    why: 'A transaction has one name on both nodes.',
  },
  {
    option: 'enforce-gtid-consistency',
    variable: 'enforce_gtid_consistency',
    value: 'ON',
    on: mysql,
    why: 'gtid-mode needs it.',
  },
  {
    option: 'gtid-domain-id',
    variable: 'gtid_domain_id',
    value: { of: 'Domain' },
    on: ['mariadb'],
    why: 'Both masters number their own transactions.',
  },
  {
    option: 'auto-increment-increment',
    variable: 'auto_increment_increment',
    value: '2',
    changesAtOnce: true,
    why: 'The two masters never give the same key away.',
  },
  {
    option: 'auto-increment-offset',
    variable: 'auto_increment_offset',
    value: { of: 'Offset' },
    changesAtOnce: true,
    why: 'The same.',
  },
  {
    option: 'binlog-format',
    variable: 'binlog_format',
    value: 'ROW',
    on: ofOldWords,
    changesAtOnce: true,
    why: 'A replica changes the rows that its source changed, whatever the statement was.',
  },
  { option: 'sync-binlog', variable: 'sync_binlog', value: '1', changesAtOnce: true, why: survives },
  {
    option: 'innodb-flush-log-at-trx-commit',
    variable: 'innodb_flush_log_at_trx_commit',
    value: '1',
    changesAtOnce: true,
    why: survives,
  },
  {
    option: 'binlog-error-action',
    variable: 'binlog_error_action',
    value: 'ABORT_SERVER',
    on: before8,
    changesAtOnce: true,
    why: 'A server that cannot write its binary log does not go on without one.',
  },
  {
    option: 'expire-logs-days',
    variable: 'expire_logs_days',
    value: { of: 'KeepDays' },
    on: ofOldWords,
    changesAtOnce: true,
    why: 'Binary logs do not fill the disk.',
  },
  { option: 'relay-log-recovery', variable: 'relay_log_recovery', value: 'ON', why: keepsPlace },
  {
    option: 'master-info-repository',
    variable: 'master_info_repository',
    value: 'TABLE',
    on: before8,
    why: keepsPlace,
  },
  {
    option: 'relay-log-info-repository',
    variable: 'relay_log_info_repository',
    value: 'TABLE',
    on: before8,
    why: keepsPlace,
  },
  {
    option: 'slave-net-timeout',
    variable: 'slave_net_timeout',
    value: '4',
    on: ofOldWords,
    changesAtOnce: true,
    why: noticed,
  },
  {
    option: 'loose-replica-net-timeout',
    variable: 'replica_net_timeout',
    value: '4',
    on: ['mysql-8'],
    changesAtOnce: true,
    why: noticed,
  },
  {
    option: 'max-connect-errors',
    variable: 'max_connect_errors',
    value: '1000000',
    changesAtOnce: true,
    why: 'No address is shut out after broken-off logins (error 1129).',
  },
  {
    option: 'skip-name-resolve',
    variable: 'skip_name_resolve',
    value: { of: 'SkipNames' },
    why: 'A login waits for no name server. Left off where an account names a host.',
  },
  {
    option: 'bind-address',
    variable: null,
    value: { of: 'Bind' },
    why: 'The other node, the probes and clients of the VIP must reach it.',
  },
  {
    option: 'read-only',
    variable: null,
    value: { of: 'ReadOnly' },
    why: 'A node comes up read-only; keepalambda, and nobody else, opens one.',
  },
  {
    option: 'super-read-only',
    variable: null,
    value: { of: 'ReadOnly' },
    on: ['mysql-5.7', 'mysql-8'],
    why: 'The same, for accounts with SUPER.',
  },
];

/** The lines for a server of this kind. */
export function linesFor(kind: GrantServer): readonly ConfigurationLine[] {
  return configurationLines.filter(({ on }) => on === undefined || on.includes(kind));
}

/** The file as it is written, line for line; the values may be those of a shell. */
export function renderConfiguration(kind: GrantServer, values: ConfigurationValues): readonly string[] {
  return ['[mysqld]', ...linesFor(kind).map(({ option, value }) => `${option}=${valueIn(value, values)}`)];
}

/** The value of a line on this node. */
export function valueIn(value: ConfigurationLine['value'], values: ConfigurationValues): string {
  return typeof value === 'string' ? value : values[value.of];
}

/** What runs otherwise than the file says, and whether that takes a restart. */
export interface Difference {
  readonly variable: string;
  readonly got: string;
  readonly want: string;
  readonly takesRestart: boolean;
}

/** All settings that a running server has otherwise than the file says. */
export function differences(
  kind: GrantServer,
  values: ConfigurationValues,
  running: ReadonlyMap<string, string>,
): readonly Difference[] {
  const told = linesFor(kind).flatMap(({ variable, value, changesAtOnce }): Difference[] => {
    if (variable === null) return [];
    const [got, want] = [running.get(variable), valueIn(value, values)];
    // What the server does not have, it cannot have otherwise.
    if (got === undefined || normal(got) === normal(want)) return [];
    return [{ variable, got, want, takesRestart: changesAtOnce !== true }];
  });
  const logsOff = normal(running.get('log_bin') ?? 'OFF') === '0';
  return logsOff ? [...told, { variable: 'log_bin', got: 'OFF', want: 'ON', takesRestart: true }] : told;
}

/**
 * Whether a line of another file, as `server_id = 5` or `skip-log-bin`, says otherwise than ours. Where the binary log is, the
 * server itself says.
 */
export function contradicts(kind: GrantServer, values: ConfigurationValues, text: string): boolean {
  const [name = '', ...rest] = text.split('=');
  const given = optionOf(name);
  const value = rest
    .join('=')
    .replace(/\s#.*$/, '')
    .trim()
    .replace(/^(['"])(.*)\1$/, '$2');
  return linesFor(kind).some((line) => {
    const own = optionOf(line.option);
    const want = valueIn(line.value, values);
    if (given === own) return own !== 'log-bin' && normal(value || '1') !== normal(want);
    const [, word, of] = /^(skip|disable|enable)-(.*)$/.exec(given) ?? [];
    if (of !== own) return false;
    return own === 'log-bin' ? word !== 'enable' : normal(want) !== (word === 'enable' ? '1' : '0');
  });
}

/** An option under one name, however it is spelled. */
function optionOf(name: string): string {
  return name
    .trim()
    .replaceAll('_', '-')
    .replace(/^loose-/, '')
    .replace('replica', 'slave');
}

/** `ON`, `YES` and `1` are the same, and so are `7` and `7.000000`. */
function normal(value: string): string {
  const upper = value.toUpperCase();
  if (['ON', 'YES', 'TRUE'].includes(upper)) return '1';
  if (['OFF', 'NO', 'FALSE'].includes(upper)) return '0';
  return /^\d+\.\d+$/.test(upper) ? String(Number(upper)) : upper;
}

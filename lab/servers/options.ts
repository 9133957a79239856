/**
 * Every option that the lab sets on a server, with the reason. The three layers are all that a my.cnf of the lab
 * consists of, and `docs/servers.md` is printed from here.
 */
import type { Dialect } from './product.ts';

/**
 * `vendor`: the vendor's own defaults, apart from what replication itself needs, and read-only at start.
 * `recommended`: what the README asks for on top of that.
 */
export const serverSettingsChoices = ['vendor', 'recommended'] as const;
export type ServerSettings = (typeof serverSettingsChoices)[number];

/** The places and numbers that differ from node to node. */
export interface NodeSettings {
  readonly dataDirectory: string;
  readonly temporaryDirectory: string;
  readonly socketPath: string;
  readonly errorLog: string;
  readonly address: string;
  readonly port: number;
  /** 1 and 2 are the nodes of the pair, and the offsets of their auto-increment values; others are strangers. */
  readonly serverId: number;
}

type Value = string | number | true;

export interface Option {
  readonly name: string;
  /** A text in place of a value that differs from node to node is for the document. */
  readonly value: Value | { readonly of: (node: NodeSettings) => Value; readonly shown: string };
  /** @default every dialect */
  readonly on?: readonly Dialect[];
  /** What the vendor has without it, where that is worth knowing. */
  readonly vendor?: string;
  readonly why: string;
}

/** How many nodes give auto-increment values away in turns. */
const NODES = 2;

const size = 'memory and disk: two servers fit on a laptop. Nothing is decided by it.';
const place = 'several servers run on one machine, each in a directory and at an address of its own.';

/** What the lab itself needs. None of it changes what a server promises to a client, to a replica or to us. */
export const labOptions: readonly Option[] = [
  { name: 'datadir', value: { of: (node) => node.dataDirectory, shown: 'its own' }, why: place },
  { name: 'tmpdir', value: { of: (node) => node.temporaryDirectory, shown: 'its own' }, why: place },
  { name: 'socket', value: { of: (node) => node.socketPath, shown: 'its own' }, why: place },
  { name: 'pid-file', value: { of: (node) => `${node.socketPath}.pid`, shown: 'its own' }, why: place },
  { name: 'log-error', value: { of: (node) => node.errorLog, shown: 'its own' }, why: place },
  { name: 'bind-address', value: { of: (node) => node.address, shown: 'its own' }, why: place },
  { name: 'port', value: { of: (node) => node.port, shown: 'its own' }, why: place },
  { name: 'innodb-buffer-pool-size', value: '16M', why: size },
  { name: 'innodb-data-file-path', value: 'ibdata1:10M:autoextend', why: size },
  { name: 'innodb-autoextend-increment', value: 2, why: size },
  { name: 'innodb-log-file-size', value: '4M', on: ['mysql-5'], why: size },
  { name: 'innodb-log-file-size', value: '8M', on: ['mariadb'], why: size },
  { name: 'innodb-redo-log-capacity', value: '16M', on: ['mysql-8'], why: size },
];

const counted = 'the two masters never give the same key away.';
const identity = 'a transaction has the same name on both nodes.';

/** What two masters that replicate from each other cannot do without, and the one thing that we insist on. */
export const replicationOptions: readonly Option[] = [
  {
    name: 'server-id',
    value: { of: (node) => node.serverId, shown: '1 or 2' },
    why: 'replication refuses to start without.',
  },
  { name: 'log-bin', value: 'binlog', why: 'there is nothing to replicate without.' },
  { name: 'relay-log', value: 'relay', why: 'its name must not change with the name of the host.' },
  {
    name: 'log-slave-updates',
    value: 1,
    on: ['mysql-5', 'mariadb'],
    vendor: 'off',
    why: 'what a node received is in its own log, for servers that replicate from it.',
  },
  { name: 'log-replica-updates', value: 1, on: ['mysql-8'], vendor: 'on', why: 'the same.' },
  { name: 'gtid-mode', value: 'ON', on: ['mysql-5', 'mysql-8'], vendor: 'off', why: identity },
  {
    name: 'enforce-gtid-consistency',
    value: 1,
    on: ['mysql-5', 'mysql-8'],
    vendor: 'off',
    why: 'gtid-mode needs it.',
  },
  {
    name: 'gtid-domain-id',
    value: { of: (node) => node.serverId, shown: '1 or 2' },
    on: ['mariadb'],
    vendor: '0',
    why: identity,
  },
  { name: 'auto-increment-increment', value: NODES, vendor: '1', why: counted },
  {
    name: 'auto-increment-offset',
    value: { of: (node) => Math.min(node.serverId, NODES), shown: '1 or 2' },
    vendor: '1',
    why: counted,
  },
  {
    name: 'read-only',
    value: 1,
    on: ['mysql-5', 'mariadb'],
    vendor: 'off',
    why: 'a node comes up read-only; keepalambda, and nobody else, opens one.',
  },
  { name: 'super-read-only', value: 1, on: ['mysql-8'], vendor: 'off', why: 'the same.' },
];

/**
 * A pair as it is found in the wild, in place of what would have been wanted: positions instead of GTIDs, errors of the
 * applier skipped, and both nodes writable.
 */
export const wildOptions: readonly Option[] = [
  { name: 'slave-skip-errors', value: 'all', why: 'so that replication never stops, whatever it loses.' },
  { name: 'binlog-ignore-db', value: 'mysql', why: 'so that each node has accounts of its own.' },
];
/** What such a pair does not have. */
export const wildLacks: readonly string[] = [
  ...['gtid-mode', 'enforce-gtid-consistency', 'read-only', 'super-read-only'],
];

/** How long a replica waits on a silent source before it reconnects. Seconds. */
const REPLICATION_TIMEOUT_SECONDS = 4;

const survives = 'a transaction that was acknowledged survives a crash of the host.';
const keepsPlace = 'a replica that crashed knows where it was.';
const noticed = 'a link that broke without a word is noticed within seconds.';

/** What the README asks for: with it, fewer alerts and fewer lost rows. keepalambda must be right without it. */
export const recommendedOptions: readonly Option[] = [
  {
    name: 'skip-name-resolve',
    value: true,
    vendor: 'off',
    why: 'a login waits for no name server, and no address is shut out after broken-off logins (error 1129).',
  },
  {
    name: 'max-connect-errors',
    value: 1_000_000,
    vendor: '100',
    why: 'the same, for servers that need names.',
  },
  { name: 'sync-binlog', value: 1, vendor: '0; 1 from MySQL 5.7', why: survives },
  { name: 'innodb-flush-log-at-trx-commit', value: 1, vendor: '1', why: survives },
  {
    name: 'expire-logs-days',
    value: 7,
    on: ['mysql-5', 'mariadb'],
    vendor: '0, for ever',
    why: 'binary logs do not fill the disk, and a node that was down for days still finds what it needs.',
  },
  {
    name: 'binlog-error-action',
    value: 'ABORT_SERVER',
    on: ['mysql-5'],
    vendor: 'IGNORE_ERROR; ABORT_SERVER from MySQL 5.7.7',
    why: 'a server that cannot write its binary log does not go on without one.',
  },
  {
    name: 'binlog-format',
    value: 'ROW',
    on: ['mysql-5', 'mariadb'],
    vendor: 'STATEMENT; MIXED in MariaDB',
    why: 'a replica changes the rows that its source changed, whatever the statement was.',
  },
  { name: 'relay-log-recovery', value: 1, vendor: 'off', why: keepsPlace },
  { name: 'master-info-repository', value: 'TABLE', on: ['mysql-5'], vendor: 'FILE', why: keepsPlace },
  { name: 'relay-log-info-repository', value: 'TABLE', on: ['mysql-5'], vendor: 'FILE', why: keepsPlace },
  {
    name: 'slave-net-timeout',
    value: REPLICATION_TIMEOUT_SECONDS,
    on: ['mysql-5', 'mariadb'],
    vendor: '60; 3600 until MySQL 5.6',
    why: noticed,
  },
  {
    name: 'replica-net-timeout',
    value: REPLICATION_TIMEOUT_SECONDS,
    on: ['mysql-8'],
    vendor: '60',
    why: noticed,
  },
];

/** What the README asks for of the channel, in the words of CHANGE MASTER or CHANGE REPLICATION SOURCE. */
export interface ChannelOption {
  /** After `MASTER_` or `SOURCE_`. */
  readonly name: 'HEARTBEAT_PERIOD' | 'CONNECT_RETRY' | 'RETRY_COUNT';
  readonly value: number;
  readonly on?: readonly Dialect[];
  readonly vendor: string;
  readonly why: string;
}

export const recommendedChannel: readonly ChannelOption[] = [
  {
    name: 'HEARTBEAT_PERIOD',
    value: 0.5,
    vendor: 'half of the net timeout',
    why: 'a silent source differs from an idle one within a second.',
  },
  { name: 'CONNECT_RETRY', value: 1, vendor: '60', why: 'a replica is back a second after its source.' },
  {
    name: 'RETRY_COUNT',
    value: 0,
    on: ['mysql-5', 'mysql-8'],
    vendor: '86400; 10 from MySQL 8.4',
    why: 'a replica never gives its source up.',
  },
];

/** Whether an option is one of that dialect. */
export function isOf({ on }: { readonly on?: readonly Dialect[] }, dialect: Dialect): boolean {
  return on === undefined || on.includes(dialect);
}

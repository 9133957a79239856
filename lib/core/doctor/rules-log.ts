/** The binary log and GTIDs: whether the other node, and replicas behind both, get every write. */
import { badly, type Here, isOff, type Rule, seriesOf, set, setForApplier, write } from './rule.ts';

const DAY_SECONDS = 86_400;

/** 1 for the pair's first node, 2 for its second. */
const number = ({ pair, node }: Here): string => (node.name === pair.nodes[0].name ? '1' : '2');

export const logRules: readonly Rule[] = [
  {
    id: 'server-id-zero',
    severity: 'danger',
    of: 'node',
    when: '`server_id` is 0',
    got: badly('server_id', (value) => value === '0'),
    want: 'a number of its own on each server',
    why: 'A server with the id 0 refuses replicas and follows no source.',
    fix: set('server_id', number),
  },
  {
    id: 'server-id-same',
    severity: 'danger',
    of: 'pair',
    when: 'both nodes have the same `server_id`',
    got: ({ facts, peerFacts }) => sameValue(facts.variables.server_id, peerFacts?.variables.server_id),
    want: 'a number of its own on each server',
    why: 'Each node takes the writes of the other for its own and drops them.',
    fix: ({ peer, peerFacts, facts, ...here }) =>
      set(
        'server_id',
        '2',
      )({ ...here, node: peer, peer: here.node, facts: peerFacts ?? facts, peerFacts: facts }),
  },
  {
    id: 'server-uuid-same',
    severity: 'danger',
    of: 'pair',
    when: 'both nodes have the same `server_uuid`',
    got: ({ facts, peerFacts }) => sameValue(facts.variables.server_uuid, peerFacts?.variables.server_uuid),
    want: 'a UUID of its own on each server',
    why: 'Two rows get the same GTID, and replication stops with error 1593.',
    fix: ({ peer }) => `stop mysqld on ${peer.name}, remove auto.cnf from its data directory, start it`,
  },
  {
    id: 'binary-log-off',
    severity: 'danger',
    of: 'node',
    when: '`log_bin` is off',
    got: badly('log_bin', isOff),
    want: 'log_bin on both nodes',
    why: 'The other node gets nothing that is written here.',
    fix: write('log_bin', 'binlog'),
  },
  {
    id: 'updates-not-logged',
    severity: 'danger',
    of: 'node',
    when: '`log_replica_updates` is off',
    got: badly(
      'log_replica_updates',
      (value, { facts }) => isOff(value) && !isOff(facts.variables.log_bin ?? 'OFF'),
    ),
    want: 'on, on both nodes',
    why: 'A replica behind this node misses what the other node writes, and this node cannot seed one by GTID.',
    fix: write('log_replica_updates', 'ON'),
  },
  {
    id: 'log-filtered',
    severity: 'danger',
    of: 'node',
    when: '`binlog_do_db` or `binlog_ignore_db` is set',
    got: ({ facts }) => listed(facts.logFilters),
    want: 'no filter on the binary log',
    why: 'What is left out is lost at a failover, and it depends on USE, not on the table that is written.',
    fix: ({ node }) =>
      `take binlog-do-db and binlog-ignore-db out of my.cnf of ${node.name}, restart it, and compare the data`,
  },
  {
    id: 'log-errors-ignored',
    severity: 'warning',
    of: 'node',
    when: '`binlog_error_action` is IGNORE_ERROR',
    got: badly('binlog_error_action', (value) => value.toUpperCase() === 'IGNORE_ERROR'),
    want: 'ABORT_SERVER',
    why: 'When the log cannot be written, the server goes on without one, and later writes are lost at a failover.',
    fix: set('binlog_error_action', 'ABORT_SERVER'),
  },
  {
    id: 'log-format-not-row',
    severity: 'warning',
    of: 'node',
    when: '`binlog_format` is not ROW',
    got: badly('binlog_format', (value) => value.toUpperCase() !== 'ROW'),
    want: 'ROW',
    why: 'A statement can change other rows on the other node, and the two differ without an error.',
    fix: setForApplier('binlog_format', "'ROW'"),
  },
  {
    id: 'row-image-not-full',
    severity: 'warning',
    of: 'node',
    when: '`binlog_row_image` is not FULL',
    got: badly('binlog_row_image', (value) => value.toUpperCase() !== 'FULL'),
    want: 'FULL',
    why: 'After a failover with loss, the log does not say what the lost rows were.',
    fix: set('binlog_row_image', "'FULL'"),
  },
  {
    id: 'log-checksum-off',
    severity: 'warning',
    of: 'node',
    when: '`binlog_checksum` is NONE',
    got: badly('binlog_checksum', (value) => value.toUpperCase() === 'NONE'),
    want: 'CRC32',
    why: 'An event that was damaged on its way is applied.',
    fix: set('binlog_checksum', "'CRC32'"),
  },
  {
    id: 'log-never-expires',
    severity: 'warning',
    of: 'node',
    when: 'binary logs never expire',
    got: badly('binlog_expire_logs_seconds', (value) => Number(value) === 0),
    want: 'a week or more, as the disk has room',
    why: 'The logs fill the disk, and a full disk stops writes on both nodes one after the other.',
    fix: expiry,
  },
  {
    id: 'log-expires-soon',
    severity: 'warning',
    of: 'node',
    when: 'binary logs expire within a day',
    got: ({ facts }) => {
      const seconds = Number(facts.variables.binlog_expire_logs_seconds ?? 0);
      return seconds > 0 && seconds < DAY_SECONDS ? `logs are kept for ${seconds} s` : null;
    },
    want: 'a week or more, as the disk has room',
    why: 'A node that is down for longer cannot catch up, and must be copied anew.',
    fix: expiry,
  },
  {
    id: 'gtid-off',
    severity: 'warning',
    of: 'node',
    when: 'MySQL runs without `gtid_mode = ON`',
    got: badly('gtid_mode', (value) => value.toUpperCase() !== 'ON'),
    want: 'gtid_mode = ON and enforce_gtid_consistency = ON, on both nodes',
    why: 'After a failover nobody can say for certain which transactions the old holder has alone.',
    fix: 'switch it on step by step, on both nodes: OFF_PERMISSIVE, ON_PERMISSIVE, ON (MySQL manual, "Enabling GTID Transactions Online"; 5.6: restart both)',
  },
  {
    id: 'gtid-domain-same',
    severity: 'warning',
    of: 'pair',
    when: 'MariaDB: both nodes have the same `gtid_domain_id`',
    got: ({ facts, peerFacts }) =>
      sameValue(facts.variables.gtid_domain_id, peerFacts?.variables.gtid_domain_id),
    want: 'a domain of its own on each node',
    why: 'A position names the last transaction of a domain only, so writes of two masters in one domain hide each other.',
    fix: ({ peer }) => `on ${peer.name}: SET GLOBAL gtid_domain_id = 2; and gtid_domain_id = 2 in my.cnf`,
  },
  {
    id: 'keys-collide',
    severity: 'danger',
    of: 'pair',
    when: 'the auto-increment settings let both nodes give out the same key',
    got: collision,
    want: 'auto_increment_increment = 2 on both; auto_increment_offset = 1 on one and 2 on the other',
    why: 'After a failover that left writes behind, two rows have the same key, and replication stops or overwrites one.',
    fix: ({ pair: { nodes } }) =>
      nodes
        .map(({ name }, index) => {
          return `on ${name}: SET GLOBAL auto_increment_increment = 2, GLOBAL auto_increment_offset = ${index + 1}; and the same in my.cnf`;
        })
        .join('; '),
  },
];

function expiry(here: Here): string {
  const inDays = here.facts.flavor === 'mysql' && seriesOf(here.facts)[0] < 8;
  if (inDays)
    return `on ${here.node.name}: SET GLOBAL expire_logs_days = 7; and expire_logs_days = 7 in my.cnf`;
  return set('binlog_expire_logs_seconds', '604800')(here);
}

function sameValue(one: string | undefined, other: string | undefined): string | null {
  return one !== undefined && one !== '0' && one === other ? `${one} on both` : null;
}

function listed(values: readonly string[]): string | null {
  return values.length === 0 ? null : values.join('; ');
}

/** Keys of a node are `offset + n × increment`: two such series meet where the offsets agree modulo what both steps share. */
function collision({ pair, facts, peerFacts }: Here): string | null {
  const [one, other] = [keysOf(facts.variables), keysOf(peerFacts?.variables ?? {})];
  if (one === null || other === null) return null;
  const shared = commonDivisor(one.step, other.step);
  if ((one.offset - other.offset) % shared !== 0) return null;
  const said = ({ step, offset }: Keys) => `offset ${offset} in steps of ${step}`;
  return `${pair.nodes[0].name}: ${said(one)}; ${pair.nodes[1].name}: ${said(other)}`;
}

interface Keys {
  readonly step: number;
  readonly offset: number;
}

/** A server takes no notice of an offset above its step. */
function keysOf(variables: Here['facts']['variables']): Keys | null {
  const { auto_increment_increment: step, auto_increment_offset: offset } = variables;
  if (step === undefined || offset === undefined) return null;
  const kept = Number(offset) > Number(step) ? 1 : Number(offset);
  return { step: Number(step), offset: kept };
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

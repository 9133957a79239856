import { describe, expect, it, test } from 'vitest';
import { diagnose, rules } from '../../../lib/core/doctor/doctor.ts';
import type { ServerFacts, Variables } from '../../../lib/core/doctor/facts.ts';
import { seriesOf } from '../../../lib/core/doctor/rule.ts';
import type { Obstacle } from '../../../lib/core/evidence/probe-results.ts';
import { UUID1, UUID3 } from '../world.ts';
import { changed, factsOf, findingsOf, located, pair } from './healthy.ts';

const session = { id: 7, user: 'dba', host: '10.0.3.9', forSeconds: 40, statement: 'ALTER TABLE orders …' };
const obstacle = (kind: Obstacle['kind']): Obstacle => ({ kind, session, rows: null });
const granted = (...lines: string[]) => changed({ grants: [...(factsOf('db2').grants ?? []), ...lines] });
const error = { errno: 1236, message: 'Could not find first log file name in binary log index file' };
const mariadb = (node: string, variables: Variables = {}): ServerFacts => ({
  ...changed({ variables: { gtid_domain_id: '1', ...variables } }, node),
  flavor: 'mariadb',
  version: '10.11.6-MariaDB',
  grants: null,
});
const semiSync = (source: string, replica: string, timeoutMs = '1000') => ({
  rpl_semi_sync_source_enabled: source,
  rpl_semi_sync_replica_enabled: replica,
  rpl_semi_sync_source_timeout: timeoutMs,
});

/** What is wrong, on which nodes; what is found, and what of it is said. */
const table: readonly (readonly [id: string, db2: ServerFacts, got: string, db1?: ServerFacts])[] = [
  ['server-id-zero', changed({ variables: { server_id: '0' } }), 'server_id = 0'],
  ['server-id-same', changed({ variables: { server_id: '1' } }), '1 on both'],
  ['server-uuid-same', changed({ variables: { server_uuid: UUID1 } }), `${UUID1} on both`],
  ['binary-log-off', changed({ variables: { log_bin: 'OFF', log_replica_updates: 'OFF' } }), 'log_bin = OFF'],
  ['updates-not-logged', changed({ variables: { log_replica_updates: 'OFF' } }), 'log_replica_updates = OFF'],
  ['log-filtered', changed({ logFilters: ['Binlog_Ignore_DB: mysql'] }), 'Binlog_Ignore_DB: mysql'],
  ['log-errors-ignored', changed({ variables: { binlog_error_action: 'IGNORE_ERROR' } }), 'IGNORE_ERROR'],
  ['log-format-not-row', changed({ variables: { binlog_format: 'MIXED' } }), 'binlog_format = MIXED'],
  ['row-image-not-full', changed({ variables: { binlog_row_image: 'MINIMAL' } }), 'MINIMAL'],
  ['log-checksum-off', changed({ variables: { binlog_checksum: 'NONE' } }), 'NONE'],
  ['log-never-expires', changed({ variables: { binlog_expire_logs_seconds: '0' } }), 'seconds = 0'],
  ['log-expires-soon', changed({ variables: { binlog_expire_logs_seconds: '3600' } }), 'kept for 3600 s'],
  ['gtid-off', changed({ variables: { gtid_mode: 'ON_PERMISSIVE' } }), 'gtid_mode = ON_PERMISSIVE'],
  ['gtid-domain-same', mariadb('db2'), '1 on both', mariadb('db1')],
  [
    'place-unknown',
    mariadb('db2', { gtid_slave_pos: '2-2-9', gtid_binlog_pos: '2-2-9,1-1-5' }),
    'gtid_slave_pos = 2-2-9, and db1 has 1-1-7',
    mariadb('db1', { gtid_domain_id: '3', gtid_binlog_pos: '1-1-7', gtid_slave_pos: '2-2-9,1-1-7' }),
  ],
  ['keys-collide', changed({ variables: { auto_increment_offset: '1' } }), 'db2: offset 1 in steps of 2'],
  ['keys-collide', changed({ variables: { auto_increment_increment: '1' } }), 'db2: offset 1 in steps of 1'],
  ['channel-missing', changed({ channels: [] }), 'no channel'],
  ['channel-through-vip', changed({ channel: { sourceHost: pair.vip } }), `source ${pair.vip}, the VIP`],
  [
    'channel-elsewhere',
    changed({ channel: { sourceIdentity: UUID3 } }),
    `source ${pair.nodes[0].address}:3306`,
  ],
  ['channel-elsewhere', changed({ channel: { sourceHost: '10.9.9.9', sourceIdentity: null } }), '10.9.9.9'],
  ['channel-stopped', changed({ channel: { io: 'no', ioError: error } }), 'IO no, SQL yes; error 1236'],
  ['channel-stopped', changed({ channel: { sql: 'no', barred: true } }), 'detached by a failover'],
  ['errors-skipped', changed({ variables: { replica_skip_errors: 'ALL' } }), 'replica_skip_errors = ALL'],
  ['errors-overwritten', changed({ variables: { replica_exec_mode: 'IDEMPOTENT' } }), 'IDEMPOTENT'],
  ['replication-filtered', changed({ channel: { filters: ['Replicate_Do_DB: a'] } }), 'Replicate_Do_DB: a'],
  ['replication-delayed', changed({ channel: { delaySeconds: 3600 } }), '3600 s'],
  ['values-converted', changed({ variables: { replica_type_conversions: 'ALL_LOSSY' } }), 'ALL_LOSSY'],
  ['place-not-by-gtid', changed({ channel: { byGtid: false } }), 'by file and offset'],
  ['net-timeout-long', changed({ variables: { replica_net_timeout: '60' } }), 'replica_net_timeout = 60'],
  ['heartbeat-slow', changed({ channel: { heartbeatSeconds: 30 } }), '30 s'],
  ['heartbeat-slow', changed({ channel: { heartbeatSeconds: 0 } }), '0 s'],
  ['reconnect-slow', changed({ channel: { retrySeconds: 60 } }), '60 s'],
  ['reconnect-ends', changed({ channel: { retryCount: 10 } }), '10 tries, 1 s apart'],
  ['place-not-crash-safe', changed({ variables: { relay_log_recovery: 'OFF' } }), 'OFF'],
  ['place-in-files', changed({ variables: { relay_log_info_repository: 'FILE' } }), 'repository = FILE'],
  ['relay-logs-kept', changed({ variables: { relay_log_purge: 'OFF' } }), 'relay_log_purge = OFF'],
  [
    'commits-out-of-order',
    changed({ variables: { replica_parallel_workers: '4', replica_preserve_commit_order: 'OFF' } }),
    '4 workers',
  ],
  ['packets-too-small', changed({ variables: { replica_max_allowed_packet: '1048576' } }), '1048576 bytes'],
  ['starts-writable', changed({ readOnlyAtStart: 'no' }), 'read_only is not set'],
  [
    'clients-read-only',
    changed({ variables: { transaction_read_only: 'ON' } }),
    'transaction_read_only = ON',
  ],
  ['log-not-synced', changed({ variables: { sync_binlog: '0' } }), 'sync_binlog = 0'],
  ['commits-not-synced', changed({ variables: { innodb_flush_log_at_trx_commit: '2' } }), '= 2'],
  [
    'semi-sync-half',
    changed({ variables: semiSync('ON', 'ON') }),
    'db1 does not acknowledge, db1 does not wait',
  ],
  [
    'semi-sync-half',
    changed({ variables: semiSync('ON', 'OFF') }),
    'db2 does not acknowledge',
    changed({ variables: semiSync('ON', 'ON') }, 'db1'),
  ],
  [
    'semi-sync-slow',
    changed({ variables: semiSync('ON', 'ON', '10000') }),
    'up to 10000 ms',
    changed({ variables: semiSync('ON', 'ON') }, 'db1'),
  ],
  [
    'events-run-twice',
    changed({ events: { scheduler: 'on', enabled: 3, disabledOnReplica: 0 } }),
    '3 enabled, scheduler on',
  ],
  ['connections-used-up', changed({ connectionsUsed: 490 }), '490 of 500'],
  ['clock-off', changed({ clockOffMs: -61_000 }), '61.0 s behind'],
  ['rights-missing', changed({ grants: without('PROCESS, ') }), 'without PROCESS ON *.*'],
  ['rights-to-see-missing', changed({ grants: without(', SHOW VIEW') }), 'without SHOW VIEW ON *.*'],
  ['rights-unneeded', granted('GRANT SELECT, FILE ON *.* TO `keepalambda`@`%`'), 'also SELECT ON *.*, FILE'],
  [
    'rights-unneeded',
    granted('GRANT USAGE ON `app`.* TO `keepalambda`@`%` WITH GRANT OPTION'),
    'also GRANT OPTION ON app.*',
  ],
  ['account-limited', changed({ accountConnections: 5 }), 'at most 5 connections'],
  ['password-expires', changed({ passwordDays: 90 }), 'after 90 days'],
  ['names-resolved', changed({ variables: { skip_name_resolve: 'OFF' } }), 'skip_name_resolve = OFF'],
  ['hosts-blocked-soon', changed({ variables: { max_connect_errors: '100' } }), 'max_connect_errors = 100'],
  ['certificate-expires', changed({ certificateDays: 12 }), 'expires in 12 days'],
  ['certificate-expires', changed({ certificateDays: -2 }), 'expired 2 days ago'],
  ['tables-without-key', changed({ tables: lists({ withoutKey: ['app.log'] }) }), 'app.log'],
  ['tables-not-innodb', changed({ tables: lists({ notInnodb: ['app.s (MEMORY)'] }) }), 'app.s (MEMORY)'],
  ['tables-of-tools', changed({ tables: lists({ ofTools: ['app._orders_gho'] }) }), 'app._orders_gho'],
  ['schema-change-at-work', changed({ obstacles: [obstacle('schema-change')] }), 'session 7 of dba@10.0.3.9'],
  ['backup-at-work', changed({ obstacles: [obstacle('backup')] }), 'for 40 s'],
  ['lock-at-work', changed({ obstacles: [obstacle('lock')] }), 'session 7'],
  ['versions-differ', { ...factsOf('db2'), version: '8.4.7' }, 'db1 8.4.0, db2 8.4.7'],
  ['versions-differ', { ...factsOf('db2'), version: '9.7.0' }, 'db1 8.4.0, db2 9.7.0'],
  ['version-backwards', { ...factsOf('db2'), version: '8.0.43' }, 'db1 8.4.0, db2 8.0.43'],
  ['version-backwards', { ...mariadb('db2'), version: '10.11.6-MariaDB' }, 'db2 10.11.6-MariaDB'],
  [
    'settings-differ',
    changed({ variables: { sql_mode: 'ANSI' } }),
    'sql_mode: STRICT_TRANS_TABLES on db1, ANSI on db2',
  ],
];

function without(words: string): readonly string[] {
  return (factsOf('db2').grants ?? []).map((line) => line.replace(words, ''));
}

function lists(some: Partial<NonNullable<ServerFacts['tables']>>): ServerFacts['tables'] {
  return { withoutKey: [], notInnodb: [], ofTools: [], ...some };
}

test('a healthy pair is green', () => expect(findingsOf({})).toEqual([]));

test('a version that says that it has a log is no other version', () => {
  expect(findingsOf({ db2: { ...factsOf('db2'), version: '8.4.0-log' } })).toEqual([]);
});

describe('one thing wrong is one finding', () => {
  const cases = table.map(([id, db2, got, db1 = factsOf('db1')]) => [id, db2, got, db1] as const);
  it.each(cases)('%s', (id, db2, got, db1) => {
    const found = findingsOf({ db1, db2 });
    expect(found.map((finding) => finding.id)).toEqual([id]);
    expect(found[0]?.got).toContain(got);
    for (const text of [found[0]?.want, found[0]?.why, found[0]?.fix])
      expect(text).not.toMatch(/undefined|^$/);
  });

  it('every rule has a row', () => {
    const judged = new Set(table.map(([id]) => id)).add('tls-off');
    expect(rules.map(({ id }) => id).filter((id) => !judged.has(id))).toEqual([]);
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
  });
});

describe('beside the servers', () => {
  const known = {
    db1: { kind: 'facts', facts: factsOf('db1') },
    db2: { kind: 'facts', facts: factsOf('db2') },
  } as const;

  it.each([
    ['tls-off', { pair: { ...pair, tls: 'off' } as const }, "tls: 'off'"],
    ['no-room-for-vip', { vip: { ...located, room: { db1: false, db2: false } } as typeof located }, 'eni-'],
    ['ec2-not-read', { vip: { kind: 'blind', atMs: 0, because: 'throttled' } as const }, 'throttled'],
    [
      'node-not-read',
      { nodes: { ...known, db2: { kind: 'unknown', because: 'connect' } as const } },
      'connect',
    ],
  ])('%s', (id, other, got) => {
    const found = diagnose({ pair, nodes: known, vip: located, ...other });
    expect(found.map((finding) => finding.id)).toEqual([id]);
    expect(found[0]?.got).toContain(got);
  });

  it('what could not be read is a hint for each, and judges nothing', () => {
    const unread = [{ what: 'grants', because: 'SELECT command denied' }];
    const bare = changed({ grants: null, channels: null, tables: null, readOnlyAtStart: 'unknown', unread });
    expect(findingsOf({ db2: { ...bare, variables: {} } })).toMatchObject([
      { id: 'not-read', severity: 'hint', subject: 'db2', got: 'grants: SELECT command denied' },
    ]);
  });

  it('rights by a role are not judged', () => {
    expect(findingsOf({ db2: changed({ grants: ['GRANT `monitors`@`%` TO `keepalambda`@`%`'] }) })).toEqual(
      [],
    );
  });
});

test('a fix speaks the words of its server', () => {
  const old = (variables: ServerFacts['variables']) => ({ ...changed({ variables }), version: '5.6.51' });
  const fixOf = (db2: ServerFacts, id: string) =>
    findingsOf({ db2 }).find((finding) => finding.id === id)?.fix;
  const wrong = { replica_net_timeout: '3600', relay_log_recovery: 'OFF' };
  expect(fixOf(old(wrong), 'net-timeout-long')).toBe(
    'on db2: SET GLOBAL slave_net_timeout = 4; and slave_net_timeout = 4 in my.cnf',
  );
  expect(fixOf(changed({ variables: wrong }), 'net-timeout-long')).toBe(
    'on db2: SET PERSIST replica_net_timeout = 4;',
  );
  expect(fixOf({ ...changed({ channel: { retrySeconds: 60 } }), version: '5.6.51' }, 'reconnect-slow')).toBe(
    'on db2: STOP SLAVE; CHANGE MASTER TO MASTER_CONNECT_RETRY=1, MASTER_HEARTBEAT_PERIOD=0.5; START SLAVE;',
  );
  const onMariadb = {
    ...changed({ channel: { retrySeconds: 60 } }),
    flavor: 'mariadb',
    grants: null,
  } as const;
  expect(fixOf(onMariadb, 'reconnect-slow')).toContain(
    'MASTER_CONNECT_RETRY=1, MASTER_HEARTBEAT_PERIOD=0.5;',
  );
  expect(seriesOf({ ...factsOf('db1'), version: '10.11.6-MariaDB' })).toEqual([10, 11]);
});

/** Broken pairs: the binary log, identities and keys. */
import {
  type Broken,
  restarted,
  setVariable,
  variable,
  variableOfApplier,
  withLines,
  wordFor,
} from './broken.ts';

const needsLog = '5.6 does not start with GTIDs and without it';

export const ofTheLog: readonly Broken[] = [
  {
    name: 'server_id = 0',
    finds: 'server-id-zero',
    notOn: { mariadb: 'it refuses the value' },
    break: variable('server_id', '0'),
  },
  { name: 'one server_id', finds: 'server-id-same', break: variable('server_id', '1') },
  {
    name: 'binlog_format = MIXED',
    finds: 'log-format-not-row',
    break: variableOfApplier('binlog_format', "'MIXED'"),
  },
  {
    name: 'binlog_format = STATEMENT',
    finds: 'log-format-not-row',
    on: 'db1',
    break: variableOfApplier('binlog_format', "'STATEMENT'"),
  },
  {
    name: 'binlog_row_image = MINIMAL',
    finds: 'row-image-not-full',
    break: variable('binlog_row_image', "'MINIMAL'"),
  },
  { name: 'no checksums', finds: 'log-checksum-off', break: variable('binlog_checksum', "'NONE'") },
  {
    name: 'errors of the log ignored',
    finds: 'log-errors-ignored',
    notOn: { mariadb: 'it has no such setting' },
    break: variable('binlog_error_action', "'IGNORE_ERROR'"),
  },
  { name: 'logs for ever', finds: 'log-never-expires', break: (_, node) => expiry(node, '0') },
  {
    name: 'logs for an hour',
    finds: 'log-expires-soon',
    notOn: { 'mysql-5': 'it counts in days' },
    break: (_, node) => expiry(node, '3600'),
  },
  {
    name: 'gtid_mode = ON_PERMISSIVE',
    finds: 'gtid-off',
    notOn: { 'mysql-5': 'it switches GTIDs at a start only, on both nodes', mariadb: 'it has GTIDs always' },
    break: variable('gtid_mode', 'ON_PERMISSIVE'),
  },
  {
    name: 'one gtid_domain_id',
    finds: 'gtid-domain-same',
    notOn: { 'mysql-5': 'it has no domains', 'mysql-8': 'it has no domains' },
    break: variable('gtid_domain_id', '1'),
  },
  { name: 'one auto_increment_offset', finds: 'keys-collide', break: variable('auto_increment_offset', '1') },
  {
    name: 'auto_increment_increment = 1',
    finds: 'keys-collide',
    break: variable('auto_increment_increment', '1'),
  },
  {
    name: 'no binary log',
    finds: 'binary-log-off',
    notOn: { 'mysql-5': needsLog },
    restarts: true,
    break: restarted(withLines('skip-log-bin')),
  },
  {
    name: 'no log of what was replicated',
    finds: 'updates-not-logged',
    notOn: { 'mysql-5': needsLog },
    restarts: true,
    break: restarted((myCnf, dialect) =>
      withLines(`${wordFor('log_replica_updates', dialect)}=0`.replaceAll('_', '-'))(myCnf),
    ),
  },
  {
    name: 'binlog-ignore-db',
    finds: 'log-filtered',
    restarts: true,
    break: restarted(withLines('binlog-ignore-db=mysql', 'binlog-ignore-db=information_schema')),
  },
  {
    name: 'binlog-do-db',
    finds: 'log-filtered',
    restarts: true,
    break: restarted(withLines('binlog-do-db=app')),
  },
];

/** 5.6 counts in days. */
function expiry(node: Parameters<Broken['break']>[1], seconds: string) {
  const word = node.product.dialect === 'mysql-5' ? 'expire_logs_days' : 'binlog_expire_logs_seconds';
  return setVariable(node, word, seconds);
}

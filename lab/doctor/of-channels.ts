/** Broken pairs: replication into db2. */
import { redirect } from '../servers/faults/channels.ts';
import type { Instance } from '../servers/instance.ts';
import { channelStatement, replicateFrom, threadStatement } from '../servers/replication.ts';
import { startStranger } from '../servers/stranger.ts';
import type { LabWorld } from '../world.ts';
import { type Broken, channelOption, restarted, variable, variableOfApplier, withLines } from './broken.ts';

export const ofChannels: readonly Broken[] = [
  { name: 'no channel', finds: 'channel-missing', break: forget },
  { name: 'replication through the VIP', finds: 'channel-through-vip', break: throughVip },
  { name: 'replication from a stranger', finds: 'channel-elsewhere', break: fromStranger },
  { name: 'the receiver stopped', finds: 'channel-stopped', break: stopping('IO_THREAD') },
  { name: 'the applier stopped', finds: 'channel-stopped', break: stopping('SQL_THREAD') },
  {
    name: 'slave_exec_mode = IDEMPOTENT',
    finds: 'errors-overwritten',
    break: variable('replica_exec_mode', "'IDEMPOTENT'"),
  },
  {
    name: 'replication late on purpose',
    finds: 'replication-delayed',
    break: channelOption('DELAY=5', 'DELAY=0'),
  },
  {
    name: 'values cut in silence',
    finds: 'values-converted',
    break: variableOfApplier('replica_type_conversions', "'ALL_LOSSY'"),
  },
  {
    name: 'the place by file and offset',
    finds: 'place-not-by-gtid',
    break: channelOption(
      { 'mysql-5': 'AUTO_POSITION=0', 'mysql-8': 'AUTO_POSITION=0', mariadb: 'USE_GTID=no' },
      { 'mysql-5': 'AUTO_POSITION=1', 'mysql-8': 'AUTO_POSITION=1', mariadb: 'USE_GTID=slave_pos' },
    ),
  },
  {
    name: 'no place in the domain of the other node',
    finds: 'place-unknown',
    also: ['channel-stopped'],
    notOn: { 'mysql-5': 'it has no domains', 'mysql-8': 'it has no domains' },
    break: forgetPlace,
  },
  { name: 'net timeout of 60 s', finds: 'net-timeout-long', break: variable('replica_net_timeout', '60') },
  {
    name: 'heartbeat of 2 s',
    finds: 'heartbeat-slow',
    break: channelOption('HEARTBEAT_PERIOD=2', 'HEARTBEAT_PERIOD=0.5'),
  },
  {
    name: 'no heartbeat',
    finds: 'heartbeat-slow',
    break: channelOption('HEARTBEAT_PERIOD=0', 'HEARTBEAT_PERIOD=0.5'),
  },
  {
    name: 'a minute between tries',
    finds: 'reconnect-slow',
    break: channelOption('CONNECT_RETRY=60', 'CONNECT_RETRY=1'),
  },
  {
    name: 'ten tries and no more',
    finds: 'reconnect-ends',
    notOn: { mariadb: '10.11 has no such option' },
    break: channelOption('RETRY_COUNT=10', 'RETRY_COUNT=0'),
  },
  { name: 'relay logs kept', finds: 'relay-logs-kept', break: variable('relay_log_purge', '0') },
  {
    name: 'the place in a file',
    finds: 'place-in-files',
    notOn: { 'mysql-8': 'it has tables only', mariadb: 'it keeps its place in a table by GTID' },
    break: variableOfApplier('relay_log_info_repository', "'FILE'"),
  },
  {
    name: 'commits in any order',
    finds: 'commits-out-of-order',
    notOn: { mariadb: 'it always keeps the order' },
    break: (world, node) =>
      node.product.dialect === 'mysql-5'
        ? variableOfApplier('replica_parallel_workers', '4')(world, node)
        : variableOfApplier('replica_preserve_commit_order', '0')(world, node),
  },
  {
    name: 'small packets',
    finds: 'packets-too-small',
    break: variable('replica_max_allowed_packet', '1048576'),
  },
  {
    name: 'a filter on the channel',
    finds: 'replication-filtered',
    restarts: true,
    break: restarted(withLines('replicate-ignore-db=logs')),
  },
  {
    name: 'slave-skip-errors = all',
    finds: 'errors-skipped',
    restarts: true,
    break: restarted(withLines('loose-slave-skip-errors=all', 'loose-replica-skip-errors=all')),
  },
  {
    name: 'no relay-log-recovery',
    finds: 'place-not-crash-safe',
    restarts: true,
    break: restarted(withLines('relay-log-recovery=0')),
  },
];

/** Stopped, because it would ask for all of that domain again. */
async function forgetPlace({ hosts }: LabWorld, node: Instance) {
  const { db1 } = hosts;
  await db1.instance.sql('CREATE DATABASE placed');
  const [theirs] = await db1.instance.sql(
    'SELECT @@global.gtid_binlog_pos AS places, @@global.gtid_domain_id AS domain',
  );
  const isTheirs = (one: string) => one.startsWith(`${theirs?.domain}-`);
  const last = String(theirs?.places).split(',').filter(isTheirs).join(',');
  await node.sql(`SELECT MASTER_GTID_WAIT('${last}', 10)`);
  const [row] = await node.sql('SELECT @@global.gtid_slave_pos AS place');
  const place = String(row?.place);
  const rest = place.split(',').filter((one) => !isTheirs(one));
  await node.sql('STOP SLAVE');
  await node.sql(`SET GLOBAL gtid_slave_pos = '${rest.join(',')}'`);
  return async () => {
    await node.sql(`SET GLOBAL gtid_slave_pos = '${place}'`);
    await node.sql('START SLAVE');
    await db1.instance.sql('DROP DATABASE placed');
  };
}

async function forget({ hosts, network }: LabWorld, node: Instance) {
  const { dialect } = node.product;
  await node.sql(channelStatement(dialect, 'STOP'));
  await node.sql(`RESET ${dialect === 'mysql-8' ? 'REPLICA' : 'SLAVE'} ALL`);
  return () => replicateFrom(node, { host: hosts.db1.address, port: network.port });
}

async function throughVip({ hosts, network }: LabWorld, node: Instance) {
  const { vip, port } = network;
  await redirect(node, { host: vip, port });
  return () => redirect(node, { host: hosts.db1.address, port });
}

async function fromStranger(world: LabWorld, node: Instance) {
  const { hosts, network } = world;
  await redirect(node, await startStranger(world));
  return () => redirect(node, { host: hosts.db1.address, port: network.port });
}

function stopping(thread: 'IO_THREAD' | 'SQL_THREAD'): Broken['break'] {
  return async (_, node) => {
    const { dialect } = node.product;
    await node.sql(threadStatement(dialect, 'STOP', thread));
    return async () => {
      await node.sql(threadStatement(dialect, 'START', thread));
    };
  };
}

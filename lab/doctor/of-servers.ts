/** Broken pairs: what a server promises, how it starts, and its room. */
import { eniIds } from '../deployment.ts';
import { makeSemiSynchronous, stopSemiSynchronous } from '../servers/faults/semi-sync.ts';
import type { Instance } from '../servers/instance.ts';
import type { LabWorld } from '../world.ts';
import { type Broken, locally, restarted, setVariable, variable, withoutLines, wordFor } from './broken.ts';

/** A t3.small has four addresses on an interface. */
const ADDRESSES_FREE = 3;
const noSemiSync = { 'mysql-5': 'its npm package brings no semi-sync plugin' };

export const ofServers: readonly Broken[] = [
  {
    name: 'read-only transactions for everybody',
    finds: 'clients-read-only',
    break: variable('transaction_read_only', '1'),
  },
  { name: 'sync_binlog = 0', finds: 'log-not-synced', break: variable('sync_binlog', '0') },
  {
    name: 'innodb_flush_log_at_trx_commit = 2',
    finds: 'commits-not-synced',
    break: variable('innodb_flush_log_at_trx_commit', '2'),
  },
  { name: 'semi-sync on one side', finds: 'semi-sync-half', notOn: noSemiSync, break: halfSemiSync },
  { name: 'semi-sync that waits for weeks', finds: 'semi-sync-slow', notOn: noSemiSync, break: slowSemiSync },
  { name: 'an event on the standby', finds: 'events-run-twice', break: eventOnStandby },
  { name: 'few connections', finds: 'connections-used-up', break: fewConnections },
  {
    name: 'another isolation on one node',
    finds: 'settings-differ',
    break: variable('transaction_isolation', "'READ-COMMITTED'"),
  },
  {
    name: 'another sql_mode on one node',
    finds: 'settings-differ',
    break: variable('sql_mode', "'ANSI_QUOTES'"),
  },
  {
    name: 'more connections on one node',
    finds: 'settings-differ',
    break: variable('max_connections', '300'),
  },
  { name: 'an ENI without room', finds: 'no-room-for-vip', break: fullEni },
  {
    name: 'a start that is writable',
    finds: 'starts-writable',
    notOn: { 'mysql-5': 'it keeps no trace of where a value is from' },
    restarts: true,
    break: restarted(withoutLines('read-only', 'super-read-only')),
  },
  { name: 'a node that is down', finds: 'node-not-read', restarts: true, break: stopped },
];

async function halfSemiSync(world: LabWorld, node: Instance) {
  const { db1 } = world.hosts;
  const undo = await semiSync(world, '1000');
  await setVariable(db1.instance, wordFor('rpl_semi_sync_source_enabled', node.product.dialect), '0');
  return undo;
}

async function slowSemiSync(world: LabWorld, node: Instance) {
  const undo = await semiSync(world, '1000');
  await setVariable(node, wordFor('rpl_semi_sync_source_timeout', node.product.dialect), '4294967295');
  return undo;
}

async function semiSync({ hosts: { db1, db2 } }: LabWorld, timeoutMs: string) {
  const nodes = [db1.instance, db2.instance];
  await makeSemiSynchronous(nodes);
  for (const node of nodes)
    await setVariable(node, wordFor('rpl_semi_sync_source_timeout', node.product.dialect), timeoutMs);
  return () => stopSemiSynchronous(nodes);
}

async function eventOnStandby(_: LabWorld, node: Instance) {
  await locally(node, [
    'CREATE EVENT app.nightly ON SCHEDULE EVERY 1 DAY DO DELETE FROM app.writes WHERE id < 0',
  ]);
  const undo = await setVariable(node, 'event_scheduler', 'ON');
  return async () => {
    await undo();
    await locally(node, ['DROP EVENT app.nightly']);
  };
}

/** As many as there are, once; on both nodes, which are to be alike. */
async function fewConnections({ hosts: { db1, db2 } }: LabWorld, node: Instance) {
  const most = 20;
  const undo = [
    await setVariable(db1.instance, 'max_connections', `${most}`),
    await setVariable(db2.instance, 'max_connections', `${most}`),
  ];
  const clients = await Promise.all(Array.from({ length: most - 1 }, () => node.openRoot()));
  for (const client of clients) client.destroy();
  return async () => {
    for (const each of undo) await each();
  };
}

async function fullEni({ aws: { ec2 }, network }: LabWorld) {
  const subnet = network.vip.replace(/\.\d+$/, '');
  const others = Array.from({ length: ADDRESSES_FREE }, (_, index) => `${subnet}.${201 + index}`);
  for (const address of others) ec2.moveAddress(address, eniIds.db2);
  return async () => {
    for (const address of others) ec2.moveAddress(address, null);
  };
}

async function stopped(_: LabWorld, node: Instance) {
  await node.stop();
  return () => node.start();
}

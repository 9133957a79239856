/**
 * Semi-synchronous replication, and a standby that stops acknowledging.
 *
 * The pair is as people make it who want no acknowledged write lost, ever: both nodes have both sides of it on, a
 * commit waits before anybody sees it (AFTER_SYNC), for one acknowledgement at least, also when no replica is left
 * to give one, and so long that it never degrades to asynchronous replication.
 */
import { LabError } from '../../errors.ts';
import type { Instance } from '../instance.ts';
import type { Dialect } from '../product.ts';
import { threadStatement, untilReplicating } from '../replication.ts';
import type { Undo } from './undo.ts';

/** How long a commit waits to be acknowledged, in milliseconds: the most that MySQL takes, seven weeks. */
const timeoutMs = 4_294_967_295;

/** What the two sides are called; their plugins and their variables begin with it. */
interface Sides {
  readonly source: string;
  readonly replica: string;
  readonly waitNoReplica: string;
  /** The files of their plugins; null where both are built in. */
  readonly files: { readonly source: string; readonly replica: string } | null;
}

const old = {
  source: 'rpl_semi_sync_master',
  replica: 'rpl_semi_sync_slave',
  waitNoReplica: 'rpl_semi_sync_master_wait_no_slave',
};

const sidesOf: Record<Dialect, Sides> = {
  'mysql-5': { ...old, files: { source: 'semisync_master.so', replica: 'semisync_slave.so' } },
  'mysql-8': {
    source: 'rpl_semi_sync_source',
    replica: 'rpl_semi_sync_replica',
    waitNoReplica: 'rpl_semi_sync_source_wait_no_replica',
    files: { source: 'semisync_source.so', replica: 'semisync_replica.so' },
  },
  mariadb: { ...old, files: null },
};

/** Makes a replicating pair semi-synchronous, both ways. Throws a `LabError` for a server without the plugins. */
export async function makeSemiSynchronous(nodes: readonly Instance[]): Promise<void> {
  for (const node of nodes) await installPlugins(node);
  // First those who acknowledge: a source that waits must not wait for nobody.
  for (const node of nodes) await setAcknowledging(node, true);
  for (const node of nodes) await setWaiting(node, true);
}

/** Takes it back: nobody waits, and nobody acknowledges. The plugins stay. */
export async function stopSemiSynchronous(nodes: readonly Instance[]): Promise<void> {
  for (const node of nodes) await setWaiting(node, false);
  for (const node of nodes) await setAcknowledging(node, false);
}

/**
 * The standby replicates on and acknowledges nothing, as one does that was restarted, or its replication, after
 * its side was only ever switched on by hand and stands in no my.cnf: nothing in its status is amiss, it
 * has every transaction within moments, and the holder waits for each of them. Undone as an operator would: the
 * holder lets go of what waits, because what a standby has already it does not acknowledge again; then the standby
 * acknowledges, and the holder waits for it.
 */
export async function stopAcknowledging(standby: Instance, holder: Instance): Promise<Undo> {
  await setAcknowledging(standby, false);
  return async () => {
    // A node that does not run, or has been restarted, waits for nobody.
    if (holder.isRunning()) await setWaiting(holder, false);
    if (standby.isRunning()) await setAcknowledging(standby, true);
    if (holder.isRunning()) await setWaiting(holder, true);
  };
}

/** A replica tells its source whether it will acknowledge when it connects, so it must connect anew. */
async function setAcknowledging(replica: Instance, on: boolean): Promise<void> {
  const { dialect } = replica.product;
  await replica.sql(`SET GLOBAL ${sidesOf[dialect].replica}_enabled = ${Number(on)}`);
  await replica.sql(threadStatement(dialect, 'STOP', 'IO_THREAD'));
  await replica.sql(threadStatement(dialect, 'START', 'IO_THREAD'));
  await untilReplicating([replica]);
}

async function setWaiting(source: Instance, on: boolean): Promise<void> {
  const { source: side, waitNoReplica } = sidesOf[source.product.dialect];
  if (on) {
    await source.sql(`SET GLOBAL ${side}_timeout = ${timeoutMs}`);
    await source.sql(`SET GLOBAL ${side}_wait_point = 'AFTER_SYNC'`);
    await source.sql(`SET GLOBAL ${waitNoReplica} = 1`);
  }
  await source.sql(`SET GLOBAL ${side}_enabled = ${Number(on)}`);
}

async function hasPlugin(node: Instance, name: string): Promise<boolean> {
  const where = `WHERE PLUGIN_NAME = '${name}'`;
  const rows = await node.sql(`SELECT PLUGIN_NAME FROM information_schema.PLUGINS ${where}`);
  return rows.length > 0;
}

async function installPlugins(node: Instance): Promise<void> {
  const { source, replica, files } = sidesOf[node.product.dialect];
  if (files === null || (await hasPlugin(node, source))) return;
  // A standby is closed, and MySQL keeps its list of plugins in a table.
  const [row] =
    node.product.dialect === 'mysql-8' ? await node.sql('SELECT @@super_read_only AS closed') : [];
  const closed = Number(row?.closed ?? 0) === 1;
  if (closed) await node.sql('SET GLOBAL super_read_only = 0');
  try {
    await node.sql(`INSTALL PLUGIN ${source} SONAME '${files.source}'`);
    await node.sql(`INSTALL PLUGIN ${replica} SONAME '${files.replica}'`);
  } catch (cause) {
    throw new LabError(
      {
        got: `${node.product.name}: ${(cause as Error).message}`,
        want: `a server with ${files.source} and ${files.replica}`,
        remedy: 'use --server mysql-9.7 or --server mariadb-10.11',
      },
      { cause },
    );
  }
  if (closed) await node.sql('SET GLOBAL super_read_only = 1');
}

/** Two hosts on the lab's network that replicate from each other: what a team has before keepalambda. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createHost, type Host } from './hosts.ts';
import type { Network, NetworkMaker } from './network/contract.ts';
import { createNetwork } from './network/network.ts';
import type { ServerSettings } from './servers/my-cnf.ts';
import type { Product } from './servers/product.ts';
import { replicateByPosition, replicateFrom, untilReplicating } from './servers/replication.ts';

export type LabNodeName = 'db1' | 'db2';

export interface LabPair {
  readonly network: Network;
  readonly hosts: Readonly<Record<LabNodeName, Host>>;
  /** The lab's own directory, removed at the end. */
  readonly directory: string;
  close(): Promise<void>;
}

export interface PairOptions {
  readonly product: Product;
  /** The public port of the nodes and of the VIP. */
  readonly port: number;
  /** @default the loopback network */
  readonly makeNetwork?: NetworkMaker;
  /** How the servers are configured. @default vendor */
  readonly serverSettings?: ServerSettings | undefined;
  /**
   * Who takes writes at first, and where the VIP is: `managed` as keepalambda has it, on db1 and both hosts
   * pre-bound; `bare` as before it: both nodes writable, and the VIP nowhere yet; `empty`: two servers as their package installs
   * them, which know nothing of each other; `wild`: set up by hand years ago, with the VIP on db1. @default managed
   */
  readonly state?: 'managed' | 'bare' | 'empty' | 'wild' | undefined;
}

/** Starts it. Leaves nothing behind if it fails. */
export async function startPair(options: PairOptions): Promise<LabPair> {
  const { product, port, makeNetwork = createNetwork, state = 'managed', serverSettings } = options;
  const directory = await mkdtemp(path.join(os.tmpdir(), 'keepalambda-lab-'));
  const network = await makeNetwork({ port }).catch(async (error: unknown) => {
    await rm(directory, { recursive: true, force: true });
    throw error;
  });
  const make = (name: LabNodeName) =>
    createHost({
      name,
      product,
      network,
      directory,
      serverSettings,
      prebound: state === 'managed' || state === 'wild',
      found: state === 'empty' || state === 'wild' ? state : undefined,
    });
  const made: Host[] = [];
  const close = async () => {
    await Promise.all(made.map((host) => host.close()));
    await network.close();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const [db1, db2] = await Promise.all([make('db1'), make('db2')]);
    made.push(db1, db2);
    await Promise.all(made.map((host) => host.boot()));
    if (state === 'empty') return { network, hosts: { db1, db2 }, directory, close };
    for (const [replica, source] of [
      [db1, db2],
      [db2, db1],
    ] as const) {
      const at = { host: source.address, port: network.port };
      if (state === 'wild') await replicateByPosition(replica.instance, at, source.instance);
      else await replicateFrom(replica.instance, at);
    }
    await untilReplicating([db1.instance, db2.instance]);
    if (state !== 'bare') network.setHolder('db1');
    await Promise.all((state === 'managed' ? [db1] : made).map((host) => setWritable(host, true)));
    return { network, hosts: { db1, db2 }, directory, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What keepalambda does to open and close a node, done by the lab's own root. */
export async function setWritable(host: Host, writable: boolean): Promise<void> {
  const variable = host.instance.product.dialect === 'mysql-8' ? 'super_read_only' : 'read_only';
  await host.instance.sql(`SET GLOBAL ${variable} = ${writable ? 0 : 1}`);
  if (writable) await host.instance.sql('SET GLOBAL read_only = 0');
}

/** Whether the node takes an application's writes. */
export async function isWritable(host: Host): Promise<boolean> {
  const [row] = await host.instance.sql('SELECT @@read_only AS closed');
  return Number(row?.closed) === 0;
}

/** A pair of hosts on the lab's network, replicating both ways, for the tests of the lab itself. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createHost, type Host } from '../../lab/hosts.ts';
import { createNetwork, type Network } from '../../lab/network/network.ts';
import { findProduct } from '../../lab/servers/catalogue.ts';
import { replicateFrom, untilReplicating } from '../../lab/servers/replication.ts';

export interface TestPair {
  readonly network: Network;
  readonly db1: Host;
  readonly db2: Host;
  close(): Promise<void>;
}

/** Starts it with the VIP on db1 and both hosts pre-bound; db1 takes writes. */
export async function startPair(server = 'mysql-5.6'): Promise<TestPair> {
  const product = await findProduct(server);
  const directory = await mkdtemp(path.join(os.tmpdir(), 'keepalambda-test-'));
  const network = await createNetwork({ port: 3306 });
  const [db1, db2] = await Promise.all([
    createHost({ name: 'db1', product, network, directory, prebound: true }),
    createHost({ name: 'db2', product, network, directory, prebound: true }),
  ]);
  await Promise.all([db1.boot(), db2.boot()]);
  await replicateFrom(db1.instance, { host: db2.address, port: network.port });
  await replicateFrom(db2.instance, { host: db1.address, port: network.port });
  await untilReplicating([db1.instance, db2.instance]);
  network.setHolder('db1');
  await setWritable(db1, true);
  return {
    network,
    db1,
    db2,
    close: async () => {
      await Promise.all([db1.close(), db2.close()]);
      await network.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** What keepalambda does to open and close a node. */
export async function setWritable(host: Host, writable: boolean): Promise<void> {
  const variable = host.instance.product.dialect === 'mysql-8' ? 'super_read_only' : 'read_only';
  await host.instance.sql(`SET GLOBAL ${variable} = ${writable ? 0 : 1}`);
  if (writable) await host.instance.sql('SET GLOBAL read_only = 0');
}

/** A pair of hosts on the lab's network, replicating both ways, for the tests of the lab itself. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Host } from '../../lab/hosts.ts';
import type { Network } from '../../lab/network/network.ts';
import { startPair as start } from '../../lab/pair.ts';
import { findProduct } from '../../lab/servers/catalogue.ts';

export { setWritable } from '../../lab/pair.ts';

export interface TestPair {
  readonly network: Network;
  readonly db1: Host;
  readonly db2: Host;
  close(): Promise<void>;
}

/** Starts it with the VIP on db1 and both hosts pre-bound; db1 takes writes. */
export async function startPair(server = 'mysql-5.6'): Promise<TestPair> {
  const product = await findProduct(server);
  // Recommended, so that a replica looks for its source every second and not every minute.
  const { network, hosts, close } = await start({ product, port: 3306, serverSettings: 'recommended' });
  return { network, ...hosts, close };
}

/** Resolves when `look` gives something, within 10 s. */
export async function eventually<Value>(look: () => Promise<Value | undefined>): Promise<Value> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const value = await look();
    if (value !== undefined) return value;
    if (Date.now() > deadline) throw new Error('it did not happen in 10 s');
    await delay(20);
  }
}

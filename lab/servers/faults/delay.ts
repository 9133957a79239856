/** A delayed replica: it applies each event some seconds after its source did. */
import type { Instance } from '../instance.ts';
import type { Undo } from './undo.ts';

/** Delays what the node applies. Undone by taking the delay away. */
export async function delayReplica(node: Instance, seconds: number): Promise<Undo> {
  await setDelay(node, seconds);
  return () => setDelay(node, 0);
}

async function setDelay(node: Instance, seconds: number): Promise<void> {
  const [replica, change] =
    node.product.dialect === 'mysql-8'
      ? ['REPLICA', `CHANGE REPLICATION SOURCE TO SOURCE_DELAY = ${seconds}`]
      : ['SLAVE', `CHANGE MASTER TO MASTER_DELAY = ${seconds}`];
  // MariaDB changes a delay only while both threads stand.
  await node.sql(`STOP ${replica}`);
  await node.sql(change);
  await node.sql(`START ${replica}`);
}

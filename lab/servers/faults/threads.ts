/** A replication thread that somebody stopped. */
import type { Instance } from '../instance.ts';
import { threadStatement } from '../replication.ts';
import type { Undo } from './undo.ts';

/** Stops one of the threads with which the node follows its peer. Undone by starting it. */
export async function stopThread(node: Instance, thread: 'IO_THREAD' | 'SQL_THREAD'): Promise<Undo> {
  const { dialect } = node.product;
  await node.sql(threadStatement(dialect, 'STOP', thread));
  return async () => {
    // A node that has been restarted since started both threads itself.
    if (node.isRunning()) await node.sql(threadStatement(dialect, 'START', thread));
  };
}

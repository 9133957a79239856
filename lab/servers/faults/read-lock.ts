/** `FLUSH TABLES WITH READ LOCK`, as backups take it, held by a session. */
import { createConnection } from 'mysql2/promise';
import { accounts } from '../accounts.ts';
import type { Instance } from '../instance.ts';

export interface ReadLock {
  /** The server's number of the session that holds it. */
  readonly session: number;
  /** Lets it go. Does nothing the second time, or when somebody ended the session. */
  release(): Promise<void>;
}

/**
 * Takes it; resolves when nothing can be written any more. Not as root: MySQL 8 lets nobody but its like end a session
 * of root's (SYSTEM_USER).
 */
export async function lockReads(node: Instance): Promise<ReadLock> {
  const connection = await createConnection({ ...accounts.backup, socketPath: node.socketPath });
  // A killed one says so when it is next used.
  connection.on('error', () => {});
  await connection.query('FLUSH TABLES WITH READ LOCK');
  return {
    session: connection.threadId,
    release: async () => {
      await connection.query('UNLOCK TABLES').catch(() => {});
      connection.destroy();
    },
  };
}

/**
 * A load that a replica cannot keep up with: two sessions of the source wait side by side, and their replica waits for one after the
 * other. A row would be applied at once, so each wait is logged as a statement; and both write one row, so that no server applies
 * them side by side.
 */
import type { Instance } from '../instance.ts';
import type { Undo } from './undo.ts';

const SESSIONS = 2;
const WAIT_SECONDS = 0.5;

/** The replica of `source` falls behind by about one second a second, until this is undone. */
export async function slowStatements(source: Instance): Promise<Undo> {
  let isOn = true;
  const write = async () => {
    const connection = await source.openRoot();
    try {
      await connection.query("SET SESSION binlog_format = 'STATEMENT'");
      while (isOn)
        await connection.query(`REPLACE INTO lab.ticks (node, tick) SELECT 'slow', SLEEP(${WAIT_SECONDS})`);
    } finally {
      connection.destroy();
    }
  };
  // A holder that is frozen refuses them, and ends their sessions.
  const sessions = Promise.allSettled(Array.from({ length: SESSIONS }, write));
  return async () => {
    isOn = false;
    await sessions;
  };
}

/** A connection table that is really full, of application connections and of the one kept for SUPER. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Connection, createConnection } from 'mysql2/promise';
import { accounts, type Credentials } from '../accounts.ts';
import type { Instance } from '../instance.ts';
import type { Undo } from './undo.ts';

/** How often a slot that came free is taken again. */
const refillEveryMs = 25;

/**
 * Fills the node's connections, and keeps every slot taken: who comes now gets error 1040. The connections that were there stay,
 * keepalambda's own too. Undone by letting all go.
 */
export async function fillConnections(node: Instance): Promise<Undo> {
  const held: Connection[] = [];
  let wanted = true;
  const fill = async () => {
    // First the places for everybody, then the one that is kept for SUPER (or CONNECTION_ADMIN).
    await fillAs(node, held, accounts.app, () => wanted);
    await fillAs(node, held, null, () => wanted);
  };
  await fill();
  const refilling = (async () => {
    while (wanted) {
      await fill();
      await delay(refillEveryMs);
    }
  })();
  return async () => {
    wanted = false;
    await refilling;
    for (const connection of held.splice(0)) connection.destroy();
  };
}

/** Ends every session of that user, so that it must log in again. */
export async function endSessionsOf(node: Instance, user: string): Promise<void> {
  const sessions = await node.sql(`SELECT id FROM information_schema.processlist WHERE user = '${user}'`);
  // One that has ended since is as well.
  for (const { id, ID } of sessions) await node.sql(`KILL ${id ?? ID}`).catch(() => {});
}

/** Opens connections until the server has no more room. Null: root. */
async function fillAs(
  node: Instance,
  held: Connection[],
  account: Credentials | null,
  wanted: () => boolean,
): Promise<void> {
  while (wanted() && node.isRunning()) {
    const connection = await open(node, account).catch(() => null);
    if (!connection) return;
    connection.on('error', () => held.splice(held.indexOf(connection), 1));
    held.push(connection);
  }
}

function open(node: Instance, account: Credentials | null): Promise<Connection> {
  if (!account) return node.openRoot();
  // Through the socket, which leads there from every network namespace.
  return createConnection({ ...account, connectTimeout: 1_000, socketPath: node.socketPath });
}

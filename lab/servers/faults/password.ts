/** A password of keepalambda's account that keepalambda does not know. */
import { accounts, setPassword } from '../accounts.ts';
import { rowsOf } from '../connection.ts';
import type { Instance } from '../instance.ts';
import { endSessionsOf } from './connections.ts';
import type { Undo } from './undo.ts';

/**
 * Changes the password of `monitor` on a node that takes writes, from where it replicates as a DBA's change
 * would, and ends its sessions on all nodes, so that it must log in again. Undone the same way.
 */
export async function changePassword(writable: Instance, all: readonly Instance[]): Promise<Undo> {
  const { dialect } = writable.product;
  const { user, password } = accounts.monitor;
  await writable.sql(setPassword(dialect, { user, password: `${password}-that-was-changed` }));
  for (const node of all) await endSessionsOf(node, user);
  return async () => {
    await writable.sql(setPassword(dialect, { user, password }));
  };
}

/** Changes it on one node alone. Sessions that are open stay open. Undone the same way. */
export async function changePasswordHere(node: Instance): Promise<Undo> {
  const { user, password } = accounts.monitor;
  const set = async (to: string) => {
    const root = await node.openRoot();
    await rowsOf(root, 'SET SESSION sql_log_bin = 0');
    await rowsOf(root, setPassword(node.product.dialect, { user, password: to }));
    root.destroy();
  };
  await set(`${password}-that-was-changed`);
  return () => set(password);
}

/** What keeps a node from applying what it has received. */
import type { Server, Session } from './sighting.ts';

/** What keeps a node from applying, by a session or a disk; null when nothing does. */
export function blockOf(server: Server | null): string | null {
  return lockOf(server) ?? blockOfApplier(server);
}

/** A lock on the whole server; null when nobody holds one. */
export function lockOf(server: Server | null): string | null {
  return server?.globalLock ? `a session holds a global lock: ${renderSession(server.globalLock)}` : null;
}

/** What the applier alone waits for, where no session holds such a lock; null when it waits for nothing. */
export function blockOfApplier(server: Server | null): string | null {
  if (server?.inbound.kind !== 'configured' || server.inbound.applierBlocked === null) return null;
  return server.globalLock === null ? `its applier is blocked: ${server.inbound.applierBlocked}` : null;
}

/** A session as a person finds it: `session 42 (backup@10.0.1.9, for 12 s: FLUSH TABLES WITH READ LOCK)`. */
export function renderSession({ id, user, host, forSeconds, statement }: Session): string {
  return `session ${id} (${user}@${host}, for ${forSeconds} s: ${statement})`;
}

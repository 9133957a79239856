/**
 * Connections that a command of a plan leaves to the next one, which follows at once: a fresh login takes four exchanges with the
 * server, and more of the CPU than the command itself.
 */
import type { MysqlLink, NodeEndpoint } from './connection.ts';

/** After this time a parked connection is closed. A process that was frozen meanwhile may find it dead. Milliseconds. */
const PARKED_MS = 2000;

export interface Parking {
  /** Leaves an idle connection; one that was left before is closed. */
  leave(endpoint: NodeEndpoint, link: MysqlLink): void;
  /** The one that was left lately, for the first command that asks; else null. */
  take(endpoint: NodeEndpoint): MysqlLink | null;
  /** Throws all away. */
  drop(): void;
}

interface Parked {
  readonly link: MysqlLink;
  readonly atMs: number;
  readonly timer: NodeJS.Timeout;
}

/** `nowWallMs` is a clock that goes on while the process is frozen. */
export function createParking(nowWallMs: () => number): Parking {
  const parked = new Map<string, Parked>();

  function remove(key: string): Parked | null {
    const found = parked.get(key);
    if (found === undefined) return null;
    parked.delete(key);
    clearTimeout(found.timer);
    return found;
  }

  return {
    leave(endpoint, link) {
      const key = keyOf(endpoint);
      remove(key)?.link.quit();
      const timer = setTimeout(() => remove(key)?.link.quit(), PARKED_MS).unref();
      parked.set(key, { link, atMs: nowWallMs(), timer });
    },
    take(endpoint) {
      const found = remove(keyOf(endpoint));
      if (found === null || found.link.isGone()) return null;
      if (nowWallMs() - found.atMs <= PARKED_MS) return found.link;
      found.link.destroy();
      return null;
    },
    drop() {
      for (const key of [...parked.keys()]) remove(key)?.link.destroy();
    },
  };
}

function keyOf({ host, port, credentials }: NodeEndpoint): string {
  return JSON.stringify([host, port, credentials]);
}

/** A connection that is kept open between looks and invocations, and made again when it is gone. */
import type { MysqlLink } from './connection.ts';
import { isLost, MysqlFailure } from './errors.ts';
import type { Logins } from './logins.ts';
import { late, within } from './waiting.ts';

/** A kept connection that a command has for a while. */
export interface Lent {
  readonly link: MysqlLink;
  giveBack(): void;
}

export interface Kept {
  /** The open connection; null while there is none. */
  current(): MysqlLink | null;
  /** The open connection, or a new one within `limitMs`. Throws a `MysqlFailure`. */
  get(limitMs: number): Promise<MysqlLink>;
  /** Keeps this connection from now on; another that was kept is thrown away. */
  adopt(made: MysqlLink): void;
  /** Gives the open connection away for a while: looks make another one meanwhile, if they can. */
  lend(): Lent | null;
  /** Throws it away at once. */
  drop(): void;
}

/**
 * Does the work on the kept connection. When that turns out to be lost, does it at once again on a fresh one:
 * only that can tell whether the server is gone, or an administrator killed us. Throws a `MysqlFailure`.
 */
export async function onKept<T>(
  kept: Kept,
  limitMs: number,
  work: (link: MysqlLink) => Promise<T>,
): Promise<T> {
  const open = kept.current();
  if (open !== null) {
    try {
      return await work(open);
    } catch (error) {
      // A connection that is only late may still answer, and its caller keeps waiting for it. One on which the server
      // refuses a statement still works.
      if (!(error instanceof MysqlFailure) || error.timedOut || !isLost(error)) throw error;
      kept.drop();
    }
  }
  return work(await kept.get(limitMs));
}

/** `onLost` is called when an open connection is lost, but not when it is thrown away with `drop`. */
export function keep(logins: Logins, onLost: () => void = () => {}): Kept {
  let link: MysqlLink | null = null;
  let making: Promise<MysqlLink> | null = null;
  let generation = 0;

  /** Goes on when its caller has stopped waiting: on a slow path, the connection is ready for the next look. */
  async function make(): Promise<MysqlLink> {
    const mine = generation;
    try {
      const made = await logins.take();
      if (mine !== generation) {
        made.quit();
        throw new MysqlFailure('connect', 0, new Error('the connection was dropped while it was made'));
      }
      adopt(made);
      return made;
    } finally {
      if (mine === generation) making = null;
    }
  }

  function adopt(made: MysqlLink): void {
    if (link === made) return;
    link?.destroy();
    link = made;
    void made.gone.then(() => {
      if (link !== made) return;
      link = null;
      onLost();
    });
  }

  return {
    current: () => (link?.isGone() ? null : link),
    async get(limitMs) {
      if (link !== null && !link.isGone()) return link;
      making ??= make();
      // It may fail when nobody waits for it any more.
      making.catch(() => {});
      const made = await within(making, limitMs);
      if (made === late) throw new MysqlFailure(logins.during(), limitMs, 'timeout');
      return made;
    },
    adopt,
    lend() {
      const lent = link;
      if (lent === null || lent.isGone()) return null;
      const mine = generation;
      link = null;
      return {
        link: lent,
        giveBack() {
          if (lent.isGone()) return;
          if (mine === generation && link === null) adopt(lent);
          else lent.quit();
        },
      };
    },
    drop() {
      generation += 1;
      making = null;
      const dropped = link;
      link = null;
      dropped?.destroy();
    },
  };
}

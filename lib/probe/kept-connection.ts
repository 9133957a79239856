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

/** The connection that one part of the watcher of a node has for itself. */
export class KeptConnection {
  readonly #logins: Logins;
  readonly #onLost: () => void;
  #link: MysqlLink | null = null;
  #making: Promise<MysqlLink> | null = null;
  /** Counts up with each `drop`: what was made or lent before it is not kept any more. */
  #generation = 0;

  /** `onLost` is called when an open connection is lost, but not when it is thrown away with `drop`. */
  constructor(logins: Logins, onLost: () => void = () => {}) {
    this.#logins = logins;
    this.#onLost = onLost;
  }

  /** The open connection; null while there is none. */
  current(): MysqlLink | null {
    return this.#link?.isGone() ? null : this.#link;
  }

  /**
   * Does the work on the open connection, or on a new one. When the open one turns out to be lost, does it at once again
   * on a fresh one: only that can tell whether the server is gone, or an administrator killed us. Throws a `MysqlFailure`.
   */
  async use<T>(limitMs: number, work: (link: MysqlLink) => Promise<T>): Promise<T> {
    const open = this.current();
    if (open !== null) {
      try {
        return await work(open);
      } catch (error) {
        // A connection that is only late may still answer, and its caller keeps waiting for it. One on which the server
        // refuses a statement still works.
        if (!(error instanceof MysqlFailure) || error.timedOut || !isLost(error)) throw error;
        this.drop();
      }
    }
    return work(await this.#get(limitMs));
  }

  /** Keeps this connection from now on; another that was kept is thrown away. */
  adopt(made: MysqlLink): void {
    if (this.#link === made) return;
    this.#link?.destroy();
    this.#link = made;
    void made.gone.then(() => {
      if (this.#link !== made) return;
      this.#link = null;
      this.#onLost();
    });
  }

  /** Gives the open connection away for a while: looks make another one meanwhile, if they can. */
  lend(): Lent | null {
    const link = this.current();
    if (link === null) return null;
    const mine = this.#generation;
    this.#link = null;
    return {
      link,
      giveBack: () => {
        if (link.isGone()) return;
        if (mine === this.#generation && this.#link === null) this.adopt(link);
        else link.quit();
      },
    };
  }

  /** Throws it away at once. */
  drop(): void {
    this.#generation += 1;
    this.#making = null;
    const dropped = this.#link;
    this.#link = null;
    dropped?.destroy();
  }

  /** The open connection, or a new one within `limitMs`. Throws a `MysqlFailure`. */
  async #get(limitMs: number): Promise<MysqlLink> {
    const open = this.current();
    if (open !== null) return open;
    this.#making ??= this.#make();
    // It may fail when nobody waits for it any more.
    this.#making.catch(() => {});
    const made = await within(this.#making, limitMs);
    if (made === late) throw new MysqlFailure(this.#logins.during(), limitMs, 'timeout');
    return made;
  }

  /** Goes on when its caller has stopped waiting: on a slow path, the connection is ready for the next look. */
  async #make(): Promise<MysqlLink> {
    const mine = this.#generation;
    try {
      const made = await this.#logins.take();
      if (mine !== this.#generation) {
        made.quit();
        throw new MysqlFailure('connect', 0, new Error('the connection was dropped while it was made'));
      }
      this.adopt(made);
      return made;
    } finally {
      if (mine === this.#generation) this.#making = null;
    }
  }
}

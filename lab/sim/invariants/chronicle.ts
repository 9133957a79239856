/** What has become of the world, and since when: the facts that W1 to W8 are judged by. Nothing here was believed by anybody. */
import type { NodeName } from '../../../lib/core/names.ts';
import type { Process } from '../process.ts';
import type { Master } from '../world/master.ts';
import type { World } from '../world/world.ts';

/** Who changed whether a master takes writes: one of our processes, its own restart, or a person. */
export type Hand = 'us' | 'restart' | 'person';

/** What is known of one master. */
export interface Life {
  /** Since when it takes no writes, and who closed it; null while it does. */
  readonly closed: { readonly sinceMs: number; readonly by: Hand } | null;
  /** Since when it takes writes, and who opened it; null while it does not. */
  readonly opened: { readonly sinceMs: number; readonly by: Hand } | null;
  /** Since when an order of ours gets to it and is carried out; null while none does. */
  readonly reachedSinceMs: number | null;
  /** Until when it was alive (its mysqld worked) and not isolated (we or its standby reached it). */
  readonly wellMs: number;
  /** Until when a vantage could ask it how it is, while keepalambda was at work. */
  readonly heardMs: number;
}

type Lives = Map<NodeName, Life>;

const unborn: Life = {
  closed: { sinceMs: 0, by: 'restart' },
  opened: { sinceMs: 0, by: 'us' },
  reachedSinceMs: null,
  wellMs: 0,
  heardMs: 0,
};

export class Chronicle {
  readonly #world: World;
  readonly #lives: Lives = new Map();
  /** The change of writability that a process of ours is about to make. */
  #setting: { readonly node: NodeName; readonly writable: boolean } | null = null;
  /** Since when clients cannot commit through the VIP; null while they can. */
  downSinceMs: number | null = null;
  /** When clients could last commit through the VIP. */
  servedMs = 0;

  constructor(world: World) {
    this.#world = world;
    for (const { name } of world.masters) this.#lives.set(name, unborn);
  }

  of(node: NodeName): Life {
    return this.#lives.get(node) ?? unborn;
  }

  /** A process of ours is about to change whether a master takes writes. */
  setting(_: Process, node: NodeName, writable: boolean): void {
    this.#setting = { node, writable };
  }

  /** Brings the chronicle up to the world; called after every change, and once a second. */
  observe(isManned: boolean): void {
    const { nowMs, holder } = this.#world;
    if (holder?.servesVip === true) {
      this.servedMs = nowMs;
      this.downSinceMs = null;
    } else this.downSinceMs ??= nowMs;
    for (const master of this.#world.masters) this.#observeMaster(master, isManned);
    this.#setting = null;
  }

  #observeMaster(master: Master, isManned: boolean): void {
    const { nowMs } = this.#world;
    const was = this.of(master.name);
    const by = this.#handOf(master);
    const closed = was.closed ?? { sinceMs: nowMs, by };
    this.#lives.set(master.name, {
      // A master that was closed by anybody and restarted since is closed by its restart.
      closed: master.writable ? null : by === 'restart' ? { ...closed, by } : closed,
      opened: master.writable ? (was.opened ?? { sinceMs: nowMs, by }) : null,
      reachedSinceMs: isReached(this.#world, master) ? (was.reachedSinceMs ?? nowMs) : null,
      wellMs: isWell(this.#world, master) ? nowMs : was.wellMs,
      heardMs: isManned && isHeard(this.#world, master) ? nowMs : was.heardMs,
    });
  }

  #handOf({ name, mysqld, writable }: Master): Hand {
    if (mysqld === 'down') return 'restart';
    const setting = this.#setting;
    return setting?.node === name && setting.writable === writable ? 'us' : 'person';
  }
}

/** Whether a vantage's question gets an answer: what a master says of itself can be known. */
function isHeard(world: World, master: Master): boolean {
  if (!master.answers || master.lockedOut || master.connectionsFull) return false;
  return isSighted(world, master.name);
}

/** Whether an order of ours gets to it and is carried out. */
export function isReached(world: World, master: Master): boolean {
  return isHeard(world, master) && master.stuckSinceMs === null;
}

function isSighted(world: World, node: NodeName): boolean {
  for (const view of world.views.values()) if (view.reaches(node)) return true;
  return false;
}

/** Alive: its mysqld works. Not isolated: one of our vantages, or its standby, reaches it. */
function isWell(world: World, master: Master): boolean {
  if (!master.answers || master.stuckSinceMs !== null) return false;
  return isSighted(world, master.name) || (world.pairLinked && world.peer(master.name).reachable);
}

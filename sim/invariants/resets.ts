/** Which resets of a binary log could be seen for what they are: later, a reset looks like a server that has lost its writes. */
import type { NodeName } from '../../lib/core/names.ts';
import type { Master } from '../world/master.ts';
import type { SimWorld } from '../world/world.ts';
import { isHeard } from './chronicle.ts';

/** For how long both must have been asked while it takes writes: two looks, and what they show must last for 2 s. Milliseconds. */
const shownAfterMs = 5000;

export class Resets {
  readonly #world: SimWorld;
  readonly #shown = new Map<NodeName, number>();
  readonly #sinceMs = new Map<NodeName, { readonly resets: number; readonly sinceMs: number }>();

  constructor(world: SimWorld) {
    this.#world = world;
  }

  /** Called after every change, and once a second. */
  observe(isManned: boolean): void {
    for (const master of this.#world.masters) {
      if (this.isHidden(master)) this.#follow(master, isManned);
    }
  }

  /** Its log was reset, and nobody could see that. */
  isHidden({ name, log }: Master): boolean {
    return log.resets > (this.#shown.get(name) ?? 0);
  }

  #follow(master: Master, isManned: boolean): void {
    const world = this.#world;
    const { name, log } = master;
    const takesWrites = world.cloud.holder === name && master.isOpen;
    const canBeSeen = isManned && takesWrites && isHeard(world, master) && isHeard(world, world.peer(name));
    const known = this.#sinceMs.get(name);
    if (!canBeSeen) this.#sinceMs.delete(name);
    else if (known?.resets !== log.resets)
      this.#sinceMs.set(name, { resets: log.resets, sinceMs: world.nowMs });
    else if (world.nowMs - known.sinceMs >= shownAfterMs) this.#shown.set(name, log.resets);
  }
}

/** Which resets of a binary log could be seen for what they are: later, a reset looks like a server that has lost its writes. */
import type { NodeName } from '../../lib/core/names.ts';
import type { Master } from '../world/master.ts';
import type { SimWorld } from '../world/world.ts';
import { isHeard } from './chronicle.ts';

/** For how long it must have been asked after it: two looks, and what they show must last for 2 s. Milliseconds. */
const shownAfterMs = 5000;
/** A process that had run for less is not told from the one before it. Milliseconds. */
const youngMs = 70_000;
/** What the next leader knows of it is as old as this at most. Milliseconds. */
const notedMs = 100_000;

/** One process of a master, as its host's clock has it. */
type Process = string;

export class Resets {
  readonly #world: SimWorld;
  readonly #shown = new Map<NodeName, number>();
  /** The process that was asked last, and when. */
  readonly #asked = new Map<NodeName, { readonly process: Process; readonly atMs: number }>();
  /** The last reset: of which process, and how many names that was known to have given away. */
  readonly #begun = new Map<
    NodeName,
    { readonly resets: number; readonly process: Process; readonly names: number }
  >();
  readonly #sinceMs = new Map<
    NodeName,
    { readonly resets: number; readonly sinceMs: number; readonly by: Watched }
  >();

  constructor(world: SimWorld) {
    this.#world = world;
  }

  /** Called after every change, and once a second. */
  observe(isManned: boolean): void {
    for (const master of this.#world.masters) {
      this.#note(master, isManned);
      if (this.isHidden(master)) this.#follow(master, isManned);
    }
  }

  /** Its log was reset, and nobody could see that. */
  isHidden({ name, log }: Master): boolean {
    return log.resets > Math.max(this.#shown.get(name) ?? 0, log.resetsMadeGood);
  }

  #note(master: Master, isManned: boolean): void {
    const { nowMs } = this.#world;
    const { name, log, startedMs } = master;
    const process = processOf(master);
    const asked = this.#asked.get(name);
    if (log.resets > (this.#begun.get(name)?.resets ?? 0)) {
      const names = asked?.process === process ? log.names.highest(log.countAt(asked.atMs - notedMs)) : 0;
      this.#begun.set(name, { resets: log.resets, process, names });
    }
    if (isManned && isHeard(this.#world, master) && nowMs - startedMs >= youngMs)
      this.#asked.set(name, { process, atMs: nowMs });
  }

  #follow(master: Master, isManned: boolean): void {
    const world = this.#world;
    const { name, log } = master;
    const by = isManned && isHeard(world, master) ? this.#watched(master) : null;
    const known = this.#sinceMs.get(name);
    if (by === null) this.#sinceMs.delete(name);
    else if (known?.resets !== log.resets || known.by !== by)
      this.#sinceMs.set(name, { resets: log.resets, sinceMs: world.nowMs, by });
    else if (world.nowMs - known.sinceMs >= shownAfterMs) this.#shown.set(name, log.resets);
  }

  /** What shows it: its standby, which has what it does not know any more; or that it has less than the same process had. */
  #watched(master: Master): Watched | null {
    const world = this.#world;
    const { name, log } = master;
    const takesWrites = world.cloud.holder === name && master.isOpen;
    if (takesWrites && isHeard(world, world.peer(name))) return 'peer';
    const begun = this.#begun.get(name);
    if (begun === undefined || begun.process !== processOf(master)) return null;
    return log.names.nameOf(log.countAt(world.nowMs)) < begun.names ? 'self' : null;
  }
}

type Watched = 'peer' | 'self';

function processOf({ startedMs, clockOffMs }: Master): Process {
  return `${startedMs} ${clockOffMs}`;
}

/** The memory of one pair in a leader's hands: saved before it counts. */

import { boundMemory, cut } from '../core/bounds.ts';
import type { Memory } from '../core/memory.ts';
import type { PairName } from '../core/names.ts';
import type { Safeguards } from '../core/safeguards.ts';
import type { Claimant, HistoryEntry, Ports } from './ports.ts';

/** A line of history. Characters. */
const LINE_MAX = 4000;

export interface PairMemoryProps {
  readonly pair: { readonly name: PairName };
  readonly ports: Ports;
  /** Its epoch is the one that saves are made under. */
  readonly lease: Claimant;
  readonly memory: Memory;
  readonly safeguards: Safeguards;
  /** Called with what the store has, whenever that is another memory. */
  readonly onStored: (memory: Memory) => void;
}

export class PairMemory {
  readonly #pair: PairName;
  readonly #ports: Ports;
  /** The owner and the epoch that saves are made under. */
  readonly #claimant: Claimant;
  readonly #safeguards: Safeguards;
  readonly #onStored: PairMemoryProps['onStored'];
  #memory: Memory;
  #doubtful = false;
  #updating: Promise<void> = Promise.resolve();
  #writing = new Set<Promise<void>>();

  constructor({ pair, ports, lease, memory, safeguards, onStored }: PairMemoryProps) {
    this.#pair = pair.name;
    this.#ports = ports;
    this.#claimant = { owner: lease.owner, epoch: lease.epoch };
    this.#memory = memory;
    this.#safeguards = safeguards;
    this.#onStored = onStored;
  }

  get now(): Memory {
    return this.#memory;
  }

  /** Whether a save was not answered: the store may have it or not. */
  get isDoubtful(): boolean {
    return this.#doubtful;
  }

  /** After a save that was not answered: takes what the store has, so that nothing it took is overwritten. */
  async settleDoubt(): Promise<void> {
    this.#memory = await this.#ports.store.claimMemory(this.#pair, this.#claimant);
    this.#doubtful = false;
    this.#onStored(this.#memory);
  }

  /** Saves a new memory. What the store did not take does not count: the old one stands, and the error goes up. */
  async save(memory: Memory): Promise<void> {
    if (memory === this.#memory) return;
    const next = boundMemory(memory);
    try {
      await this.#ports.store.saveMemory(this.#pair, next, this.#claimant.epoch);
    } catch (error) {
      this.#doubtful = true;
      throw error;
    }
    for (const alert of next.outbox) {
      if (this.#memory.outbox.includes(alert)) continue;
      this.record(
        'alert',
        [`${alert.code}: ${alert.happened}`, alert.done, alert.cost ?? ''].join(' ').trim(),
      );
    }
    this.#memory = next;
    this.#onStored(next);
  }

  /** Saves what the change makes of the memory. Those that come side by side are carried out one after the other. */
  async update(change: (memory: Memory) => Memory): Promise<void> {
    const saved = this.#updating.then(async () => {
      // One that was not answered may be in the store all the same: it is not overwritten.
      if (this.#doubtful && this.#safeguards.settleDoubt) await this.settleDoubt();
      await this.save(change(this.#memory));
    });
    this.#updating = saved.catch(() => undefined);
    await saved;
  }

  /** Resolves when all updates so far have ended, well or not. */
  async updated(): Promise<void> {
    await this.#updating;
  }

  /** Adds a line to the pair's history, beside whatever else goes on. */
  record(what: HistoryEntry['what'], text: string): void {
    const { store, clock, log } = this.#ports;
    const incident = this.#memory.incident?.id ?? null;
    const entry: HistoryEntry = {
      atMs: clock.nowMs(),
      pair: this.#pair,
      incident,
      epoch: this.#claimant.epoch,
      what,
      text: cut(text, LINE_MAX),
    };
    const written = store
      .appendHistory([entry])
      .catch((error: unknown) =>
        log.warn(`history was not written: ${String(error)}`, { pair: this.#pair, text }),
      )
      .finally(() => this.#writing.delete(written));
    this.#writing.add(written);
  }

  /** Resolves when nothing is being written. */
  async idle(): Promise<void> {
    await Promise.all(this.#writing);
  }
}

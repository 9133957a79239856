/** The memory of one pair in a leader's hands: saved before it counts. */
import type { Alert } from '../core/alert/incident.ts';
import { type Noted, seenText } from '../core/alert/pictures.ts';
import { remedyOf } from '../core/alert/remedies.ts';
import { boundMemory, cut } from '../core/bounds.ts';
import type { Safeguards } from '../core/decision/safeguards.ts';
import type { Detail } from '../core/memory/history.ts';
import { emptyMemory, type Memory } from '../core/memory/memory.ts';
import type { PairName } from '../core/names.ts';
import type { Haste } from './haste.ts';
import { PortError } from './ports/port-error.ts';
import type { Ports } from './ports/ports.ts';
import type { Claimant, HistoryEntry } from './ports/store.ts';

/** A line of history. Characters. */
const LINE_MAX = 4000;

export interface PairMemoryProps {
  readonly pair: { readonly name: PairName };
  readonly ports: Ports;
  /** Its epoch is the one that saves are made under. */
  readonly lease: Claimant;
  readonly memory: Memory;
  readonly safeguards: Safeguards;
  /** While it is on, no history is written. */
  readonly haste: Pick<Haste, 'over'>;
  /** Called with what the store has, whenever that is another memory. */
  readonly onStored: (memory: Memory) => void;
}

export class PairMemory {
  readonly #pair: PairName;
  readonly #ports: Ports;
  /** The owner and the epoch that saves are made under. */
  readonly #claimant: Claimant;
  readonly #safeguards: Safeguards;
  readonly #haste: PairMemoryProps['haste'];
  readonly #onStored: PairMemoryProps['onStored'];
  #memory: Memory;
  #doubtful = false;
  #updating: Promise<void> = Promise.resolve();
  /** Lines of history that wait to be written together. */
  #unwritten: readonly HistoryEntry[] = [];
  #writing = new Set<Promise<void>>();

  constructor({ pair, ports, lease, memory, safeguards, haste, onStored }: PairMemoryProps) {
    this.#pair = pair.name;
    this.#ports = ports;
    this.#claimant = { owner: lease.owner, epoch: lease.epoch };
    this.#memory = memory;
    this.#safeguards = safeguards;
    this.#haste = haste;
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

  /**
   * Saves a new memory. What the store did not take does not count: the old memory stays, and the error is thrown. If
   * only the answer was lost, a plan goes on at once: clients may be waiting for its next step.
   */
  async save(memory: Memory): Promise<void> {
    if (memory === this.#memory) return;
    const next = boundMemory(memory);
    try {
      await this.#ports.store.saveMemory(this.#pair, next, this.#claimant.epoch);
    } catch (error) {
      const isTaken = this.#safeguards.settleDoubt && isUnanswered(error) && (await this.#hasTaken(next));
      if (!isTaken) {
        this.#doubtful = true;
        throw error;
      }
    }
    for (const alert of next.outbox) {
      if (this.#memory.outbox.includes(alert)) continue;
      const text = [`${alert.code}: ${alert.happened}`, alert.done, alert.cost ?? ''].join(' ').trim();
      // The first alert of an incident comes with it.
      this.#write([{ ...this.#entry('alert', text, detailOfAlert(alert)), incident: alert.incident }]);
    }
    this.#memory = next;
    this.#onStored(next);
  }

  /** Saves what the change makes of the memory. Changes that come at the same time are carried out one after the other. */
  async update(change: (memory: Memory) => Memory): Promise<void> {
    const saved = this.#updating.then(async () => {
      // One that was not answered may be in the store all the same: it is not overwritten.
      if (this.#doubtful && this.#safeguards.settleDoubt) await this.settleDoubt();
      await this.save(change(this.#memory));
    });
    this.#updating = saved.catch(() => undefined);
    await saved;
  }

  /** Whether the store has this very memory. False when the store does not answer. */
  async #hasTaken(memory: Memory): Promise<boolean> {
    try {
      return isSame(await this.#ports.store.readMemory(this.#pair), memory);
    } catch {
      return false;
    }
  }

  /** Resolves when all updates so far have ended, well or not. */
  async updated(): Promise<void> {
    await this.#updating;
  }

  /** Adds a line to the pair's history, beside whatever else goes on. */
  record(what: HistoryEntry['what'], text: string, detail?: Detail): void {
    this.#write([this.#entry(what, text, detail)]);
  }

  /** Adds what was seen, in one go. */
  recordSeen(pictures: readonly Noted[]): void {
    if (pictures.length === 0) return;
    this.#write(
      pictures.map(({ seen, ...when }) => ({ ...this.#entry('seen', seenText(seen), seen), ...when })),
    );
  }

  #entry(what: HistoryEntry['what'], text: string, detail: Detail | undefined): HistoryEntry {
    return {
      atMs: this.#ports.clock.nowMs(),
      pair: this.#pair,
      incident: this.#memory.incident?.id ?? null,
      epoch: this.#claimant.epoch,
      what,
      text: cut(text, LINE_MAX),
      ...(detail === undefined ? {} : { detail }),
    };
  }

  /** Entries that come before the first is written are written with it. */
  #write(entries: readonly HistoryEntry[]): void {
    const isFirst = this.#unwritten.length === 0;
    this.#unwritten = [...this.#unwritten, ...entries];
    if (!isFirst) return;
    const written = this.#haste
      .over()
      .then(() => this.#append())
      .finally(() => this.#writing.delete(written));
    this.#writing.add(written);
  }

  async #append(): Promise<void> {
    const { store, log } = this.#ports;
    const entries = this.#unwritten;
    this.#unwritten = [];
    try {
      await store.appendHistory(entries);
    } catch (error) {
      const text = entries.map((entry) => entry.text).join('; ');
      log.warn(`history was not written: ${String(error)}`, { pair: this.#pair, text });
    }
  }

  /** Resolves when nothing is being written. */
  async idle(): Promise<void> {
    await Promise.all(this.#writing);
  }
}

/** The call may have taken effect, and its answer is missing. */
function isUnanswered(error: unknown): boolean {
  return error instanceof PortError && error.kind === 'timeout';
}

/** Compared field by field, because the store gives the fields back in an order of its own. */
function isSame(one: Memory, other: Memory): boolean {
  const fields = Object.keys(emptyMemory) as (keyof Memory)[];
  return fields.every((field) => JSON.stringify(one[field]) === JSON.stringify(other[field]));
}

function detailOfAlert({ code, happened, done, cost = '' }: Alert): Detail {
  return { kind: 'alert', code, severity: remedyOf(code).severity, happened, done, cost };
}

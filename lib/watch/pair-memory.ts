/** The memory of one pair in a leader's hands: saved before it counts, its alerts published after. */

import { boundMemory, cut } from '../core/bounds.ts';
import type { Alert, Memory } from '../core/memory.ts';
import type { PairName } from '../core/names.ts';
import type { Safeguards } from '../core/safeguards.ts';
import { plainAlert } from '../core/text/alert-text.ts';
import { type Claimant, type HistoryEntry, PortError, type Ports } from './ports.ts';

/** How long an alert that could not be published waits. Milliseconds. */
const PUBLISH_AGAIN_MS = 5000;
/** An alert that SNS refuses waits longer each time, up to this; the others do not wait for it. Milliseconds. */
const REFUSED_AGAIN_MS = 15_000;
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
  /** Called when an alert was published. */
  readonly onPublished: (id: string) => void;
}

export class PairMemory {
  readonly #pair: PairName;
  readonly #ports: Ports;
  /** The owner and the epoch that saves are made under. */
  readonly #claimant: Claimant;
  readonly #safeguards: Safeguards;
  readonly #onStored: PairMemoryProps['onStored'];
  readonly #onPublished: PairMemoryProps['onPublished'];
  #memory: Memory;
  #publishing: Promise<void> | null = null;
  #published = new Set<string>();
  /** Alerts that SNS refused: how often, and until when they wait. */
  #refused = new Map<string, { readonly count: number; readonly untilMs: number }>();
  /** How often SNS did not answer, by alert. */
  #unanswered = new Map<string, number>();
  #notBeforeMs = 0;
  #doubtful = false;
  #updating: Promise<void> = Promise.resolve();
  #writing = new Set<Promise<void>>();

  constructor({ pair, ports, lease, memory, safeguards, onStored, onPublished }: PairMemoryProps) {
    this.#pair = pair.name;
    this.#ports = ports;
    this.#claimant = { owner: lease.owner, epoch: lease.epoch };
    this.#memory = memory;
    this.#safeguards = safeguards;
    this.#onStored = onStored;
    this.#onPublished = onPublished;
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
   * Saves a new memory. What the store did not take does not count: the old one stands and the error goes
   * up. Alerts that were published meanwhile leave the outbox with the save.
   */
  async save(memory: Memory): Promise<void> {
    if (memory === this.#memory) return;
    const outbox = memory.outbox.filter(({ id }) => !this.#published.has(id));
    const next = boundMemory(outbox.length === memory.outbox.length ? memory : { ...memory, outbox });
    try {
      await this.#ports.store.saveMemory(this.#pair, next, this.#claimant.epoch);
    } catch (error) {
      this.#doubtful = true;
      throw error;
    }
    for (const alert of next.outbox) {
      if (this.#memory.outbox.includes(alert)) continue;
      this.record('alert', `${alert.code}: ${alert.happened} ${alert.done}`);
    }
    this.#memory = next;
    this.#onStored(next);
    this.publish();
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

  /** Publishes what is in the outbox, beside whatever else goes on: no plan waits for an e-mail. */
  publish(): void {
    if (this.#publishing || this.#ports.clock.nowMs() < this.#notBeforeMs) return;
    const waiting = this.#memory.outbox.filter(({ id }) => this.#isDue(id));
    if (waiting.length === 0) return;
    // In order; but one whose answers are lost again and again must not keep the others back.
    waiting.sort((one, other) => this.#lossesOf(one) - this.#lossesOf(other));
    this.#publishing = this.#publishAll(waiting).finally(() => {
      this.#publishing = null;
    });
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

  /** Resolves when nothing is being published or written. */
  async idle(): Promise<void> {
    await this.#publishing;
    await Promise.all(this.#writing);
  }

  /** How often SNS did not answer for this alert, beyond the first time. */
  #lossesOf({ id }: Alert): number {
    return Math.max(0, (this.#unanswered.get(id) ?? 0) - 1);
  }

  #isDue(id: string): boolean {
    const refused = this.#refused.get(id);
    if (this.#published.has(id)) return false;
    return !refused || this.#ports.clock.nowMs() >= refused.untilMs;
  }

  #noteGone({ id }: Alert): void {
    this.#published.add(id);
    this.#onPublished(id);
  }

  async #publishAll(alerts: readonly Alert[]): Promise<void> {
    for (const alert of alerts) {
      try {
        // What was refused may be refused for its text: the next time it goes out in its plainest form.
        await this.#ports.alerts.publish(this.#refused.has(alert.id) ? plainAlert(alert) : alert);
        this.#noteGone(alert);
      } catch (error) {
        if (!this.#safeguards.keepsAlerts) this.#noteGone(alert);
        const nowMs = this.#ports.clock.nowMs();
        this.#ports.metrics.publish('PublishFailure', 1);
        this.#ports.log.error(
          `alert ${alert.code} was not published, and will be tried again: ${String(error)}`,
          {
            pair: this.#pair,
            incident: alert.incident,
          },
        );
        // SNS says no to this one: the others may fare better. When it does not answer, they would not.
        if (error instanceof PortError && isRefusal(error)) {
          const count = (this.#refused.get(alert.id)?.count ?? 0) + 1;
          const pauseMs = Math.min(count * PUBLISH_AGAIN_MS, REFUSED_AGAIN_MS);
          this.#refused.set(alert.id, { count, untilMs: nowMs + pauseMs });
          continue;
        }
        this.#unanswered.set(alert.id, (this.#unanswered.get(alert.id) ?? 0) + 1);
        this.#notBeforeMs = nowMs + PUBLISH_AGAIN_MS;
        return;
      }
    }
  }
}

function isRefusal({ kind }: PortError): boolean {
  return kind === 'denied' || kind === 'refused' || kind === 'unsuccessful';
}

/** What the invariants share: who leads by which epoch, which plan is in flight, and what is true meanwhile. */
import type { Memory } from '../../../lib/core/memory.ts';
import type { NodeName } from '../../../lib/core/names.ts';
import type { PlanRecord } from '../../../lib/core/plan.ts';
import type { Order } from '../../../lib/core/request.ts';
import type { Observer } from '../observer.ts';
import type { Process } from '../process.ts';
import type { Master } from '../world/master.ts';
import type { World } from '../world/world.ts';

export type InvariantNumber = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** An invariant that did not hold: which, when, and what was seen. */
export interface Violation {
  readonly invariant: InvariantNumber;
  readonly atMs: number;
  readonly saw: string;
}

/** One invariant: what it wants to be told, and what it checks when the world has changed, and at the end. */
export interface Invariant extends Partial<Observer> {
  changed?(): void;
  ended?(): void;
}

/** The plan in flight, as the store has it, and since when in true time. */
export interface Flight {
  readonly plan: PlanRecord;
  readonly sinceMs: number;
  readonly order: Order | null;
}

export class Court {
  readonly world: World;
  violation: Violation | null = null;
  flight: Flight | null = null;
  readonly orders = new Map<string, Order>();
  readonly #epochs = new Map<Process, number>();
  /** Since when a statement has got through to the master without fail. */
  readonly #closableSinceMs = new Map<NodeName, number | null>();
  /** When somebody else last changed a master's writability. */
  readonly #meddledMs = new Map<NodeName, number>();

  constructor(world: World) {
    this.world = world;
    for (const { name } of world.masters) this.#closableSinceMs.set(name, 0);
  }

  /** Notes the first violation; the history ends with it. */
  accuse(invariant: InvariantNumber, saw: string): void {
    this.violation ??= { invariant, atMs: this.world.nowMs, saw };
  }

  epochOf(process: Process): number {
    return this.#epochs.get(process) ?? 0;
  }

  lead(process: Process, epoch: number): void {
    this.#epochs.set(process, epoch);
  }

  /** Follows the plan in flight; must be told of a save after all invariants. */
  follow(after: Memory): void {
    const { plan } = after;
    if (plan === null) {
      this.flight = null;
      return;
    }
    const same = this.flight?.plan.id === plan.id;
    this.flight = {
      plan,
      sinceMs: same && this.flight ? this.flight.sinceMs : this.world.nowMs,
      order: plan.requestId === null ? null : (this.orders.get(plan.requestId) ?? null),
    };
  }

  /** Follows what is true of the masters; called after every change, before the invariants. */
  observe(): void {
    for (const master of this.world.masters) {
      const was = this.#closableSinceMs.get(master.name) ?? null;
      this.#closableSinceMs.set(
        master.name,
        isClosable(this.world, master) ? (was ?? this.world.nowMs) : null,
      );
    }
  }

  meddle(node: NodeName): void {
    this.#meddledMs.set(node, this.world.nowMs);
  }

  /**
   * Whether nothing kept a statement from this master since that time: it answered, a vantage reached it, our
   * login worked, no answers were lost, and nobody but us changed whether it takes writes.
   */
  wasInHand(master: Master, sinceMs: number): boolean {
    const closableSinceMs = this.#closableSinceMs.get(master.name) ?? null;
    if (closableSinceMs === null || closableSinceMs > sinceMs) return false;
    return (this.#meddledMs.get(master.name) ?? Number.NEGATIVE_INFINITY) < sinceMs;
  }
}

function isClosable(world: World, master: Master): boolean {
  if (!master.answers || master.lockedOut || master.connectionsFull || master.stuckSinceMs !== null)
    return false;
  if (world.services.databaseLost > 0) return false;
  const views = [...world.views.values()];
  // A function that hangs may have swallowed the order, so nobody else is asked.
  return views.some((view) => view.reaches(master.name)) && views.every((view) => view.blind !== 'hangs');
}

/** What the invariants share: who leads by which epoch, which plan is in flight, and what is true meanwhile. */
import type { Memory } from '../../../lib/core/memory.ts';
import type { NodeName } from '../../../lib/core/names.ts';
import type { PlanRecord } from '../../../lib/core/plan.ts';
import type { Order } from '../../../lib/core/request.ts';
import type { Observer } from '../observer.ts';
import type { Process } from '../process.ts';
import type { Master } from '../world/master.ts';
import { isInReach } from '../world/sight.ts';
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
  /** When keepalambda could last see each master, as of the plan's begin. */
  readonly lastSeenMs: ReadonlyMap<NodeName, number>;
  /** How many of the other's transactions each master had received when the plan began. */
  readonly received: ReadonlyMap<NodeName, number>;
  /** The masters that took writes when the plan began. */
  readonly writable: ReadonlySet<NodeName>;
}

/** How long a master must have been in reach before it can be expected to have been seen. Milliseconds. */
const noticeMs = 3000;
/** How long after a plan what it could not reach is still put down to it. Milliseconds. */
const aftermathMs = 10_000;

export class Court {
  readonly world: World;
  violation: Violation | null = null;
  flight: Flight | null = null;
  readonly orders = new Map<string, Order>();
  /** Whether a watch has been alive since the last change. */
  #manned = true;
  #lastSinceMs = 0;
  #landedMs = Number.NEGATIVE_INFINITY;
  readonly #lastSeenMs = new Map<NodeName, number>();
  readonly #isManned: () => boolean;
  readonly #epochs = new Map<Process, number>();
  /** Since when a statement has got through to the master without fail. */
  readonly #closableSinceMs = new Map<NodeName, number | null>();
  /** When somebody else last changed a master's writability. */
  readonly #meddledMs = new Map<NodeName, number>();

  constructor(world: World, isManned: () => boolean) {
    this.world = world;
    this.#isManned = isManned;
    for (const { name } of world.masters) this.#closableSinceMs.set(name, Number.NEGATIVE_INFINITY);
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

  /** When the plan in flight began; or the last one, if it is only just over; or now. */
  get planSinceMs(): number {
    const { nowMs } = this.world;
    return nowMs - this.#landedMs < aftermathMs ? this.#lastSinceMs : (this.flight?.sinceMs ?? nowMs);
  }

  /** Follows the plan in flight; must be told of a save after all invariants. */
  follow(after: Memory): void {
    const { plan } = after;
    if (plan?.id !== this.flight?.plan.id && this.flight !== null) {
      this.#lastSinceMs = this.flight.sinceMs;
      this.#landedMs = this.world.nowMs;
    }
    if (plan === null) {
      this.flight = null;
      return;
    }
    if (this.flight?.plan.id === plan.id) {
      this.flight = { ...this.flight, plan };
      return;
    }
    this.observe();
    this.world.advance();
    this.flight = {
      plan,
      received: new Map(this.world.masters.map(({ name, channel }) => [name, channel.received])),
      sinceMs: this.world.nowMs,
      order: plan.requestId === null ? null : (this.orders.get(plan.requestId) ?? null),
      lastSeenMs: new Map(this.#lastSeenMs),
      writable: new Set(this.world.masters.filter(({ writable }) => writable).map(({ name }) => name)),
    };
  }

  /** Follows what is true of the masters; called after every change, before the invariants. */
  observe(): void {
    this.#observeMasters();
    this.#manned = this.#isManned() && this.world.services.store === 'up';
  }

  /** Whether keepalambda sees both masters now. */
  get seesBoth(): boolean {
    return this.#manned && [...this.#closableSinceMs.values()].every((sinceMs) => sinceMs !== null);
  }

  #observeMasters(): void {
    for (const master of this.world.masters) {
      const was = this.#closableSinceMs.get(master.name) ?? null;
      // Until this moment, if it no longer is.
      if (was !== null && this.#manned) this.#lastSeenMs.set(master.name, this.world.nowMs);
      // While nobody leads, nobody can close anything.
      const sinceMs = this.#manned ? (was ?? this.world.nowMs) : this.world.nowMs;
      this.#closableSinceMs.set(master.name, isInReach(this.world, master) ? sinceMs : null);
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
    if (closableSinceMs === null || closableSinceMs > sinceMs - noticeMs) return false;
    return (this.#meddledMs.get(master.name) ?? Number.NEGATIVE_INFINITY) < sinceMs - noticeMs;
  }
}

/** What the invariants share: who leads by which epoch, which plan is in flight, and what is true meanwhile. */
import type { Memory } from '../../lib/core/memory/memory.ts';
import type { NodeName } from '../../lib/core/names.ts';
import type { Order } from '../../lib/core/operator/order.ts';
import type { PlanRecord } from '../../lib/core/plan/plan.ts';
import type { Observer } from '../observer.ts';
import type { Process } from '../process.ts';
import type { Master } from '../world/master.ts';
import type { SimWorld } from '../world/world.ts';
import { Chronicle, isReached, type Life } from './chronicle.ts';
import { Resets } from './resets.ts';

/**
 * The invariants by name. 1 to 9 ask whether keepalambda keeps its own rules; W1 to W9 ask only what became of the world:
 * its rows, its clients, and who was alerted.
 */
export type InvariantName =
  | 1
  | 2
  | 3
  | 4
  | 5
  | 6
  | 7
  | 8
  | 9
  | 'W1 bounded-loss'
  | 'W2 holder-reopened'
  | 'W3 pause'
  | 'W4 loss-alerted'
  | 'W5 rows-kept'
  | 'W6 service-returns'
  | 'W7 plan-with-effect'
  | 'W8 dead-man-silent'
  | 'W9 misconfigured-untouched';

/** An invariant that did not hold: which, when, and what was seen. */
export interface Violation {
  readonly invariant: InvariantName;
  readonly atMs: number;
  readonly saw: string;
}

/** One invariant: what it wants to be told, and what it checks when the world has changed, and at the end. */
export interface Invariant extends Partial<Observer> {
  changed?(): void;
  /** Once a second: what must be so within a time is looked for then. */
  ticked?(): void;
  ended?(): void;
}

/** The plan in flight, as the store has it, and since when in true time. */
export interface Flight {
  readonly plan: PlanRecord;
  readonly sinceMs: number;
  readonly order: Order | null;
  /** What was true of each master when the plan began. */
  readonly lives: ReadonlyMap<NodeName, Life>;
  /** How many of the other's transactions each master had received when the plan began. */
  readonly received: ReadonlyMap<NodeName, number>;
  /** The master that held the VIP when the plan began. */
  readonly holder: NodeName | null;
  /** The masters that took writes when the plan began. */
  readonly writable: ReadonlySet<NodeName>;
}

/** Whether keepalambda's own processes are there. */
export interface Attendance {
  /** Whether a leader is at work, and nothing befell any process for a while. */
  isManned(): boolean;
  /** Since when a watch can be expected to lead; null while none is alive. */
  attendedSinceMs(): number | null;
}

/** A table that loses more of its answers than this is one that does not answer. */
const storeLostMax = 0.5;

/** How long a new leader may need to take over, once it can: the lease, the wait-out, and first looks. Milliseconds. */
const takeoverMs = 12_000;
/** How long a master must have been in reach before it can be expected to have been seen. Milliseconds. */
const noticeMs = 3000;
/** How long after a plan what it could not reach is still put down to it. Milliseconds. */
const aftermathMs = 10_000;

export class Court {
  readonly world: SimWorld;
  readonly chronicle: Chronicle;
  readonly resets: Resets;
  violation: Violation | null = null;
  flight: Flight | null = null;
  /** The last plan that was in flight: an order of it may take effect after its end. */
  lastPlan: PlanRecord | null = null;
  readonly orders = new Map<string, Order>();
  /** Whether a watch has been alive since the last change. */
  #manned = true;
  #storeDownMs = Number.NEGATIVE_INFINITY;
  #lastSinceMs = 0;
  #landedMs = Number.NEGATIVE_INFINITY;
  readonly #crew: Attendance;
  readonly #epochs = new Map<Process, number>();
  /** Since when a statement has got through to the master without fail. */
  readonly #closableSinceMs = new Map<NodeName, number | null>();
  /** When somebody else last changed a master's writability. */
  readonly #meddledMs = new Map<NodeName, number>();

  constructor(world: SimWorld, crew: Attendance) {
    this.world = world;
    this.#crew = crew;
    this.chronicle = new Chronicle(world);
    this.resets = new Resets(world);
    for (const { name } of world.masters) this.#closableSinceMs.set(name, Number.NEGATIVE_INFINITY);
  }

  /** Notes the first violation; the history ends with it. */
  accuse(invariant: InvariantName, saw: string): void {
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
      this.lastPlan = this.flight.plan;
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
      received: new Map(this.world.masters.map(({ name, channel }) => [name, channel.relayLog.received])),
      sinceMs: this.world.nowMs,
      order: plan.requestId === null ? null : (this.orders.get(plan.requestId) ?? null),
      lives: new Map(this.world.masters.map(({ name }) => [name, this.chronicle.of(name)])),
      holder: this.world.cloud.holder,
      writable: new Set(this.world.masters.filter(({ writable }) => writable).map(({ name }) => name)),
    };
  }

  /** Follows what is true of the masters; called after every change, before the invariants. */
  observe(): void {
    this.#observeMasters();
    this.#manned = this.#crew.isManned() && this.world.services.store === 'up';
    this.chronicle.observe(this.#manned);
    this.resets.observe(this.#manned);
  }

  /**
   * Since when keepalambda could be at work: a watch is alive and not frozen, and the table answers, without which there is
   * no lease and so no leader. After each interruption a successor gets the time that the lease makes it wait. Null
   * while it cannot be.
   */
  get workingSinceMs(): number | null {
    const { store, storeLost } = this.world.services;
    if (store === 'down' || storeLost > storeLostMax) this.#storeDownMs = this.world.nowMs;
    const attendedMs = this.#crew.attendedSinceMs();
    if (attendedMs === null || this.#storeDownMs === this.world.nowMs) return null;
    return Math.max(attendedMs, this.#storeDownMs + takeoverMs);
  }

  /** Whether a leader is at work, and the table answers it. */
  get isManned(): boolean {
    return this.#manned;
  }

  /** Whether keepalambda sees both masters now. */
  get seesBoth(): boolean {
    return this.#manned && [...this.#closableSinceMs.values()].every((sinceMs) => sinceMs !== null);
  }

  #observeMasters(): void {
    for (const master of this.world.masters) {
      const was = this.#closableSinceMs.get(master.name) ?? null;
      // While nobody leads, nobody can close anything.
      const sinceMs = this.#manned ? (was ?? this.world.nowMs) : this.world.nowMs;
      this.#closableSinceMs.set(master.name, isClosable(this.world, master) ? sinceMs : null);
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
    return !this.wasMeddled(master.name, sinceMs - noticeMs);
  }

  /** Whether somebody else changed whether this master takes writes, since that time. */
  wasMeddled(node: NodeName, sinceMs: number): boolean {
    const { writabilityBy, writabilityAtMs } = this.world.master(node);
    if (writabilityBy === 'person' && writabilityAtMs >= sinceMs) return true;
    return (this.#meddledMs.get(node) ?? Number.NEGATIVE_INFINITY) >= sinceMs;
  }
}

/** Whether an order of ours to close the master gets to it now, and nothing on it keeps it open. */
function isClosable(world: SimWorld, master: Master): boolean {
  if (world.services.databaseLost > 0 || !isReached(world, master)) return false;
  if (master.privilegedWriter || master.blocker !== null || master.hangsSinceMs !== null) return false;
  // A function that hangs may have swallowed the order, so nobody else is asked.
  for (const { blind } of world.views.values()) if (blind === 'hangs') return false;
  return true;
}

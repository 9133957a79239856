import type { Court } from './court.ts';

/** The automatic moves that did move the VIP: what the flap guard is about, as the world has it. */
export class Moves {
  readonly #court: Court;
  #timesMs: number[] = [];

  constructor(court: Court) {
    this.#court = court;
  }

  /** EC2 put the VIP somewhere, by an order of ours; also one that took effect after its plan had ended. */
  moved(): void {
    const { flight, lastPlan, world } = this.#court;
    const plan = flight?.plan ?? lastPlan;
    if (plan === null || plan.requestId !== null) return;
    if (plan.kind === 'failover' || plan.kind === 'switchover') this.#timesMs.push(world.nowMs);
  }

  /** An operator has acknowledged them. */
  acknowledged(): void {
    this.#timesMs = [];
  }

  /** How many there were within the hour. */
  get count(): number {
    const { nowMs } = this.#court.world;
    const [oldestMs = nowMs] = this.#timesMs;
    if (nowMs - oldestMs >= hourMs) this.#timesMs = this.#timesMs.filter((atMs) => nowMs - atMs < hourMs);
    return this.#timesMs.length;
  }

  /** How long ago the last one was. Milliseconds. */
  get lastAgoMs(): number {
    return this.#court.world.nowMs - (this.#timesMs.at(-1) ?? Number.NEGATIVE_INFINITY);
  }

  /** Whether they forbid one more: too many within the hour, or one a moment ago. */
  get areSpent(): boolean {
    const { flapLimit, flapQuietMs } = this.#court.world.pair.settings;
    return this.count >= flapLimit || this.lastAgoMs < flapQuietMs;
  }
}

const hourMs = 3_600_000;

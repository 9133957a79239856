/** A pair whose memory is to be claimed. If one pair cannot be read, the leader must still watch the others. */
import type { Pair } from '../core/config/config.ts';
import type { Memory } from '../core/memory/memory.ts';
import type { LeaderLoops } from './leader-loops.ts';
import { PairDriver, type PairDriverProps } from './pair-driver.ts';
import { PortError } from './ports/port-error.ts';
import { Failures } from './tick-fails.ts';

type Common = Omit<PairDriverProps, 'pair' | 'memory'>;

export class Recruit {
  readonly #pair: Pair;
  readonly #common: Common;
  readonly #loops: LeaderLoops;
  readonly #failures: Failures;
  #enlisted = false;

  constructor(pair: Pair, common: Common, loops: LeaderLoops) {
    this.#pair = pair;
    this.#common = common;
    this.#loops = loops;
    this.#failures = new Failures({ ...common, pair: pair.name }, common.ports.clock.nowMs());
  }

  /** Tries once to claim the pair's memory and to take its driver in. Never rejects. */
  async enlist(): Promise<void> {
    try {
      const memory = await this.#claim();
      if (memory === null) return this.#common.onSuperseded();
      this.#loops.add(new PairDriver({ ...this.#common, pair: this.#pair, memory }));
      this.#enlisted = true;
    } catch (error) {
      await this.#failures.note('the memory could not be claimed', error);
    }
  }

  /** Tries again until it is taken in or the leader stops. Whether clients wait is not known before, so it is as if they did. */
  async persist(): Promise<void> {
    const { stop } = this.#common;
    while (!this.#enlisted && !stop.aborted) {
      await this.#failures.pause(true);
      if (!stop.aborted) await this.enlist();
    }
  }

  /**
   * Null when the lease is no longer ours. If somebody has claimed the memory under the same or a greater epoch, the
   * lease's record was lost.
   */
  async #claim(): Promise<Memory | null> {
    const { ports, lease } = this.#common;
    try {
      return await ports.store.claimMemory(this.#pair.name, lease);
    } catch (error) {
      const epoch = error instanceof PortError && error.kind === 'superseded' ? error.epoch : null;
      if (epoch === null) throw error;
      if (!(await lease.raiseAbove(epoch))) return null;
      return ports.store.claimMemory(this.#pair.name, lease);
    }
  }
}

/** A clock for tests that moves only when it is told to, or (`hurried`) by as much as is slept. */
import type { Clock } from '../../lib/watch/ports/ports.ts';

interface Sleeper {
  readonly atMs: number;
  readonly wake: () => void;
}

export class VirtualClock implements Clock {
  #nowMs: number;
  #sleepers: Sleeper[] = [];

  constructor(nowMs = 1_000_000) {
    this.#nowMs = nowMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  sleep(forMs: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper = { atMs: this.#nowMs + forMs, wake: resolve };
      this.#sleepers.push(sleeper);
      const wake = () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        resolve();
      };
      signal?.addEventListener('abort', wake, { once: true });
    });
  }

  /** Lets this much time pass: sleepers wake in their order, and all that they set off runs before the next. */
  async pass(forMs: number): Promise<void> {
    const untilMs = this.#nowMs + forMs;
    await settled();
    for (;;) {
      const next = this.#sleepers.toSorted((one, other) => one.atMs - other.atMs)[0];
      if (next === undefined || next.atMs > untilMs) break;
      this.#sleepers = this.#sleepers.filter((sleeper) => sleeper !== next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.wake();
      await settled();
    }
    this.#nowMs = untilMs;
    await settled();
  }
}

/** A clock on which whoever sleeps has slept already. */
export function hurried(nowMs = 1_000_000): Clock {
  let now = nowMs;
  return {
    nowMs: () => now,
    sleep: async (forMs) => {
      now += forMs;
    },
  };
}

/** All promises that are ready have run on. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The clock of the play: it stands still while anything is at work, and then jumps to whatever is waited for next. */
import type { Clock } from '../../watch/ports/ports.ts';

/** Turns of the event loop in which nobody asks for the time to pass: by then all that was under way has come to rest. */
const QUIET_TURNS = 4;

interface Sleeper {
  readonly atMs: number;
  readonly wake: () => void;
}

export class StageClock implements Clock {
  #nowMs = 0;
  #sleepers: readonly Sleeper[] = [];
  #quietTurns = 0;
  #isRunning = false;

  nowMs(): number {
    return this.#nowMs;
  }

  sleep(forMs: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        this.#sleepers = this.#sleepers.filter((one) => one !== sleeper);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const sleeper: Sleeper = { atMs: this.#nowMs + Math.max(0, forMs), wake };
      this.#sleepers = [...this.#sleepers, sleeper];
      signal?.addEventListener('abort', wake, { once: true });
      this.#quietTurns = 0;
      if (!this.#isRunning) this.#run();
    });
  }

  #run(): void {
    this.#isRunning = this.#sleepers.length > 0;
    if (!this.#isRunning) return;
    this.#quietTurns += 1;
    if (this.#quietTurns > QUIET_TURNS) {
      this.#quietTurns = 0;
      const next = this.#sleepers.reduce((first, one) => (one.atMs < first.atMs ? one : first));
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.wake();
    }
    setImmediate(() => this.#run());
  }
}

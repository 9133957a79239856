/**
 * A plan in haste: clients wait until it has moved the VIP, and a function has a seventh of a CPU. Other work (mails,
 * lines of history) is put off until the call is sent to EC2, or the time is over.
 */
import type { Clock } from './ports/ports.ts';

/** How long other work is put off at the most. Milliseconds. */
const LIMIT_MS = 2500;
/** How long the call to EC2 needs the CPU until it is sent. Milliseconds. */
const SENDING_MS = 100;

/** Whether a plan is in haste, and how others wait for its end. */
export class Haste {
  readonly #clock: Clock;
  readonly #onOver: () => void;
  #untilMs = Number.NEGATIVE_INFINITY;
  #over: PromiseWithResolvers<void> | null = null;

  /** `onOver` is called when it has ended. */
  constructor(clock: Clock, onOver: () => void) {
    this.#clock = clock;
    this.#onOver = onOver;
  }

  get isOn(): boolean {
    return this.#over !== null;
  }

  /** Resolves when no plan is in haste. */
  async over(): Promise<void> {
    await this.#over?.promise;
  }

  begin(): void {
    this.#endIn(LIMIT_MS);
  }

  /** The call is made: it is on its way in a moment. */
  calling(): void {
    if (this.isOn) this.#endIn(SENDING_MS);
  }

  end(): void {
    const ended = this.#over;
    this.#over = null;
    if (ended === null) return;
    ended.resolve();
    this.#onOver();
  }

  #endIn(forMs: number): void {
    this.#over ??= Promise.withResolvers();
    const untilMs = this.#clock.nowMs() + forMs;
    this.#untilMs = untilMs;
    void this.#clock.sleep(forMs).then(() => {
      if (this.#untilMs === untilMs) this.end();
    });
  }
}

/** When a pair's state cannot be read or stored: each try waits longer, and the alert does not go through the store. */
import { events } from '../core/alert/events.ts';
import type { Alert } from '../core/alert/incident.ts';
import type { PairName } from '../core/names.ts';
import type { AlertDesk } from './alert-desk.ts';
import type { Ports } from './ports/ports.ts';

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;
/** While clients wait, the pause stays short for this long. Milliseconds. */
const HURRY_MS = 60_000;
/** After this long an alert goes out. Milliseconds. */
const TICK_FAILS_MS = 10_000;

export interface Failing {
  readonly ports: Ports;
  readonly desk: AlertDesk;
  readonly pair: PairName;
  readonly stop: AbortSignal;
}

/** Failures in a row: each is logged and counted, and an alert goes out when they last. */
export class Failures {
  readonly #of: Failing;
  #count = 0;
  #sinceMs: number | null;
  #told = false;

  /** They count from `sinceMs`; from the first one where that is null. */
  constructor(of: Failing, sinceMs: number | null = null) {
    this.#of = of;
    this.#sinceMs = sinceMs;
  }

  async note(what: string, error: unknown): Promise<void> {
    const { ports, pair, desk, stop } = this.#of;
    ports.log.error(`${what}: ${String(error)}`, { pair });
    ports.metrics.publish('TickFailure', 1);
    const nowMs = ports.clock.nowMs();
    this.#sinceMs ??= nowMs;
    this.#count += 1;
    if (this.#told || nowMs - this.#sinceMs < TICK_FAILS_MS || stop.aborted) return;
    this.#told = true;
    desk.post(tickFails(pair, nowMs, error));
  }

  /**
   * Waits 1 s, 2 s, 4 s … 30 s, longer after each failure. In the first minute it waits only 1 s if clients may
   * wait for the next try.
   */
  async pause(mayClientsWait = false): Promise<void> {
    const { ports, stop } = this.#of;
    const hurries = mayClientsWait && ports.clock.nowMs() - (this.#sinceMs ?? 0) < HURRY_MS;
    const doublings = hurries ? 0 : Math.min(Math.max(0, this.#count - 1), 10);
    await ports.clock.sleep(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** doublings), stop);
  }

  /** A success: the next failure is the first one. */
  end(): void {
    this.#count = 0;
    this.#sinceMs = null;
    this.#told = false;
  }
}

/** The alert goes out without the store, because the outbox is in the record that cannot be saved. */
function tickFails(pair: PairName, nowMs: number, error: unknown): Alert {
  return {
    id: `${pair}-${nowMs}-tick-fails`,
    code: 'tick-fails',
    pair,
    incident: null,
    atMs: nowMs,
    happened: `The state of ${pair} could not be read or stored for ${TICK_FAILS_MS / 1000} s: ${String(error).slice(0, 500)}.`,
    done: 'keepalambda tries again. Until then it does nothing else for this pair.',
    todo: events['tick-fails'].todo,
    steps: [],
  };
}

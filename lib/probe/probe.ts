/** The probe: answers every request of the protocol, on connections that it keeps between them. */
import { Commands } from './commands.ts';
import { holdLook } from './held-look.ts';
import type { ProbeTarget } from './look-schemas.ts';
import { NodeWatchers } from './node-watchers.ts';
import { createParking, type Parking } from './parking.ts';
import type { ProbeRequest, ProbeResponse } from './protocol.ts';
import { wayTo } from './statement-session.ts';

/**
 * After this time without a look, nothing that was kept is trusted. Its connections may be dead without a sign, and
 * ages that went on while Lambda froze the process mean nothing. Milliseconds.
 */
const STALE_MS = 5000;

/** Made once for each execution environment. */
export class Probe {
  readonly #nowWallMs: () => number;
  readonly #watchers = new NodeWatchers();
  readonly #parking: Parking;
  readonly #commands: Commands;
  /** How many looks are under way. */
  #looks = 0;
  #lastLookMs: number;
  /** When watch last looked from here. A look of operate has no next one, so it keeps no connections. */
  #lastWatchedMs = Number.NEGATIVE_INFINITY;

  /** `nowWallMs` is a clock that goes on while the process is frozen; `makeWay` is how commands get to their server. */
  constructor(nowWallMs: () => number = Date.now, makeWay: typeof wayTo = wayTo) {
    this.#nowWallMs = nowWallMs;
    this.#lastLookMs = nowWallMs();
    this.#parking = createParking(nowWallMs);
    this.#commands = new Commands({ watchers: this.#watchers, parking: this.#parking }, makeWay);
  }

  /** Throws only for bugs: what a server or a network does is in the answer. */
  answer(request: ProbeRequest): Promise<ProbeResponse> {
    return request.kind === 'look' ? this.#look(request.targets) : this.#commands.answer(request);
  }

  /** Throws all connections away. */
  drop(): void {
    this.#watchers.drop();
    this.#parking.drop();
  }

  async #look(targets: readonly ProbeTarget[]): Promise<ProbeResponse> {
    if (this.#looks === 0 && this.#nowWallMs() - this.#lastLookMs > STALE_MS) this.#watchers.drop();
    this.#looks += 1;
    const isWatched = targets.some(({ seen }) => seen !== null);
    try {
      const pairs = await holdLook(targets, (target, node) => this.#watchers.of(target, node));
      return { kind: 'looks', pairs };
    } finally {
      this.#looks -= 1;
      this.#lastLookMs = this.#nowWallMs();
      // Noted at the end, because a held look may last as long as what makes the connections stale.
      if (isWatched) this.#lastWatchedMs = this.#lastLookMs;
      if (this.#looks === 0 && this.#lastLookMs - this.#lastWatchedMs > STALE_MS) this.#watchers.drop();
    }
  }
}

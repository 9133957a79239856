/**
 * The loops of a leader: looks from each vantage, EC2's word on the VIPs, the inbox. They feed the runners and
 * never wait for them, so that the next look is under way while the last is judged.
 */

import type { Config } from '../core/config.ts';
import { fingerprint } from '../core/fingerprint.ts';
import { leastOf } from '../core/look-schedule.ts';
import type { PairName, Vantage } from '../core/names.ts';
import type { Sighting } from '../core/sighting.ts';
import { ORDER_LIFE_MS } from '../core/time-budget.ts';
import type { HeldLease } from './lease.ts';
import type { PairLoop } from './pair-loop.ts';
import type { LookTarget, Ports, WaitingOrder } from './ports.ts';

/** How often EC2 is asked while all is well, and while it is not. Milliseconds. */
const LOCATE_EVERY_MS = 5000;
const LOCATE_SOON_MS = 1000;
const INBOX_EVERY_MS = 1000;
/** A held look is given this long to end by itself, before a fresh one takes its place. Milliseconds. */
const GRACE_MS = 250;
/** The same when it only has to see what another vantage saw: its next look and that one's limit, and then some. */
const SUSPICION_GRACE_MS = 750;
/** A vantage that cannot look is asked again after this. Milliseconds. */
const BLIND_PAUSE_MS = 500;
/** No vantage is asked more often than this, whatever it answers. Milliseconds. */
const LEAST_PACE_MS = 50;
/** How often the heartbeat metric goes out: what the dead man's switch listens for. Milliseconds. */
const METRICS_EVERY_MS = 10_000;

/** Why a sleep or a look is ended early: given, because the default reason is an error with a stack. */
const WOKEN = 'woken';

export class LeaderLoops {
  readonly #config: Config;
  readonly #ports: Ports;
  readonly #lease: HeldLease;
  readonly #stop: AbortSignal;
  #runners: readonly PairLoop[] = [];
  readonly #held = new Set<AbortController>();
  readonly #resting = new Set<AbortController>();
  readonly #seen = new Map<Vantage, Map<PairName, readonly Sighting[]>>();
  #wakeups: number;

  constructor(config: Config, ports: Ports, lease: HeldLease, stop: AbortSignal) {
    this.#config = config;
    this.#ports = ports;
    this.#lease = lease;
    this.#stop = stop;
    this.#wakeups = lease.wakeups - 1;
    stop.addEventListener('abort', () => this.#interrupt(), { once: true });
  }

  /** Takes a pair's runner in, before the loops or while they run. */
  add(runner: PairLoop): void {
    this.#runners = [...this.#runners, runner];
    for (const rest of this.#resting) rest.abort(WOKEN);
  }

  /** Runs the loops until stopped, then waits for ticks and plans to come to a cut. */
  async run(): Promise<void> {
    const looks = this.#ports.database.vantages.map((vantage) => this.#lookLoop(vantage));
    const others = [this.#locateLoop(), this.#throughLoop(), this.#inboxLoop(), this.#metricsLoop()];
    await Promise.all([...looks, ...others]);
    await Promise.all(this.#runners.map((runner) => runner.idle()));
  }

  /**
   * Looks are wanted sooner: held ones get a moment to answer by themselves, then fresh ones follow. A fresh one goes
   * to another function, which has no connection yet, so one that saw nothing wrong is ended only for what lasts.
   */
  hasten(isSuspicion: boolean): void {
    for (const rest of this.#resting) rest.abort(WOKEN);
    const held = [...this.#held];
    if (held.length === 0) return;
    void this.#ports.clock.sleep(isSuspicion ? SUSPICION_GRACE_MS : GRACE_MS, this.#stop).then(() => {
      if (this.#haste === null) return;
      for (const look of held) look.abort(WOKEN);
    });
  }

  #interrupt(): void {
    for (const controller of [...this.#held, ...this.#resting]) controller.abort(WOKEN);
  }

  get #haste(): number | null {
    return leastOf(this.#runners.map(({ haste }) => haste));
  }

  #hasteAt(vantage: Vantage): number | null {
    return leastOf(this.#runners.map((runner) => runner.hasteAt(vantage)));
  }

  #holdMsAt(vantage: Vantage): number {
    return Math.min(...this.#runners.map((runner) => runner.holdMsAt(vantage)));
  }

  async #lookLoop(vantage: Vantage): Promise<void> {
    const { clock, database } = this.#ports;
    while (!this.#stop.aborted) {
      if (this.#runners.length === 0) {
        await this.#rest(BLIND_PAUSE_MS);
        continue;
      }
      const startedMs = clock.nowMs();
      const holdMs = this.#holdMsAt(vantage);
      const abort = new AbortController();
      this.#held.add(abort);
      const reports = await database.look(vantage, this.#targets(vantage), holdMs, abort.signal);
      this.#held.delete(abort);
      // What was called off says nothing about the vantage.
      if (abort.signal.aborted) continue;
      let blind = true;
      for (const runner of this.#runners) {
        const report = reports.get(runner.pair.name);
        if (!report) continue;
        if (report.kind === 'saw') {
          blind = false;
          this.#note(vantage, runner.pair.name, report.sightings);
        }
        runner.report(report, startedMs);
      }
      if (blind) this.#ports.metrics.publish('ProbeBlind', 1);
      const isHeld = holdMs > 0 || this.#holdMsAt(vantage) > 0;
      const pace = blind ? BLIND_PAUSE_MS : isHeld ? 0 : (this.#hasteAt(vantage) ?? 0);
      await this.#rest(Math.max(pace, LEAST_PACE_MS) - (clock.nowMs() - startedMs));
    }
  }

  #targets(vantage: Vantage): readonly LookTarget[] {
    const seen = this.#seen.get(vantage);
    return this.#runners.map(({ pair, holder, witnessMs }) => {
      const sightings = seen?.get(pair.name);
      const { lagLimitSeconds } = pair.settings;
      const print = sightings ? fingerprint(sightings, { lagLimitSeconds, witnessMs }) : null;
      return { pair, holder, seen: print, witnessMs };
    });
  }

  #note(vantage: Vantage, pair: PairName, sightings: readonly Sighting[]): void {
    const seen = this.#seen.get(vantage) ?? new Map<PairName, readonly Sighting[]>();
    seen.set(pair, sightings);
    this.#seen.set(vantage, seen);
  }

  async #locateLoop(): Promise<void> {
    const { clock, vip } = this.#ports;
    while (!this.#stop.aborted) {
      const startedMs = clock.nowMs();
      const sightings = await vip.locate(this.#config.pairs);
      for (const runner of this.#runners) {
        const sighting = sightings.get(runner.pair.name);
        if (sighting) runner.located(sighting, startedMs);
      }
      await this.#rest(
        (this.#haste === null ? LOCATE_EVERY_MS : LOCATE_SOON_MS) - (clock.nowMs() - startedMs),
      );
    }
  }

  /** An EC2 that does not answer is slow to say so: who answers through the VIPs is asked at a pace of its own. */
  async #throughLoop(): Promise<void> {
    while (!this.#stop.aborted) {
      await Promise.all(this.#runners.map((runner) => runner.asksThroughVip()));
      await this.#ports.clock.sleep(LOCATE_SOON_MS, this.#stop);
    }
  }

  /** EC2 events and operators' orders raise `wakeups` on the lease; orders are read only then. */
  async #inboxLoop(): Promise<void> {
    const { clock, store, log } = this.#ports;
    while (!this.#stop.aborted) {
      try {
        const wakeups = await this.#readWakeups();
        if (wakeups !== this.#wakeups) {
          for (const waiting of await store.waitingOrders()) await this.#deliver(waiting);
          this.#wakeups = wakeups;
          // Held looks are left alone: they answer by themselves when there is anything to see.
          for (const rest of this.#resting) rest.abort(WOKEN);
        }
      } catch (error) {
        log.warn(`the inbox could not be read: ${String(error)}`);
      }
      await clock.sleep(INBOX_EVERY_MS, this.#stop);
    }
  }

  /** A renewal has brought them too, so the record is read only when none was lately. */
  async #readWakeups(): Promise<number> {
    const { clock, store } = this.#ports;
    if (clock.nowMs() - this.#lease.asOfMs < INBOX_EVERY_MS / 2) return this.#lease.wakeups;
    return (await store.readLease())?.wakeups ?? this.#wakeups;
  }

  /** An order that nobody took back in time is no longer waited for: who asked has gone. */
  async #deliver(waiting: WaitingOrder): Promise<void> {
    const runner = this.#runners.find(({ pair }) => pair.name === waiting.order.pair);
    if (!runner || this.#ports.clock.nowMs() - waiting.atMs > 2 * ORDER_LIFE_MS) {
      return this.#ports.store.removeOrder(waiting.id);
    }
    runner.order(waiting);
  }

  async #metricsLoop(): Promise<void> {
    const { clock, metrics } = this.#ports;
    while (!this.#stop.aborted) {
      // Silent while a pair is not cared for: that is what the dead man's switch is to hear.
      if (this.#runners.length === this.#config.pairs.length && this.#runners.every(({ isAlive }) => isAlive))
        metrics.heartbeat();
      for (const runner of this.#runners) runner.publishGauges();
      await clock.sleep(METRICS_EVERY_MS, this.#stop);
    }
  }

  /** Sleeps, unless the leader stops or something wants attention at once. */
  async #rest(forMs: number): Promise<void> {
    if (forMs <= 0 || this.#stop.aborted) return;
    const rest = new AbortController();
    this.#resting.add(rest);
    await this.#ports.clock.sleep(forMs, rest.signal);
    this.#resting.delete(rest);
  }
}

/**
 * The loops of a leader: looks from each vantage, EC2's answers on the VIPs, the inbox. They feed the drivers and never
 * wait for them. They have no rules of their own. Each vantage has one look open, as the pairs order it. A look that is
 * no longer wanted is called off.
 */
import type { Config } from '../core/config/config.ts';
import type { Vantage } from '../core/names.ts';
import type { InboxItem } from '../core/operator/inbox.ts';
import { isWaitingOrder } from '../core/operator/inbox.ts';
import { dueMs, graceMsOf, type LookOrder, mostUrgent } from '../core/pair/look-order.ts';
import { ORDER_LIFE_MS, TICK_EVERY_MS } from '../core/time-budget.ts';
import type { AlertDesk } from './alert-desk.ts';
import type { HeldLease } from './lease.ts';
import type { PairDriver } from './pair-driver.ts';
import type { Ports } from './ports/ports.ts';

/** How often EC2 is asked while all is well, and while it is not. Milliseconds. */
const LOCATE_EVERY_MS = 5000;
const LOCATE_SOON_MS = 1000;
const INBOX_EVERY_MS = 1000;
/** While no pair is taken in yet, a vantage waits for this. Milliseconds. */
const NO_PAIR_MS = 500;
/** How often the heartbeat metric goes out; the dead man's switch waits for it. Milliseconds. */
const METRICS_EVERY_MS = 10_000;

/** Why a sleep or a look is ended early: given, because the default reason is an error with a stack. */
const WOKEN = 'woken';

/** A look that is open. */
interface OpenLook {
  readonly vantage: Vantage;
  readonly order: LookOrder;
  readonly abort: AbortController;
}

export class LeaderLoops {
  readonly #config: Config;
  readonly #ports: Ports;
  readonly #lease: HeldLease;
  readonly #desk: AlertDesk;
  readonly #stop: AbortSignal;
  readonly #open = new Set<OpenLook>();
  /** Aborted, and made anew, when something wants attention: all rests end together. */
  #rests = new AbortController();
  #drivers: readonly PairDriver[] = [];

  constructor(config: Config, ports: Ports, lease: HeldLease, desk: AlertDesk, stop: AbortSignal) {
    this.#config = config;
    this.#ports = ports;
    this.#lease = lease;
    this.#desk = desk;
    this.#stop = stop;
    stop.addEventListener('abort', () => this.#interrupt(), { once: true });
  }

  /** Takes a pair's driver in, before the loops or while they run. */
  add(driver: PairDriver): void {
    this.#drivers = [...this.#drivers, driver];
    this.reorder(true);
  }

  /** Runs the loops until stopped, then waits for saves and plans to come to a cut. */
  async run(): Promise<void> {
    const looks = this.#ports.database.vantages.map((vantage) => this.#lookLoop(vantage));
    const others = [this.#locateLoop(), this.#tickLoop(), this.#inboxLoop(), this.#metricsLoop()];
    await Promise.all([...looks, ...others]);
    await Promise.all(this.#drivers.map((driver) => driver.leave()));
    await this.#desk.idle();
  }

  /** The look orders have changed. `hurries`: a look is wanted sooner than before, and EC2 is asked at once. */
  reorder(hurries: boolean): void {
    for (const look of this.#open) this.#review(look);
    if (hurries) this.#wake();
  }

  /** Calls off an open look that is no longer wanted, after the time that it gets to end by itself. */
  #review(look: OpenLook): void {
    const graceMs = this.#graceMsOf(look);
    if (graceMs === null) return;
    if (graceMs === 0) {
      look.abort.abort(WOKEN);
      return;
    }
    void this.#ports.clock.sleep(graceMs, this.#stop).then(() => {
      // What was ordered meanwhile counts.
      if (this.#graceMsOf(look) !== null) look.abort.abort(WOKEN);
    });
  }

  #graceMsOf({ vantage, order }: OpenLook): number | null {
    const wanted = this.#orderAt(vantage);
    return wanted === null ? null : graceMsOf(wanted, order);
  }

  #interrupt(): void {
    for (const { abort } of this.#open) abort.abort(WOKEN);
    this.#wake();
  }

  /** Ends every rest. Open looks are left alone: they answer by themselves when there is anything to see. */
  #wake(): void {
    const rests = this.#rests;
    this.#rests = new AbortController();
    rests.abort(WOKEN);
  }

  /** What the pairs together order this vantage to do; null while there is no pair. */
  #orderAt(vantage: Vantage): LookOrder | null {
    return mostUrgent(this.#drivers.map((driver) => driver.orderAt(vantage)));
  }

  async #lookLoop(vantage: Vantage): Promise<void> {
    const { clock } = this.#ports;
    let last = { order: { kind: 'now' } as LookOrder, atMs: Number.NEGATIVE_INFINITY };
    while (!this.#stop.aborted) {
      const order = this.#orderAt(vantage);
      const restMs = order === null ? NO_PAIR_MS : dueMs(order, last) - clock.nowMs();
      if (order === null || restMs > 0) {
        await this.#rest(restMs);
        continue;
      }
      last = { order, atMs: clock.nowMs() };
      await this.#look(vantage, order);
    }
  }

  async #look(vantage: Vantage, order: LookOrder): Promise<void> {
    const { clock, database, metrics } = this.#ports;
    const startedMs = clock.nowMs();
    const open: OpenLook = { vantage, order, abort: new AbortController() };
    const { signal } = open.abort;
    this.#open.add(open);
    const drivers = this.#drivers;
    const reports = await database.look(
      vantage,
      drivers.map((driver) => driver.targetAt(vantage)),
      signal,
    );
    this.#open.delete(open);
    // What was called off says nothing about the vantage.
    if (signal.aborted) return;
    if (![...reports.values()].some(({ kind }) => kind === 'saw')) metrics.publish('ProbeBlind', 1);
    for (const driver of drivers) {
      const report = reports.get(driver.pair.name);
      if (report) driver.take({ kind: 'report', report, startedMs });
    }
  }

  async #locateLoop(): Promise<void> {
    const { clock, vip } = this.#ports;
    while (!this.#stop.aborted) {
      const startedMs = clock.nowMs();
      const sightings = await vip.locate(this.#config.pairs);
      for (const driver of this.#drivers) {
        const sighting = sightings.get(driver.pair.name);
        if (sighting) driver.take({ kind: 'ec2', sighting, askedMs: startedMs });
      }
      const isCalm = this.#drivers.every((driver) => driver.isCalm);
      await this.#rest((isCalm ? LOCATE_EVERY_MS : LOCATE_SOON_MS) - (clock.nowMs() - startedMs));
    }
  }

  async #tickLoop(): Promise<void> {
    while (!this.#stop.aborted) {
      await this.#ports.clock.sleep(TICK_EVERY_MS, this.#stop);
      this.#desk.send();
      for (const driver of this.#drivers) driver.tick();
    }
  }

  /** EC2 events and operators' orders raise `wakeups` on the lease; orders are read only then. */
  async #inboxLoop(): Promise<void> {
    const { clock, store, log } = this.#ports;
    let read = this.#lease.wakeups - 1;
    while (!this.#stop.aborted) {
      try {
        const wakeups = await this.#readWakeups(read);
        if (wakeups !== read) {
          for (const waiting of await store.waitingOrders()) await this.#deliver(waiting);
          read = wakeups;
          this.#wake();
        }
      } catch (error) {
        log.warn(`the inbox could not be read: ${String(error)}`);
      }
      await clock.sleep(INBOX_EVERY_MS, this.#stop);
    }
  }

  /** A renewal reads the wake-ups too, so the record is read only if there was none lately. */
  async #readWakeups(read: number): Promise<number> {
    const { clock, store } = this.#ports;
    if (clock.nowMs() - this.#lease.asOfMs < INBOX_EVERY_MS / 2) return this.#lease.wakeups;
    return (await store.readLease())?.wakeups ?? read;
  }

  /** Nobody waits for an order that was not taken back in time: the person who gave it has gone. */
  async #deliver(waiting: InboxItem): Promise<void> {
    const driver = this.#drivers.find(({ pair }) => pair.name === waiting.order.pair);
    if (!driver || this.#ports.clock.nowMs() - waiting.atMs > 2 * ORDER_LIFE_MS) {
      return this.#ports.store.removeOrder(waiting.id);
    }
    if (isWaitingOrder(waiting)) driver.take({ kind: 'order', order: waiting });
    else await this.#printState(driver, waiting.id);
  }

  /** Answers a request for the whole state of a pair. If it cannot be stored, nobody waits for it. */
  async #printState({ pair, printed }: PairDriver, id: string): Promise<void> {
    const { clock, store, log } = this.#ports;
    try {
      await store.saveState(pair.name, { id, atMs: clock.nowMs(), epoch: this.#lease.epoch, json: printed });
      await store.removeOrder(id);
    } catch (error) {
      log.warn(`the state was not stored for who asked: ${String(error)}`, { pair: pair.name });
    }
  }

  async #metricsLoop(): Promise<void> {
    const { clock, metrics } = this.#ports;
    while (!this.#stop.aborted) {
      // Nothing is sent while a pair is not cared for: the dead man's switch must notice that.
      const areAllHere = this.#drivers.length === this.#config.pairs.length;
      if (areAllHere && this.#drivers.every(({ isCaredFor }) => isCaredFor)) metrics.heartbeat();
      await clock.sleep(METRICS_EVERY_MS, this.#stop);
    }
  }

  /** Sleeps, unless the leader stops or something wants attention at once. */
  async #rest(forMs: number): Promise<void> {
    if (forMs <= 0 || this.#stop.aborted) return;
    await this.#ports.clock.sleep(forMs, this.#rests.signal);
  }
}

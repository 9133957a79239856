/**
 * The lease: the right to act. One leader per environment; the next one contends while it leads.
 *
 * Expiry is judged much as Amazon's DynamoDB lock client does: a contender waits until the record's version has not changed for
 * longer than its holder may act, on its own clock. No clock is ever compared with another.
 */
import type { Safeguards } from '../core/decision/safeguards.ts';
import {
  ACT_MARGIN_MS,
  CONTEND_EVERY_MS,
  LEASE_LIFE_MS,
  RENEW_EVERY_MS,
  RETRY_RENEWAL_MS,
  TAKE_AFTER_MS,
  TAKING_MS,
  WAIT_OUT_MS,
} from '../core/time-budget.ts';
import type { Clock, Log, Ports } from './ports/ports.ts';
import type { Lease, StorePort } from './ports/store.ts';

/** When a lease was taken, from when on its holder may act, and since when nobody may have led. */
interface TakenTimes {
  readonly sentAtMs: number;
  readonly mayActFromMs: number;
  /** From when on all calls of the leader before have taken effect. */
  readonly clearFromMs: number;
  readonly unwatchedSinceMs: number;
}

/** A lease in our hands. */
export class HeldLease {
  #lease: Lease;
  #validUntilMs: number;
  #mayActFromMs: number;
  readonly #clearFromMs: number;
  /** Since when nobody may have led: until now, when the lease was free or given back. */
  readonly unwatchedSinceMs: number;
  readonly #store: StorePort;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #safeguards: Safeguards;
  #lost = false;

  constructor(lease: Lease, times: TakenTimes, ports: Ports, safeguards: Safeguards) {
    this.#lease = lease;
    this.#validUntilMs = times.sentAtMs + LEASE_LIFE_MS;
    this.#mayActFromMs = times.mayActFromMs;
    this.#clearFromMs = times.clearFromMs;
    this.unwatchedSinceMs = times.unwatchedSinceMs;
    this.#store = ports.store;
    this.#clock = ports.clock;
    this.#log = ports.log;
    this.#safeguards = safeguards;
  }

  get owner(): string {
    return this.#lease.owner;
  }

  get epoch(): number {
    return this.#lease.epoch;
  }

  /** When the lease, with its count of wake-ups, was last read. */
  get asOfMs(): number {
    return this.#validUntilMs - LEASE_LIFE_MS;
  }

  get wakeups(): number {
    return this.#lease.wakeups;
  }

  /**
   * Whether a mutation may begin now: the lease has its margin left, and the effects of an older leader have landed,
   * unless it is known that it left no calls.
   */
  mayAct(calls: 'none' | 'of-the-one-before' = 'of-the-one-before'): boolean {
    const nowMs = this.#clock.nowMs();
    if (nowMs < this.#mayActFromMs) return false;
    if (calls !== 'none' && nowMs < this.#clearFromMs) return false;
    if (!this.#safeguards.leaseCheck) return true;
    return !this.#lost && this.#validUntilMs - nowMs >= ACT_MARGIN_MS;
  }

  /** Whether it waits only for calls of an older leader: that ends by itself. */
  get isClearing(): boolean {
    return this.#clock.nowMs() < Math.max(this.#mayActFromMs, this.#clearFromMs);
  }

  /** Renews the lease until stopped; calls `onLost` once if it is no longer ours or could not be renewed in time. */
  async keep(stop: AbortSignal, onLost: () => void): Promise<void> {
    while (!stop.aborted) {
      await this.#clock.sleep(RENEW_EVERY_MS, stop);
      if (stop.aborted) return;
      if (await this.#renew(stop)) continue;
      this.#lost = true;
      onLost();
      return;
    }
  }

  async #renew(stop: AbortSignal): Promise<boolean> {
    while (!stop.aborted && this.#clock.nowMs() < this.#validUntilMs) {
      const sentAtMs = this.#clock.nowMs();
      try {
        const renewed = await this.#store.renewLease(this.#lease);
        if (!renewed) return false;
        this.#lease = renewed;
        this.#validUntilMs = sentAtMs + LEASE_LIFE_MS;
        return true;
      } catch (error) {
        this.#log.warn('the lease could not be renewed, trying again', { error: String(error) });
        const leftMs = Math.max(1, this.#validUntilMs - this.#clock.nowMs());
        await this.#clock.sleep(Math.min(RETRY_RENEWAL_MS, leftMs), stop);
      }
    }
    return stop.aborted;
  }

  /**
   * Raises the epoch above one that a pair's memory was claimed under. This happens when the lease's own record was
   * lost or put back. The leader with that epoch may not know it yet, so nothing is begun until all that it may still
   * begin has taken effect. Says whether the lease is ours.
   */
  async raiseAbove(epoch: number): Promise<boolean> {
    const sentAtMs = this.#clock.nowMs();
    const { owner } = this.#lease;
    const seen = await this.#store.readLease();
    if (seen?.owner !== owner || seen.epoch !== this.#lease.epoch) return false;
    const taken = await this.#store.takeLease(seen, owner, epoch);
    if (!taken) return false;
    this.#log.warn(`the lease was behind a pair's memory: its epoch is ${taken.epoch} now`, { owner });
    this.#lease = taken;
    this.#validUntilMs = sentAtMs + LEASE_LIFE_MS;
    if (this.#safeguards.waitOut) this.#mayActFromMs = this.#clock.nowMs() + TAKE_AFTER_MS + WAIT_OUT_MS;
    return true;
  }

  /** Gives the lease back, so that the successor need not wait for it to expire. */
  async release(): Promise<void> {
    if (this.#lost) return;
    try {
      await this.#store.releaseLease(this.#lease);
    } catch (error) {
      this.#log.warn('the lease could not be given back, it will expire', { error: String(error) });
    }
  }
}

/**
 * Contends for the lease until it is ours, or until `deadlineMs` (on the clock). Takes it at once when it is free or
 * given back. Takes it from an owner that has gone when it was not renewed for longer than that owner may act; then
 * waits until the owner's last calls have taken effect. A contender that led before, under the epoch `ledUnder`, takes
 * a greater epoch, even if a person has deleted the record.
 */
export async function contend(
  ports: Ports,
  owner: string,
  deadlineMs: number,
  safeguards: Safeguards,
  stop?: AbortSignal,
  ledUnder = 0,
): Promise<HeldLease | null> {
  const { clock, store, log } = ports;
  let seen: { readonly version: string; readonly sinceMs: number } | null = null;
  let tried: (TakenTimes & { readonly overEpoch: number }) | null = null;
  while (clock.nowMs() < deadlineMs && stop?.aborted !== true) {
    try {
      const lease = await store.readLease();
      const nowMs = clock.nowMs();
      const version = lease?.version ?? '';
      // The answer was lost, but the lease is ours: no one else uses this name.
      if (
        tried !== null &&
        isOurs(lease, owner, tried.overEpoch) &&
        nowMs - tried.sentAtMs < LEASE_LIFE_MS - ACT_MARGIN_MS
      )
        return new HeldLease(lease, tried, ports, safeguards);
      if (seen === null || seen.version !== version) seen = { version, sinceMs: nowMs };
      const free = lease === null || lease.released;
      if (free || nowMs - seen.sinceMs >= TAKE_AFTER_MS) {
        const isDeleted = lease === null && ledUnder > 0;
        const waitOutMs = (free && !isDeleted) || !safeguards.waitOut ? 0 : WAIT_OUT_MS;
        const base = { sentAtMs: nowMs, unwatchedSinceMs: free ? nowMs : seen.sinceMs };
        // The time that a lost answer takes is waited for in any case, no matter how the leader before ended.
        const lateMs = nowMs + TAKING_MS;
        const overEpoch = Math.max(lease?.epoch ?? 0, ledUnder);
        tried = { ...base, overEpoch, mayActFromMs: lateMs, clearFromMs: lateMs + waitOutMs };
        const taken = await store.takeLease(lease, owner, overEpoch);
        const times = { ...base, mayActFromMs: nowMs, clearFromMs: clock.nowMs() + waitOutMs };
        if (taken) return new HeldLease(taken, times, ports, safeguards);
      }
    } catch (error) {
      log.warn('contending for the lease: the store does not answer', { error: String(error) });
    }
    // Not later than the moment when the lease has been unchanged for long enough.
    const untilTakenMs = (seen === null ? clock.nowMs() : seen.sinceMs) + TAKE_AFTER_MS - clock.nowMs();
    const pauseMs = untilTakenMs > 0 ? Math.min(CONTEND_EVERY_MS, untilTakenMs) : CONTEND_EVERY_MS;
    await clock.sleep(Math.min(pauseMs, Math.max(1, deadlineMs - clock.nowMs())), stop);
  }
  return null;
}

/** An older lease of ours, which we have lost, has no epoch above the one that we tried to take over. */
function isOurs(lease: Lease | null, owner: string, overEpoch: number): lease is Lease {
  return lease !== null && lease.owner === owner && lease.epoch > overEpoch && !lease.released;
}

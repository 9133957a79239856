/** The store: the lease, the memory of each pair, its history, the leader's inbox, and claims on hosts. */
import type { HostClaim } from '../../core/hosts/host-work.ts';
import type { Detail } from '../../core/memory/history.ts';
import type { Memory } from '../../core/memory/memory.ts';
import type { PairName } from '../../core/names.ts';
import type { InboxItem } from '../../core/operator/inbox.ts';

/**
 * The lease: the right to act. One for the environment. `version` changes with every write of it, so that a
 * contender can judge by its own clock alone whether the owner still renews it.
 */
export interface Lease {
  readonly owner: string;
  readonly epoch: number;
  readonly version: string;
  /** The owner gave it back: no need to wait for it to expire. */
  readonly released: boolean;
  /** Grows with each event or order that wants attention at once. */
  readonly wakeups: number;
}

/** Who claims a memory: the owner of a lease. */
export type Claimant = Pick<Lease, 'owner' | 'epoch'>;

/** One line of a pair's history. */
export interface HistoryEntry {
  readonly atMs: number;
  readonly pair: PairName;
  readonly incident: string | null;
  readonly epoch: number;
  /** `seen`, `decision`, `step`, `alert`, `order`. */
  readonly what: string;
  readonly text: string;
  readonly detail?: Detail | undefined;
}

export interface StorePort {
  /** The lease as it is now, read consistently; null before the first. */
  readLease(): Promise<Lease | null>;
  /**
   * Takes the lease with the next epoch, if it still is as `seen`. Null when somebody else was quicker. `above`: an epoch
   * that a pair's memory was claimed under, when the lease's own record was lost; the new one is greater.
   */
  takeLease(seen: Lease | null, owner: string, above?: number): Promise<Lease | null>;
  /** Renews it, if it is still ours (same owner and epoch). Null when it is not. */
  renewLease(lease: Lease): Promise<Lease | null>;
  /** Gives it back, if it is still ours. */
  releaseLease(lease: Lease): Promise<void>;
  /** Makes the leader look at once: an EC2 event, a new order. */
  wake(): Promise<void>;

  /**
   * The memory of a pair (an empty one before the first), claimed for this owner and epoch: older epochs can no longer save.
   * Throws `superseded`, with the epoch, when a newer one has claimed it, or another owner under the same.
   */
  claimMemory(pair: PairName, claimant: Claimant): Promise<Memory>;
  /** The memory of a pair, only to read. */
  readMemory(pair: PairName): Promise<Memory>;
  /** Saves it, unless a newer epoch has claimed it: then throws `PortError` of kind `superseded`. */
  saveMemory(pair: PairName, memory: Memory, epoch: number): Promise<void>;

  appendHistory(entries: readonly HistoryEntry[]): Promise<void>;
  /** The newest entries, newest first. */
  history(pair: PairName, limit: number): Promise<readonly HistoryEntry[]>;

  /** Puts an order, or a question, in the leader's inbox (and wakes it). */
  submitOrder(item: InboxItem): Promise<void>;
  /** What is not yet answered, oldest first. */
  waitingOrders(): Promise<readonly InboxItem[]>;
  /** Takes an order out of the inbox: it was answered, or the person who gave it has withdrawn it. */
  removeOrder(id: string): Promise<void>;

  /** Stores the state of a pair as its leader has it, as an answer to a request. One for each pair: the newest. */
  saveState(pair: PairName, printed: PrintedState): Promise<void>;
  /** The one that was stored last; null when nobody has asked yet. */
  readState(pair: PairName): Promise<PrintedState | null>;

  /**
   * Claims the hosts of a pair for work on them, or renews our own claim. Gives back another's claim that still counts at
   * `nowMs`, with nothing changed; null when the claim is ours.
   */
  claimHosts(pair: PairName, claim: HostClaim, nowMs: number): Promise<HostClaim | null>;
  /** Gives the claim back, if it is still this owner's. */
  releaseHosts(pair: PairName, owner: string): Promise<void>;
}

/** A pair's whole state in its leader's hands, as JSON. */
export interface PrintedState {
  /** The question that it answers. */
  readonly id: string;
  readonly atMs: number;
  readonly epoch: number;
  readonly json: string;
}

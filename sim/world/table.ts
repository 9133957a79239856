/** The DynamoDB table: one item after another, linearizable, with conditions. Latency and loss are elsewhere. */
import type { Alert } from '../../lib/core/alert/incident.ts';
import type { HostClaim } from '../../lib/core/hosts/host-work.ts';
import { emptyMemory, type Memory } from '../../lib/core/memory/memory.ts';
import type { PairName } from '../../lib/core/names.ts';
import type { InboxItem } from '../../lib/core/operator/inbox.ts';
import type { PlanRecord } from '../../lib/core/plan/plan.ts';
import { PortError } from '../../lib/watch/ports/port-error.ts';
import type { Claimant, HistoryEntry, Lease, PrintedState } from '../../lib/watch/ports/store.ts';

interface MemoryItem {
  readonly memory: Memory;
  /** The newest epoch that claimed it: older ones can no longer save. */
  readonly epoch: number;
  /** Who claimed it under that epoch; null for nobody. */
  readonly owner: string | null;
}

/** Doctor has just looked, and found nothing: a simulated server has no settings, and no history lasts an hour. */
const first: Memory = { ...emptyMemory, examined: { atMs: Number.MAX_SAFE_INTEGER, dangers: [] } };
const unclaimed: MemoryItem = { memory: first, epoch: 0, owner: null };

/** What an item may hold. Bytes. */
const itemBytesMax = 400 * 1024;

export class Table {
  lease: Lease | null = null;
  /** When the lease's owner last wrote it, in true time. */
  leaseWrittenMs = 0;
  /** The record that a person deleted last, as it was. */
  deletedLease: { readonly lease: Lease; readonly writtenMs: number } | null = null;
  readonly entries: HistoryEntry[] = [];
  orders: readonly InboxItem[] = [];
  readonly states = new Map<PairName, PrintedState>();
  readonly #hostClaims = new Map<PairName, HostClaim>();
  /** Whether a record has grown so large that its size matters; only then it is measured. */
  #isLarge = false;
  /** The fence of epochs; the simulator can take it out to see that it is needed. */
  readonly #checksEpoch: boolean;
  readonly #memories = new Map<PairName, MemoryItem>();
  #writes = 0;

  constructor(checksEpoch: boolean) {
    this.#checksEpoch = checksEpoch;
  }

  /** As the store's own item: a claim whose time is over counts no more. */
  claimHosts(pair: PairName, claim: HostClaim, nowMs: number): HostClaim | null {
    const known = this.#hostClaims.get(pair);
    if (known && known.owner !== claim.owner && known.untilMs >= nowMs) return known;
    this.#hostClaims.set(pair, claim);
    return null;
  }

  releaseHosts(pair: PairName, owner: string): void {
    if (this.#hostClaims.get(pair)?.owner === owner) this.#hostClaims.delete(pair);
  }

  takeLease(nowMs: number, seen: Lease | null, owner: string, above = 0): Lease | null {
    if (this.lease?.version !== seen?.version) return null;
    const epoch = Math.max(this.lease?.epoch ?? 0, above) + 1;
    return this.#writeLease(nowMs, { owner, epoch, released: false, wakeups: this.lease?.wakeups ?? 0 });
  }

  renewLease(nowMs: number, { owner, epoch }: Lease): Lease | null {
    if (!this.#isOwn(owner, epoch) || this.lease === null) return null;
    return this.#writeLease(nowMs, { owner, epoch, released: false, wakeups: this.lease.wakeups });
  }

  releaseLease(nowMs: number, { owner, epoch }: Lease): void {
    if (!this.#isOwn(owner, epoch) || this.lease === null) return;
    this.#writeLease(nowMs, { owner, epoch, released: true, wakeups: this.lease.wakeups });
  }

  /** Wants attention. The version stays: a contender must not take this for a sign of life of the owner. */
  wake(): void {
    if (this.lease !== null) this.lease = { ...this.lease, wakeups: this.lease.wakeups + 1 };
  }

  claimMemory(pair: PairName, { owner, epoch }: Claimant): Memory {
    const item = this.#memories.get(pair);
    const isOthers = item !== undefined && item.epoch === epoch && item.owner !== owner;
    this.#checkEpoch(item, isOthers ? epoch - 1 : epoch);
    const memory = item?.memory ?? first;
    this.#memories.set(pair, { memory, epoch, owner });
    return memory;
  }

  memoryOf(pair: PairName): Memory {
    return this.#memories.get(pair)?.memory ?? first;
  }

  saveMemory(pair: PairName, memory: Memory, epoch: number): void {
    const item = this.#memories.get(pair);
    this.#checkEpoch(item, epoch);
    this.#checkSize(memory);
    this.#memories.set(pair, { memory, epoch, owner: item?.owner ?? null });
  }

  /** Fills the outbox behind everybody's back, up to so many bytes below what an item may hold. */
  fill(pair: PairName, leftBytes: number, alert: (number: number) => Alert): void {
    const item = this.#memories.get(pair) ?? unclaimed;
    const { memory } = item;
    const outbox = [...memory.outbox];
    const bytes = JSON.stringify(alert(0)).length + 1;
    const room = itemBytesMax - leftBytes - JSON.stringify(memory).length;
    for (let number = 0; number < room / bytes - 1; number++) outbox.push(alert(number));
    this.#isLarge = true;
    this.#memories.set(pair, { ...item, memory: { ...memory, outbox } });
  }

  /** A person deletes the lease's record; whoever had it does not know before the next renewal. */
  deleteLease(): void {
    if (this.lease !== null) this.deletedLease = { lease: this.lease, writtenMs: this.leaseWrittenMs };
    this.lease = null;
  }

  /** Puts a plan into the record, behind everybody's back, if none is in flight there. */
  plant(pair: PairName, plan: PlanRecord): void {
    const item = this.#memories.get(pair) ?? unclaimed;
    if (item.memory.plan === null) this.#memories.set(pair, { ...item, memory: { ...item.memory, plan } });
  }

  submitOrder(order: InboxItem): void {
    if (!this.orders.some((waiting) => waiting.id === order.id)) this.orders = [...this.orders, order];
    this.wake();
  }

  removeOrder(id: string): void {
    this.orders = this.orders.filter((order) => order.id !== id);
  }

  #isOwn(owner: string, epoch: number): boolean {
    return this.lease?.owner === owner && this.lease.epoch === epoch;
  }

  #writeLease(nowMs: number, lease: Omit<Lease, 'version'>): Lease {
    this.lease = { ...lease, version: `v${++this.#writes}` };
    this.leaseWrittenMs = nowMs;
    return this.lease;
  }

  #checkSize(memory: Memory): void {
    if (!this.#isLarge) return;
    const bytes = JSON.stringify(memory).length;
    if (bytes < itemBytesMax / 2) this.#isLarge = false;
    if (bytes <= itemBytesMax) return;
    throw new PortError(
      'denied',
      `saveMemory: ValidationException: Item size has exceeded the maximum (${bytes})`,
    );
  }

  #checkEpoch(item: MemoryItem | undefined, epoch: number): void {
    if (!this.#checksEpoch || item === undefined || item.epoch <= epoch) return;
    const message = `epoch ${epoch} is over: epoch ${item.epoch} has claimed the memory`;
    throw new PortError('superseded', message, { epoch: item.epoch });
  }
}

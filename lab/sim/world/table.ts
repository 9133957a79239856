/** The DynamoDB table: one item after another, linearizable, with conditions. Latency and loss are elsewhere. */
import { emptyMemory, type Memory } from '../../../lib/core/memory.ts';
import type { PairName } from '../../../lib/core/names.ts';
import type { PlanRecord } from '../../../lib/core/plan.ts';
import { type HistoryEntry, type Lease, PortError, type WaitingOrder } from '../../../lib/shell/ports.ts';

interface MemoryItem {
  readonly memory: Memory;
  /** The newest epoch that claimed it: older ones can no longer save. */
  readonly epoch: number;
}

export class Table {
  lease: Lease | null = null;
  /** When the lease's owner last wrote it, in true time. */
  leaseWrittenMs = 0;
  readonly entries: HistoryEntry[] = [];
  orders: readonly WaitingOrder[] = [];
  /** The fence of epochs; the simulator can take it out to see that it is needed. */
  readonly #checksEpoch: boolean;
  readonly #memories = new Map<PairName, MemoryItem>();
  #writes = 0;

  constructor(checksEpoch: boolean) {
    this.#checksEpoch = checksEpoch;
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

  claimMemory(pair: PairName, epoch: number): Memory {
    const item = this.#memories.get(pair);
    this.#checkEpoch(item, epoch);
    const memory = item?.memory ?? emptyMemory;
    this.#memories.set(pair, { memory, epoch });
    return memory;
  }

  memoryOf(pair: PairName): Memory {
    return this.#memories.get(pair)?.memory ?? emptyMemory;
  }

  saveMemory(pair: PairName, memory: Memory, epoch: number): void {
    this.#checkEpoch(this.#memories.get(pair), epoch);
    this.#memories.set(pair, { memory, epoch });
  }

  /** Puts a plan into the record, behind everybody's back, if none is in flight there. */
  plant(pair: PairName, plan: PlanRecord): void {
    const { memory, epoch } = this.#memories.get(pair) ?? { memory: emptyMemory, epoch: 0 };
    if (memory.plan === null) this.#memories.set(pair, { memory: { ...memory, plan }, epoch });
  }

  submitOrder(order: WaitingOrder): void {
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

  #checkEpoch(item: MemoryItem | undefined, epoch: number): void {
    if (!this.#checksEpoch || item === undefined || item.epoch <= epoch) return;
    const message = `epoch ${epoch} is over: epoch ${item.epoch} has claimed the memory`;
    throw new PortError('superseded', message, { epoch: item.epoch });
  }
}

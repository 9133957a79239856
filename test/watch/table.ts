import type { Lease, StorePort } from '../../lib/watch/ports/store.ts';

/** The lease's record, as conditional writes keep it, and what happens to calls on their way. */
export class Table {
  lease: Lease | null = null;
  released = 0;
  /** Called before each call: may throw, or take time. */
  before: (call: string) => void | Promise<void> = () => undefined;
  #version = 0;

  /** Somebody else's lease, renewed now. */
  renewedBy(owner: string, changes: Partial<Lease> = {}): void {
    this.#version += 1;
    const { epoch = 4, wakeups = 0 } = this.lease ?? {};
    this.lease = { owner, epoch, wakeups, version: `v${this.#version}`, released: false, ...changes };
  }

  readonly store = {
    readLease: async () => {
      await this.before('read');
      return this.lease;
    },
    takeLease: async (seen: Lease | null, owner: string, above = 0) => {
      await this.before('take');
      if (this.lease?.version !== seen?.version) return null;
      this.renewedBy(owner, { epoch: Math.max(this.lease?.epoch ?? 0, above) + 1 });
      return this.lease;
    },
    renewLease: async (lease: Lease) => {
      await this.before('renew');
      if (this.lease?.owner !== lease.owner || this.lease.epoch !== lease.epoch) return null;
      this.renewedBy(lease.owner);
      return this.lease;
    },
    releaseLease: async () => {
      await this.before('release');
      this.released += 1;
    },
  } satisfies Partial<StorePort>;
}

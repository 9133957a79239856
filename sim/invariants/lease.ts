import { type Call, mutations } from '../observer.ts';
import type { Table } from '../world/table.ts';
import type { Court, Invariant } from './court.ts';

/** The margin of the design: no mutation with less of the lease left. Milliseconds. */
const marginMs = 3000;
const lifeMs = 6000;
/** Clocks drift by up to 300 millionths; a lease is judged over seconds. Milliseconds. */
const toleranceMs = 5;

/**
 * Invariant 1. No mutation without a lease that has at least 3 s left; epochs in the journal only grow.
 *
 * (a) When a process sends a mutation, the lease in the store names it, under its epoch, and was last written
 * by it at most 3 s ago in true time (its life is 6 s), unless a person has deleted the record since. (b) The store never takes a memory (the journal) from
 * a process of a lower epoch than one it took before. (c) No order of an older epoch takes effect on the VIP
 * after a process of a newer epoch has sent a mutation.
 */
export function leaseInvariant(court: Court): Invariant {
  const { table } = court.world;
  let savedEpoch = 0;
  let actedEpoch = 0;
  // A process that loses the lease may lead again, under another epoch.
  const sentUnder = new WeakMap<Call, number>();
  return {
    acting(call) {
      const { process, action, node } = call;
      if (!mutations.has(action)) return;
      const epoch = court.epochOf(process);
      sentUnder.set(call, epoch);
      actedEpoch = Math.max(actedEpoch, epoch);
      const { lease, leaseWrittenMs } = leaseOf(table, process.name, epoch);
      const what = `${process.name} (epoch ${epoch}) sends ${action} ${node}`;
      if (lease?.owner !== process.name || lease.epoch !== epoch) {
        court.accuse(
          1,
          `${what}, but the lease is of ${lease?.owner ?? 'nobody'} (epoch ${lease?.epoch ?? 0})`,
        );
        return;
      }
      const leftMs = leaseWrittenMs + lifeMs - court.world.nowMs;
      if (leftMs < marginMs - toleranceMs) court.accuse(1, `${what} with ${leftMs} ms of its lease left`);
    },
    saved(process, _before, _after, epoch) {
      if (epoch < savedEpoch) {
        court.accuse(1, `${process.name} saved under epoch ${epoch}, after a save under epoch ${savedEpoch}`);
      }
      savedEpoch = Math.max(savedEpoch, epoch);
    },
    vipMoved(call: Call) {
      const { process, node, atMs } = call;
      const epoch = sentUnder.get(call) ?? court.epochOf(process);
      if (epoch >= actedEpoch) return;
      const sentAgoMs = court.world.nowMs - atMs;
      court.accuse(
        1,
        `an order of epoch ${epoch}, sent ${sentAgoMs} ms ago, moved the VIP to ${node} after epoch ${actedEpoch} had acted`,
      );
    },
  };
}

/** The lease as the process can know it: what a person has deleted it misses at its next renewal. */
function leaseOf({ lease, leaseWrittenMs, deletedLease }: Table, owner: string, epoch: number) {
  const deleted = deletedLease?.lease;
  if (deleted?.owner !== owner || deleted.epoch !== epoch) return { lease, leaseWrittenMs };
  return { lease: deleted, leaseWrittenMs: deletedLease?.writtenMs ?? 0 };
}

/** The store port on the simulated table: every call takes a while, may fail, and may lose its answer. */
import { isWaitingOrder } from '../../lib/core/operator/inbox.ts';
import { PortError } from '../../lib/watch/ports/port-error.ts';
import type { Lease, StorePort } from '../../lib/watch/ports/store.ts';
import type { Table } from '../world/table.ts';
import type { Context } from './context.ts';

/** How long the adapter waits for an answer. Milliseconds. */
const limitMs = 1000;

export function createStore(context: Context): StorePort {
  const { world, process, observer } = context;
  const { table } = world;
  const read = <T>(what: string, act: (table: Table) => T) => call(context, what, false, act);
  const write = <T>(what: string, act: (table: Table) => T) => call(context, what, true, act);
  const noted = (lease: Lease | null) => {
    if (lease !== null) observer.leased(process, lease);
    return lease;
  };
  return {
    readLease: () => read('readLease', () => table.lease),
    takeLease: (seen, owner, above) =>
      write('takeLease', () => noted(table.takeLease(world.nowMs, seen, owner, above))),
    renewLease: (lease) => write('renewLease', () => noted(table.renewLease(world.nowMs, lease))),
    releaseLease: (lease) => write('releaseLease', () => table.releaseLease(world.nowMs, lease)),
    wake: () => write('wake', () => table.wake()),
    claimMemory: (pair, claimant) => write('claimMemory', () => table.claimMemory(pair, claimant)),
    readMemory: (pair) => read('readMemory', () => table.memoryOf(pair)),
    saveMemory: (pair, memory, epoch) =>
      write('saveMemory', () => {
        const before = table.memoryOf(pair);
        table.saveMemory(pair, memory, epoch);
        observer.saved(process, before, memory, epoch);
      }).catch((error: unknown) => {
        observer.unsaved(process);
        throw error;
      }),
    appendHistory: (entries) =>
      write('appendHistory', () => {
        table.entries.push(...entries);
      }),
    history: (pair, limit) =>
      read('history', () =>
        table.entries
          .filter((entry) => entry.pair === pair)
          .slice(-limit)
          .reverse(),
      ),
    submitOrder: (order) =>
      write('submitOrder', () => {
        table.submitOrder(order);
        if (isWaitingOrder(order)) observer.ordered(order);
      }),
    waitingOrders: () => read('waitingOrders', () => table.orders),
    removeOrder: (id) => write('removeOrder', () => table.removeOrder(id)),
    saveState: (pair, printed) =>
      write('saveState', () => {
        table.states.set(pair, printed);
      }),
    readState: (pair) => read('readState', () => table.states.get(pair) ?? null),
    claimHosts: (pair, claim, nowMs) => write('claimHosts', () => table.claimHosts(pair, claim, nowMs)),
    releaseHosts: (pair, owner) => write('releaseHosts', () => table.releaseHosts(pair, owner)),
  };
}

function call<T>(
  { world, process, random, observer }: Context,
  what: string,
  changes: boolean,
  act: (table: Table) => T,
): Promise<T> {
  const { store, storeLost, storeSlowMs } = world.services;
  const timeout = () => new PortError('timeout', `${what}: DynamoDB did not answer within ${limitMs} ms`);
  if (store === 'down') return process.fail(limitMs, timeout());
  const wayMs = random.whole(2, 12) + (storeSlowMs === 0 ? 0 : random.whole(0, storeSlowMs));
  if (changes && storeLost > 0 && random.chance(storeLost)) {
    observer.answerLost(what);
    return process.lose(wayMs, limitMs, () => act(world.table), timeout());
  }
  // A slow answer to a call that took effect at once is as likely as a slow way there.
  const slow = storeSlowMs > 0 || random.chance(0.1);
  return process.send(wayMs, slow ? random.whole(1, 8) : 0, () => act(world.table));
}

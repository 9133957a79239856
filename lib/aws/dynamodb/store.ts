/**
 * The store, in one DynamoDB table (`pk`, `sk`; the attribute `expiresAt` is its time to live):
 *
 * | pk            | sk                      | what                                   |
 * |---------------|-------------------------|----------------------------------------|
 * | `environment` | `lease`                 | the lease, and the count of wake-ups   |
 * | `pair#NAME`   | `memory`                | memory as JSON, and who claimed it     |
 * | `pair#NAME`   | `history#TIME#ORDER-ID` | history, for 90 days                   |
 * | `pair#NAME`   | `state`                 | what the leader printed when asked     |
 * | `pair#NAME`   | `hosts`                 | who works on its hosts, and until when |
 * | `orders`      | `order#ID`              | the leader's inbox                     |
 *
 * Conditional writes of single items only: that is all a lease needs, and all that the lab's DynamoDB has.
 */
import type { StorePort } from '../../watch/ports/store.ts';
import { appendHistory, createRowCounter, history } from './history.ts';
import { claimHosts, releaseHosts } from './host-claim.ts';
import { readLease, releaseLease, renewLease, takeLease, wake } from './lease.ts';
import { claimMemory, readMemory, saveMemory } from './memory.ts';
import { removeOrder, submitOrder, waitingOrders } from './orders.ts';
import { readState, saveState } from './printed-state.ts';
import type { StoreTable } from './table.ts';

export type { StoreTable } from './table.ts';

export function createStore(table: StoreTable): StorePort {
  const counter = createRowCounter();
  return {
    readLease: () => readLease(table),
    takeLease: (seen, owner, above) => takeLease(table, seen, owner, above),
    renewLease: (lease) => renewLease(table, lease),
    releaseLease: (lease) => releaseLease(table, lease),
    wake: () => wake(table),
    claimMemory: (pair, claimant) => claimMemory(table, pair, claimant),
    readMemory: (pair) => readMemory(table, pair),
    saveMemory: (pair, memory, epoch) => saveMemory(table, pair, memory, epoch),
    appendHistory: (entries) => appendHistory(table, counter, entries),
    history: (pair, limit) => history(table, pair, limit),
    submitOrder: (order) => submitOrder(table, order),
    waitingOrders: () => waitingOrders(table),
    removeOrder: (id) => removeOrder(table, id),
    saveState: (pair, printed) => saveState(table, pair, printed),
    readState: (pair) => readState(table, pair),
    claimHosts: (pair, claim, nowMs) => claimHosts(table, pair, claim, nowMs),
    releaseHosts: (pair, owner) => releaseHosts(table, pair, owner),
  };
}

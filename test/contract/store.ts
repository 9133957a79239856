/** What every store keeps to: the simulator's, and DynamoDB. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { emptyMemory } from '../../lib/core/memory/memory.ts';
import type { Order } from '../../lib/core/operator/order.ts';
import type { HistoryEntry, Lease, StorePort } from '../../lib/watch/ports/store.ts';

export interface StoreWorld {
  /** The same store as two processes have it. */
  readonly one: StorePort;
  readonly other: StorePort;
  /** Waits for the work in the time of that world. */
  settle<T>(work: Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export function storeContract(name: string, makeWorld: () => Promise<StoreWorld>): void {
  describe(`store contract: ${name}`, () => {
    let world: StoreWorld;
    beforeEach(async () => {
      world = await makeWorld();
    });
    afterEach(() => world.close());
    const at = () => world;
    describe('the lease', () => leaseContract(at));
    describe('memory', () => memoryContract(at));
    describe('history and orders', () => inboxContract(at));
    describe('claims on hosts', () => hostClaimContract(at));
  });
}

async function taken(world: StoreWorld, seen: Lease | null, owner: string): Promise<Lease> {
  const lease = await world.settle(world.one.takeLease(seen, owner));
  if (!lease) throw new Error('the lease could not be taken');
  return lease;
}

function leaseContract(at: () => StoreWorld): void {
  it('is null before the first', async () => {
    expect(await at().settle(at().one.readLease())).toBeNull();
  });

  it('goes to one of two who saw the same, with the next epoch', async () => {
    const { one, other, settle } = at();
    const first = await taken(at(), null, 'w1');
    expect(first).toMatchObject({ owner: 'w1', epoch: 1, released: false });
    expect(await settle(other.takeLease(null, 'w2'))).toBeNull();
    const both = await settle(Promise.all([one.takeLease(first, 'w1'), other.takeLease(first, 'w2')]));
    const winners = both.filter((lease) => lease !== null);
    expect(winners).toHaveLength(1);
    expect(winners[0]?.epoch).toBe(2);
  });

  it('takes an epoch above the one it is given, as of a memory whose lease record was lost', async () => {
    const { one, settle } = at();
    const lease = await settle(one.takeLease(null, 'w1', 500));
    expect(lease?.epoch).toBe(501);
    expect((await settle(one.takeLease(lease, 'w1', 7)))?.epoch).toBe(502);
  });

  it('changes its version with each renewal, and keeps its epoch', async () => {
    const { one, other, settle } = at();
    const first = await taken(at(), null, 'w1');
    const renewed = await settle(one.renewLease(first));
    expect(renewed).toMatchObject({ owner: 'w1', epoch: 1 });
    expect(renewed?.version).not.toBe(first.version);
    expect(await settle(other.readLease())).toEqual(renewed);
  });

  it('cannot be renewed or given back by who has lost it', async () => {
    const { one, other, settle } = at();
    const first = await taken(at(), null, 'w1');
    const second = await settle(other.takeLease(first, 'w2'));
    expect(await settle(one.renewLease(first))).toBeNull();
    await settle(one.releaseLease(first));
    expect(await settle(one.readLease())).toEqual(second);
  });

  it('shows when it was given back, and can then be taken', async () => {
    const { one, other, settle } = at();
    const first = await taken(at(), null, 'w1');
    await settle(one.releaseLease(first));
    const seen = await settle(other.readLease());
    expect(seen?.released).toBe(true);
    expect(await settle(other.takeLease(seen, 'w2'))).toMatchObject({
      owner: 'w2',
      epoch: 2,
      released: false,
    });
  });

  it('counts wake-ups without a new version, and keeps them over renewals', async () => {
    const { one, other, settle } = at();
    const first = await taken(at(), null, 'w1');
    await settle(other.wake());
    await settle(other.wake());
    const seen = await settle(one.readLease());
    expect(seen).toEqual({ ...first, wakeups: first.wakeups + 2 });
    expect((await settle(one.renewLease(first)))?.wakeups).toBe(first.wakeups + 2);
  });

  it('can be taken after a wake-up that came before the first lease', async () => {
    const { other, one, settle } = at();
    await settle(other.wake());
    expect(await settle(one.readLease())).toBeNull();
    expect(await taken(at(), null, 'w1')).toMatchObject({ epoch: 1 });
  });
}

function memoryContract(at: () => StoreWorld): void {
  it('is empty before the first, and comes back as saved', async () => {
    const { one, other, settle } = at();
    const first = await settle(one.readMemory('orders'));
    // The simulator's pairs begin as examined.
    expect({ ...first, examined: null }).toEqual(emptyMemory);
    expect(await settle(one.claimMemory('orders', { owner: 'one', epoch: 1 }))).toEqual(first);
    const memory = { ...emptyMemory, lastHolder: 'db2', failoversAtMs: [1, 2] };
    await settle(one.saveMemory('orders', memory, 1));
    expect(await settle(other.readMemory('orders'))).toEqual(memory);
    expect(await settle(other.readMemory('billing'))).toEqual(first);
    expect(await settle(other.claimMemory('orders', { owner: 'other', epoch: 2 }))).toEqual(memory);
  });

  it('is not saved by who has been overtaken', async () => {
    const { one, other, settle } = at();
    await settle(one.claimMemory('orders', { owner: 'one', epoch: 1 }));
    await settle(other.claimMemory('orders', { owner: 'other', epoch: 2 }));
    const late = settle(one.saveMemory('orders', { ...emptyMemory, lastHolder: 'db1' }, 1));
    await expect(late).rejects.toMatchObject({ name: 'PortError', kind: 'superseded' });
    await expect(settle(one.claimMemory('orders', { owner: 'one', epoch: 1 }))).rejects.toMatchObject({
      kind: 'superseded',
    });
    expect((await settle(other.readMemory('orders'))).lastHolder).toBeNull();
  });

  it('may be claimed again under the same epoch', async () => {
    const { one, settle } = at();
    await settle(one.claimMemory('orders', { owner: 'one', epoch: 3 }));
    await settle(one.claimMemory('orders', { owner: 'one', epoch: 3 }));
    await settle(one.saveMemory('orders', emptyMemory, 3));
  });

  it('is not claimed by another owner under the same epoch, as after a lost record of the lease', async () => {
    const { one, other, settle } = at();
    await settle(one.claimMemory('orders', { owner: 'one', epoch: 3 }));
    const second = settle(other.claimMemory('orders', { owner: 'other', epoch: 3 }));
    await expect(second).rejects.toMatchObject({ kind: 'superseded', epoch: 3 });
    await settle(one.saveMemory('orders', emptyMemory, 3));
  });
}

const pause: Order = { action: 'pause', pair: 'orders', by: 'ann', why: 'kernel', minutes: 5 };

function inboxContract(at: () => StoreWorld): void {
  it('gives the newest history first, in the order in which it was written', async () => {
    const { one, other, settle } = at();
    const entry = (text: string, atMs: number): HistoryEntry => ({
      atMs,
      pair: 'orders',
      incident: text === 'a' ? null : '41c0ffee',
      epoch: 7,
      what: 'step',
      text,
    });
    const many = Array.from({ length: 60 }, (_, index) => entry(`n${index}`, 2000));
    await settle(one.appendHistory([entry('a', 1000)]));
    await settle(one.appendHistory(many));
    await settle(one.appendHistory([{ ...entry('b', 3000), pair: 'billing' }]));
    expect(await settle(other.history('orders', 2))).toEqual([entry('n59', 2000), entry('n58', 2000)]);
    const all = await settle(other.history('orders', 500));
    expect(all.map(({ text }) => text)).toEqual([...many.map(({ text }) => text).reverse(), 'a']);
  });

  it('gives back what a row of history holds for programs', async () => {
    const { one, other, settle } = at();
    const detail: HistoryEntry['detail'] = {
      kind: 'order',
      action: 'pause',
      by: 'ann',
      why: 'kernel "4" <x>',
      decided: 'note',
    };
    const row = {
      atMs: 1000,
      pair: 'orders',
      incident: '41c0ffee',
      epoch: 7,
      what: 'order',
      text: 'a',
      detail,
    };
    await settle(one.appendHistory([row]));
    expect(await settle(other.history('orders', 1))).toEqual([row]);
  });

  it('keeps orders until they are removed, oldest first, each once, and wakes the leader', async () => {
    const { one, other, settle } = at();
    const lease = await taken(at(), null, 'w1');
    const late = { id: 'bbbbbbbb', atMs: 2000, order: pause };
    const early = { id: 'cccccccc', atMs: 1000, order: { ...pause, minutes: 1 } };
    for (const order of [early, late, late]) await settle(other.submitOrder(order));
    expect(await settle(one.waitingOrders())).toEqual([early, late]);
    expect((await settle(one.readLease()))?.wakeups).toBeGreaterThan(lease.wakeups);
    await settle(one.removeOrder(early.id));
    await settle(one.removeOrder(early.id));
    expect(await settle(one.waitingOrders())).toEqual([late]);
  });

  it('keeps a question beside the orders, and the newest answer to one', async () => {
    const { one, other, settle } = at();
    const question = { id: 'dddddddd', atMs: 1000, order: { action: 'state', pair: 'orders' } } as const;
    await settle(other.submitOrder(question));
    expect(await settle(one.waitingOrders())).toEqual([question]);
    expect(await settle(other.readState('orders'))).toBeNull();
    const printed = { id: 'dddddddd', atMs: 2000, epoch: 7, json: '{"a":1}' };
    await settle(one.saveState('orders', { ...printed, id: 'cccccccc' }));
    await settle(one.saveState('orders', printed));
    expect(await settle(other.readState('orders'))).toEqual(printed);
    expect(await settle(other.readState('billing'))).toBeNull();
  });
}

function hostClaimContract(at: () => StoreWorld): void {
  const claim = { owner: 'a', what: 'setup', by: 'ann', untilMs: 2000 } as const;
  const other = { ...claim, owner: 'b', by: 'bob' } as const;

  it('go to the first, who may renew, and to the second only when the time is over', async () => {
    const { one, other: process, settle } = at();
    expect(await settle(one.claimHosts('orders', claim, 1000))).toBeNull();
    expect(await settle(process.claimHosts('orders', other, 1900))).toEqual(claim);
    expect(await settle(one.claimHosts('orders', { ...claim, untilMs: 3000 }, 1900))).toBeNull();
    expect(await settle(process.claimHosts('orders', other, 2500))).toEqual({ ...claim, untilMs: 3000 });
    expect(await settle(process.claimHosts('orders', { ...other, untilMs: 5000 }, 3001))).toBeNull();
    expect(await settle(one.claimHosts('orders', claim, 3001))).toMatchObject({ owner: 'b' });
  });

  it('are each for one pair, and end when they are given back by who has them', async () => {
    const { one, other: process, settle } = at();
    expect(await settle(one.claimHosts('orders', claim, 1000))).toBeNull();
    expect(await settle(process.claimHosts('billing', other, 1000))).toBeNull();
    await settle(process.releaseHosts('orders', 'b'));
    expect(await settle(process.claimHosts('orders', other, 1000))).toEqual(claim);
    await settle(one.releaseHosts('orders', 'a'));
    expect(await settle(process.claimHosts('orders', other, 1000))).toBeNull();
  });
}

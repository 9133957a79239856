/** The lease in DynamoDB: one item for the environment. */
import type { Lease } from '../../watch/ports/store.ts';
import {
  checkFormat,
  flag,
  getItem,
  type Item,
  number,
  numberOf,
  type StoreTable,
  text,
  textOf,
  updateItem,
} from './table.ts';

const key = { pk: 'environment', sk: 'lease' };
/** The shape of this record. */
const FORMAT = 1;

/** `StorePort.readLease`. */
export async function readLease(table: StoreTable): Promise<Lease | null> {
  const item = await getItem(table, key);
  return item ? toLease(item) : null;
}

/** `StorePort.takeLease`. A wake-up may have made the item before the first lease: it has no version then. */
export async function takeLease(
  table: StoreTable,
  seen: Lease | null,
  owner: string,
  above = 0,
): Promise<Lease | null> {
  const version = newVersion(table);
  const item = await updateItem(table, {
    key,
    version,
    set: 'SET #owner = :owner, #epoch = :epoch, #version = :version, #released = :released, #format = :format, #readableBy = :format',
    condition: seen ? '#version = :seen' : 'attribute_not_exists(#version)',
    values: {
      ':owner': text(owner),
      ':epoch': number(Math.max(seen?.epoch ?? 0, above) + 1),
      ':version': text(version),
      ':released': flag(false),
      ':format': number(FORMAT),
      ...(seen ? { ':seen': text(seen.version) } : {}),
    },
  });
  return item && toLease(item);
}

/** `StorePort.renewLease`. */
export async function renewLease(table: StoreTable, lease: Lease): Promise<Lease | null> {
  return rewrite(table, lease, false);
}

/** `StorePort.releaseLease`. */
export async function releaseLease(table: StoreTable, lease: Lease): Promise<void> {
  await rewrite(table, lease, true);
}

/**
 * `StorePort.wake`. The version stays as it is: a contender must not take this for a sign of life of the owner.
 * A repeated wake-up is one look more, so it needs no condition.
 */
export async function wake(table: StoreTable): Promise<void> {
  await updateItem(table, { key, set: 'ADD #wakeups :one', values: { ':one': number(1) } });
}

async function rewrite(table: StoreTable, lease: Lease, released: boolean): Promise<Lease | null> {
  const version = newVersion(table);
  const item = await updateItem(table, {
    key,
    version,
    set: 'SET #version = :version, #released = :released',
    condition: '#owner = :owner AND #epoch = :epoch',
    values: {
      ':version': text(version),
      ':released': flag(released),
      ':owner': text(lease.owner),
      ':epoch': number(lease.epoch),
    },
  });
  return item && toLease(item);
}

/** Two ids of 32 bits: a version must never come again, in years of a write every two seconds. */
function newVersion(table: StoreTable): string {
  return `${table.ids.next()}${table.ids.next()}`;
}

/** Null for an item that holds wake-ups only. */
function toLease(item: Item): Lease | null {
  checkFormat(item, FORMAT, 'the lease');
  const version = textOf(item, 'version');
  if (version === null) return null;
  return {
    owner: textOf(item, 'owner') ?? '',
    epoch: numberOf(item, 'epoch') ?? 0,
    version,
    released: item.released?.BOOL ?? false,
    wakeups: numberOf(item, 'wakeups') ?? 0,
  };
}

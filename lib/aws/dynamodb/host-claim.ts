/** Who works on the hosts of a pair, in DynamoDB: one item for each pair. */
import { type HostClaim, hostActions } from '../../core/hosts/host-work.ts';
import type { PairName } from '../../core/names.ts';
import {
  getItem,
  type Item,
  type Key,
  number,
  numberOf,
  type StoreTable,
  text,
  textOf,
  updateItem,
} from './table.ts';

/** DynamoDB removes it a day after it counted last. */
const KEPT_SECONDS = 86_400;
/** The shape of this record. */
const FORMAT = 1;

/** `StorePort.claimHosts`. A claim counts until its time is over, and no longer. */
export async function claimHosts(
  table: StoreTable,
  pair: PairName,
  { owner, what, by, untilMs }: HostClaim,
  nowMs: number,
): Promise<HostClaim | null> {
  const version = `${table.ids.next()}${table.ids.next()}`;
  const written = await updateItem(table, {
    key: keyOf(pair),
    version,
    set: 'SET #owner = :owner, #what = :what, #by = :by, #untilMs = :untilMs, #version = :version, #format = :format, #expiresAt = :expiresAt',
    condition: 'attribute_not_exists(#owner) OR #owner = :owner OR #untilMs < :nowMs',
    values: {
      ':owner': text(owner),
      ':what': text(what),
      ':by': text(by),
      ':untilMs': number(untilMs),
      ':nowMs': number(nowMs),
      ':version': text(version),
      ':format': number(FORMAT),
      ':expiresAt': number(Math.floor(untilMs / 1000) + KEPT_SECONDS),
    },
  });
  if (written) return null;
  const item = await getItem(table, keyOf(pair));
  return item ? toClaim(item) : claimHosts(table, pair, { owner, what, by, untilMs }, nowMs);
}

/** `StorePort.releaseHosts`. */
export async function releaseHosts(table: StoreTable, pair: PairName, owner: string): Promise<void> {
  await updateItem(table, {
    key: keyOf(pair),
    set: 'SET #untilMs = :over',
    condition: '#owner = :owner',
    values: { ':owner': text(owner), ':over': number(0) },
  });
}

function toClaim(item: Item): HostClaim {
  const what = hostActions.find((action) => action === textOf(item, 'what')) ?? hostActions[0];
  const [owner, by] = [textOf(item, 'owner') ?? '', textOf(item, 'by') ?? ''];
  return { owner, what, by, untilMs: numberOf(item, 'untilMs') ?? 0 };
}

function keyOf(pair: PairName): Key {
  return { pk: `pair#${pair}`, sk: 'hosts' };
}

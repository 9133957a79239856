/** The state of a pair as its leader printed it last, in DynamoDB: for all who ask at that time. */
import type { PairName } from '../../core/names.ts';
import type { PrintedState } from '../../watch/ports/store.ts';
import { getItem, type Key, number, numberOf, type StoreTable, text, textOf, updateItem } from './table.ts';

/** DynamoDB removes it after a day. */
const KEPT_SECONDS = 86_400;
/** The shape of this record. */
const FORMAT = 1;

/** `StorePort.saveState`. The newest counts, so it needs no condition. */
export async function saveState(table: StoreTable, pair: PairName, printed: PrintedState): Promise<void> {
  const { id, atMs, epoch, json } = printed;
  await updateItem(table, {
    key: keyOf(pair),
    set: 'SET #id = :id, #atMs = :atMs, #epoch = :epoch, #state = :state, #format = :format, #expiresAt = :expiresAt',
    values: {
      ':id': text(id),
      ':atMs': number(atMs),
      ':epoch': number(epoch),
      ':state': text(json),
      ':format': number(FORMAT),
      ':expiresAt': number(Math.floor(atMs / 1000) + KEPT_SECONDS),
    },
  });
}

/** `StorePort.readState`. */
export async function readState(table: StoreTable, pair: PairName): Promise<PrintedState | null> {
  const item = await getItem(table, keyOf(pair));
  const json = item && textOf(item, 'state');
  if (!item || !json) return null;
  return {
    id: textOf(item, 'id') ?? '',
    atMs: numberOf(item, 'atMs') ?? 0,
    epoch: numberOf(item, 'epoch') ?? 0,
    json,
  };
}

function keyOf(pair: PairName): Key {
  return { pk: `pair#${pair}`, sk: 'state' };
}

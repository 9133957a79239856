/** The history of a pair in DynamoDB: a row for each thing that happened, kept for 90 days. */
import { BatchWriteItemCommand, QueryCommand, type WriteRequest } from '@aws-sdk/client-dynamodb';
import { detailOf } from '../../core/memory/history.ts';
import type { PairName } from '../../core/names.ts';
import { STORE_LIMIT_MS } from '../../core/time-budget.ts';
import { PortError } from '../../watch/ports/port-error.ts';
import type { HistoryEntry } from '../../watch/ports/store.ts';
import { within } from '../clients.ts';
import { toPortError } from '../errors.ts';
import { type Item, number, numberOf, type StoreTable, text, textOf } from './table.ts';

const KEPT_SECONDS = 90 * 86_400;
/** DynamoDB's limit for one batch. */
const BATCH = 25;
/** How often rows that DynamoDB could not take yet are given to it again. */
const ROUNDS_MAX = 5;
const PAUSE_MS = 100;
/** The shape of a row. */
const FORMAT = 1;

/** Numbers the rows of one process, so that those of one millisecond stay in order. */
export type RowCounter = () => number;

/** Counts up to a million and begins again: two rows of one millisecond are not that far apart. */
export function createRowCounter(): RowCounter {
  let last = -1;
  return () => {
    last = (last + 1) % 1_000_000;
    return last;
  };
}

/**
 * `StorePort.appendHistory`. Rows need no condition: each has a key of its own, made before the first try, so
 * that a repeated write is the same row. Throws PortError; some of the rows may have been written then.
 */
export async function appendHistory(
  table: StoreTable,
  counter: RowCounter,
  entries: readonly HistoryEntry[],
): Promise<void> {
  const rows = entries.map((entry) => toRow(table, entry, counter()));
  for (let at = 0; at < rows.length; at += BATCH) {
    await writeBatch(table, rows.slice(at, at + BATCH));
  }
}

async function writeBatch(table: StoreTable, rows: readonly Item[]): Promise<void> {
  let left: WriteRequest[] = rows.map((row) => ({ PutRequest: { Item: { ...row } } }));
  for (let round = 0; round < ROUNDS_MAX && left.length > 0; round += 1) {
    if (round > 0) await table.clock.sleep(PAUSE_MS * round);
    const command = new BatchWriteItemCommand({ RequestItems: { [table.name]: left } });
    const answer = await table.client.send(command, within(STORE_LIMIT_MS)).catch((error: unknown) => {
      throw toPortError(error, 'writing history');
    });
    left = answer.UnprocessedItems?.[table.name] ?? [];
  }
  if (left.length > 0) throw new PortError('throttled', `${left.length} rows of history were not written`);
}

/** `StorePort.history`. */
export async function history(
  table: StoreTable,
  pair: PairName,
  limit: number,
): Promise<readonly HistoryEntry[]> {
  const found: HistoryEntry[] = [];
  let from: Record<string, Item[string]> | undefined;
  do {
    const command = new QueryCommand({
      TableName: table.name,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: { ':pk': text(`pair#${pair}`), ':prefix': text('history#') },
      ConsistentRead: true,
      ScanIndexForward: false,
      Limit: limit - found.length,
      ExclusiveStartKey: from,
    });
    const page = await table.client.send(command, within(STORE_LIMIT_MS)).catch((error: unknown) => {
      throw toPortError(error, `reading the history of ${pair}`);
    });
    found.push(...(page.Items ?? []).map(toEntry));
    from = page.LastEvaluatedKey;
  } while (from && found.length < limit);
  return found;
}

/** The key sorts by time, then by the order in which the rows were given. */
function toRow(table: StoreTable, entry: HistoryEntry, count: number): Item {
  const order = String(count).padStart(6, '0');
  return {
    pk: text(`pair#${entry.pair}`),
    sk: text(`history#${new Date(entry.atMs).toISOString()}#${order}-${table.ids.next()}`),
    format: number(FORMAT),
    atMs: number(entry.atMs),
    epoch: number(entry.epoch),
    what: text(entry.what),
    text: text(entry.text),
    ...(entry.detail === undefined ? {} : { detail: text(JSON.stringify(entry.detail)) }),
    ...(entry.incident === null ? {} : { incident: text(entry.incident) }),
    expiresAt: number(Math.floor(entry.atMs / 1000) + KEPT_SECONDS),
  };
}

function toEntry(item: Item): HistoryEntry {
  const detail = detailOf(textOf(item, 'detail'));
  return {
    atMs: numberOf(item, 'atMs') ?? 0,
    pair: (textOf(item, 'pk') ?? '').slice('pair#'.length),
    incident: textOf(item, 'incident'),
    epoch: numberOf(item, 'epoch') ?? 0,
    what: textOf(item, 'what') ?? '',
    text: textOf(item, 'text') ?? '',
    ...(detail === undefined ? {} : { detail }),
  };
}

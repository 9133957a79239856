/**
 * The one table, and how every record in it is written: under a condition, and recognised afterwards. The SDK
 * repeats a write whose answer was lost; the repetition then meets what the first try wrote, and its condition
 * fails. A version that is new with every write tells our own from somebody else's.
 */
import {
  type AttributeValue,
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { STORE_LIMIT_MS } from '../../core/time-budget.ts';
import { PortError } from '../../watch/ports/port-error.ts';
import type { Clock, Ids, Log } from '../../watch/ports/ports.ts';
import { within } from '../clients.ts';
import { awsErrorKind, awsErrorName, toPortError } from '../errors.ts';

export interface StoreTable {
  readonly client: DynamoDBClient;
  readonly name: string;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly log: Log;
}

export type Item = Readonly<Record<string, AttributeValue>>;
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/** Values as DynamoDB takes them. */
export const text = (value: string): AttributeValue => ({ S: value });
export const number = (value: number): AttributeValue => ({ N: String(value) });
export const flag = (value: boolean): AttributeValue => ({ BOOL: value });

/** The text of an attribute; null where there is none. */
export function textOf(item: Item, name: string): string | null {
  return item[name]?.S ?? null;
}

/** The number of an attribute; null where there is none. */
export function numberOf(item: Item, name: string): number | null {
  const digits = item[name]?.N;
  return digits === undefined ? null : Number(digits);
}

/** The key as DynamoDB takes it. */
export function toKey({ pk, sk }: Key): Record<string, AttributeValue> {
  return { pk: text(pk), sk: text(sk) };
}

/** The record as it is now, read consistently; null if there is none. Throws PortError. */
export async function getItem(table: StoreTable, key: Key): Promise<Item | null> {
  const command = new GetItemCommand({ TableName: table.name, Key: toKey(key), ConsistentRead: true });
  const answer = await table.client.send(command, within(STORE_LIMIT_MS)).catch((error: unknown) => {
    throw toPortError(error, `reading ${key.pk} ${key.sk}`);
  });
  return answer.Item ?? null;
}

/** A conditional update. Names are given as `#name`, values as `:name`; both are bound by what is given here. */
export interface Update {
  readonly key: Key;
  readonly set: string;
  readonly condition?: string;
  readonly values: Readonly<Record<string, AttributeValue>>;
  /** The value that makes this write ours: it is new, and stands in `version` afterwards. */
  readonly version?: string;
}

/**
 * Writes, and gives back the record as written; null when the condition failed and the write is not ours.
 * Throws PortError (`timeout`: it may yet take effect).
 */
export async function updateItem(table: StoreTable, update: Update): Promise<Item | null> {
  const tried = `writing ${update.key.pk} ${update.key.sk}`;
  try {
    const answer = await table.client.send(toCommand(table, update), within(STORE_LIMIT_MS));
    return answer.Attributes ?? {};
  } catch (error) {
    const conditionFailed = awsErrorName(error) === 'ConditionalCheckFailedException';
    const unsure = conditionFailed || awsErrorKind(error) === 'timeout';
    const own = unsure && update.version !== undefined ? await ownWrite(table, update) : null;
    if (own) return own;
    if (conditionFailed) return null;
    throw toPortError(error, tried);
  }
}

/** The record, if it carries the version of this very write. */
async function ownWrite(table: StoreTable, { key, version }: Update): Promise<Item | null> {
  const item = await getItem(table, key);
  return item && version !== undefined && textOf(item, 'version') === version ? item : null;
}

function toCommand(table: StoreTable, { key, set, condition, values }: Update): UpdateItemCommand {
  // Words such as `owner` are reserved in expressions, so every name is given by placeholder.
  const used = `${set} ${condition ?? ''}`.match(/#\w+/g) ?? [];
  return new UpdateItemCommand({
    TableName: table.name,
    Key: toKey(key),
    UpdateExpression: set,
    ConditionExpression: condition,
    ExpressionAttributeNames: Object.fromEntries(used.map((name) => [name, name.slice(1)])),
    ExpressionAttributeValues: { ...values },
    ReturnValues: 'ALL_NEW',
  });
}

/**
 * Refuses a record that a newer release has written in a shape that this one cannot go on from. The number of its shape is
 * in the attribute `format`, and that of the oldest release that can go on from it in `readableBy`: a deployment that is
 * rolled back leaves such a record to the release before.
 */
export function checkFormat(item: Item, known: number, what: string): void {
  const format = numberOf(item, 'format') ?? known;
  if (format <= known || (numberOf(item, 'readableBy') ?? format) <= known) return;
  throw new PortError(
    'refused',
    `${what} was written by a newer release (format ${format}, this one knows up to ${known}): it is left as it is. Deploy the newer release again`,
  );
}

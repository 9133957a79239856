/** Operators' orders in DynamoDB: the leader's inbox. */
import { DeleteItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { InboxItem, StateQuestion } from '../../core/operator/inbox.ts';
import { isOrder } from '../../core/operator/order.ts';
import { parseRequest } from '../../core/operator/request.ts';
import { STORE_LIMIT_MS } from '../../core/time-budget.ts';
import { within } from '../clients.ts';
import { awsErrorName, toPortError } from '../errors.ts';
import { wake } from './lease.ts';
import { type Item, number, numberOf, type StoreTable, text, textOf, toKey } from './table.ts';

const PARTITION = 'orders';
/** An order that nobody took out: its asker died. DynamoDB removes it. */
const KEPT_SECONDS = 86_400;
/** The shape of this record. */
const FORMAT = 1;

/** `StorePort.submitOrder`. An order of the same id is there already only when this is its repetition. */
export async function submitOrder(table: StoreTable, waiting: InboxItem): Promise<void> {
  const command = new PutItemCommand({
    TableName: table.name,
    ConditionExpression: 'attribute_not_exists(sk)',
    Item: {
      ...toKey({ pk: PARTITION, sk: keyOf(waiting.id) }),
      format: number(FORMAT),
      atMs: number(waiting.atMs),
      order: text(JSON.stringify(waiting.order)),
      expiresAt: number(Math.floor(waiting.atMs / 1000) + KEPT_SECONDS),
    },
  });
  await table.client.send(command, within(STORE_LIMIT_MS)).catch((error: unknown) => {
    if (awsErrorName(error) === 'ConditionalCheckFailedException') return;
    throw toPortError(error, `submitting order ${waiting.id}`);
  });
  await wake(table);
}

/** `StorePort.waitingOrders`. An order that this release does not understand is left to the one that wrote it. */
export async function waitingOrders(table: StoreTable): Promise<readonly InboxItem[]> {
  const command = new QueryCommand({
    TableName: table.name,
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': text(PARTITION) },
    ConsistentRead: true,
  });
  const page = await table.client.send(command, within(STORE_LIMIT_MS)).catch((error: unknown) => {
    throw toPortError(error, 'reading the waiting orders');
  });
  return (page.Items ?? [])
    .flatMap((item) => toOrder(table, item))
    .sort((one, other) => one.atMs - other.atMs || one.id.localeCompare(other.id));
}

/** `StorePort.removeOrder`. It is removed for good, so a second removal finds nothing and succeeds. */
export async function removeOrder(table: StoreTable, id: string): Promise<void> {
  const command = new DeleteItemCommand({
    TableName: table.name,
    Key: toKey({ pk: PARTITION, sk: keyOf(id) }),
  });
  await table.client.send(command, within(STORE_LIMIT_MS)).catch((error: unknown) => {
    throw toPortError(error, `removing order ${id}`);
  });
}

function keyOf(id: string): string {
  return `order#${id}`;
}

function toOrder(table: StoreTable, item: Item): InboxItem[] {
  const id = (textOf(item, 'sk') ?? '').slice('order#'.length);
  const atMs = numberOf(item, 'atMs') ?? 0;
  const raw = jsonOf(textOf(item, 'order') ?? '');
  if (isQuestion(raw)) return [{ id, atMs, order: raw }];
  const parsed = parseRequest(complete(raw));
  if (parsed.kind === 'valid' && isOrder(parsed.value)) return [{ id, atMs, order: parsed.value }];
  table.log.warn('an order in the inbox is not understood by this release and is left there', { order: id });
  return [];
}

function isQuestion(raw: unknown): raw is StateQuestion {
  const { action, pair } = (raw ?? {}) as { action?: unknown; pair?: unknown };
  return action === 'state' && typeof pair === 'string';
}

/** Older releases asked neither who nor why. */
function complete(raw: unknown): unknown {
  if (raw === null || typeof raw !== 'object') return raw;
  const said = Object.entries(raw).filter(([, value]) => value !== '');
  return { by: 'operator', why: 'not said', ...Object.fromEntries(said) };
}

function jsonOf(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

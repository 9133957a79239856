/**
 * The memory of a pair in DynamoDB: JSON, with the owner and the epoch that claimed it beside. A claim raises the epoch, and
 * a save needs one that is not lower: what an overtaken watch still has to say is not written.
 */
import type { Alert } from '../../core/alert/incident.ts';
import { emptyMemory, type Memory } from '../../core/memory/memory.ts';
import type { PairName } from '../../core/names.ts';
import { PortError } from '../../watch/ports/port-error.ts';
import type { Claimant } from '../../watch/ports/store.ts';
import {
  checkFormat,
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

/** The shape that this release writes. Older ones are read by `upgrade`. */
const FORMAT = emptyMemory.version;
/**
 * The oldest release that can go on from it. A new field leaves this as it is. A new kind of value, such as a step of a
 * plan, is only written one release after all code reads it; then this number follows.
 */
const READABLE_BY = 1;

/** Of a shape that we can go on from: no other is ever overwritten. */
const OF_KNOWN_SHAPE = '(attribute_not_exists(#format) OR #format <= :format OR #readableBy <= :format)';
/** Ours by epoch, and of a shape that we know. */
const CONDITION = `(attribute_not_exists(#epoch) OR #epoch <= :epoch) AND ${OF_KNOWN_SHAPE}`;
/** After the lease's record was lost, two may lead under one epoch: only the first has the memory. */
const CLAIM = `(attribute_not_exists(#epoch) OR #epoch < :epoch OR (#epoch = :epoch AND #owner = :owner)) AND ${OF_KNOWN_SHAPE}`;

/** `StorePort.claimMemory`. */
export async function claimMemory(
  table: StoreTable,
  pair: PairName,
  { owner, epoch }: Claimant,
): Promise<Memory> {
  const item = await updateItem(table, {
    key: keyOf(pair),
    set: 'SET #epoch = :epoch, #owner = :owner',
    condition: CLAIM,
    values: { ':epoch': number(epoch), ':owner': text(owner), ':format': number(FORMAT) },
  });
  return item ? toMemory(item, pair) : explain(table, pair, epoch);
}

/** `StorePort.readMemory`. */
export async function readMemory(table: StoreTable, pair: PairName): Promise<Memory> {
  const item = await getItem(table, keyOf(pair));
  return item ? toMemory(item, pair) : emptyMemory;
}

/** `StorePort.saveMemory`. */
export async function saveMemory(
  table: StoreTable,
  pair: PairName,
  memory: Memory,
  epoch: number,
): Promise<void> {
  const version = `${table.ids.next()}${table.ids.next()}`;
  const item = await updateItem(table, {
    key: keyOf(pair),
    version,
    set: 'SET #memory = :memory, #epoch = :epoch, #version = :version, #format = :format, #readableBy = :readableBy',
    condition: CONDITION,
    values: {
      ':memory': text(JSON.stringify(memory)),
      ':epoch': number(epoch),
      ':version': text(version),
      ':format': number(FORMAT),
      ':readableBy': number(READABLE_BY),
    },
  });
  if (!item) await explain(table, pair, epoch);
}

/** Which half of the condition failed. Throws PortError `refused` or `superseded`. */
async function explain(table: StoreTable, pair: PairName, epoch: number): Promise<never> {
  const item = (await getItem(table, keyOf(pair))) ?? {};
  checkFormat(item, FORMAT, `the memory of ${pair}`);
  const newer = numberOf(item, 'epoch');
  const message = `epoch ${epoch} no longer owns the memory of ${pair}: ${newer ?? 'a newer one'} does`;
  throw new PortError('superseded', message, newer === null ? {} : { epoch: newer });
}

function keyOf(pair: PairName): Key {
  return { pk: `pair#${pair}`, sk: 'memory' };
}

function toMemory(item: Item, pair: PairName): Memory {
  checkFormat(item, FORMAT, `the memory of ${pair}`);
  const json = textOf(item, 'memory');
  return json === null ? emptyMemory : upgrade(JSON.parse(json));
}

/**
 * A record of another release → memory. What an older one did not have yet is as in the empty memory. What only a newer one
 * knows is left out: this release could not keep it true.
 */
export function upgrade(record: Partial<Memory>): Memory {
  const known = Object.entries(record).filter(([key]) => Object.hasOwn(emptyMemory, key));
  const memory: Memory = { ...emptyMemory, ...Object.fromEntries(known), version: FORMAT };
  return { ...memory, outbox: memory.outbox.filter(isAlert) };
}

/** An alert that a person has broken in the table would hold back those of all pairs: no mail can be made of it. */
function isAlert(alert: unknown): alert is Alert {
  const { id, code, pair, happened, atMs, steps } = (alert ?? {}) as Partial<Alert>;
  const areTexts = [id, code, pair, happened].every((text) => typeof text === 'string');
  return areTexts && Number.isFinite(atMs) && Array.isArray(steps);
}

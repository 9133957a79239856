/**
 * Rows as MySQL's text protocol has them, and its binary one, where every column is a text here too. mysql2 would write a packet at a time, and encode each column's
 * definition anew; a node sends them all in one piece, and keeps the definitions, which never change.
 */
import type { Value } from './node-words.ts';

/** Type VAR_STRING, character set utf8mb4: in the text protocol, numbers are text too. */
const VAR_STRING = 0xfd;
const UTF8MB4 = 45;
const endOfFile = Buffer.from([0xfe, 0, 0, 2, 0]);

const definitions = new Map<string, readonly Buffer[]>();

/** The whole answer: columns, rows, and the ends of both. Its packets are numbered from 1, as after a query. */
export function encodeRows(
  columns: readonly string[],
  rows: readonly (readonly Value[])[],
  encode = encodeRow,
): Buffer {
  const key = columns.join('\n');
  let head = definitions.get(key);
  if (!head) {
    head = [integer(columns.length), ...columns.map(definition), endOfFile];
    definitions.set(key, head);
  }
  return packets([...head, ...rows.map(encode), endOfFile]);
}

/** The answer to COM_STMT_PREPARE. How its columns are defined comes with each answer of the statement in any case. */
export function encodePrepared(id: number, parameters: number): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt32LE(id, 1);
  head.writeUInt16LE(parameters, 7);
  const definitions = Array.from({ length: parameters }, () => definition('?'));
  return packets(parameters === 0 ? [head] : [head, ...definitions, endOfFile]);
}

function encodeRow(values: readonly Value[]): Buffer {
  return Buffer.concat(values.map(encodeValue));
}

/** As COM_STMT_EXECUTE is answered: a bit for each NULL, and the other values. */
export function encodeBinaryRow(values: readonly Value[]): Buffer {
  const head = Buffer.alloc(1 + Math.floor((values.length + 9) / 8));
  for (const [index, value] of values.entries()) {
    const bit = index + 2;
    if (value === null) head[1 + (bit >> 3)] = (head[1 + (bit >> 3)] ?? 0) | (1 << (bit & 7));
  }
  return Buffer.concat([head, ...values.filter((value) => value !== null).map(encodeValue)]);
}

function packets(payloads: readonly Buffer[]): Buffer {
  return Buffer.concat(
    payloads.flatMap((payload, index) => {
      const header = Buffer.alloc(4);
      header.writeUIntLE(payload.length, 0, 3);
      header[3] = (index + 1) % 256;
      return [header, payload];
    }),
  );
}

function encodeValue(value: Value): Buffer {
  return value === null ? Buffer.from([0xfb]) : string(String(value));
}

function definition(name: string): Buffer {
  const rest = Buffer.alloc(13);
  rest[0] = 12;
  rest.writeUInt16LE(UTF8MB4, 1);
  rest.writeUInt32LE(1024, 3);
  rest[7] = VAR_STRING;
  // Catalogue, schema, table, its original name; the column's name and its original one.
  return Buffer.concat([string('def'), string(''), string(''), string(''), string(name), string(''), rest]);
}

function string(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([integer(bytes.length), bytes]);
}

/** A length-encoded integer: one byte below 251, else two or three after their mark. */
function integer(value: number): Buffer {
  if (value < 251) return Buffer.from([value]);
  const wide = value >= 0x10000;
  const bytes = Buffer.alloc(wide ? 4 : 3);
  bytes[0] = wide ? 0xfd : 0xfc;
  bytes.writeUIntLE(value, 1, wide ? 3 : 2);
  return bytes;
}

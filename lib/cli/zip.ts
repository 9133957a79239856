/** A zip archive as Lambda takes it. The same files make the same bytes, whoever makes them and whenever. */
import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipEntry {
  /** With slashes, relative to the top. */
  readonly name: string;
  readonly content: Buffer;
}

/** What a record says of an entry, in the places that both kinds of record have. */
interface Packed {
  readonly name: Buffer;
  readonly data: Buffer;
  readonly crc: number;
  readonly size: number;
}

const VERSION = 20;
const DEFLATED = 8;
/** 1 January 1980: there is no earlier date. */
const DATE = 0x21;
/** Made by Unix, so that the file's mode counts: a plain file that everybody may read. */
const MADE_BY = (3 << 8) | VERSION;
const MODE = 0o100644 << 16;

/** Packs the files, in the order that is given. */
export function zip(entries: readonly ZipEntry[]): Buffer {
  const packed = entries.map(pack);
  const locals = packed.map((entry) => Buffer.concat([localHeader(entry), entry.name, entry.data]));
  let offset = 0;
  const central = packed.map((entry, index) => {
    const record = Buffer.concat([centralHeader(entry, offset), entry.name]);
    offset += locals[index]?.length ?? 0;
    return record;
  });
  const directory = Buffer.concat(central);
  return Buffer.concat([...locals, directory, endRecord(entries.length, directory.length, offset)]);
}

function pack({ name, content }: ZipEntry): Packed {
  const data = deflateRawSync(content, { level: 9 });
  return { name: Buffer.from(name), data, crc: crc32(content), size: content.length };
}

/** From the version that is needed to the length of the name. */
function writeCommon(header: Buffer, at: number, { name, data, crc, size }: Packed): void {
  header.writeUInt16LE(VERSION, at);
  header.writeUInt16LE(DEFLATED, at + 4);
  header.writeUInt16LE(DATE, at + 8);
  header.writeUInt32LE(crc, at + 10);
  header.writeUInt32LE(data.length, at + 14);
  header.writeUInt32LE(size, at + 18);
  header.writeUInt16LE(name.length, at + 22);
}

function localHeader(entry: Packed): Buffer {
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  writeCommon(header, 4, entry);
  return header;
}

function centralHeader(entry: Packed, offset: number): Buffer {
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE(MADE_BY, 4);
  writeCommon(header, 6, entry);
  header.writeUInt32LE(MODE >>> 0, 38);
  header.writeUInt32LE(offset, 42);
  return header;
}

function endRecord(count: number, length: number, offset: number): Buffer {
  const record = Buffer.alloc(22);
  record.writeUInt32LE(0x06054b50, 0);
  record.writeUInt16LE(count, 8);
  record.writeUInt16LE(count, 10);
  record.writeUInt32LE(length, 12);
  record.writeUInt32LE(offset, 16);
  return record;
}

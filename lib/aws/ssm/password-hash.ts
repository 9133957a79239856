/** What servers keep of a password, so that an account is made with it and the password itself goes nowhere. */
import { createHash } from 'node:crypto';

/** Of `mysql_native_password`, without its asterisk: SHA-1 of SHA-1, in upper-case hexadecimal digits. */
export function nativeHash(password: string): string {
  return digest('sha1', [digest('sha1', [Buffer.from(password)])])
    .toString('hex')
    .toUpperCase();
}

const ROUNDS = 5000;
/** In thousands, as it is in the hash. */
const ROUNDS_TEXT = '005';
const SALT_BYTES = 20;

/**
 * Of `caching_sha2_password`: SHA-crypt by SHA-256 with a salt of 20 bytes. The salt comes from the password, so that the same
 * password has the same hash on every node and in every run; our passwords are random, so that no two are the same.
 */
export function sha2Hash(password: string): Buffer {
  const salt = saltOf(password);
  return Buffer.concat([Buffer.from(`$A$${ROUNDS_TEXT}$`), salt, Buffer.from(shaCrypt(password, salt))]);
}

/** Printable, without `$`, which ends a salt. */
function saltOf(password: string): Buffer {
  const letters = digest('sha256', [Buffer.from(`keepalambda salt ${password}`)]).toString('hex');
  return Buffer.from(letters.slice(0, SALT_BYTES));
}

/** "Unix crypt using SHA-256 and SHA-512" (Drepper), the digest alone. */
export function shaCrypt(password: string, salt: Buffer): string {
  const key = Buffer.from(password);
  const other = sha256([key, salt, key]);
  const mixed: Buffer[] = [key, salt, stretched(other, key.length)];
  for (let bits = key.length; bits > 0; bits >>= 1) mixed.push(bits & 1 ? other : key);
  let result = sha256(mixed);
  const keys = stretched(sha256(Array<Buffer>(key.length).fill(key)), key.length);
  const salts = stretched(sha256(Array<Buffer>(16 + (result[0] ?? 0)).fill(salt)), salt.length);
  for (let round = 0; round < ROUNDS; round += 1) {
    const isOdd = round % 2 === 1;
    result = sha256([
      isOdd ? keys : result,
      ...(round % 3 === 0 ? [] : [salts]),
      ...(round % 7 === 0 ? [] : [keys]),
      isOdd ? result : keys,
    ]);
  }
  return encoded(result);
}

function stretched(digested: Buffer, length: number): Buffer {
  return Buffer.alloc(length, digested);
}

const alphabet = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** The bytes of each group of four characters, highest first; the last group has two bytes and three characters. */
const groups = [
  [0, 10, 20],
  [21, 1, 11],
  [12, 22, 2],
  [3, 13, 23],
  [24, 4, 14],
  [15, 25, 5],
  [6, 16, 26],
  [27, 7, 17],
  [18, 28, 8],
  [9, 19, 29],
] as const;

function encoded(bytes: Buffer): string {
  const at = (index: number) => bytes[index] ?? 0;
  const letters = (value: number, count: number) =>
    Array.from({ length: count }, (_, index) => alphabet[(value >> (6 * index)) & 63]).join('');
  const most = groups.map(([high, middle, low]) =>
    letters((at(high) << 16) | (at(middle) << 8) | at(low), 4),
  );
  return `${most.join('')}${letters((at(31) << 8) | at(30), 3)}`;
}

function sha256(parts: readonly Buffer[]): Buffer {
  return digest('sha256', parts);
}

function digest(algorithm: string, parts: readonly Buffer[]): Buffer {
  const hash = createHash(algorithm);
  for (const part of parts) hash.update(part);
  return hash.digest();
}

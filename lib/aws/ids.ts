import { randomBytes } from 'node:crypto';
import type { Ids } from '../watch/ports/ports.ts';

/** Random ids of 8 lower-case hexadecimal characters. */
export function createIds(): Ids {
  return { next: () => randomBytes(4).toString('hex') };
}

/** The servers that the lab can run. */
import { LabError } from '../errors.ts';
import { mysql56 } from './mysql-5.6.ts';
import type { Product } from './product.ts';

interface Entry {
  /** One line for `--list`. */
  readonly about: string;
  readonly find: () => Promise<Product>;
}

export const catalogue = {
  'mysql-5.6': { about: 'MySQL 5.6.24, which npm ci brings: nothing else is needed', find: mysql56 },
} as const satisfies Record<string, Entry>;

export const defaultServer = 'mysql-5.6';

/**
 * The product of that name in the catalogue, or the server at that path. Throws a `LabError` when it is not
 * known, not there, or cannot run on this machine.
 */
export async function findProduct(nameOrPath: string): Promise<Product> {
  if (process.platform !== 'linux') {
    throw new LabError({
      got: `a machine with ${process.platform}`,
      want: 'Linux: the lab runs real servers on loopback addresses',
      remedy: 'run it on a Linux machine or in a Linux container',
    });
  }
  const entry = (catalogue as Readonly<Record<string, Entry>>)[nameOrPath];
  if (entry) return entry.find();
  throw new LabError({
    got: `the server ${nameOrPath}`,
    want: `one of ${Object.keys(catalogue).join(', ')}`,
    remedy: 'correct the name',
  });
}

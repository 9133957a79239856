/** The servers that the lab can run. */
import { LabError } from '../errors.ts';
import { installed, locate } from './installed.ts';
import { mariadb1011 } from './mariadb.ts';
import { mysql56 } from './mysql-5.6.ts';
import { mysql97 } from './mysql-9.7.ts';
import type { Product } from './product.ts';

interface Entry {
  /** One line for `--list`. */
  readonly about: string;
  readonly find: () => Promise<Product>;
}

export const catalogue = {
  'mysql-5.6': { about: 'MySQL 5.6.24, which npm ci brings: nothing else is needed', find: mysql56 },
  'mysql-9.7': { about: "MySQL 9.7, Debian sid's packages, fetched once without root", find: mysql97 },
  'mariadb-10.11': {
    about: "MariaDB 10.11, bookworm's packages, fetched once without root",
    find: mariadb1011,
  },
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
  const command = locate(nameOrPath);
  if (command) return installed(command);
  throw new LabError({
    got: `the server ${nameOrPath}`,
    want: `one of ${Object.keys(catalogue).join(', ')}, or a mysqld by its path or on the PATH`,
    remedy: 'correct the name',
  });
}

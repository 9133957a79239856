/** A server that is installed on this machine: named by its path, or found on the PATH. */
import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { LabError } from '../errors.ts';
import { bootstrapFromScripts, initializeItself } from './bootstrap.ts';
import type { Binary, Product, Settings } from './product.ts';
import { versionOf } from './version.ts';

/** The program at that path, or of that name on the PATH; null when there is none. */
export function locate(nameOrPath: string): string | null {
  const places = nameOrPath.includes('/')
    ? [path.resolve(nameOrPath)]
    : (process.env.PATH ?? '').split(':').map((directory) => path.join(directory, nameOrPath));
  return places.find((place) => existsSync(place)) ?? null;
}

/** The product that this program is. Throws a `LabError` when it is none that the lab can run. */
export async function installed(command: string): Promise<Product> {
  const binary: Binary = { command, args: [], env: {} };
  const { version, dialect, initializes } = await versionOf(binary);
  const settings: Settings = dialect === 'mysql-8' ? { mysqlx: 'OFF', 'secure-file-priv': '' } : {};
  const how = { binary, dialect, settings };
  return {
    name: `${dialect === 'mariadb' ? 'mariadb' : 'mysql'}-${version}`,
    version,
    ...how,
    initialize: async (directory) =>
      initializes
        ? initializeItself(how, directory)
        : bootstrapFromScripts(how, await scriptsOf(command), directory),
  };
}

/** Where a server's scripts are, seen from its program: as packages and as tarballs lay them out. */
async function scriptsOf(command: string): Promise<string> {
  const base = path.dirname(path.dirname(await realpath(command)));
  const places = ['share/mysql', 'share/mariadb', 'share'].map((place) => path.join(base, place));
  const found = places.find((place) => existsSync(path.join(place, 'mysql_system_tables.sql')));
  if (found) return found;
  throw new LabError({
    got: `${command} without its scripts`,
    want: `mysql_system_tables.sql in one of ${places.join(', ')}`,
    remedy: 'install the rest of the server, or name another with --server',
  });
}

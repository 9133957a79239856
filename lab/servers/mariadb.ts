/** MariaDB, from Debian: 10.11 of bookworm, and the newer LTS of sid that it can be upgraded to. */
import path from 'node:path';
import { bootstrapFromScripts } from './bootstrap.ts';
import { unpacked, unpackedBinary } from './debian.ts';
import type { Product, Settings } from './product.ts';
import { versionOf } from './version.ts';

/** Fetches it the first time. Throws a `LabError` when it cannot be had. */
export function mariadb1011(): Promise<Product> {
  return mariadbOf('bookworm', 'mariadb-10.11');
}

/** The one that 10.11 is upgraded to. No server of the catalogue: it is not tested as one. */
export function mariadb118(): Promise<Product> {
  return mariadbOf('sid', 'mariadb-11.8');
}

async function mariadbOf(suite: string, name: string): Promise<Product> {
  const root = await unpacked({
    name: `servers/${name}`,
    suite,
    packages: ['mariadb-server-core'],
    instead: 'use the server mysql-5.6',
  });
  const binary = await unpackedBinary(root, 'usr/sbin/mariadbd');
  const share = path.join(root, 'usr/share/mysql');
  const settings: Settings = {
    basedir: path.join(root, 'usr'),
    'lc-messages-dir': share,
    'character-sets-dir': path.join(share, 'charsets'),
  };
  const { version } = await versionOf(binary);
  return {
    name,
    version,
    dialect: 'mariadb',
    binary,
    settings,
    initialize: (directory) =>
      bootstrapFromScripts({ binary, dialect: 'mariadb', settings }, share, directory),
  };
}

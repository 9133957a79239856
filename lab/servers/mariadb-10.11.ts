/** MariaDB 10.11, an LTS, from Debian's bookworm. */
import path from 'node:path';
import { bootstrapFromScripts } from './bootstrap.ts';
import { unpacked, unpackedBinary } from './debian.ts';
import type { Product, Settings } from './product.ts';
import { versionOf } from './version.ts';

/** Fetches it the first time. Throws a `LabError` when it cannot be had. */
export async function mariadb1011(): Promise<Product> {
  const root = await unpacked({
    name: 'servers/mariadb-10.11',
    suite: 'bookworm',
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
    name: 'mariadb-10.11',
    version,
    dialect: 'mariadb',
    binary,
    settings,
    initialize: (directory) =>
      bootstrapFromScripts({ binary, dialect: 'mariadb', settings }, share, directory),
  };
}

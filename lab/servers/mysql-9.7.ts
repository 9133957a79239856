/** MySQL 9.7, the LTS of its time, from Debian's sid. */
import path from 'node:path';
import { initializeItself } from './bootstrap.ts';
import { unpacked, unpackedBinary } from './debian.ts';
import type { Product, Settings } from './product.ts';
import { versionOf } from './version.ts';

/** Fetches it the first time. Throws a `LabError` when it cannot be had. */
export async function mysql97(): Promise<Product> {
  const root = await unpacked({
    name: 'servers/mysql-9.7',
    suite: 'sid',
    packages: ['mysql-server-core'],
    instead: 'use the server mysql-5.6',
  });
  const binary = await unpackedBinary(root, 'usr/sbin/mysqld');
  const settings: Settings = {
    basedir: path.join(root, 'usr'),
    'lc-messages-dir': path.join(root, 'usr/share/mysql'),
    'character-sets-dir': path.join(root, 'usr/share/mysql/charsets'),
    'plugin-dir': path.join(root, 'usr/lib/mysql/plugin'),
    'secure-file-priv': '',
    mysqlx: 'OFF',
  };
  const { version } = await versionOf(binary);
  return {
    name: 'mysql-9.7',
    version,
    dialect: 'mysql-8',
    binary,
    settings,
    initialize: (directory) => initializeItself({ binary, dialect: 'mysql-8', settings }, directory),
  };
}

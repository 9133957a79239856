/** How the products make an empty data directory: from the system tables' scripts, or by themselves. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { sizesOf } from './my-cnf.ts';
import { type Binary, type Dialect, optionsOf, run, type Settings, userOption } from './product.ts';

interface Bootstrap {
  readonly binary: Binary;
  readonly dialect: Dialect;
  readonly settings: Settings;
}

/**
 * As `mysql_install_db` does, for servers without `--initialize`: MySQL before 5.7, and MariaDB.
 * @param scripts the directory of mysql_system_tables.sql
 */
export async function bootstrapFromScripts(
  how: Bootstrap,
  scripts: string,
  dataDirectory: string,
): Promise<void> {
  const names = ['mysql_system_tables.sql', 'mysql_system_tables_data.sql'];
  const texts = await Promise.all(names.map((name) => readFile(path.join(scripts, name), 'utf8')));
  const text = ['CREATE DATABASE mysql;', 'USE mysql;', ...texts, ''].join('\n');
  await run(how.binary, [...optionsFor(how, dataDirectory), '--bootstrap'], text);
}

/** MySQL from 5.7: it does all of it alone. */
export async function initializeItself(how: Bootstrap, dataDirectory: string): Promise<void> {
  await run(how.binary, [...optionsFor(how, dataDirectory), '--initialize-insecure']);
}

function optionsFor({ dialect, settings }: Bootstrap, dataDirectory: string): readonly string[] {
  return [
    '--no-defaults',
    ...optionsOf({ ...settings, ...sizesOf(dialect), datadir: dataDirectory }),
    ...userOption(),
  ];
}

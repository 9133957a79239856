/**
 * The programs that come with a server on a real host, for scripts on a host of the lab: the reader of binary logs, the
 * dump tool and the client. They are fetched from Debian like the servers; MySQL 5.6 has none of its own there, and
 * gets those of today.
 */
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { unpacked, unpackedBinary } from '../servers/debian.ts';
import type { Instance } from '../servers/instance.ts';
import type { Binary, Dialect } from '../servers/product.ts';

interface Tools {
  readonly name: string;
  readonly suite: string;
  readonly packages: readonly string[];
  /** The programs, by the commands that they are called by. */
  readonly commands: Readonly<Record<string, string>> & { readonly mysql: string };
  /** Options that stand before those of a script. */
  readonly options: (root: string) => readonly string[];
}

const ofMysql: Tools = {
  name: 'tools/mysql-9.7',
  suite: 'sid',
  // The reader of binary logs is in the server's package; what it depends on has the rest.
  packages: ['mysql-server'],
  commands: { mysql: 'mysql', mysqldump: 'mysqldump', mysqlbinlog: 'mysqlbinlog' },
  options: (root) => [`--plugin-dir=${path.join(root, 'usr/lib/mysql/plugin')}`],
};

const ofMariadb: Tools = {
  name: 'tools/mariadb-10.11',
  suite: 'bookworm',
  packages: ['mariadb-client'],
  commands: {
    mysql: 'mariadb',
    mariadb: 'mariadb',
    'mariadb-dump': 'mariadb-dump',
    'mariadb-binlog': 'mariadb-binlog',
  },
  options: () => [],
};

const toolsOf: Record<Dialect, Tools> = { 'mysql-5': ofMysql, 'mysql-8': ofMysql, mariadb: ofMariadb };

/** The client of a server, as words of a command line; options of where settings are stand between the two. */
export interface ClientProgram {
  readonly words: readonly string[];
  readonly options: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The client of that kind of server. Fetched the first time; throws a `LabError` when it cannot be had. */
export async function clientProgram(dialect: Dialect): Promise<ClientProgram> {
  const tools = toolsOf[dialect];
  const root = await unpacked({ ...tools, instead: 'play what needs no tools of the server' });
  const { command, args } = await unpackedBinary(root, path.join('usr/bin', tools.commands.mysql));
  return { words: [command, ...args], options: tools.options(root), env: await waysToLogIn(root) };
}

/** Where MariaDB's client library finds its plugins, such as that for the accounts of MySQL 8. */
export async function waysToLogIn(root: string): Promise<Readonly<Record<string, string>>> {
  const libraries = path.join(root, 'usr/lib');
  for (const name of await readdir(libraries)) {
    const plugins = path.join(libraries, name, 'libmariadb3/plugin');
    if (existsSync(plugins)) return { MARIADB_PLUGIN_DIR: plugins };
  }
  return {};
}

/** The directory with a host's commands, and the home of its root, who gets in through the socket. */
export interface Workbench {
  readonly commands: string;
  readonly home: string;
  /** Where scripts of ours keep what outlasts them, in place of `/var/lib/keepalambda`. */
  readonly state: string;
}

/** Makes both in the directory of the server. Throws a `LabError` when the tools cannot be had. */
export async function furnish(instance: Instance): Promise<Workbench> {
  const tools = toolsOf[instance.product.dialect];
  const root = await unpacked({ ...tools, instead: 'play what needs no tools of the server' });
  const bench = {
    commands: path.join(instance.directory, 'commands'),
    home: path.join(instance.directory, 'home'),
    state: path.join(instance.directory, 'state'),
  };
  await mkdir(bench.commands, { recursive: true });
  await mkdir(bench.home, { recursive: true });
  for (const [name, program] of Object.entries(tools.commands)) {
    const binary = await unpackedBinary(root, path.join('usr/bin', program));
    const file = path.join(bench.commands, name);
    await writeFile(file, wrapper(instance, binary, name.includes('binlog') ? [] : tools.options(root)));
    await chmod(file, 0o755);
  }
  const client = `[client]\nuser=root\nsocket=${instance.socketPath}\n`;
  await writeFile(path.join(bench.home, '.my.cnf'), client, { mode: 0o600 });
  return bench;
}

/** Options that say where settings are must come first, so ours come behind them. */
function wrapper({ words }: Instance, { command, args }: Binary, options: readonly string[]): string {
  const line = [...words, command, ...args].map(quoted).join(' ');
  // The host's own `ip` comes first on its PATH; the one that enters a namespace is the machine's.
  return `#!/bin/sh
PATH=${quoted(process.env.PATH ?? '/usr/bin:/bin')}
case \${1:-} in
  --defaults-*|--no-defaults) first=$1; shift; exec ${line} "$first" ${options.map(quoted).join(' ')} "$@" ;;
esac
exec ${line} ${options.map(quoted).join(' ')} "$@"
`;
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

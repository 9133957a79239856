/** Which clients the benchmark measures: what npm and Debian have, each with two kinds of settings. */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { clientProgram } from '../../../lab/hosts/tools.ts';
import { type Binary, type Dialect, run } from '../../../lab/servers/product.ts';
import { fetchPython } from './python.ts';

export const clientNames = [
  'mysql2',
  'mysql2-pool',
  'pymysql',
  'mysqlclient',
  'mysql-program',
  'mariadb-program',
] as const;
export type ClientName = (typeof clientNames)[number];

interface Entry {
  /** What it is and how it connects, for the legend. */
  readonly about: string;
  /** What its recommended settings are, in its own words. */
  readonly recommended: string;
  /** How long after the one before a write is begun. Milliseconds. */
  readonly everyMs: number;
  readonly prepare: () => Promise<Prepared>;
}

/** How to start it. */
export interface Prepared {
  readonly version: string;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** The program that it runs for each statement: its words before and after those that say where its settings are. */
  readonly runs?: { readonly words: readonly string[]; readonly options: readonly string[] };
}

/** How often a session writes, and a program that is run for each statement: starting it costs CPU. */
const SESSION_MS = 100;
const PROGRAM_MS = 500;

export const clients: Readonly<Record<ClientName, Entry>> = {
  mysql2: {
    about: 'Node, one connection, made anew after an error that ended it',
    recommended:
      '`connectTimeout: 2000`, keepalive after 10 s, `timeout: 5000` for a query; a new connection after any error',
    everyMs: SESSION_MS,
    prepare: () => inNode('mysql2-connection.ts'),
  },
  'mysql2-pool': {
    about: 'Node, `createPool`',
    recommended: 'the same; a connection that had an error is destroyed, not given back',
    everyMs: SESSION_MS,
    prepare: () => inNode('mysql2-pool.ts'),
  },
  pymysql: {
    about: 'Python, one connection, made anew after an error that ended it',
    recommended: '`connect_timeout=2, read_timeout=5, write_timeout=5`; a new connection after any error',
    everyMs: SESSION_MS,
    prepare: () => inPython('with_pymysql.py', 'import pymysql; print(pymysql.__version__)'),
  },
  mysqlclient: {
    about: "Python on MariaDB's C library, one connection, made anew after an error that ended it",
    recommended: 'those of PyMySQL',
    everyMs: SESSION_MS,
    prepare: () => inPython('with_mysqlclient.py', 'import MySQLdb; print(MySQLdb.__version__)'),
  },
  'mysql-program': {
    about: '`mysql -e`, run for each statement',
    recommended: '`timeout 5 mysql --connect-timeout=2 -e`',
    everyMs: PROGRAM_MS,
    prepare: () => asProgram('mysql-8'),
  },
  'mariadb-program': {
    about: '`mariadb -e`, run for each statement',
    recommended: '`timeout 5 mariadb --connect-timeout=2 -e`',
    everyMs: PROGRAM_MS,
    prepare: () => asProgram('mariadb'),
  },
};

/** Fetches what they need, one after the other. Throws a `LabError` when one cannot be had. */
export async function prepare(names: readonly ClientName[]): Promise<ReadonlyMap<ClientName, Prepared>> {
  const prepared = new Map<ClientName, Prepared>();
  for (const name of names) prepared.set(name, await clients[name].prepare());
  return prepared;
}

async function inNode(file: string): Promise<Prepared> {
  const { version } = createRequire(import.meta.url)('mysql2/package.json') as { version: string };
  return { version, command: [process.execPath, programAt(file)], env: {} };
}

async function inPython(file: string, askVersion: string): Promise<Prepared> {
  const python = await fetchPython();
  const version = (await run(python, ['-c', askVersion])).trim();
  return { version, command: [python.command, ...python.args, programAt(file)], env: python.env };
}

async function asProgram(dialect: Dialect): Promise<Prepared> {
  const runs = await clientProgram(dialect);
  const [command = '', ...args] = runs.words;
  const binary: Binary = { command, args, env: {} };
  const said = await run(binary, ['--no-defaults', '--version']);
  const [, version = said.trim()] = /(?:Distrib|from|Ver) (\d+\.\d+\.\d+)/.exec(said) ?? [];
  return { version, command: [process.execPath, programAt('mysql-program.ts')], env: runs.env, runs };
}

function programAt(file: string): string {
  return fileURLToPath(new URL(`./programs/${file}`, import.meta.url));
}

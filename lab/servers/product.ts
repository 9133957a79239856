/**
 * A server product of the catalogue: which binary, how to make its first data directory, and which words of
 * SQL and my.cnf it understands.
 */
import { spawn } from 'node:child_process';
import { ownProcess } from '../belongings.ts';

/** Which words a server understands: `slave` until MySQL 5.7, `replica` from 8.0.23, or MariaDB's own. */
export type Dialect = 'mysql-5' | 'mysql-8' | 'mariadb';

/** How to run the server: what stands before our own options. */
export interface Binary {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Lines of my.cnf. `true` is an option without a value. */
export type Settings = Readonly<Record<string, string | number | true>>;

export interface Product {
  /** The name in the catalogue, such as `mysql-5.6`. */
  readonly name: string;
  /** The server's own version, such as `5.6.24`. */
  readonly version: string;
  readonly dialect: Dialect;
  readonly binary: Binary;
  /** What this product needs in every my.cnf: where its messages and character sets are. */
  readonly settings: Settings;
  /** Makes an empty data directory with the system tables and `root@localhost` without a password. */
  initialize(dataDirectory: string): Promise<void>;
}

/** Options that every mysqld of ours is started with: it refuses to be root unless told so. */
export function userOption(userId: number | undefined = process.getuid?.()): readonly string[] {
  return userId === 0 ? ['--user=root'] : [];
}

/** Settings as command-line options, for runs that have no my.cnf. */
export function optionsOf(settings: Settings): string[] {
  return Object.entries(settings).map(([key, value]) => (value === true ? `--${key}` : `--${key}=${value}`));
}

/** Runs a program to its end, with `input` on its standard input. Throws with its last words if it fails. */
export async function run(binary: Binary, args: readonly string[], input = ''): Promise<string> {
  const command = [...binary.args, ...args];
  const env = { ...process.env, ...binary.env };
  const child = ownProcess(spawn(binary.command, command, { env, stdio: ['pipe', 'pipe', 'pipe'] }));
  const said: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => said.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
  // A program that ends without reading all of its input breaks the pipe: its exit code tells.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const output = Buffer.concat(said).toString();
  if (code !== 0) {
    throw new Error(`${binary.command} ended with ${code ?? 'a signal'}: ${lastWords(output)}`);
  }
  return output;
}

/** What of a server's log says why it ended: its last errors, or else its last lines. */
export function lastWords(log: string): string {
  const lines = log.trim().split('\n');
  const errors = lines.filter((line) => /error/i.test(line));
  return (errors.length > 0 ? errors : lines).slice(-2).join(' | ') || 'it said nothing';
}

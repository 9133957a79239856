/** keepalived on one host: its files, its process, and what it says of itself. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { ownProcess } from '../../../lab/belongings.ts';
import { filesOf, type Site, type Variant } from './files.ts';

export interface DaemonOptions {
  readonly site: Site;
  readonly variant: Variant;
  readonly keepalived: readonly string[];
  /** What stands before the command, so that it runs on its host. */
  readonly words: readonly string[];
  /** Hears what it says that a person would want to know. */
  readonly onLine: (line: string) => void;
}

export interface Daemon {
  /** Resolves when it is master. Throws after 30 s. */
  untilMaster(): Promise<void>;
  /** Resolves when it stands by. Throws after 30 s. */
  untilBackup(): Promise<void>;
  /** The host has lost its power. */
  kill(): void;
  close(): Promise<void>;
}

/** How long an election may take. Milliseconds. */
const ELECTION_LIMIT_MS = 30_000;
/** How long it may take to end by itself. Milliseconds. */
const STOP_LIMIT_MS = 3000;

/** Writes the files and starts it, to end with us. */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { site, keepalived, words } = options;
  await mkdir(site.directory, { recursive: true });
  for (const [name, text] of Object.entries(filesOf(site, options.variant))) {
    const file = path.join(site.directory, name);
    await writeFile(file, text);
    await chmod(file, name.endsWith('.sh') ? 0o700 : 0o600);
  }
  const pid = (name: string) => path.join(site.directory, name);
  const own = [
    ...['--dont-fork', '--log-console', '--log-detail', '--vrrp'],
    ...['--use-file', pid('keepalived.conf')],
    ...['--pid', pid('keepalived.pid'), '--vrrp_pid', pid('vrrp.pid')],
  ];
  const [command = '', ...rest] = ['setpriv', '--pdeathsig', 'KILL', ...words, ...keepalived, ...own];
  // A group of its own: its script and its children end with it.
  const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  ownProcess(child, 'group');
  return follow(child, options);
}

function follow(child: ChildProcess, { site, onLine }: DaemonOptions): Daemon {
  let state = 'starting';
  const said: string[] = [];
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', (error) => {
      said.push(String(error));
      resolve();
    });
  });
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on('line', (line) => {
      said.push(line);
      const [, entered] = /Entering (\w+) STATE/.exec(line) ?? [];
      if (entered) state = entered;
      if (/Entering|Script|Stopped|timed out|Removing|failed|priority 0/.test(line))
        onLine(line.replace(/^.*?: /, ''));
    });
  }
  const until = async (wanted: string) => {
    const deadlineMs = Date.now() + ELECTION_LIMIT_MS;
    while (state !== wanted) {
      if (child.exitCode !== null || Date.now() > deadlineMs) {
        throw new Error(
          `keepalived on ${site.node} is ${state}, not ${wanted}: ${said.slice(-3).join(' | ')}`,
        );
      }
      await delay(50);
    }
  };
  const kill = () => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has just ended.
    }
  };
  return {
    untilMaster: () => until('MASTER'),
    untilBackup: () => until('BACKUP'),
    kill,
    async close() {
      child.kill('SIGTERM');
      await Promise.race([ended, delay(STOP_LIMIT_MS, undefined, { ref: false })]);
      kill();
      await ended;
    },
  };
}

/** Starts a server process and waits until it lets root in. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from 'mysql2/promise';
import { ownProcess } from '../belongings.ts';
import { LabError } from '../errors.ts';
import { openRoot } from './connection.ts';
import { wordsFor } from './names.ts';
import { lastWords, type Product, userOption } from './product.ts';

export interface Launch {
  readonly product: Product;
  readonly myCnf: string;
  readonly socketPath: string;
  readonly errorLog: string;
  /** What stands before the command. @default nothing */
  readonly words?: readonly string[];
  /** Where the names are that its system knows hosts by. @default the machine's own */
  readonly namesDirectory?: string;
}

/** A server that answers, and the root connection on which it did. */
export interface Launched {
  readonly child: ChildProcess;
  readonly root: Connection;
}

/** How long a start may take, in milliseconds: crash recovery on a slow disk included. */
const startLimitMs = 60_000;

const setpriv = '/usr/bin/setpriv';

/**
 * Starts the server and waits until root gets in through its socket. `spawned` hears of the process at once.
 * Throws a `LabError` with the server's last words when it ends before.
 */
export async function launch(what: Launch, spawned?: (child: ChildProcess) => void): Promise<Launched> {
  // A killed server leaves its socket behind: nobody answers there.
  await rm(what.socketPath, { force: true });
  const child = ownProcess(spawnServer(what));
  spawned?.(child);
  const failure = new Promise<never>((_, reject) => {
    child.once('error', (cause) => reject(cannotStart(what, String(cause))));
    child.once('exit', (code, signal) => {
      const log = readFile(what.errorLog, 'utf8').catch(() => '');
      void log.then((text) => reject(cannotStart(what, `an end with ${signal ?? code}: ${lastWords(text)}`)));
    });
  });
  // It also ends in ordinary life, long after anybody waits here.
  failure.catch(() => {});
  const stopped = { now: false };
  try {
    return { child, root: await Promise.race([knock(what, stopped), failure]) };
  } finally {
    stopped.now = true;
  }
}

async function knock(what: Launch, stopped: { now: boolean }): Promise<Connection> {
  const deadline = Date.now() + startLimitMs;
  while (!stopped.now && Date.now() < deadline) {
    if (existsSync(what.socketPath)) {
      const root = await openRoot(what.socketPath).catch(() => null);
      if (root) return root;
    }
    await delay(10);
  }
  throw cannotStart(what, `no answer in ${startLimitMs / 1000} s`);
}

/**
 * In a session of its own, so that Ctrl-C reaches the lab alone; and, where util-linux is, told to die with
 * us, so that a killed lab leaves no servers behind. SIGXFSZ and the like are left as they are.
 */
function spawnServer(what: Launch): ChildProcess {
  const { command, args, env } = what.product.binary;
  // --defaults-file counts only as the first option of all.
  const names = what.namesDirectory === undefined ? [] : wordsFor(what.namesDirectory);
  // In a namespace of its own it is root, whatever user it is outside.
  const user = names.length > 0 ? userOption(0) : userOption();
  const server = [command, ...args, `--defaults-file=${what.myCnf}`, ...user];
  // Last of all: a process that enters a user namespace loses its death signal.
  const mortal = existsSync(setpriv) ? [setpriv, '--pdeathsig', 'KILL', ...server] : server;
  const [first, ...rest] = [...(what.words ?? []), ...names, ...mortal];
  const log = openSync(what.errorLog, 'a');
  try {
    return spawn(first ?? command, rest, {
      env: { ...process.env, ...env },
      stdio: ['ignore', log, log],
      detached: true,
    });
  } finally {
    closeSync(log);
  }
}

function cannotStart(what: Launch, got: string): LabError {
  return new LabError({
    got: `${what.product.name}: ${got}`,
    want: 'a server that starts',
    remedy: `run ${what.product.binary.command} --version to see whether it runs here, and see that the disk has room`,
  });
}

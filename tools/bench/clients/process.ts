/** A client under way: its program as a process, and the lines that it has said. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { ownProcess } from '../../../lab/belongings.ts';
import { accounts } from '../../../lab/servers/accounts.ts';
import type { LabWorld } from '../../../lab/world.ts';
import { type ClientName, clients, type Prepared } from './catalogue.ts';
import {
  type ClientLine,
  type ClientOrder,
  limits,
  orderVariable,
  PAUSE_MS,
  readLine,
  type SettingsKind,
} from './words.ts';

export interface Running {
  readonly client: ClientName;
  readonly settings: SettingsKind;
  /** The name under which its rows are written. */
  readonly name: string;
  /** What it has said so far. */
  readonly lines: readonly ClientLine[];
  /** When its last write was acknowledged; null before the first. Milliseconds since 1970. */
  lastMs(): number | null;
  /** Ends it, whatever it waits for. Rejects when it has ended by itself, or has printed what is no line of the protocol. */
  end(): Promise<void>;
}

/** Starts it at the clients' seat in the network. */
export async function startClient(
  { network, directory }: LabWorld,
  client: ClientName,
  settings: SettingsKind,
  prepared: Prepared,
): Promise<Running> {
  const name = `${client}/${settings}`;
  const order: ClientOrder = {
    name,
    host: network.vip,
    port: network.port,
    ...accounts.app,
    settings,
    everyMs: clients[client].everyMs,
    pauseMs: PAUSE_MS,
    ...limits,
    ...(prepared.runs ? { command: await commandLine(prepared.runs, directory, network) } : {}),
  };
  const [command = '', ...args] = [...network.wordsAt('client'), ...prepared.command];
  const child = ownProcess(
    spawn(command, args, {
      env: { ...process.env, ...prepared.env, [orderVariable]: JSON.stringify(order) },
      // Of its own group: a program that it runs ends with it.
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
    'group',
  );
  const lines: ClientLine[] = [];
  let wrong: unknown = null;
  let ended = false;
  createInterface({ input: child.stdout }).on('line', (text) => {
    try {
      lines.push(readLine(text));
    } catch (error) {
      wrong ??= error;
    }
  });
  child.once('exit', (code, signal) => {
    if (!ended) wrong ??= new Error(`the client ${name} ended by itself with ${code ?? signal}`);
  });
  await once(child, 'spawn');
  return {
    client,
    settings,
    name,
    lines,
    lastMs: () => lines.findLast(({ kind }) => kind === 'acknowledged')?.atMs ?? null,
    async end() {
      ended = true;
      if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
        // What it has said is read to its end.
        const closed = once(child, 'close');
        process.kill(-child.pid, 'SIGKILL');
        await closed;
      }
      if (wrong !== null) throw wrong;
    },
  };
}

/** The password is in a file, not in a list of processes. */
async function commandLine(
  { words, options }: NonNullable<Prepared['runs']>,
  directory: string,
  { vip, port }: LabWorld['network'],
): Promise<readonly string[]> {
  const file = path.join(directory, 'clients.cnf');
  const { user, password } = accounts.app;
  const text = `[client]\nprotocol=tcp\nhost=${vip}\nport=${port}\nuser=${user}\npassword=${password}\n`;
  await writeFile(file, text, { mode: 0o600 });
  return [...words, `--defaults-file=${file}`, ...options];
}

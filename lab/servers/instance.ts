/** A running server of the lab: a process, a data directory of its own, and what can be done to it. */
import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from 'mysql2/promise';
import { openRoot, type QueryRow, rowsOf } from './connection.ts';
import { launch } from './launch.ts';
import {
  bareSettings,
  type NodeSettings,
  nodeSettings,
  renderMyCnf,
  type ServerSettings,
  wildSettings,
} from './my-cnf.ts';
import { writeNames } from './names.ts';
import type { Product } from './product.ts';
import { freshDataDirectory } from './template.ts';

/** `empty`: as its package installs it, with no accounts, no schemas, no replication. `wild`: as somebody set it up years ago. */
export type Found = 'empty' | 'wild';

export interface InstanceOptions {
  readonly product: Product;
  /** The node's name, such as `db1`. */
  readonly name: string;
  /** 1 and 2 are the nodes of the pair. */
  readonly serverId: number;
  /** How it is configured. @default vendor */
  readonly settings?: ServerSettings | undefined;
  /** @default as a pair of ours is */
  readonly found?: Found | undefined;
  /** What its system knows hosts by: names by address. @default whatever the machine's resolver says */
  readonly hostNames?: Readonly<Record<string, string>>;
  /** The lab's directory: the instance makes one of its own in it. */
  readonly directory: string;
  /** Where the server itself listens. The network stands between it and everybody else. */
  readonly address: string;
  readonly port: number;
  /** The address that it binds. @default `address` */
  readonly bindAddress?: string;
  /** What stands before its command, so that it runs at its seat in the network. @default nothing */
  readonly words?: readonly string[];
}

export interface InstanceEvents {
  /** It lets clients in. */
  readonly up: [];
  /** Its process is gone. */
  readonly down: [];
}

/** After this a stop becomes a kill, in milliseconds: 5.6 alone waits 10 s for idle connections. */
const stopLimitMs = 15_000;

/** Makes the data directory; nothing runs yet. */
export async function createInstance(options: InstanceOptions): Promise<Instance> {
  const directory = path.join(options.directory, options.name);
  const instance = new Instance(options, directory);
  await mkdir(path.join(directory, 'tmp'), { recursive: true });
  await freshDataDirectory(
    options.product,
    instance.dataDirectory,
    options.found === 'empty' ? 'bare' : 'furnished',
  );
  const node = {
    dataDirectory: instance.dataDirectory,
    temporaryDirectory: path.join(directory, 'tmp'),
    socketPath: instance.socketPath,
    errorLog: instance.errorLog,
    address: options.bindAddress ?? options.address,
    port: options.port,
    serverId: options.serverId,
  };
  const settings = settingsOf(options, node, instance.settings);
  if (options.hostNames) await writeNames(instance.namesDirectory, options.hostNames);
  // As on every distribution, administrators put files of their own beside.
  const included = path.join(directory, 'conf.d');
  await mkdir(included, { recursive: true });
  await writeFile(instance.myCnf, `${renderMyCnf(settings)}!includedir ${included}\n`);
  return instance;
}

function settingsOf({ product, found }: InstanceOptions, node: NodeSettings, choice: ServerSettings) {
  switch (found) {
    case 'empty':
      return bareSettings(product, node);
    case 'wild':
      return wildSettings(product, node);
    case undefined:
      return nodeSettings(product, node, choice);
  }
}

export class Instance extends EventEmitter<InstanceEvents> {
  readonly name: string;
  readonly serverId: number;
  readonly settings: ServerSettings;
  /** Where the names are that its system knows hosts by; nothing may be there. */
  readonly namesDirectory: string;
  readonly address: string;
  readonly port: number;
  readonly directory: string;
  readonly dataDirectory: string;
  readonly socketPath: string;
  readonly errorLog: string;
  readonly myCnf: string;
  readonly words: readonly string[];
  #product: Product;
  #child: ChildProcess | null = null;
  #root: Connection | null = null;
  #starting: Promise<void> | null = null;
  #startedAtMicros = 0;

  constructor(options: InstanceOptions, directory: string) {
    super();
    this.name = options.name;
    this.#product = options.product;
    this.serverId = options.serverId;
    this.settings = options.settings ?? 'vendor';
    this.namesDirectory = path.join(directory, 'names');
    this.address = options.address;
    this.port = options.port;
    this.directory = directory;
    this.dataDirectory = path.join(directory, 'data');
    this.socketPath = path.join(directory, 'mysqld.sock');
    this.errorLog = path.join(directory, 'error.log');
    this.myCnf = path.join(directory, 'my.cnf');
    this.words = options.words ?? [];
  }

  get product(): Product {
    return this.#product;
  }

  /** As a package manager does it: the next start is of that product, on the same data. */
  async replaceProduct(product: Product): Promise<void> {
    let text = await readFile(this.myCnf, 'utf8');
    for (const [name, value] of Object.entries(this.#product.settings))
      text = text.replace(`${name}=${value}\n`, `${name}=${product.settings[name]}\n`);
    await writeFile(this.myCnf, text);
    this.#product = product;
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /** When its process was started, by a clock that never goes back; 0 before the first start. Microseconds. */
  get startedAtMicros(): number {
    return this.#startedAtMicros;
  }

  /** Whether its process is there (hung or not). */
  isRunning(): boolean {
    return this.#child !== null;
  }

  /** Starts it, and resolves when it lets clients in. Nothing to do when it runs. */
  start(): Promise<void> {
    this.#starting ??= this.#launch().finally(() => {
      this.#starting = null;
    });
    return this.#starting;
  }

  async #launch(): Promise<void> {
    if (this.#child) return;
    const { root } = await launch(this, (child) => this.#adopt(child));
    this.#root = root;
    this.emit('up');
  }

  #adopt(child: ChildProcess): void {
    this.#child = child;
    this.#startedAtMicros = Math.round(performance.now() * 1000);
    const gone = () => {
      if (this.#child !== child) return;
      this.#child = null;
      this.#dropRoot();
      this.emit('down');
    };
    child.once('exit', gone);
    // It could not be spawned at all: there will be no `exit`.
    child.once('error', gone);
  }

  /** Stops it as systemd does: asks, lets a hung one hear it, and kills one that takes too long. */
  async stop(limitMs = stopLimitMs): Promise<void> {
    if (!this.#child) return;
    const ended = this.#ended();
    // 5.6 waits 10 s for an idle connection to end by itself: ours need not be the one.
    this.#dropRoot();
    this.#signal('SIGTERM');
    this.#signal('SIGCONT');
    const waiting = new AbortController();
    await Promise.race([ended, delay(limitMs, null, { signal: waiting.signal }).catch(() => {})]);
    waiting.abort();
    await this.kill();
  }

  /** Asks it to end, and waits for nothing. Its own root connection is dropped: 5.6 would wait for it. */
  terminate(): void {
    this.#dropRoot();
    this.#signal('SIGTERM');
  }

  /** `kill -9`, and waits until the process is gone. */
  async kill(): Promise<void> {
    const ended = this.#ended();
    this.#signal('SIGKILL');
    await ended;
  }

  /** Freezes the process: its port still takes connections, and nothing answers. */
  hang(): void {
    this.#signal('SIGSTOP');
  }

  /** Thaws it. */
  resume(): void {
    this.#signal('SIGCONT');
  }

  /** Runs a statement as root, past every network rule. Rejects after 10 s. */
  async sql(statement: string): Promise<readonly QueryRow[]> {
    try {
      return await this.#ask(statement);
    } catch (error) {
      // keepalambda kills our connection too, when it fences. The statement was never sent, so it may be again.
      if (wasNeverSent(error)) return this.#ask(statement);
      throw error;
    }
  }

  async #ask(statement: string): Promise<readonly QueryRow[]> {
    const root = this.#root ?? (await openRoot(this.socketPath));
    this.#root = root;
    try {
      return await rowsOf(root, statement);
    } catch (error) {
      // After a timeout an answer may still come, and would be taken for the next one's.
      if ((error as { fatal?: boolean }).fatal || isTimeout(error)) this.#dropRoot();
      throw error;
    }
  }

  /** A root connection of one's own, for what must last: locks, and many statements at once. */
  openRoot(): Promise<Connection> {
    return openRoot(this.socketPath);
  }

  /** Ends the process at once, and removes its directory. */
  async close(): Promise<void> {
    await this.kill();
    this.removeAllListeners();
    await rm(this.directory, { recursive: true, force: true });
  }

  #dropRoot(): void {
    this.#root?.destroy();
    this.#root = null;
  }

  #signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  #ended(): Promise<void> {
    const child = this.#child;
    if (!child) return Promise.resolve();
    return new Promise((resolve) => child.once('exit', () => resolve()));
  }
}

function isTimeout(error: unknown): boolean {
  return (error as { code?: string }).code === 'PROTOCOL_SEQUENCE_TIMEOUT';
}

/** The connection was gone already: mysql2 says that it is closed, or the system that nobody reads. */
function wasNeverSent(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.message.includes('closed state') || (error as NodeJS.ErrnoException).code === 'EPIPE';
}

/** The story as it happens: what the lab did, what keepalambda saw and did, what clients saw. */
import { styleText } from 'node:util';
import type { Tale } from './client/words.ts';
import type { LabNodeName } from './pair.ts';
import { identityOf } from './servers/identity.ts';
import type { LabWorld } from './world.ts';

type Teller = 'lab' | 'cdk' | 'db1' | 'db2' | 'watch' | 'operate' | 'EC2' | 'SSM' | 'SNS' | 'IAM' | 'client';

const colours = {
  lab: 'bold',
  cdk: 'dim',
  db1: 'blue',
  db2: 'blue',
  watch: 'cyan',
  operate: 'magenta',
  EC2: 'yellow',
  SSM: 'yellow',
  SNS: 'red',
  IAM: 'red',
  client: 'green',
} as const satisfies Record<Teller, Parameters<typeof styleText>[0]>;

/**
 * `full` has every line of watch. `plain` leaves out what is true for a moment only, and what comes after the outcome: it would
 * read like another fault. `quiet` has what clients saw and who was alerted.
 */
export type Telling = 'full' | 'plain' | 'quiet';

/** Rows of the decision table that only say that the next look will tell. */
const passing: readonly unknown[] = ['awaiting-confirmation', 'vip-unknown'];

export class Story {
  readonly #write: (line: string) => void;
  readonly #telling: Telling;
  /** Nodes, by how clients know their servers. */
  readonly #nodes = new Map<string, LabNodeName>();
  #startMs = Date.now();
  #isOver = false;

  /** `write` gets whole lines. */
  constructor(write: (line: string) => void, telling: Telling = 'full') {
    this.#write = write;
    this.#telling = telling;
  }

  /** Times are printed from here on: the moment of the fault. */
  restart(): void {
    this.#write('');
    this.#startMs = Date.now();
  }

  /** The outcome is there. */
  end(): void {
    this.#isOver = true;
  }

  tell(teller: Teller, text: string, atMs = Date.now()): void {
    if (this.#telling === 'quiet' && !['client', 'SNS', 'IAM'].includes(teller)) return;
    const seconds = ((atMs - this.#startMs) / 1000).toFixed(2);
    const when = `${seconds.startsWith('-') ? '' : '+'}${seconds} s`.padStart(10);
    this.#write(`${when}  ${styleText(colours[teller], teller.padEnd(7))} ${text}`);
  }

  /** Learns who the servers are, to call them by the names of their nodes. */
  async meet({ hosts }: LabWorld): Promise<void> {
    for (const { name, instance } of [hosts.db1, hosts.db2]) {
      this.#nodes.set(await identityOf(instance), name);
    }
  }

  /** Follows the world: decisions and steps from the functions' logs, EC2's effects, alerts. */
  follow({ aws, network }: LabWorld): void {
    aws.events.on('log', ({ functionName, text, atMs }) => {
      const line = lineOf(text);
      if (line === null || this.#leavesOut(line)) return;
      this.tell(functionName.endsWith('operate') ? 'operate' : 'watch', line.message, atMs);
    });
    aws.events.on('addressMoved', ({ address, instanceId, eniId }) =>
      this.tell(
        'EC2',
        `${address} is now on ${eniId ?? 'no ENI'}${instanceId ? ` (${nameOf(instanceId)})` : ''}`,
      ),
    );
    aws.events.on('instanceState', ({ instanceId, state }) =>
      this.tell('EC2', `${nameOf(instanceId)} is ${state}`),
    );
    aws.events.on('command', ({ document, instanceId, statusDetails }) =>
      this.tell('SSM', `${document} on ${nameOf(instanceId)}: ${statusDetails}`),
    );
    aws.events.on('message', ({ subject, atMs }) =>
      this.tell('SNS', subject ?? 'a message without a subject', atMs),
    );
    aws.events.on('denied', ({ functionName, action, resource, because, atMs }) =>
      this.tell('IAM', `${functionName} may not ${action} on ${resource}, ${because}`, atMs),
    );
    this.tell('lab', `VIP ${network.vip}:${network.port}`);
  }

  /** What the client tells. */
  hear(tale: Tale): void {
    this.tell('client', this.#textOf(tale), tale.atMs);
  }

  #leavesOut({ row }: LogLine): boolean {
    return this.#telling !== 'full' && (this.#isOver || passing.includes(row));
  }

  #textOf(tale: Tale): string {
    switch (tale.kind) {
      case 'connected':
        return `connected through the VIP to ${this.#nodeOf(tale.server)}`;
      case 'failing':
        return `writes fail: ${tale.because}`;
      case 'resumed':
        return `writes go on after ${Math.round(tale.afterMs)} ms, on ${this.#nodeOf(tale.server)}`;
    }
  }

  /** A server that came later, such as a stranger, has no name here. */
  #nodeOf(server: string): string {
    return this.#nodes.get(server) ?? server;
  }
}

function nameOf(instanceId: string): string {
  return `db${instanceId.slice(-1)}`;
}

interface LogLine {
  readonly message: string;
  /** Of a decision. */
  readonly row?: unknown;
}

/** A line of our functions' log; null for metrics, and for what Lambda itself prints. */
function lineOf(text: string): LogLine | null {
  if (!text.startsWith('{')) return null;
  try {
    const { message, row } = JSON.parse(text) as { message?: unknown; row?: unknown };
    return typeof message === 'string' ? { message, row } : null;
  } catch {
    return null;
  }
}

/** The story as it happens: what the lab did, what keepalambda saw and did, what clients saw. */
import { styleText } from 'node:util';
import type { Tale } from './client/words.ts';
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

export class Story {
  readonly #write: (line: string) => void;
  #startMs = Date.now();

  /** `write` gets whole lines. */
  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  /** Times are told from here on: the moment of the fault. */
  restart(): void {
    this.#startMs = Date.now();
  }

  tell(teller: Teller, text: string, atMs = Date.now()): void {
    const seconds = ((atMs - this.#startMs) / 1000).toFixed(2);
    const when = `${seconds.startsWith('-') ? '' : '+'}${seconds} s`.padStart(10);
    this.#write(`${when}  ${styleText(colours[teller], teller.padEnd(7))} ${text}`);
  }

  /** Follows the world: decisions and steps from the functions' logs, EC2's effects, alerts. */
  follow({ aws, network }: LabWorld): void {
    aws.events.on('log', ({ functionName, text, atMs }) => {
      const line = messageOf(text);
      if (line !== null) this.tell(functionName.endsWith('operate') ? 'operate' : 'watch', line, atMs);
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
    this.tell('client', textOf(tale), tale.atMs);
  }
}

function textOf(tale: Tale): string {
  switch (tale.kind) {
    case 'connected':
      return `connected through the VIP to ${tale.server}`;
    case 'failing':
      return `writes fail: ${tale.because}`;
    case 'resumed':
      return `writes go on after ${Math.round(tale.afterMs)} ms, by ${tale.server}`;
  }
}

function nameOf(instanceId: string): string {
  return `db${instanceId.slice(-1)}`;
}

/** The message of a line of our functions' log; null for metrics, and for what Lambda itself prints. */
export function messageOf(text: string): string | null {
  if (!text.startsWith('{')) return null;
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    return typeof message === 'string' ? message : null;
  } catch {
    return null;
  }
}

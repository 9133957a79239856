/** What the invariants and the tally are told while a history runs: each fact at the moment it becomes one. */
import type { Alert } from '../lib/core/alert/incident.ts';
import type { Memory } from '../lib/core/memory/memory.ts';
import type { NodeName } from '../lib/core/names.ts';
import type { WaitingOrder } from '../lib/core/operator/inbox.ts';
import type { Lease } from '../lib/watch/ports/store.ts';
import type { Process } from './process.ts';

/** The port calls that a step makes. The last two change nothing. */
export type Action =
  | 'assign'
  | 'isolate'
  | 'release'
  | 'stop-instance'
  | 'close'
  | 'open'
  | 'run'
  | 'catch-up'
  | 'detach'
  | 'attach'
  | 'reconnect'
  | 'inspect'
  | 'verify';

export const mutations: ReadonlySet<Action> = new Set([
  'assign',
  'isolate',
  'release',
  'stop-instance',
  'close',
  'detach',
  'attach',
  'reconnect',
  'open',
  'run',
]);

/** A call of a port that acts, as it leaves the process. */
export interface Call {
  readonly process: Process;
  readonly action: Action;
  readonly node: NodeName;
  readonly atMs: number;
}

export interface Observer {
  /** A process sends an order to the world. */
  acting(call: Call): void;
  /** What a process sent came back to it: carried out, or not known to be. */
  acted(call: Call, ok: boolean): void;
  /** EC2 put the VIP on a node, or on a stranger's ENI, by this call. */
  vipMoved(call: Call, strange: boolean): void;
  /** The store took a memory under this epoch. */
  saved(process: Process, before: Memory, after: Memory, epoch: number): void;
  /** The store did not take a memory: what it holds is older than what its leader knows. */
  unsaved(process: Process): void;
  /** The lease was written. */
  leased(process: Process, lease: Lease): void;
  /** SNS took an alert. */
  published(alert: Alert): void;
  /** A heartbeat for the dead man's switch: a leader says that it is at work. */
  beat(process: Process): void;
  /** An operator's order reached the inbox. */
  ordered(order: WaitingOrder): void;
  /** A look, or EC2's word, came back: a leader judges it, in a tick. */
  looked(): void;
  /** An answer was lost although the call took effect. */
  answerLost(of: string): void;
}

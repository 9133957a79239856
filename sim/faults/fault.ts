/** Faults as data: a name, a time, and whom it strikes, so that a history can be replayed with fewer of them. */
import { type Death, renderDeath } from '../deaths.ts';
import type { Asked } from './requests.ts';

/** Whom a fault strikes: a role is resolved when it strikes. */
export type Target = 'holder' | 'standby';

interface Timed {
  readonly atMs: number;
}

/** Something breaks, and mends itself after a while. */
export interface Breakage extends Timed {
  readonly kind: 'breakage';
  readonly name: BreakageName;
  readonly target: Target;
  readonly forMs: number;
  /** How bad, from 0 to 1; what it means depends on the fault. */
  readonly degree: number;
}

export type BreakageName =
  // Hosts and mysqld.
  | 'mysqld-kill'
  | 'mysqld-restart'
  | 'operator-restart'
  | 'relay-log-lost'
  | 'returns-with-less'
  | 'mysqld-hang'
  | 'hang-with-beats'
  | 'host-down'
  | 'host-reboot'
  | 'instance-stop'
  | 'instance-shutdown'
  | 'network-blip'
  | 'disk-full'
  | 'global-lock'
  | 'heartbeat-barred'
  | 'writes-refused'
  | 'status-hangs'
  | 'probe-anew'
  | 'blocking-session'
  | 'privileged-writer'
  | 'connections-full'
  | 'full-and-cut-off'
  | 'wrong-password'
  | 'probe-host-blocked'
  | 'holder-read-only'
  | 'half-closed'
  | 'standby-writable'
  | 'errant'
  | 'address-unbound'
  // What an administrator does to a server or its host.
  | 'log-reset'
  | 'offline-mode'
  | 'clock-step'
  | 'copy'
  // Paths and replication.
  | 'probe-partition'
  | 'probe-partition-all'
  | 'probe-cut'
  | 'port-rejected'
  | 'probe-blind'
  | 'probe-blind-all'
  | 'probe-loss'
  | 'pair-partition'
  | 'monitor-partition'
  | 'lag'
  | 'applier-slow'
  | 'lag-unknown'
  | 'io-thread-stop'
  | 'sql-thread-stop'
  | 'operator-stop-replica'
  | 'wrong-source'
  | 'replication-login'
  | 'binary-log-off'
  // AWS.
  | 'vip-removed'
  | 'vip-taken'
  | 'vip-by-hand'
  | 'enis-exchanged'
  | 'room-full'
  | 'ec2-throttle'
  | 'ec2-lost-response'
  | 'ec2-down'
  | 'ec2-failing'
  | 'ec2-denied'
  | 'ec2-stale'
  | 'ec2-very-stale'
  | 'ec2-slow'
  | 'ec2-slow-answers'
  | 'store-down'
  | 'store-lost-response'
  | 'store-slow'
  | 'alerts-down'
  | 'alerts-denied'
  | 'alert-refused'
  | 'alerts-lost-response'
  | 'ssm-down'
  | 'database-lost-response'
  | 'concurrency-dry';

/**
 * Something happens to our own processes, or to what they have stored. `old-record`: an older deployment, with another
 * node, has left a plan in flight. `lease-deleted`: a person has cleared what looked like a stale lock.
 * `record-near-limit`: an older release has left so many alerts in the outbox that the record hardly fits any more.
 * `watch-return`: the time of the leader is over, and it gives the lease back.
 */
export interface Mishap extends Timed {
  readonly kind: 'mishap';
  readonly name:
    | 'watch-kill'
    | 'watch-kill-all'
    | 'watch-freeze'
    | 'watch-duplicate'
    | 'watch-late'
    | 'watch-return'
    | 'old-record'
    | 'lease-deleted'
    | 'record-near-limit';
  readonly forMs: number;
}

/** A death that waits for a step. */
export interface StepDeath extends Timed {
  readonly kind: 'death';
  readonly death: Death;
}

/** What the record shows for the first time when leadership changes hands. */
export type Occasion = 'loss' | 'doubt' | 'incident' | 'unfit' | 'plan-begun' | 'plan-over' | 'service-lost';

/** Leadership changes hands a while after the record first shows something. It waits for that from `atMs` on, and happens once. */
export interface Handover extends Timed {
  readonly kind: 'handover';
  readonly occasion: Occasion;
  readonly afterMs: number;
  readonly how: 'watch-return' | 'watch-kill' | 'watch-freeze';
  readonly forMs: number;
}

/** A person asks for something: for a move, by the node to move to, which is the standby where none is named here. */
export interface Asking extends Timed {
  readonly kind: 'operator';
  readonly request: Asked;
  /** The very same is asked for again after so long, as by a command line that heard no answer. */
  readonly againInMs?: number;
}

export type SimFault = Breakage | Mishap | StepDeath | Handover | Asking;

/** What a fault is counted as: breakages and mishaps by their name, others by what they wait for or ask. */
export function nameOf(fault: SimFault): string {
  switch (fault.kind) {
    case 'breakage':
    case 'mishap':
      return fault.name;
    case 'death':
      return `death-${fault.death.moment}`;
    case 'handover':
      return `handover-${fault.occasion}`;
    case 'operator':
      return `operator-${fault.request.action}`;
  }
}

/** In words, for the story: `mysqld-kill of the holder for 12.0 s`. */
export function renderFault(fault: SimFault): string {
  switch (fault.kind) {
    case 'breakage':
      return `${fault.name} (${fault.target}, ${(fault.forMs / 1000).toFixed(1)} s, degree ${fault.degree.toFixed(2)})`;
    case 'mishap':
      return `${fault.name}${fault.forMs > 0 ? ` (${(fault.forMs / 1000).toFixed(1)} s)` : ''}`;
    case 'death':
      return `waiting: ${renderDeath(fault.death)}`;
    case 'handover':
      return `waiting: ${fault.how} ${(fault.afterMs / 1000).toFixed(1)} s after the record first shows ${fault.occasion}`;
    case 'operator':
      return `an operator asks: ${JSON.stringify(fault.request)}${fault.againInMs === undefined ? '' : ', twice'}`;
  }
}

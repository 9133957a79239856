/** Faults as data: a name, a time, and whom it strikes, so that a history can be replayed with fewer of them. */
import type { Request } from '../../../lib/core/request.ts';
import { type Death, renderDeath } from '../deaths.ts';

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
  | 'mysqld-kill'
  | 'mysqld-restart'
  | 'mysqld-hang'
  | 'host-down'
  | 'host-reboot'
  | 'instance-stop'
  | 'instance-shutdown'
  | 'disk-full'
  | 'connections-full'
  | 'wrong-password'
  | 'probe-partition'
  | 'probe-partition-all'
  | 'probe-cut'
  | 'probe-blind'
  | 'probe-blind-all'
  | 'probe-loss'
  | 'pair-partition'
  | 'monitor-partition'
  | 'lag'
  | 'lag-unknown'
  | 'io-thread-stop'
  | 'sql-thread-stop'
  | 'replication-login'
  | 'holder-read-only'
  | 'standby-writable'
  | 'errant'
  | 'vip-removed'
  | 'vip-taken'
  | 'room-full'
  | 'address-unbound'
  | 'ec2-throttle'
  | 'ec2-lost-response'
  | 'ec2-down'
  | 'ec2-stale'
  | 'ec2-slow'
  | 'store-down'
  | 'store-lost-response'
  | 'store-slow'
  | 'alerts-down'
  | 'alerts-lost-response'
  | 'ssm-down'
  | 'database-lost-response';

/**
 * Something happens to our own processes. `old-record`: an older deployment, with another node, has left a plan
 * in flight.
 */
export interface Mishap extends Timed {
  readonly kind: 'mishap';
  readonly name:
    | 'watch-kill'
    | 'watch-kill-all'
    | 'watch-freeze'
    | 'watch-duplicate'
    | 'watch-late'
    | 'old-record';
  readonly forMs: number;
}

/** A death that waits for a step. */
export interface StepDeath extends Timed {
  readonly kind: 'death';
  readonly death: Death;
}

/** A person asks for something. */
export interface Asking extends Timed {
  readonly kind: 'operator';
  readonly request: Request;
}

export type Fault = Breakage | Mishap | StepDeath | Asking;

/** What a fault is counted as: breakages and mishaps by their name, deaths by their moment, orders by what was asked. */
export function nameOf(fault: Fault): string {
  switch (fault.kind) {
    case 'breakage':
    case 'mishap':
      return fault.name;
    case 'death':
      return `death-${fault.death.moment}`;
    case 'operator':
      return `operator-${fault.request.action}`;
  }
}

/** In words, for the story: `mysqld-kill of the holder for 12.0 s`. */
export function renderFault(fault: Fault): string {
  switch (fault.kind) {
    case 'breakage':
      return `${fault.name} (${fault.target}, ${(fault.forMs / 1000).toFixed(1)} s, degree ${fault.degree.toFixed(2)})`;
    case 'mishap':
      return `${fault.name}${fault.forMs > 0 ? ` (${(fault.forMs / 1000).toFixed(1)} s)` : ''}`;
    case 'death':
      return `waiting: ${renderDeath(fault.death)}`;
    case 'operator':
      return `an operator asks: ${JSON.stringify(fault.request)}`;
  }
}

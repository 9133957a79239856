/**
 * The ports: all that watch knows of the world. `lib/aws` speaks to the real one, the simulator to
 * a made-up one, and one contract suite per port (`test/contract`) holds both to the same words.
 *
 * Every call ends by its own deadline. A port that only looks never throws: what it could not see is `blind`.
 * A port that acts throws a `PortError`, whose `kind` says what the caller may conclude.
 */
import type { AccountsPort } from './accounts.ts';
import type { AlertPort } from './alerts.ts';
import type { DatabasePort } from './database.ts';
import type { HostPort } from './host.ts';
import type { MetricsPort } from './metrics.ts';
import type { StorePort } from './store.ts';
import type { VipPort } from './vip.ts';

export interface Clock {
  /** Milliseconds since 1970. Never goes back within a process. */
  nowMs(): number;
  /** Resolves after that time, or at once when the signal is (or becomes) aborted. Never rejects. */
  sleep(forMs: number, signal?: AbortSignal): Promise<void>;
}

export interface Ids {
  /** A new id: 8 lower-case hexadecimal characters. */
  next(): string;
}

/** Structured log. Every line of an incident carries its id. Credentials never get here. */
export interface Log {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

export interface Ports {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly vip: VipPort;
  readonly database: DatabasePort;
  readonly host: HostPort;
  readonly accounts: AccountsPort;
  readonly alerts: AlertPort;
  readonly store: StorePort;
  readonly metrics: MetricsPort;
}

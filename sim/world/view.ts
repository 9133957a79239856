/** What a vantage can see: its probe function's health, and its paths to the two masters. */
import type { NodeName } from '../../lib/core/names.ts';
import type { ReadDetails } from './details.ts';

export class View {
  /** The probe function does not work: `fails` says so at once, `hangs` lets its caller wait. */
  blind: 'no' | 'fails' | 'hangs' = 'no';
  /** Masters that packets from here do not reach. */
  readonly cutOff = new Set<NodeName>();
  /** Masters whose host refuses our packets with a reset, as a firewall does; others get through to them. */
  readonly rejectedBy = new Set<NodeName>();
  /** Masters that refuse our new connections with error 1129, after too many that were broken off. */
  readonly blockedBy = new Set<NodeName>();
  /** When the connection was made that the probe keeps to a master. */
  readonly keptSinceMs = new Map<NodeName, number>();
  /** When a look from here was last answered by a master. */
  readonly answeredMs = new Map<NodeName, number>();
  /** What it last read of a master besides its pulse. */
  readonly details = new Map<NodeName, ReadDetails>();
  /** It has begun a moment ago, and is so busy until then that it has not asked for more than a pulse. */
  busyUntilMs = 0;
  /** Until when a look that was called off goes on, in an environment of its own that holds the connections. */
  heldUntilMs = 0;
  /** When the last look from here ended. */
  lookedMs = 0;
  /** How likely a single look at a single node goes unanswered. */
  loss = 0;
  /** The fingerprint that a look from here last found to be no news, and the world's version at that time. */
  known: { readonly seen: string; readonly version: number } | null = null;

  /** Whether statements and looks get from here to the node's host. */
  reaches(node: NodeName): boolean {
    return this.blind === 'no' && !this.cutOff.has(node) && !this.rejectedBy.has(node);
  }

  /** Whether it has not asked for more than a pulse yet. */
  isBusy(nowMs: number): boolean {
    return nowMs < this.busyUntilMs;
  }

  /** The probe function is started anew: it knows nothing, and has no connections. */
  beginAnew(nowMs: number, busyForMs: number): void {
    this.keptSinceMs.clear();
    this.answeredMs.clear();
    this.details.clear();
    this.busyUntilMs = nowMs + busyForMs;
    this.known = null;
  }

  /** Whether the probe has a connection to the master that is still good. */
  keeps({ name, startedMs }: { readonly name: NodeName; readonly startedMs: number }): boolean {
    return (this.keptSinceMs.get(name) ?? Number.NEGATIVE_INFINITY) >= startedMs;
  }
}

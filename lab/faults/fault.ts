/** What a fault of the lab is: data, and one function that does it. */
import type { VerdictKind } from '../../lib/core/evidence/verdict.ts';
import type { ClientResult } from '../client.ts';
import type { Changes } from '../deployment.ts';
import type { LabNodeName } from '../pair.ts';
import type { catalogue } from '../servers/catalogue.ts';
import type { Story } from '../story.ts';
import type { LabWorld } from '../world.ts';
import type { ExpectedCode } from './codes.ts';

export type ExpectedOutcome = 'failover' | 'stay';

/** What a run may add to a fault. */
export interface Options {
  /** The step at which `watch-kill` strikes. */
  readonly at: string;
  /** What keeps a switchover from succeeding. */
  readonly break: string | null;
}

/** The state at the end of a run, by which its fault is judged. */
export interface Seen {
  readonly holderAfter: LabNodeName | null;
  readonly result: ClientResult;
}

export interface Played {
  /** Takes it back, when all has been counted that can be with the fault in place. */
  readonly takeBack: () => Promise<void>;
  /** The answer to the operator, where one gave an order. */
  readonly answer?: string;
  /** What is wrong, beyond what every run is judged by, while the fault is still in place. @default nothing */
  readonly judge?: (seen: Seen) => Promise<readonly string[]>;
}

export interface LabFault {
  /** One line for `--list`. */
  readonly about: string;
  readonly expected: ExpectedOutcome;
  /** The alerts that on-call must get. */
  readonly alerts: readonly ExpectedCode[];
  /** The verdict that the holder must get; it may get no other but that it serves. @default not judged */
  readonly verdict?: VerdictKind;
  /** The servers on which it cannot be played, and why. @default none */
  readonly notOn?: Readonly<Partial<Record<keyof typeof catalogue, string>>>;
  /** Settings without which it would take too long to see. */
  readonly settings?: Readonly<Record<string, number>>;
  /** What it needs of the environment. */
  readonly environment?: Changes['environment'];
  /** What it needs of the pair's configuration. */
  readonly pair?: Changes['pair'];
  /** How often its client writes. Milliseconds. @default 20 */
  readonly writesEveryMs?: number;
  /** Whether the fault leaves both nodes in reach at the end: then exactly the holder must be writable. */
  readonly endsWhole?: boolean;
  /** Whether the length of the pause in writes is the figure to report. */
  readonly planned?: boolean;
  /** The options that it knows; others would do nothing. @default none */
  readonly options?: readonly ('at' | 'break')[];
  /** What the options make of it. Throws a `LabError` for options that it does not know. */
  readonly with?: (options: Options) => LabFault;
  /** Makes of the pair what the fault needs, before keepalambda looks at it. */
  readonly prepare?: (world: LabWorld) => Promise<void>;
  /** Does it. */
  readonly play: (world: LabWorld, options: Options, story: Story) => Promise<Played>;
}

/** Why the fault cannot be played on that server of the catalogue; null when it can, or the server is none of it. */
export function whyNotOn({ notOn }: LabFault, server: string): string | null {
  const reasons: Readonly<Record<string, string>> = notOn ?? {};
  return Object.hasOwn(reasons, server) ? (reasons[server] ?? null) : null;
}

/** Nothing to take back. */
export const forGood: Played = { takeBack: async () => {} };

/** By what the fitness of a standby is judged. */
import type { Pair } from '../config/config.ts';
import type { Safeguards } from '../decision/safeguards.ts';
import type { InstanceState } from '../evidence/sighting.ts';
import type { Verdict } from '../evidence/verdict.ts';
import type { SeenReset } from '../memory/log-reset.ts';
import type { Memory } from '../memory/memory.ts';
import type { LastEnds } from './readiness.ts';

/** What EC2 says of the standby: whether its ENI has room for the VIP, and how its instance is. */
export interface StandbyInEc2 {
  readonly room: boolean;
  readonly instance: InstanceState;
}

/** How a standby is judged, and by which measures. */
export interface FitnessTerms {
  readonly pair: Pair;
  readonly memory: Memory;
  readonly holder: Verdict;
  readonly standby: Verdict;
  readonly inEc2: StandbyInEc2;
  /** What it must have received, once the holder is dead. */
  readonly lastEnds: LastEnds;
  /** What these looks show of a reset of the holder's log. */
  readonly reset: SeenReset | null;
  /** How far each of the two had sent its own history, as far as is known. */
  readonly sent: Memory['sent'];
  /** Who the other node is (`Server.identity`); null while it was never seen. */
  readonly peerIdentity: string | null;
  /** At this lag it is unfit; less than the setting where it was unfit before, so that it does not flicker. */
  readonly lagLimitSeconds: number;
  readonly nowMs: number;
  readonly safeguards: Safeguards;
}

/** The reasons that there are. */
export function told(...reasons: readonly (string | null)[]): string[] {
  return reasons.filter((reason) => reason !== null);
}

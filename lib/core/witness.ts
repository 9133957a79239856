/** The standby as a witness: whether its replication channel hears a holder that is silent to us. */
import type { Settings } from './config.ts';
import type { Inbound } from './sighting.ts';
import type { Verdict } from './verdict.ts';

/**
 * Whether the channel has heard its source within `forMs`. What is not running hears nothing; but what could not be read
 * yet, as by a probe that has only begun to look, is not known, and that is no silence.
 */
export function hearsSource(inbound: Inbound, forMs: number): boolean {
  if (inbound.kind !== 'configured') return false;
  if (inbound.heardAgoMs === null) return true;
  return inbound.io === 'yes' && inbound.heardAgoMs < forMs;
}

/** For how long the witness's word counts, in milliseconds: our own path may be cut, unless the host accepts on it. */
export function witnessMsOf({ hostAccepts }: Verdict, { witnessMs, hungWitnessMs }: Settings): number {
  return hostAccepts ? Math.min(hungWitnessMs, witnessMs) : witnessMs;
}

/** The standby as a witness: whether its replication channel hears a holder that is silent to us. */
import type { Settings } from './config.ts';
import type { Inbound } from './sighting.ts';
import type { Verdict } from './verdict.ts';

/** Whether the channel has heard its source within `forMs`. What is not running, or was never read, hears nothing. */
export function hearsSource(inbound: Inbound, forMs: number): boolean {
  if (inbound.kind !== 'configured' || inbound.io !== 'yes') return false;
  return inbound.heardAgoMs !== null && inbound.heardAgoMs < forMs;
}

/** For how long the witness's word counts, in milliseconds: our own path may be cut, unless the host accepts on it. */
export function witnessMsOf({ hostAccepts }: Verdict, { witnessMs, hungWitnessMs }: Settings): number {
  return hostAccepts ? Math.min(hungWitnessMs, witnessMs) : witnessMs;
}

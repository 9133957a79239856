/** The standby as a witness: whether its replication channel hears the holder. */
import type { Inbound } from './sighting.ts';

/** Whether the channel has heard its source within `witnessMs`. What is not running, or was never read, hears nothing. */
export function hearsSource(inbound: Inbound, witnessMs: number): boolean {
  if (inbound.kind !== 'configured' || inbound.io !== 'yes') return false;
  return inbound.heardAgoMs !== null && inbound.heardAgoMs < witnessMs;
}

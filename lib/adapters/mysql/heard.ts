/** When a replication channel last heard its source: what makes the standby a witness. Pure. */
import { compareOffsets } from './position.ts';
import type { Channel } from './status.ts';

/** What the probe remembers of a channel between looks. */
export interface Heard {
  readonly received: Channel['received'];
  readonly heartbeats: number | null;
  readonly sourceAddress: string;
  /** When a look last found that something had come in since the look before; null if none did. */
  readonly movedAtMs: number | null;
}

/**
 * Takes in what a look saw of the channel. It has heard its source when it received further, or counted a
 * heartbeat, since the look before: so the first look knows nothing, and a channel that was reset or turned
 * to another source begins again.
 */
export function hear(before: Heard | null, channel: Channel, heartbeats: number | null, atMs: number): Heard {
  const { received, sourceAddress } = channel;
  const now = { received, heartbeats, sourceAddress };
  if (before === null || before.sourceAddress !== sourceAddress) return { ...now, movedAtMs: null };
  const further = compareOffsets(received, before.received) > 0;
  const counted = heartbeats !== null && before.heartbeats !== null && heartbeats > before.heartbeats;
  return { ...now, movedAtMs: further || counted ? atMs : before.movedAtMs };
}

/** How long ago, in milliseconds; null if it was never seen to hear anything. */
export function heardAgo(heard: Heard | null, atMs: number): number | null {
  return heard === null || heard.movedAtMs === null ? null : Math.round(atMs - heard.movedAtMs);
}

/** Gaps in a standby's channel that its source did not cause: a silent channel then proves nothing yet. */
import type { Durations } from './durations.ts';
import { misdirection } from './fitness.ts';
import type { Situation } from './situation.ts';
import type { ChannelGaps } from './witness.ts';

/** A channel stays connected for this long without traffic; after that it may have ended by itself. Milliseconds. */
const CONNECTED_MS = 15_000;

/** What kept the channel of a standby that answers now from its source (`ChannelGaps`). */
export function channelGapsOf({ stoppedAtMs, away }: Durations, nowMs: number): ChannelGaps {
  const stoppedAgoMs = stoppedAtMs === null ? null : nowMs - stoppedAtMs;
  if (away === null) return { stoppedAgoMs, backForMs: null, awayMs: 0 };
  const { sinceMs, backAtMs } = away;
  // Of the look before: if it was away then, this one is the first that it answers.
  if (backAtMs === null) {
    const awayMs = nowMs - sinceMs;
    return { stoppedAgoMs: awayMs >= CONNECTED_MS ? 0 : stoppedAgoMs, backForMs: 0, awayMs };
  }
  return { stoppedAgoMs, backForMs: nowMs - backAtMs, awayMs: backAtMs - sinceMs };
}

/** When the standby's receiver last could not run: by a command, for another source, or without a mysqld. */
export function nextStopped({ stoppedAtMs, away }: Durations, situation: Situation): number | null {
  const { pair, standby, peerIdentity, nowMs } = situation;
  const { server, kind } = standby;
  if (server === null) return kind === 'stopped' ? nowMs : stoppedAtMs;
  const wasLong = away !== null && away.backAtMs === null && nowMs - away.sinceMs >= CONNECTED_MS;
  if (wasLong || misdirection(pair, server, peerIdentity) !== null) return nowMs;
  const { inbound } = server;
  if (inbound.kind === 'unconfigured' || inbound.io === 'no') return nowMs;
  return inbound.io === 'yes' ? null : stoppedAtMs;
}

/** Since when nobody reaches the standby, and since when it answers again. */
export function nextAway(away: Durations['away'], { standby, nowMs }: Situation): Durations['away'] {
  const { server, kind } = standby;
  if (server === null) {
    if (kind !== 'silent') return away;
    return away !== null && away.backAtMs === null ? away : { sinceMs: nowMs, backAtMs: null };
  }
  if (away === null) return null;
  const backAtMs = away.backAtMs ?? nowMs;
  const { inbound } = server;
  const heardAgoMs = inbound.kind === 'configured' && inbound.io === 'yes' ? inbound.heardAgoMs : null;
  return heardAgoMs !== null && heardAgoMs <= nowMs - backAtMs ? null : { ...away, backAtMs };
}

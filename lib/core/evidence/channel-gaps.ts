/** Gaps in a standby's channel that its source did not cause: a silent channel then proves nothing yet. */
import type { Situation } from '../decision/situation.ts';
import type { Durations } from '../memory/durations.ts';
import { misdirection } from '../standby/fitness.ts';
import type { Server } from './sighting.ts';
import type { ChannelGaps } from './witness.ts';

/**
 * A standby that was asked no longer ago was watched. In a longer gap its channel may have been cut and ended by itself, while the
 * holder went on committing more than a failover may lose. Milliseconds.
 */
const WATCHED_MS = 8000;

type Seen = Pick<Situation, 'holder' | 'standby' | 'memory' | 'nowMs'>;

/** What kept the channel of a standby that answers now from its source (`ChannelGaps`). */
export function channelGapsOf(durations: Durations, seen: Seen): ChannelGaps {
  const { nowMs } = seen;
  const { stoppedAtMs } = durations;
  const away = nextAway(durations, seen);
  const stoppedAgoMs = stoppedAtMs === null ? null : nowMs - stoppedAtMs;
  if (away === null || away.backAtMs === null) return { stoppedAgoMs, backForMs: null, awayMs: 0 };
  const { sinceMs, backAtMs } = away;
  return {
    stoppedAgoMs: isBackNow(away, nowMs) ? 0 : stoppedAgoMs,
    backForMs: nowMs - backAtMs,
    awayMs: backAtMs - sinceMs,
  };
}

/** When the standby's receiver last could not run: by a command, for another source, or without a mysqld. */
export function nextStopped(durations: Durations, situation: Situation): number | null {
  const { stoppedAtMs } = durations;
  const { pair, standby, peerIdentity, nowMs } = situation;
  const { server, kind } = standby;
  if (server === null) return kind === 'stopped' ? nowMs : stoppedAtMs;
  const isBack = isBackNow(nextAway(durations, situation), nowMs);
  if (isBack || misdirection(pair, server, peerIdentity) !== null) return nowMs;
  const { inbound } = server;
  if (inbound.kind === 'unread') return stoppedAtMs;
  if (inbound.kind === 'unconfigured' || inbound.io === 'no') return nowMs;
  return inbound.io === 'yes' ? null : stoppedAtMs;
}

/** Since when nobody reaches the standby, and since when it answers again. */
export function nextAway(durations: Durations, seen: Seen): Durations['away'] {
  const { away } = durations;
  const { standby, nowMs } = seen;
  const { server, kind } = standby;
  if (server === null) {
    if (kind !== 'silent') return away;
    return away !== null && away.backAtMs === null ? away : { sinceMs: nowMs, backAtMs: null };
  }
  const unaskedSinceMs = unaskedSince(durations, seen, server);
  if (unaskedSinceMs !== null) {
    const goneSinceMs = away?.backAtMs === null ? away.sinceMs : nowMs;
    return { sinceMs: Math.min(goneSinceMs, unaskedSinceMs), backAtMs: nowMs };
  }
  if (away === null) return null;
  const backAtMs = away.backAtMs ?? nowMs;
  const heardAgoMs = heardAgo(server);
  return heardAgoMs !== null && heardAgoMs <= nowMs - backAtMs ? null : { ...away, backAtMs };
}

/** When the standby last answered us; of this leader, and of the node that is the standby now. */
export function nextAsked(asked: Durations['asked'], { standby, nowMs }: Situation): Durations['asked'] {
  if (standby.server !== null) return { node: standby.node, atMs: nowMs };
  return asked?.node === standby.node ? asked : null;
}

/**
 * Of the first look at a standby that nobody could ask for long, whatever the reason, and whose channel has heard nothing for
 * long: since when its channel may have been cut unseen. It says the same whether the holder died, or lives and has only not
 * been reached again yet. Where the holder was proven dead before, that is known. Else null.
 */
function unaskedSince(
  { asked }: Durations,
  { holder, standby, memory, nowMs }: Seen,
  server: Server,
): number | null {
  if (holder.server !== null || memory.lostAtMs !== null) return null;
  const askedAtMs = asked?.node === standby.node ? asked.atMs : null;
  if (askedAtMs !== null && nowMs - askedAtMs < WATCHED_MS) return null;
  const { inbound } = server;
  const unheardMs = inbound.kind === 'configured' ? (inbound.heardAgoMs ?? 0) : 0;
  if (unheardMs < WATCHED_MS) return null;
  return Math.max(askedAtMs ?? 0, nowMs - unheardMs);
}

/** It is back from a long time away at this look. */
function isBackNow(away: Durations['away'], nowMs: number): boolean {
  return away !== null && away.backAtMs === nowMs && nowMs - away.sinceMs >= WATCHED_MS;
}

function heardAgo({ inbound }: Server): number | null {
  return inbound.kind === 'configured' && inbound.io === 'yes' ? inbound.heardAgoMs : null;
}

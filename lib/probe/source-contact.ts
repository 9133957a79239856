/** When a replication channel last heard its source: what makes the standby a witness. Pure. */
import { comparePlaces } from '../core/evidence/log-place.ts';
import type { Channel } from './channel-rows.ts';
import { isSubset } from './log-position.ts';

/** What the probe remembers of a channel between looks. */
export interface Heard {
  readonly received: Channel['received'];
  readonly heartbeats: number | null;
  /** The stamp of the source's heartbeat row, as it is applied here; null where there is none. */
  readonly stampMs: number | null;
  /** Its GTIDs are newer than its offset. */
  readonly isByEar: boolean;
  /** Whether all that was received had been applied. */
  readonly caughtUp: boolean;
  /** Which channel, and from whom. */
  readonly name: string;
  readonly sourceAddress: string;
  readonly sourceIdentity: string | null;
  /** When it was last read. */
  readonly readAtMs: number;
  /** When a look last found that something had come in since the look before; at first, when it was first read. */
  readonly movedAtMs: number;
  /** The same for an event: a heartbeat of replication does not count. */
  readonly receivedAtMs: number;
}

/** What a look saw of a channel. */
export type Hearing = Omit<Heard, 'movedAtMs' | 'receivedAtMs' | 'readAtMs'>;

/**
 * Takes in what a look saw of the channel. It has heard its source when, since the look before, it received more,
 * counted a heartbeat, or applied a new heartbeat row. The first look cannot compare, and counts as heard just now:
 * what is not known must not count as silence. The same holds for a channel that was pointed at another source. A row
 * that had waited in the relay log proves nothing: its source may be gone by now.
 */
export function hear(before: Heard | null, now: Hearing, atMs: number): Heard {
  const { heartbeats, stampMs } = now;
  if (before === null || !isSame(before, now))
    return { ...now, readAtMs: atMs, movedAtMs: atMs, receivedAtMs: atMs };
  // What was heard by ear has moved the GTIDs already, and left the offset behind.
  const further =
    (!before.isByEar && comparePlaces(now.received, before.received) > 0) || hasMore(now, before);
  const counted = heartbeats !== null && before.heartbeats !== null && heartbeats > before.heartbeats;
  const renewed =
    stampMs !== null && stampMs !== before.stampMs && before.stampMs !== null && before.caughtUp;
  const received = further || renewed;
  return {
    ...now,
    readAtMs: atMs,
    movedAtMs: received || counted ? atMs : before.movedAtMs,
    receivedAtMs: received ? atMs : before.receivedAtMs,
  };
}

/** GTIDs that were not there before. */
function hasMore(now: Hearing, before: Hearing): boolean {
  const { gtid } = now.received;
  const was = before.received.gtid;
  return gtid !== null && was !== null && gtid !== was && !isSubset(gtid, was);
}

/** The same channel, from the same source. A source that is not known yet, or no more, is not another one. */
function isSame(before: Hearing, now: Hearing): boolean {
  if (before.name !== now.name || before.sourceAddress !== now.sourceAddress) return false;
  const { sourceIdentity: was } = before;
  return was === null || now.sourceIdentity === null || was === now.sourceIdentity;
}

/**
 * What was last read of the channel counts for this long. On a path that loses packets, a statement may be answered
 * late, and a question that we could not ask does not mean that nothing was heard. Milliseconds.
 */
const UNREAD_MS = 2000;

/** How long ago at the least, in milliseconds, as of the last reading; null if the channel was never read. */
export function heardAgo(heard: Heard | null, atMs: number): number | null {
  return heard === null ? null : ago(heard.readAtMs, heard.movedAtMs, atMs);
}

/** The same for an event. */
export function receivedAgo(heard: Heard | null, atMs: number): number | null {
  return heard === null ? null : ago(heard.readAtMs, heard.receivedAtMs, atMs);
}

function ago(readAtMs: number, sinceMs: number, atMs: number): number {
  const unreadMs = atMs - readAtMs;
  return Math.round(readAtMs - sinceMs + Math.max(0, unreadMs - UNREAD_MS));
}

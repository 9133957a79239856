/**
 * A source that nobody of ours gets to, asked through its replica. Where the heartbeat of replication is slow, the channel hears nothing of
 * a source to which nobody writes, whether that lives or not: its silence proves nothing before it has been connected anew. Where clients
 * wrote all the time, it does: if they cannot write any more, it is time to move.
 */
import type { Settings } from '../config/config.ts';
import type { NodeName } from '../names.ts';
import type { Inbound } from './sighting.ts';
import type { Verdict } from './verdict.ts';
import { hearsOnlyHeartbeats, type Testimony } from './witness.ts';

/** What came of asking. `node`: the replica. `cannot-say`: it cannot be asked, as without the right to stop a channel. */
export interface SourceAsked {
  readonly node: NodeName;
  readonly said: 'answers' | 'silent' | 'cannot-say';
  readonly atMs: number;
}

/** An answer is a sign of life for this long: it may die a moment later. Milliseconds. */
const LIFE_MS = 10_000;
/** For so long, looks may show the channel as it was while it was being connected. Milliseconds. */
const SETTLES_MS = 2000;
/** It is asked again when the answer is this old. Milliseconds. */
const AGAIN_MS = 6000;
/** A source that is written to is heard more often than this; another one is asked while its silence is waited for. Milliseconds. */
const SILENT_MS = 700;
/** A connection that has been tried for so long after the answer that there is none will not come about. Milliseconds. */
const GIVEN_UP_MS = 1000;

/** Whether a source that lives may be silent for longer than a witness may be. What was not read is taken for quick. */
export function isQuiet(inbound: Inbound, { witnessMs }: Pick<Settings, 'witnessMs'>): boolean {
  if (inbound.kind !== 'configured' || inbound.heartbeatSeconds === undefined) return false;
  const { heartbeatSeconds } = inbound;
  return heartbeatSeconds === 0 || heartbeatSeconds * 1000 > witnessMs;
}

/** The replica as it was last seen, what was asked of it, and by when that counts. */
interface Asked {
  readonly standby: Verdict;
  readonly asked: SourceAsked | null;
  /** The source, which nobody of ours gets to. */
  readonly holder: Verdict;
  readonly settings: Pick<Settings, 'witnessMs' | 'stuckMs'>;
  readonly nowMs: number;
}

/**
 * What the channel says of its source, with what came of asking that: of one that is quiet, silence alone is `unheard`, and so are
 * heartbeats alone of one that does not greet us.
 */
export function testimonyAsked(testimony: Testimony, asking: Asked): Testimony {
  const { holder, standby, asked, settings, nowMs } = asking;
  const inbound = standby.server?.inbound;
  if (inbound?.kind !== 'configured') return testimony;
  const answeredAgoMs = asked?.said === 'answers' ? nowMs - asked.atMs : Number.POSITIVE_INFINITY;
  if (answeredAgoMs < SETTLES_MS) return 'answered';
  if (isConnecting(asking)) return isGivenUp(asking) ? 'does-not-hear' : 'unheard';
  const isDoubtful =
    testimony === 'does-not-hear' ? isQuiet(inbound, settings) : isBeating(testimony, asking);
  if (inbound.io !== 'yes' || !isDoubtful) return testimony;
  if (answeredAgoMs < LIFE_MS) return 'answered';
  return asked?.said === 'cannot-say' || holder.wasBusy ? testimony : 'unheard';
}

/** It was asked, and the connection that was begun for that is still tried; that the channel was stopped for it is no reason to wait. */
function isConnecting({ standby: { server, seenAtMs }, asked }: Asked): boolean {
  if (asked?.said !== 'silent' || server?.inbound.kind !== 'configured') return false;
  return server.inbound.io === 'connecting' || seenAtMs <= asked.atMs;
}

/** A packet that was lost has been sent again by then, and a busy host has answered. */
function isGivenUp({ standby: { seenAtMs }, asked }: Asked): boolean {
  return asked !== null && seenAtMs - asked.atMs >= GIVEN_UP_MS;
}

/** Its host takes connections, nobody greets us on them, and all that comes to its replica are replication's own heartbeats. */
function isBeating(testimony: Testimony, { holder, standby, settings }: Asked): boolean {
  if (testimony !== 'hears' || !holder.hostAccepts || standby.server === null) return false;
  return hearsOnlyHeartbeats(standby.server.inbound, settings.stuckMs);
}

/** Whether the source is to be asked now: its silence proves nothing, or will not in a moment, or its last answer is about to be too old. */
export function mustAsk(testimony: Testimony, asking: Asked): boolean {
  const { holder, standby, asked, settings, nowMs } = asking;
  if (testimony === 'unheard') return !isConnecting(asking);
  if (testimony === 'answered') return asked !== null && nowMs - asked.atMs >= AGAIN_MS;
  const inbound = standby.server?.inbound;
  if (testimony !== 'hears' || inbound?.kind !== 'configured' || !isQuiet(inbound, settings)) return false;
  const isAsked = asked !== null && nowMs - asked.atMs < AGAIN_MS;
  return (
    inbound.io === 'yes' && !isAsked && holder.wasBusy !== true && (inbound.heardAgoMs ?? 0) >= SILENT_MS
  );
}

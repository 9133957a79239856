/** The standby as a witness: whether its replication channel hears a holder that does not answer us. */
import type { Settings } from '../config/config.ts';
import type { Inbound, Server } from './sighting.ts';
import { isRefusedBySource } from './source-errors.ts';
import type { Verdict } from './verdict.ts';

/**
 * `unknown`: its channel cannot say, and what is not known is neither silence nor a sign of life. `turned-away`: the same, but
 * its source answered its last try to connect, and refused it. `not-yet`: it cannot, and will in a few seconds. `unasked`: the
 * standby itself does not answer us, so nobody knows what its channel would say. `unheard`: it hears nothing, as it would of a source
 * that lives and to which nobody writes; `answered`: such a one was asked, and has just answered a new
 * connection (`source-asked.ts`).
 */
export type Testimony =
  | 'hears'
  | 'does-not-hear'
  | 'unknown'
  | 'turned-away'
  | 'not-yet'
  | 'unasked'
  | 'unheard'
  | 'answered';

/** The source is known to live. */
export function isSignOfLife(testimony: Testimony): boolean {
  return testimony === 'hears' || testimony === 'answered';
}

/** What it says is neither silence nor a sign that the source lives now. */
export function cannotSay(testimony: Testimony): boolean {
  return testimony === 'unknown' || testimony === 'turned-away';
}

/** How long the channel may hear nothing while the holder commits a heartbeat every second. Milliseconds. */
export const UNHEARD_MS = 5000;

/**
 * Whether the channel may have heard its source within `forMs`. What is not running hears nothing; but what could not be
 * read yet, as by a probe that has only begun to look, is not known, and that is no silence.
 */
export function hearsSource(inbound: Inbound, forMs: number): boolean {
  if (inbound.kind !== 'configured') return false;
  if (inbound.heardAgoMs === null) return true;
  return inbound.io === 'yes' && inbound.heardAgoMs < forMs;
}

/**
 * What the standby's channel says of its source. A channel loses a source that dies by itself: it goes on trying. One
 * that was stopped, by a command or by an error of its own, says nothing; nor does one that the source refuses, one of a server
 * that has restarted since it last heard, or one that has not had the time to hear again since it was kept from its
 * source for a reason of its own (`ChannelGaps`).
 */
export function testimonyOf(
  { inbound, uptimeSeconds }: Server,
  forMs: number,
  { stoppedAgoMs, backForMs, awayMs }: ChannelGaps,
): Testimony {
  if (inbound.kind !== 'configured') return 'unknown';
  if (inbound.io === 'no') return 'unknown';
  // That we could not ask what it has heard since is no silence, and what kept it from its source then may be over.
  if (inbound.unanswered) return hearsSource(inbound, forMs) ? 'hears' : 'unknown';
  if (isRefusedBySource(inbound)) return 'turned-away';
  if (inbound.heardAgoMs === null) return 'unknown';
  if (hearsSource(inbound, forMs)) return 'hears';
  const retryMs = retryMsOf(inbound);
  if (inbound.io === 'connecting' && stoppedAgoMs !== null && stoppedAgoMs < retryMs) return 'not-yet';
  if (inbound.io === 'yes' && backForMs !== null && backForMs < awayMs + CONNECT_MS) return 'not-yet';
  const hasJustStarted =
    restartedSinceHeard(uptimeSeconds, inbound.heardAgoMs) && uptimeSeconds * 1000 < retryMs;
  return inbound.io === 'connecting' && hasJustStarted ? 'not-yet' : 'does-not-hear';
}

/** How long a try to connect may take. Milliseconds. */
const CONNECT_MS = 2000;

/** After this long a channel that is not connected has tried again. Milliseconds. */
function retryMsOf({ retrySeconds }: Pick<Configured, 'retrySeconds'>): number {
  return retrySeconds * 1000 + CONNECT_MS;
}

type Configured = Extract<Inbound, { kind: 'configured' }>;

/**
 * Whether a channel that its source refuses was refused after that time: it had heard its source since, or has tried again
 * since.
 */
export function wasTurnedAwaySince(
  { server, seenAtMs }: Pick<Verdict, 'server' | 'seenAtMs'>,
  sinceMs: number,
): boolean {
  if (server?.inbound.kind !== 'configured') return false;
  const { heardAgoMs } = server.inbound;
  if (heardAgoMs !== null && seenAtMs - heardAgoMs > sinceMs) return true;
  return seenAtMs - sinceMs >= retryMsOf(server.inbound);
}

/** What kept a standby's channel from its source that is not the source's doing. Null: nothing, or it has heard since. */
export interface ChannelGaps {
  /** Its receiver was stopped or followed somebody else, or its mysqld was down, until so long ago. */
  readonly stoppedAgoMs: number | null;
  /** Nobody of ours reached it for `awayMs`, so that its own network was likely gone, until so long ago. */
  readonly backForMs: number | null;
  readonly awayMs: number;
}

/** The uptime is in whole seconds, and 0 also where it has not been read yet. */
function restartedSinceHeard(uptimeSeconds: number, heardAgoMs: number): boolean {
  return uptimeSeconds > 0 && heardAgoMs >= uptimeSeconds * 1000;
}

/** For how long the witness's word counts, in milliseconds: our own path may be cut, unless the host accepts on it. */
export function witnessMsOf({ hostAccepts }: Verdict, { witnessMs, hungWitnessMs }: Settings): number {
  return hostAccepts ? Math.min(hungWitnessMs, witnessMs) : witnessMs;
}

/**
 * The source's network side lives and its server does nothing: replication's own heartbeats come, and no event has come
 * for this long. Milliseconds.
 */
export function hearsOnlyHeartbeats(inbound: Inbound, forMs: number): boolean {
  return inbound.kind === 'configured' && inbound.receivedAgoMs !== null && inbound.receivedAgoMs >= forMs;
}

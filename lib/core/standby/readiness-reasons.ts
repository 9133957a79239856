/** Whether a standby was ready when the holder was lost, by what is remembered of it. */
import { type Coverage, coverageOf, END_LIFE_MS, wasCutOffLong } from '../evidence/holder-end.ts';
import { isSameStart, startOf, UPTIME_SLACK_MS } from '../evidence/same-process.ts';
import type { Server } from '../evidence/sighting.ts';
import { endsReceiver, isOfSource } from '../evidence/source-errors.ts';
import type { Verdict } from '../evidence/verdict.ts';
import { detachedInto } from '../memory/detached.ts';
import type { Memory } from '../memory/memory.ts';
import type { FitnessTerms } from './fitness-terms.ts';
import { lackOf } from './lead.ts';
import type { LastEnds, Readiness } from './readiness.ts';

/** How old a remembered readiness may be, counted from the loss of the holder. Milliseconds. */
export const READINESS_LIFE_MS = 150_000;

/** Of a reason that is remembered. */
export function beforeLoss(reason: string): string {
  return `before the holder was lost: ${reason}`;
}

/** Why it is not known to have been ready, or to have all that it was ready with. */
export function reasonsOfReadiness({
  pair,
  memory,
  standby,
  holder,
  lastEnds,
  nowMs,
  peerIdentity,
  safeguards,
}: FitnessTerms): readonly string[] {
  const { readiness, movedByHand } = memory;
  const lostAtMs = memory.lostAtMs ?? nowMs;
  const coverage = safeguards.coverage ? coverageOf(standby.server, lastEnds, peerIdentity) : 'unknown';
  if (typeof coverage === 'object')
    return [`it lacks writes that ${holder.node} had before it was lost: ${coverage.lacks}`];
  if (safeguards.coverage && wasCutOffLong(standby.server, lastEnds, peerIdentity, pair.settings.readinessMs))
    return [`it had received nothing from ${holder.node} for seconds when that was last seen to write`];
  // The VIP was moved by hand, to a node that was dead or died at once: the one that it was taken from wrote last.
  if (readiness?.node !== standby.node && movedByHand?.from === standby.node) return [];
  if (readiness?.node !== standby.node)
    return ['keepalambda has not seen it as a standby since before the holder was lost'];
  if (!readiness.fit && !isOver(readiness, standby.server, coverage, lostAtMs))
    return readiness.reasons.map(beforeLoss);
  // A holder that came back with less than its standby has was not opened, and wrote nothing that it could lack.
  const isBehind = memory.behind[holder.node] !== undefined;
  if (safeguards.coverage && !isBehind && isStoppedUnseen(memory, standby, lastEnds, lostAtMs))
    return [
      `its channel was stopped while nobody saw ${holder.node}, which may have lived on and written what it lacks`,
    ];
  // Having all that the holder had is as good as having been ready then.
  const readyAtMs = Math.max(readiness.atMs, coverage === 'whole' ? (lastEnds.proof?.untilMs ?? 0) : 0);
  if (lostAtMs - readyAtMs > READINESS_LIFE_MS)
    return ['keepalambda saw it ready for the last time too long before the holder was lost'];
  // Of one that has all that the holder had, only what it is known to have thrown away counts.
  if (coverage === 'whole' && memory.receivedWhenLost === null) return [];
  return reasonsOfRestart(memory.receivedWhenLost, readiness, standby, peerIdentity);
}

/**
 * Its channel was stopped, by somebody or by an error of its own, and nobody had seen the holder for long when it was lost. A
 * channel whose source dies tries again: so it was stopped before that, nobody knows how long, and what it had in time proves
 * nothing.
 */
function isStoppedUnseen(
  memory: Memory,
  { node, server }: Verdict,
  { last }: Pick<LastEnds, 'last'>,
  lostAtMs: number,
): boolean {
  if (server?.inbound.kind !== 'configured' || server.inbound.io !== 'no') return false;
  if (detachedInto(memory, node) !== null) return false;
  const { readiness } = memory;
  const { ioError } = server.inbound;
  // It had lost its source, and tried for the last time.
  if (isOfSource(ioError) && !endsReceiver(ioError)) return false;
  const seenAtMs = Math.max(last?.untilMs ?? 0, readiness?.fit === true ? readiness.atMs : 0);
  return lostAtMs - seenAtMs > END_LIFE_MS;
}

/** Whether what kept it from the role is over: the rest of that is asked anew. */
function isOver(
  { isLate, isBarred, isCutOff, isUnasked, fitAtMs }: Readiness,
  server: Server | null,
  coverage: Coverage,
  lostAtMs: number,
): boolean {
  if (!isLate && !isBarred && !isCutOff && !isUnasked) return false;
  const wasFit = fitAtMs !== undefined && lostAtMs - fitAtMs <= READINESS_LIFE_MS;
  const isWhole = coverage === 'whole';
  const appliesAll = catchesUp(server) && coverage !== 'behind' && coverage !== 'enough';
  // A channel that broke in the holder's last seconds, and was seen to, is no worse than one that broke unseen.
  const hasEnough = isWhole || coverage === 'enough';
  return (!isLate || appliesAll) && (!isCutOff || hasEnough) && (!isUnasked || isWhole || wasFit);
}

/** It has applied all that it had received, or will when catching up has ended the session that keeps it from that. */
function catchesUp(server: Server | null): boolean {
  if (server?.inbound.kind !== 'configured') return false;
  return server.inbound.caughtUp || server.globalLock !== null;
}

/** A process at a moment at which it had what it needs. */
export type Ready = Pick<Readiness, 'atMs' | 'startSecond'>;

/** Whether it is the process that ran at that time, by its start: so it has thrown nothing away since. */
export function hasRunSince(ready: Ready, verdict: Pick<Verdict, 'server' | 'seenAtMs'>): boolean {
  const isSame = isSameStart(ready, verdict.server);
  if (isSame !== null) return isSame;
  const startedAtMs = startOf(verdict);
  return startedAtMs !== null && startedAtMs <= ready.atMs + UPTIME_SLACK_MS;
}

/**
 * A server that restarts throws its relay log away (`relay_log_recovery`) and fetches it again; with its source dead, what
 * it had received and not applied is gone. `source`: who the holder was, as for `unreadOf`.
 */
export function reasonsOfRestart(
  receivedWhenLost: Memory['receivedWhenLost'],
  ready: Ready,
  { server, seenAtMs }: Verdict,
  source: string | null,
): readonly string[] {
  if (server === null) return [];
  // Positions decide, where they can: two leaders' clocks may be many seconds apart.
  const lost = lackOf(server, receivedWhenLost, source);
  if (lost === null) return [];
  if (lost === 'unknown') {
    // It has just started, or its uptime is about to be read: a second later it is known.
    if (server.uptimeSeconds === 0 && isSameStart(ready, server) === null)
      return ['its uptime is not known yet'];
    return hasRunSince(ready, { server, seenAtMs })
      ? []
      : ['it restarted after keepalambda saw it ready, and may have lost what it had received'];
  }
  return [`it restarted after the holder was lost, and lost what it had received: ${lost}`];
}

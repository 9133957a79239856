/** Notes in memory whether the standby can take over: it counts once the holder is lost, so one moment does not decide it. */
import type { Durations, Situation } from '../decision/situation.ts';
import { isSameStart, SAME_START_MS, startOf } from '../evidence/same-process.ts';
import { isRefusedBySource } from '../evidence/source-errors.ts';
import type { Verdict, VerdictKind } from '../evidence/verdict.ts';
import { type Fitness, isBroken, isUnread, reasonsOfSilence } from '../standby/fitness.ts';
import type { Readiness } from '../standby/readiness.ts';
import type { Memory } from './memory.ts';

/** How often an unchanged readiness is written again, so that its age stays small. Milliseconds. */
const REFRESH_MS = 60_000;
/** How long a busy server may take to say something of its channel for the first time. Milliseconds. */
const UNREAD_MS = 10_000;

/**
 * Whether the standby is ready, as far as it can be judged beside a holder that lives. What was known is kept, with its
 * age, while nothing can be seen.
 */
export function noteReadiness(memory: Memory, situation: Situation, durations: Durations): Memory {
  const { holder, standby, fitness, nowMs, pair, life, vip, blind, safeguards } = situation;
  if (blind !== null && !safeguards.keepsReadiness) return { ...memory, readiness: null };
  if (holder.kind !== 'serving' && !safeguards.judgesStandby) return memory;
  // A plan has its hands on the channel.
  if (memory.plan !== null) return memory;
  // Where EC2 does not say, the last holder is the holder: a presumed one says nothing of its standby.
  if (vip !== 'held' && memory.lastHolder !== holder.node) return memory;
  if (life !== 'lives' || standby.kind === 'unseen') return memory;
  const { readiness } = memory;
  const before = readiness?.node === standby.node ? readiness : null;
  if (fitness.fit) {
    const readyForMs = nowMs - (durations.readySinceMs ?? nowMs);
    // What was ill must have been well for its time; what is ill now and then is not ready.
    if (before !== null && !before.fit && readyForMs < pair.settings.readinessMs) return memory;
    if (before?.fit === true && durations.unreadySinceMs !== null) return memory;
  } else if (!isProvenUnfit(situation) && !hasLasted(situation, durations)) return memory;
  const judged = lastingFitness(fitness, standby);
  if (!isNews(before, judged, standby, nowMs)) return memory;
  const fitAtMs = judged.isUnasked && before !== null ? lastFitOf(before) : undefined;
  const { startSecond } = standby.server ?? {};
  const now: Readiness = {
    node: standby.node,
    atMs: nowMs,
    ...judged,
    ...(startSecond === undefined ? {} : { startSecond }),
    ...(fitAtMs === undefined ? {} : { fitAtMs }),
  };
  return { ...memory, readiness: now };
}

/** A status that was not answered for so long hangs, as it does beside a channel that is being stopped. */
function lastingFitness(fitness: Fitness, standby: Verdict): Fitness {
  const { isUnasked, ...rest } = fitness;
  return isUnasked && isUnread(standby) ? { ...rest, isCutOff: true } : fitness;
}

/** What could not be read yet is known soon, as a rule: it is no unreadiness before that. */
function hasLasted({ standby, fitness, nowMs, pair }: Situation, durations: Durations): boolean {
  const { unreadySinceMs, brokenSinceMs } = durations;
  if (isUnread(standby)) return nowMs - (unreadySinceMs ?? nowMs) >= UNREAD_MS;
  // A late standby is out of touch for a moment, too, when its source dies.
  const sinceMs = isBroken(fitness) ? brokenSinceMs : unreadySinceMs;
  return nowMs - (sinceMs ?? nowMs) >= pair.settings.readinessMs;
}

function lastFitOf({ fit, atMs, fitAtMs }: Readiness): number | undefined {
  return fit ? atMs : fitAtMs;
}

/**
 * A moment out of touch is no unreadiness, because the holder's own death begins like this, and a bad path looks like it; nor is
 * one with another source. A standby whose port refuses, whose source refuses it or writes no binary log, or that has heard
 * nothing for seconds from a holder that commits, is unready at once.
 */
function isProvenUnfit({ pair, holder, standby }: Situation): boolean {
  const untold: readonly VerdictKind[] = ['serving', 'unseen', 'silent'];
  if (standby.confirmed && !untold.includes(standby.kind)) return true;
  if (standby.server === null) return false;
  if (holder.server?.binaryLog === 'off') return true;
  const { inbound } = standby.server;
  const commits = holder.kind === 'serving' && holder.server?.heartbeat.kind === 'committed';
  const isDeaf = inbound.kind === 'configured' && reasonsOfSilence(pair, holder.server, inbound).length > 0;
  if (commits && isDeaf) return true;
  return isRefusedBySource(standby.server.inbound);
}

function isNews(before: Readiness | null, now: Fitness, standby: Verdict, nowMs: number): boolean {
  if (before === null || before.fit !== now.fit) return true;
  const kinds = ['isLate', 'isBarred', 'isCutOff', 'isUnasked'] as const;
  if (kinds.some((kind) => before[kind] !== now[kind])) return true;
  if (isSameStart(before, standby.server) === false) return true;
  return nowMs - before.atMs >= REFRESH_MS || hasGrownOld(before, standby, nowMs);
}

/**
 * It was noted soon after the start of its process, and that is long ago by now: the clock of the next leader may be ahead, and
 * then that start would look as if it had come after the note.
 */
function hasGrownOld({ atMs }: Readiness, standby: Verdict, nowMs: number): boolean {
  const startedAtMs = startOf(standby);
  if (startedAtMs === null) return false;
  return atMs - startedAtMs < SAME_START_MS && nowMs - startedAtMs >= SAME_START_MS;
}

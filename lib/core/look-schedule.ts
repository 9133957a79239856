/** How soon the next look is wanted. */
import { holderGone, standbyOpen, witnessed } from './conditions.ts';
import type { Pair } from './config.ts';
import { type Evidence, seenFrom } from './evidence.ts';
import type { Vantage } from './names.ts';
import { WITNESSED_MS } from './rows-lost.ts';
import type { Durations, Situation } from './situation.ts';
import { judge, type Verdict } from './verdict.ts';
import { witnessMsOf } from './witness.ts';

/** While something is wrong and known, once a second is soon enough to see it mend. Milliseconds. */
const WATCHFUL_MS = 1000;

/**
 * Milliseconds until the next look is wanted, or null when a held look will do. Suspicion is followed up at
 * the pace that confirms it; what lasts (a fault that must last 10 s, an incident) is watched once a second.
 */
export function hasteOf(situation: Situation, durations: Durations): number | null {
  const { holder, standby, pair } = situation;
  const pace = suspicionOf(situation);
  if (pace !== null) return pace;
  const holderIll = holder.kind !== 'serving' || heartbeatCounts(situation);
  const counting = durations.holderFaultsSinceMs !== null && !situation.holderFaultsConfirmed;
  const { readiness } = situation.memory;
  const isNotedUnfit = readiness?.node === standby.node && !readiness.fit;
  const unreadyUnnoted = durations.unreadySinceMs !== null && !isNotedUnfit;
  const readyUnnoted = situation.fitness.fit && isNotedUnfit;
  const closing = situation.memory.incident !== null && durations.steadySinceMs !== null;
  const wrongWriter =
    pair.writability === 'managed' && (holder.server?.writable === false || standbyOpen(situation));
  return holderIll ||
    counting ||
    unreadyUnnoted ||
    readyUnnoted ||
    closing ||
    wrongWriter ||
    situation.vip !== 'held'
    ? WATCHFUL_MS
    : null;
}

/** What comes of the heartbeat is a matter of time: it hangs, or nothing is known yet of why it cannot be written. */
function heartbeatCounts({ holder, heartbeatForMs, pair }: Situation): boolean {
  switch (holder.server?.heartbeat.kind) {
    case 'failed':
    case 'refused':
      return true;
    case 'barred':
      return heartbeatForMs < pair.settings.stuckMs;
    case 'committed':
    case 'not-tried':
    case undefined:
      return false;
  }
}

/**
 * For how long the witness's word counts, when all that is awaited is that it runs out, or that the holder answers
 * again; for as long as no person is told (`holder-lost-witnessed`). Else null. Then a look is held for as long as it is not wanted
 * otherwise, and answered at either. Milliseconds.
 */
export function awaitedWitnessMs(situation: Situation): number | null {
  const { pair, holder, witness, nowMs } = situation;
  const isAwaited = holderGone(situation) && witnessed(situation);
  if (!isAwaited || witness !== 'hears' || nowMs - holder.sinceMs >= WITNESSED_MS) return null;
  return witnessMsOf(holder, pair.settings);
}

/** The pace of what is suspected and not sure yet; null when nothing is. */
export function suspicionOf(situation: Situation): number | null {
  const { holder, standby, pair } = situation;
  const paces = [holder, standby].map((verdict) => paceOf(verdict, pair.settings));
  return leastOf(paces);
}

/**
 * The same for one vantage: what it alone has begun to suspect, it follows up until it is sure, also while another
 * vantage still sees the node. Otherwise its next look would be a held one, just when the other's word is about to
 * fall too.
 */
export function hasteAt(vantage: Vantage, evidence: Evidence, { nodes, settings }: Pair): number | null {
  // What answers is not suspected; what a vantage cannot see at all, it is asked again for by the leader.
  const suspects = nodes.filter(({ name }) => {
    const word = evidence.words[name]?.[vantage];
    return word !== undefined && word.saw.kind !== 'answered';
  });
  if (suspects.length === 0) return null;
  const own = seenFrom(evidence, vantage);
  return leastOf(suspects.map(({ name }) => paceOf(judge(own, name, settings), settings)));
}

/** The least of them; null where there is none. */
export function leastOf(paces: readonly (number | null)[]): number | null {
  const wanted = paces.filter((pace) => pace !== null);
  return wanted.length === 0 ? null : Math.min(...wanted);
}

function paceOf(verdict: Verdict, settings: Situation['pair']['settings']): number | null {
  if (verdict.confirmed) return null;
  switch (verdict.kind) {
    case 'stopped':
      return settings.stoppedIntervalMs;
    case 'silent':
      return settings.silentIntervalMs;
    case 'saturated':
    case 'locked-out':
    case 'unseen':
      return settings.lookIntervalMs;
    case 'serving':
    case 'stuck':
      return null;
  }
}

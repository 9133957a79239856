/** What the two verdicts, the VIP and our memory mean for the pair: all that a decision may look at. */
import { faultsOfInbound } from './check.ts';
import { type Pair, peerOf } from './config.ts';
import type { Evidence } from './evidence.ts';
import {
  type Fitness,
  fitnessWhenLost,
  isLeaving,
  reasonsOfErrant,
  reasonsWhileServed,
  type StandbyInEc2,
} from './fitness.ts';
import type { Memory } from './memory.ts';
import type { NodeName } from './names.ts';
import { allSafeguards, type Safeguards } from './safeguards.ts';
import type { InstanceState } from './sighting.ts';
import { judge, type Verdict } from './verdict.ts';
import { hearsSource, witnessMsOf } from './witness.ts';

/** EC2's word counts for this long when it stops answering. Milliseconds. */
export const VIP_WORD_LIFE_MS = 15_000;
/** All vantages, or EC2, must have failed for this long before a person is told. Milliseconds. */
export const BLIND_MS = 5000;

export interface Situation {
  readonly pair: Pair;
  readonly nowMs: number;
  readonly memory: Memory;
  readonly safeguards: Safeguards;
  /** Where EC2 says that the VIP is. `unknown`: not asked yet, or not sure yet; `blind`: EC2 does not answer. */
  readonly vip: 'held' | 'unheld' | 'unknown' | 'blind';
  readonly vipBecause: string;
  /** The holder; where the VIP is unheld or unknown, the last one (or else the preferred, or the first). */
  readonly holder: Verdict;
  readonly standby: Verdict;
  /** EC2's word on the holder's instance. */
  readonly holderInstance: InstanceState;
  /** Faults of the holder's inbound replication, and whether they lasted long enough to count. */
  readonly holderFaults: readonly string[];
  readonly holderFaultsConfirmed: boolean;
  /** Since when the holder has not been as it should be: it fails the check, or does not serve. */
  readonly badSinceMs: number;
  readonly standbyPasses: boolean;
  readonly fitness: Fitness;
  /** What the standby has and the holder lacks: where the holder is only presumed, it may be the other way round. */
  readonly aheadBecause: string | null;
  /** Whether the standby still hears the holder. */
  readonly witness: 'hears' | 'does-not-hear';
  /** Why the flap guard forbids an automatic failover; null when it does not. */
  readonly flapGuard: string | null;
  /** The pause that is on now. */
  readonly paused: boolean;
  /** No vantage sees anything, or both nodes vanished at once while EC2 says that they run. */
  readonly blind: string | null;
}

/** How long things have been so: kept by the leader beside the evidence, because one look cannot say. */
export interface Durations {
  /** Since when the holder fails the check. */
  readonly holderFaultsSinceMs: number | null;
  /** Since when the standby is not ready while the holder serves. */
  readonly unreadySinceMs: number | null;
  /** Since when the pair is steady. */
  readonly steadySinceMs: number | null;
}

export const noDurations: Durations = {
  holderFaultsSinceMs: null,
  unreadySinceMs: null,
  steadySinceMs: null,
};

/** Evidence and memory → the situation. */
export function assess(
  pair: Pair,
  evidence: Evidence,
  memory: Memory,
  durations: Durations,
  nowMs: number,
  safeguards: Safeguards = allSafeguards,
): Situation {
  const holderName = holderOf(pair, evidence, memory);
  const holder = judge(evidence, holderName, pair.settings);
  const standby = judge(evidence, peerOf(pair, holderName).name, pair.settings);
  // A channel that we detached is no fault of the holder's.
  const holderFaults = memory.detached?.node === holderName ? [] : checkFaults(holder, pair);
  const inEc2: StandbyInEc2 = {
    room: evidence.vip?.room[standby.node] ?? true,
    instance: evidence.vip?.instances[standby.node] ?? 'unknown',
  };
  const [vip, vipBecause] = vipState(evidence, memory, nowMs);
  return {
    pair,
    nowMs,
    memory,
    safeguards,
    vip,
    vipBecause,
    holder,
    standby,
    holderInstance: evidence.vip?.instances[holderName] ?? 'unknown',
    holderFaults,
    // The durations are those of the look before: a fault that this look does not show has ended.
    holderFaultsConfirmed:
      holderFaults.length > 0 &&
      lastedFor(durations.holderFaultsSinceMs, pair.settings.replicationFaultMs, nowMs),
    badSinceMs: holder.kind === 'serving' ? (durations.holderFaultsSinceMs ?? nowMs) : holder.sinceMs,
    standbyPasses: standby.kind === 'serving' && checkFaults(standby, pair).length === 0,
    aheadBecause:
      holder.server && standby.server
        ? (reasonsOfErrant(pair, holder.server, standby.server)[0] ?? null)
        : null,
    fitness: fitnessOf(pair, memory, holder, standby, inEc2, nowMs, safeguards),
    witness: hears(standby, holder, pair) && safeguards.witness ? 'hears' : 'does-not-hear',
    flapGuard: safeguards.flapGuard ? flapGuardOf(memory, pair, nowMs) : null,
    paused: safeguards.pause && memory.pause !== null && nowMs < memory.pause.untilMs,
    blind: safeguards.blindRule ? blindness(evidence, holder, standby, nowMs) : null,
  };
}

/** The durations after this situation: each begins when its condition does and ends with it. */
export function nextDurations(durations: Durations, situation: Situation): Durations {
  const { nowMs, holder, standby } = situation;
  // Where nothing has been seen yet, as right after a plan, nothing has begun or ended.
  if (holder.kind === 'unseen' || standby.kind === 'unseen') return durations;
  const since = (was: number | null, is: boolean) => (is ? (was ?? nowMs) : null);
  const served = holder.kind === 'serving';
  return {
    holderFaultsSinceMs: since(durations.holderFaultsSinceMs, situation.holderFaults.length > 0),
    unreadySinceMs: since(durations.unreadySinceMs, served && !situation.fitness.fit),
    steadySinceMs: since(durations.steadySinceMs, isSteady(situation)),
  };
}

/** The holder serves, and its instance is on its way out. */
export function holderLeaves({ holder, holderInstance }: Situation): boolean {
  return holder.kind === 'serving' && isLeaving(holderInstance);
}

/** The holder serves, passes the check and stays, the standby is fit, and exactly the right node is writable. */
export function isSteady(situation: Situation): boolean {
  const { holder, standby, pair } = situation;
  if (holderLeaves(situation)) return false;
  const writers =
    pair.writability === 'untouched' ||
    (holder.server?.writable === true && standby.server?.writable === false);
  return (
    situation.vip === 'held' &&
    holder.kind === 'serving' &&
    standby.kind === 'serving' &&
    situation.holderFaults.length === 0 &&
    situation.standbyPasses &&
    situation.fitness.fit &&
    writers
  );
}

function holderOf(pair: Pair, evidence: Evidence, memory: Memory): NodeName {
  const place = evidence.vip?.place;
  if (place?.kind === 'node' && isBelieved(evidence, memory)) return place.node;
  return memory.lastHolder ?? pair.prefer ?? pair.nodes[0].name;
}

/** EC2's reads may be stale: that the VIP is not where we left it counts when EC2 has said so three times. */
const UNEXPECTED_LOOKS = 3;

function isBelieved({ vip, vipLooks }: Evidence, { lastHolder }: Memory): boolean {
  if (vipLooks >= UNEXPECTED_LOOKS) return true;
  return vip?.place.kind === 'node' && (lastHolder === null || lastHolder === vip.place.node);
}

function vipState(evidence: Evidence, memory: Memory, nowMs: number): [Situation['vip'], string] {
  const { vip, vipBlindSinceMs, vipBlindBecause } = evidence;
  const stale = vip === null || nowMs - vip.atMs > VIP_WORD_LIFE_MS;
  if (stale && vipBlindSinceMs !== null && nowMs - vipBlindSinceMs >= BLIND_MS)
    return ['blind', vipBlindBecause];
  if (vip === null) return ['unknown', vipBlindBecause || 'EC2 has not answered yet'];
  const believed = isBelieved(evidence, memory);
  switch (vip.place.kind) {
    case 'node':
      return [believed ? 'held' : 'unknown', `on ${vip.place.node}`];
    case 'nowhere':
      return [believed ? 'unheld' : 'unknown', 'on no ENI'];
    case 'foreign':
      return [believed ? 'unheld' : 'unknown', `on ${vip.place.eniId}, an ENI of neither node`];
  }
}

function checkFaults(verdict: Verdict, pair: Pair): readonly string[] {
  if (verdict.server === null) return [];
  return faultsOfInbound(verdict.server.inbound, pair.settings.lagLimitSeconds);
}

function fitnessOf(
  pair: Pair,
  memory: Memory,
  holder: Verdict,
  standby: Verdict,
  inEc2: StandbyInEc2,
  nowMs: number,
  safeguards: Safeguards,
): Fitness {
  if (holder.kind !== 'serving') return fitnessWhenLost(pair, memory, standby, inEc2, nowMs, safeguards);
  const reasons = reasonsWhileServed(pair, holder, standby, inEc2, safeguards);
  return { fit: reasons.length === 0, reasons };
}

function hears({ server }: Verdict, holder: Verdict, { settings }: Pair): boolean {
  return server !== null && hearsSource(server.inbound, witnessMsOf(holder, settings));
}

function flapGuardOf(memory: Memory, pair: Pair, nowMs: number): string | null {
  const { flapLimit, flapQuietMs } = pair.settings;
  const lastHour = memory.failoversAtMs.filter((atMs) => nowMs - atMs < 3_600_000);
  if (lastHour.length >= flapLimit)
    return `${lastHour.length} automatic failovers in the last hour (limit ${flapLimit})`;
  const last = lastHour.at(-1);
  if (last === undefined || nowMs - last >= flapQuietMs) return null;
  return `the last automatic failover was ${Math.round((nowMs - last) / 1000)} s ago (at least ${flapQuietMs / 1000} s apart)`;
}

function blindness(evidence: Evidence, holder: Verdict, standby: Verdict, nowMs: number): string | null {
  const blind = Object.values(evidence.blind);
  if (blind.length === evidence.vantages && blind.every(({ sinceMs }) => nowMs - sinceMs >= BLIND_MS)) {
    return `no vantage sees anything: ${holder.because}`;
  }
  if (holder.kind !== 'silent' || standby.kind !== 'silent' || !holder.confirmed || !standby.confirmed)
    return null;
  return 'both nodes fell silent, and nothing else confirms that they are gone';
}

function lastedFor(sinceMs: number | null, forMs: number, nowMs: number): boolean {
  return sinceMs !== null && nowMs - sinceMs >= forMs;
}

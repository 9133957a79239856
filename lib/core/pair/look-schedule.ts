/** How soon the next look is wanted, and what each vantage is ordered to do. */
import type { Pair } from '../config/config.ts';
import { holderGone, standbyOpen, witnessed } from '../decision/conditions.ts';
import { WITNESSED_MS } from '../decision/rows-lost.ts';
import type { Durations, Situation } from '../decision/situation.ts';
import { type Evidence, seenFrom } from '../evidence/evidence.ts';
import { judge, type Verdict } from '../evidence/verdict.ts';
import { witnessMsOf } from '../evidence/witness.ts';
import type { Vantage } from '../names.ts';
import { isSameOrder, type LookOrder } from './look-order.ts';

/** How soon the pair as a whole wants the next look. */
export interface Pace {
  /** Milliseconds until the next look; null when a held look will do. */
  readonly afterMs: number | null;
  /** For how long a held look that is open may go on. Milliseconds. */
  readonly graceMs: number;
  /** While the standby's report on a silent holder is awaited: for how long it counts; else null. Milliseconds. */
  readonly witnessMs: number | null;
}

/**
 * While the first vantage sees that all is well, each other one only looks so often: it costs its compute and its traffic
 * between zones. A held look is called off for nothing, so it is longer than `holdMs`. Milliseconds.
 */
export const REST_MS = 10_000;
/** A vantage that cannot look is asked again after this. Milliseconds. */
const BLIND_PAUSE_MS = 500;
/** For how long a look is held that waits for the standby's report: a person is alerted in time. Milliseconds. */
const CLOSE_UP_MS = 1000;
/** A held look is given this long to end by itself, before a fresh one takes its place. Milliseconds. */
const GRACE_MS = 250;
/**
 * The same when it only has to see what another vantage saw: its next look and that one's limit, and then some. A fresh
 * look goes to another function, which has no connection yet. Milliseconds.
 */
const SUSPICION_GRACE_MS = 750;
/**
 * How often to look while a plan is carried out. None is held: a fresh look must not have to wait at the plan's end. Each takes the
 * CPU from the plan.
 */
export const planPace: Pace = { afterMs: 500, graceMs: GRACE_MS, witnessMs: null };
/** After a failed save the pair is judged again in a while. */
export const failurePace: Pace = { afterMs: 1000, graceMs: GRACE_MS, witnessMs: null };
/** How soon to look again while what is to be done must wait. */
export const notYetPace: Pace = { afterMs: 250, graceMs: GRACE_MS, witnessMs: null };
/** Before the first look. */
export const firstPace: Pace = { afterMs: 0, graceMs: GRACE_MS, witnessMs: null };
/** While something is wrong and known, once a second is soon enough to see it mend. Milliseconds. */
const WATCHFUL_MS = 1000;

/** The pace that a situation asks for. */
export function paceOf(situation: Situation, durations: Durations): Pace {
  return {
    afterMs: paceMsOf(situation, durations),
    graceMs: suspicionOf(situation) === null ? GRACE_MS : SUSPICION_GRACE_MS,
    witnessMs: awaitedWitnessMs(situation),
  };
}

/** The order for each vantage. The same object comes back while none of them changes. */
export function looksOf(
  before: Readonly<Record<Vantage, LookOrder>>,
  evidence: Evidence,
  pace: Pace,
  pair: Pair,
): Readonly<Record<Vantage, LookOrder>> {
  let first: Vantage | undefined;
  let isFirstWell = false;
  let changed: Record<Vantage, LookOrder> | null = null;
  for (const vantage in before) {
    const isWell = seesAllWell(evidence, vantage, pair);
    const mayRest = first !== undefined && isFirstWell && isWell;
    if (first === undefined) [first, isFirstWell] = [vantage, isWell];
    const order = orderAt(vantage, evidence, pace, pair, mayRest);
    const was = before[vantage];
    if (was === undefined || !isSameOrder(order, was)) changed = { ...(changed ?? before), [vantage]: order };
  }
  return changed ?? before;
}

/**
 * Whether what this vantage says of both nodes is no reason to move anything. Another one may rest then, if it says the
 * same: its word grows old, and an old word that all is well only keeps a failover waiting until it has looked again.
 */
function seesAllWell(evidence: Evidence, vantage: Vantage, { nodes }: Pair): boolean {
  return nodes.every(({ name }) => {
    const saw = evidence.words[name]?.[vantage]?.saw;
    if (saw?.kind !== 'answered') return false;
    const { heartbeat, loginRefused } = saw.server;
    // A vantage at rest keeps no connection, and could not come back.
    return loginRefused === null && (heartbeat.kind === 'committed' || heartbeat.kind === 'not-tried');
  });
}

function orderAt(vantage: Vantage, evidence: Evidence, pace: Pace, pair: Pair, mayRest: boolean): LookOrder {
  const graceMs = isLoginRefused(vantage, evidence, pair) ? pair.settings.holdMs : pace.graceMs;
  if (evidence.blind[vantage] !== undefined) return { kind: 'soon', afterMs: BLIND_PAUSE_MS, graceMs };
  // It has not reported since this leader began, or since a plan has changed the pair.
  if (pair.nodes.every(({ name }) => evidence.words[name]?.[vantage] === undefined)) return { kind: 'now' };
  if (isOutdated(vantage, evidence, pair)) return { kind: 'soon', afterMs: 0, graceMs };
  const suspicion = suspicionAt(vantage, evidence, pair);
  const afterMs = leastOf([pace.afterMs, suspicion]);
  // Held, it would be answered at once: the environment that looks sees something else than this vantage has said.
  if (isKept(vantage, evidence, pair))
    return { kind: 'soon', afterMs: afterMs ?? pair.settings.lookIntervalMs, graceMs };
  if (afterMs === null && mayRest && pair.settings.holdMs < REST_MS)
    return { kind: 'rest', afterMs: REST_MS };
  if (afterMs === null) return { kind: 'held', forMs: pair.settings.holdMs };
  if (suspicion !== null || pace.witnessMs === null) return { kind: 'soon', afterMs, graceMs };
  return { kind: 'close-up', forMs: CLOSE_UP_MS, witnessMs: pace.witnessMs };
}

/**
 * Whether a node answers this vantage on a connection that was kept, and refuses new logins. The look that holds that connection is then
 * not called off, because the next one would be in another environment, which has none.
 */
function isLoginRefused(vantage: Vantage, { words }: Evidence, { nodes }: Pair): boolean {
  return nodes.some(({ name }) => {
    const saw = words[name]?.[vantage]?.saw;
    return saw?.kind === 'answered' && saw.server.loginRefused !== null;
  });
}

function isKept(vantage: Vantage, { words }: Evidence, { nodes }: Pair): boolean {
  return nodes.some(({ name }) => words[name]?.[vantage]?.isKept === true);
}

/**
 * Whether another vantage has begun to suspect a node since this one looked: that it answered then keeps a failover waiting,
 * until this one has looked again.
 */
function isOutdated(vantage: Vantage, { words }: Evidence, { nodes }: Pair): boolean {
  return nodes.some(({ name }) => {
    const said = words[name] ?? {};
    const own = said[vantage];
    if (own?.saw.kind !== 'answered') return false;
    return Object.values(said).some(({ saw, sinceMs }) => saw.kind !== 'answered' && sinceMs > own.atMs);
  });
}

/**
 * Milliseconds until the next look is wanted, or null when a held look will do. Suspicion is followed up at
 * the pace that confirms it; what lasts (a fault that must last 10 s, an incident) is watched once a second.
 */
export function paceMsOf(situation: Situation, durations: Durations): number | null {
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
function suspicionOf(situation: Situation): number | null {
  const { holder, standby, pair } = situation;
  const paces = [holder, standby].map((verdict) => verdictPaceOf(verdict, pair.settings));
  return leastOf(paces);
}

/**
 * The same for one vantage: what it alone has begun to suspect, it follows up until it is sure, also while another
 * vantage still sees the node. Otherwise its next look would be a held one, just when the other's word is about to
 * fall too.
 */
export function suspicionAt(vantage: Vantage, evidence: Evidence, { nodes, settings }: Pair): number | null {
  // What answers is not suspected; what a vantage cannot see at all, it is asked again for by the leader.
  const isSuspect = ({ name }: Pair['nodes'][number]) => {
    const word = evidence.words[name]?.[vantage];
    return word !== undefined && word.saw.kind !== 'answered';
  };
  if (!nodes.some(isSuspect)) return null;
  const suspects = nodes.filter(isSuspect);
  const own = seenFrom(evidence, vantage);
  return leastOf(suspects.map(({ name }) => verdictPaceOf(judge(own, name, settings), settings)));
}

/** The least of them; null where there is none. */
function leastOf(paces: readonly (number | null)[]): number | null {
  const wanted = paces.filter((pace) => pace !== null);
  return wanted.length === 0 ? null : Math.min(...wanted);
}

function verdictPaceOf(verdict: Verdict, settings: Situation['pair']['settings']): number | null {
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

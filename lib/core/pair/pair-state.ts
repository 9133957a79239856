/** All that a leader has in mind of one pair: plain data that can be printed, stored and replayed. */
import type { Finding } from '../alert/finding.ts';
import type { Alert } from '../alert/incident.ts';
import { noPictures, type Pictures } from '../alert/pictures.ts';
import { noVipNews, type VipNews } from '../alert/vip-news.ts';
import type { Pair } from '../config/config.ts';
import type { Safeguards } from '../decision/safeguards.ts';
import { assess, type Durations, type Situation } from '../decision/situation.ts';
import { type Evidence, noEvidence, placeOf } from '../evidence/evidence.ts';
import type { Position, Server } from '../evidence/sighting.ts';
import { firstDurations } from '../memory/lasting.ts';
import type { Memory } from '../memory/memory.ts';
import type { NodeName, Vantage } from '../names.ts';
import type { WaitingOrder } from '../operator/inbox.ts';
import type { LookOrder } from './look-order.ts';
import { firstPace, type Pace } from './look-schedule.ts';
import type { Ready } from './ready.ts';

export interface PairState {
  readonly pair: Pair;
  readonly safeguards: Safeguards;
  readonly vantages: readonly Vantage[];
  /** How long after a critical alert its incident is escalated; null for never. */
  readonly escalateAfterMs: number | null;
  /** As the store has it. */
  readonly memory: Memory;
  readonly evidence: Evidence;
  readonly durations: Durations;
  readonly vipNews: VipNews;
  /** What each node last said of itself. */
  readonly servers: Readonly<Record<NodeName, LastSeen>>;
  /** A closed node whose own history grew since the last judgement. */
  readonly grown: { readonly node: NodeName; readonly count: number } | null;
  /** What doctor found, and is not noted yet; null where there is nothing new. */
  readonly findings: readonly Finding[] | null;
  /** When doctor was asked last by this leader. */
  readonly askedDoctorMs: number;
  /** Whether the holder is being asked through its standby: there is one question at a time. */
  readonly isAskingSource: boolean;
  /** Operators' orders that are not carried out yet, the oldest first. */
  readonly orders: readonly WaitingOrder[];
  /** What is in flight. The pair is judged only while nothing is. */
  readonly work: Work;
  /** Whether something came in that is not judged yet. */
  readonly isNews: boolean;
  /** Whether a loss of service is being noted beside the plan. */
  readonly isNoting: boolean;
  /** Alerts that were published and are still in the stored outbox. */
  readonly published: readonly string[];
  /** The id of the next incident. */
  readonly nextId: string;
  /** What was asked before this moment showed the pair as it was before a plan. */
  readonly notBeforeMs: number;
  /** Since when the plan in flight cannot be carried on with; null when it can. */
  readonly stalledSinceMs: number | null;
  /** Since when the first order waits for a look to be confirmed, or for a second writer to be closed; null while none does. */
  readonly orderSettlesSinceMs: number | null;
  readonly resumeFromMs: number;
  readonly pace: Pace;
  /** What each vantage is to do. */
  readonly looks: Readonly<Record<Vantage, LookOrder>>;
  /** The row of the decision that was logged last. */
  readonly lastRow: string;
  readonly lagSeconds: number | null;
  /** When a judgement or a step of a plan ended last. */
  readonly workedAtMs: number;
  /** When the gauges were published last. */
  readonly gaugedAtMs: number;
  /** What of the pair is still to be written to the history of an incident. */
  readonly pictures: Pictures;
  /** When the last input came: there is one each second, at least the tick. */
  readonly heardAtMs: number;
}

export interface LastSeen {
  readonly server: Server;
  readonly atMs: number;
}

/** Where a node was in its own history, and when that was read. */
export interface LastPosition {
  readonly position: Position;
  readonly atMs: number;
}

export type Work =
  | { readonly kind: 'none' }
  /** A judgement's memory is being stored. */
  | ({ readonly kind: 'saving' } & InHand)
  /** A plan is carried out; who held the VIP when it began. */
  | ({ readonly kind: 'plan'; readonly holder: NodeName | null } & InHand)
  /** The store did not take it: waiting to try again. */
  | { readonly kind: 'failing' };

/** What is carried out once memory is stored. */
export interface InHand {
  /** The operator's order. */
  readonly orderId: string | null;
  /** Whether it goes on with a plan in flight. */
  readonly resumes: boolean;
}

/** Nothing is carried out. */
export const noRun: InHand = { orderId: null, resumes: false };

/** What an input makes of a pair, before it is judged. */
export interface Taken extends Partial<Pick<Ready, 'ask' | 'examine' | 'besidePlan' | 'gauges'>> {
  readonly state: PairState;
}

/** What a leader begins with. */
export interface Beginning {
  readonly pair: Pair;
  readonly safeguards: Safeguards;
  readonly vantages: readonly Vantage[];
  readonly memory: Memory;
  /** @default never */
  readonly escalateAfterMs?: number | null;
  readonly nextId: string;
  /** Whose saves count: of this leader. */
  readonly epoch: number;
  /** Since when nobody may have led. */
  readonly unwatchedSinceMs: number;
  readonly nowMs: number;
}

/** A judgement or a step of a plan that has not ended for this long: the pair does not count as cared for. Milliseconds. */
const ALIVE_MS = 10_000;

/** The pair under a leader that has just begun: it has no evidence yet. */
export function newPair(beginning: Beginning): PairState {
  const { epoch, unwatchedSinceMs, nowMs, escalateAfterMs = null, ...given } = beginning;
  return {
    ...given,
    escalateAfterMs,
    evidence: firstEvidence(beginning),
    durations: firstDurations(given.memory.lasting, given.pair, epoch, unwatchedSinceMs),
    vipNews: noVipNews,
    servers: {},
    grown: null,
    findings: null,
    askedDoctorMs: 0,
    isAskingSource: false,
    orders: [],
    work: { kind: 'none' },
    isNews: false,
    isNoting: false,
    published: [],
    notBeforeMs: 0,
    stalledSinceMs: null,
    orderSettlesSinceMs: null,
    resumeFromMs: 0,
    pace: firstPace,
    looks: Object.fromEntries(given.vantages.map((vantage) => [vantage, { kind: 'now' }])),
    lastRow: '',
    lagSeconds: null,
    workedAtMs: nowMs,
    gaugedAtMs: 0,
    pictures: noPictures,
    heardAtMs: nowMs,
  };
}

/** In a loss of service, EC2 counts as silent from the first moment: who answers through the VIP is asked soon, then. */
function firstEvidence({ pair, vantages, memory, nowMs }: Beginning): Evidence {
  const none = noEvidence(pair, vantages.length);
  return memory.unservedSinceMs === null ? none : { ...none, vipBlindSinceMs: nowMs };
}

/** Alerts in the stored outbox that SNS does not have yet. */
export function unpublished({ memory, published }: PairState): readonly Alert[] {
  return memory.outbox.filter(({ id }) => !published.includes(id));
}

/** How the pair is seen at this moment. */
export function situationOf(state: PairState, nowMs: number, memory = state.memory): Situation {
  const { pair, evidence, durations, safeguards } = state;
  return assess(pair, evidence, memory, durations, nowMs, safeguards);
}

/**
 * The node whose looks commit the heartbeat: the holder by EC2's answer; the remembered one where that names neither
 * node. None where
 * the ids are wrong: a row that is committed is a change too.
 */
export function beatingNode({ evidence, memory }: PairState, nowMs: number): NodeName | null {
  if (evidence.wrong !== null) return null;
  const seen = placeOf(evidence, nowMs);
  if (seen === null) return memory.lastHolder;
  return seen.place.kind === 'node' ? seen.place.node : memory.lastHolder;
}

/** Who a node is: as this leader saw it, or as it is remembered. */
export function identityIn({ servers, memory, safeguards }: PairState, node: NodeName): string | null {
  if (!safeguards.identity) return null;
  return servers[node]?.server.identity ?? memory.identities[node] ?? null;
}

/** Where a node was in its own history: as this leader saw it last, or as it was remembered when the holder was lost. */
export function lastPositionIn(
  { servers, memory }: Pick<PairState, 'servers' | 'memory'>,
  node: NodeName,
): LastPosition | null {
  const seen = servers[node];
  if (seen !== undefined) return { position: seen.server.executed, atMs: seen.atMs };
  const end = memory.lastEnds?.last ?? null;
  return end?.node === node ? { position: end.position, atMs: end.untilMs } : null;
}

/** Whether a judgement or a step has ended lately: what the dead man's switch listens for. */
export function isCaredFor({ workedAtMs }: PairState, nowMs: number): boolean {
  return nowMs - workedAtMs < ALIVE_MS;
}

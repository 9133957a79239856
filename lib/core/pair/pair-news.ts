/** What comes in about a pair: reports, answers, orders, and what the store has. */
import type { Finding } from '../alert/finding.ts';
import { type Heard, hearEc2, hearThrough } from '../alert/vip-news.ts';
import { observe, observeVip, type ThroughVip } from '../evidence/evidence.ts';
import type { Report, Server, VipSighting } from '../evidence/sighting.ts';
import type { SourceAsked } from '../evidence/source-asked.ts';
import type { Memory } from '../memory/memory.ts';
import { ownGrowth } from '../memory/notes.ts';
import type { NodeName } from '../names.ts';
import type { WaitingOrder } from '../operator/inbox.ts';
import { beatingNode, type PairState, type Taken } from './pair-state.ts';

/** A vantage's report, unless its look began before the end of a plan. */
export function takeReport(state: PairState, report: Report, startedMs: number, nowMs: number): PairState {
  if (startedMs < state.notBeforeMs) return state;
  const observed: PairState = { ...state, evidence: observe(state.evidence, report), isNews: true };
  if (report.kind === 'blind') return observed;
  return report.sightings.reduce(
    (so, { node, saw }) =>
      saw.kind === 'answered' ? noteServer(so, node, saw.server, report.atMs, nowMs) : so,
    observed,
  );
}

/**
 * A plan closes nodes, and a heartbeat of ours that was on its way then may be the last that is written there: growth counts
 * from the first look after the plan on.
 */
function noteServer(
  state: PairState,
  node: NodeName,
  server: Server,
  atMs: number,
  nowMs: number,
): PairState {
  const before = state.servers[node];
  const isOfPlan = state.work.kind === 'plan' || (before !== undefined && before.atMs < state.notBeforeMs);
  const count = isOfPlan ? 0 : ownGrowth(before?.server ?? null, server);
  const isGrown = count > 0 && node !== beatingNode(state, nowMs);
  const servers = { ...state.servers, [node]: { server, atMs } };
  return { ...state, servers, grown: isGrown ? { node, count } : state.grown };
}

/** EC2's answer on the VIP, unless it was asked for before the end of a plan. */
export function takeEc2(state: PairState, sighting: VipSighting, askedMs: number): Taken {
  if (askedMs < state.notBeforeMs) return { state };
  const { vipNews, evidence, memory, safeguards } = state;
  const said = safeguards.ids ? sighting : withoutWrong(sighting);
  if (!safeguards.staleReads)
    return { state: { ...state, evidence: observeVip(evidence, said), isNews: true } };
  return hearing(state, hearEc2(vipNews, evidence, memory, said), askedMs);
}

function withoutWrong(sighting: VipSighting): VipSighting {
  return sighting.kind === 'saw' ? { ...sighting, wrong: [] } : sighting;
}

/** Who answers through the VIP. */
export function takeAnswer(state: PairState, said: ThroughVip, askedMs: number, nowMs: number): Taken {
  const { vipNews, evidence, memory, notBeforeMs } = state;
  const isOld = askedMs < notBeforeMs;
  return hearing(state, hearThrough(vipNews, evidence, said, memory, isOld, nowMs), askedMs);
}

function hearing(state: PairState, { news, evidence, asks }: Heard, askedMs: number): Taken {
  const isNews = state.isNews || evidence !== state.evidence;
  return { state: { ...state, vipNews: news, evidence, isNews }, ask: asks ? { askedMs } : null };
}

/** What came of asking the holder through its standby. An answer from before the end of a plan only ends the question. */
export function takeSourceAsked(state: PairState, asked: SourceAsked | null, askedMs: number): PairState {
  const answered: PairState = { ...state, isAskingSource: false, isNews: true };
  if (asked === null || askedMs < state.notBeforeMs) return answered;
  return { ...answered, evidence: { ...state.evidence, sourceAsked: asked } };
}

/** What doctor found: judged with all else that came in. */
export function takeFindings(state: PairState, findings: readonly Finding[]): PairState {
  return { ...state, findings, isNews: true };
}

/** An operator's order; one that is known already is not taken twice. */
export function takeOrder(state: PairState, order: WaitingOrder): PairState {
  const { answers, plan } = state.memory;
  const isKnown =
    answers.some(({ requestId }) => requestId === order.id) ||
    plan?.requestId === order.id ||
    state.orders.some(({ id }) => id === order.id);
  return isKnown ? state : { ...state, orders: [...state.orders, order], isNews: true };
}

/** What the store has now. The id of the next incident is used up where it names the open one. */
export function takeStored(state: PairState, memory: Memory, newId: string): PairState {
  const published = state.published.filter((id) => memory.outbox.some((alert) => alert.id === id));
  const isUsedUp = memory.incident?.id === state.nextId;
  return { ...state, memory, published, nextId: isUsedUp ? newId : state.nextId };
}

/** What follows from a judgement: a plan to begin or to go on with, an operator's order, or nothing yet. */
import type { Decision } from '../decision/decision.ts';
import type { Situation } from '../decision/situation.ts';
import { describeVerdict } from '../evidence/verdict.ts';
import { decideOrder } from '../operator/decide-order.ts';
import type { WaitingOrder } from '../operator/inbox.ts';
import { mayTry } from '../plan/begin-plan.ts';
import { answer } from '../plan/end-plan.ts';
import { moveStageOf, type Plan, type PlanRecord } from '../plan/plan.ts';
import { ORDER_SETTLES_MS } from '../time-budget.ts';
import { type InHand, noRun, type PairState } from './pair-state.ts';
import type { Run } from './ready.ts';

/** A plan that makes no step for this long is alerted. Milliseconds. */
export const PLAN_WAITS_MS = 5000;

export interface Following {
  readonly run: Run | null;
  /** Whether something is to be done and must wait: it is looked again soon. */
  readonly mustWait: boolean;
  readonly stalledSinceMs: number | null;
  /** Since when the first order waits for a look to be confirmed, or for a second writer to be closed; null while none does. */
  readonly orderSettlesSinceMs: number | null;
}

/** What to do about a decision, once its memory is stored. */
export function followingOf(state: PairState, { measure, row }: Decision, situation: Situation): Following {
  const { memory, nowMs, ec2Blind } = situation;
  if (measure.kind === 'resume' && memory.plan !== null) return resuming(state, memory.plan, situation);
  const isDue =
    measure.kind === 'act' &&
    mayTry(memory, measure.plan, nowMs) &&
    (ec2Blind === null || moveStageOf(measure.plan) < 0);
  const mustWait = measure.kind === 'act' && !isDue;
  const { orderSettlesSinceMs } = state;
  const following = { run: null, mustWait, stalledSinceMs: null, orderSettlesSinceMs };
  // For a pair whose ids are wrong, orders are refused, whatever is seen.
  if (!hasLooked(situation) && situation.misconfigured?.confirmed !== true) return following;
  // An order waits for EC2's answer: most of them need it.
  const order = ec2Blind === null ? state.orders[0] : undefined;
  const settling = order === undefined ? null : (orderSettlesSinceMs ?? nowMs);
  const run = order === undefined ? null : obeying(order, situation, settling ?? nowMs);
  const closesFirst =
    isDue &&
    closesWriter(measure.plan) &&
    run?.kind === 'begin' &&
    nowMs - (settling ?? nowMs) < ORDER_SETTLES_MS;
  if (run !== null && !closesFirst) return { ...following, run, orderSettlesSinceMs: null };
  const waiting = { ...following, mustWait: mustWait || settling !== null, orderSettlesSinceMs: settling };
  if (measure.kind !== 'act' || !isDue) return waiting;
  const { plan, because } = measure;
  const wanted = { plan, because, row: row.name, by: 'keepalambda', requestId: null };
  return { ...waiting, run: { kind: 'begin', wanted, situation, said: null } };
}

/**
 * Whether it closes a second writer and waits for nothing. A plan that was ordered would leave both open for as long as it
 * catches up, and where it fails.
 */
function closesWriter({ kind, stages }: Plan): boolean {
  if (kind === 'close-standby') return true;
  return kind === 'detach-channel' && stages.flat().some((step) => step.kind === 'fence');
}

/** What is in hand while this is carried out. */
export function inHandOf(run: Run | null): InHand {
  switch (run?.kind) {
    case 'begin':
    case 'answer':
      return { orderId: run.said?.order.id ?? null, resumes: false };
    case 'resume':
      return { orderId: null, resumes: true };
    case 'tell-waits':
    case undefined:
      return noRun;
  }
}

/**
 * The plan in flight goes on once both nodes were looked at: what it needs of EC2 it asks for itself, and what it has
 * closed must not wait for an EC2 that does not answer.
 */
function resuming(state: PairState, plan: PlanRecord, situation: Situation): Following {
  const { nowMs, holder, standby } = situation;
  const unseen = [holder, standby].find(({ kind }) => kind === 'unseen');
  const seen = state.safeguards.undoWithoutEc2 ? unseen === undefined : hasLooked(situation);
  const waits = state.stalledSinceMs !== null && nowMs - state.stalledSinceMs >= PLAN_WAITS_MS;
  if (seen && nowMs >= state.resumeFromMs) {
    const run = { kind: 'resume', plan, situation, waits } as const;
    return { run, mustWait: false, stalledSinceMs: state.stalledSinceMs, orderSettlesSinceMs: null };
  }
  const because = unseen ? `${unseen.node} is not seen: ${unseen.because}` : 'this leader may not act yet';
  const isBlind = unseen !== undefined && situation.blind !== null;
  return {
    run: waits ? { kind: 'tell-waits', plan, because, code: isBlind ? 'blind' : 'plan-waits' } : null,
    mustWait: true,
    stalledSinceMs: state.stalledSinceMs ?? nowMs,
    orderSettlesSinceMs: null,
  };
}

/** What an order leads to. Null: a look would refuse it that the next ones may take back, so it waits for a moment. */
function obeying(waiting: WaitingOrder, situation: Situation, sinceMs: number): Run | null {
  const { id, atMs, order } = waiting;
  const decided = decideOrder(situation, order, atMs);
  const doubt = decided.kind === 'refuse' && decided.isPassing === true ? unconfirmedOf(situation) : null;
  const waitedMs = situation.nowMs - sinceMs;
  if (doubt !== null && waitedMs < ORDER_SETTLES_MS) return null;
  const said = { order: waiting, decided: decided.kind };
  const reply = (ok: boolean, text: string) => ({ requestId: id, ok, text, atMs: situation.nowMs });
  switch (decided.kind) {
    case 'refuse': {
      const waited = doubt === null ? '' : `. ${doubt} (not confirmed in ${Math.round(waitedMs / 1000)} s)`;
      const refusal = { ...reply(false, `${decided.because}${waited}`), isRefusal: true } as const;
      const memory = answer(situation.memory, refusal);
      return { kind: 'answer', memory, said };
    }
    case 'note':
      return { kind: 'answer', memory: answer(decided.memory, reply(true, decided.text)), said };
    case 'act': {
      const { plan, because } = decided;
      const wanted = { plan, because, row: `O-${order.action}`, by: order.by, requestId: id };
      return { kind: 'begin', wanted, situation, said };
    }
  }
}

/** The node of which too few looks have shown what the last one did, in words; null where there is none. */
function unconfirmedOf({ holder, standby }: Situation): string | null {
  const doubtful = [holder, standby].find(({ kind, confirmed }) => kind !== 'serving' && !confirmed);
  return doubtful === undefined ? null : describeVerdict(doubtful);
}

/** To act needs looks of this leader's own at both nodes, and EC2's answer. */
function hasLooked({ holder, standby, vip }: Situation): boolean {
  return holder.kind !== 'unseen' && standby.kind !== 'unseen' && vip !== 'unknown' && vip !== 'blind';
}

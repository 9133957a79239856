/** What comes of the work for a pair: a plan begins and ends, all is done, or must wait, or failed. */
import { forget } from '../evidence/evidence.ts';
import { afterMove } from '../memory/durations.ts';
import { SEEN_LIFE_MS } from '../time-budget.ts';
import { failurePace, notYetPace, type Pace, planPace } from './look-schedule.ts';
import { noRun, type PairState } from './pair-state.ts';

/** A plan that is still in flight after a try is taken up again after this. Milliseconds. */
const RESUME_PAUSE_MS = 1000;

/** Both nodes are looked at again at once. */
const lookNow: Pace = { ...planPace, afterMs: 0 };

/** A plan is taken up, has come to a stage, or is no longer carried out. */
export function takePlan(state: PairState, is: 'begun' | 'stage' | 'over', nowMs: number): PairState {
  const { work, memory } = state;
  switch (is) {
    case 'begun': {
      const { orderId, resumes } = work.kind === 'saving' ? work : noRun;
      const holder = memory.lastHolder;
      return { ...state, work: { kind: 'plan', orderId, resumes, holder }, pace: planPace };
    }
    case 'stage':
      return { ...state, workedAtMs: nowMs };
    case 'over':
      return afterPlan(state, nowMs);
  }
}

/** The same state while inputs come; a process that was frozen has seen nothing of the time between. */
export function awake(state: PairState, nowMs: number): PairState {
  const heard: PairState = { ...state, heardAtMs: nowMs };
  if (!state.safeguards.freshLooks || nowMs - state.heardAtMs <= SEEN_LIFE_MS) return heard;
  const pace = state.work.kind === 'none' ? lookNow : state.pace;
  return { ...unseeing(heard, nowMs), pace };
}

/** What was seen so far counts for nothing any more, nor does what was asked for before now. */
function unseeing(state: PairState, nowMs: number): PairState {
  return { ...state, notBeforeMs: nowMs, evidence: forget(state.evidence) };
}

/**
 * As its leader leaves it, which takes no input any more: a plan that was in hand may have moved the roles, and what lasted or was seen
 * under the old ones says nothing of the new ones.
 */
export function leaving(state: PairState, nowMs: number): PairState {
  return hasMoved(state) ? afterPlan(state, nowMs) : state;
}

function hasMoved({ work, memory }: PairState): boolean {
  return work.kind === 'plan' && work.holder !== memory.lastHolder;
}

/** The pair is not as it was: what was seen before must not be taken for what is. */
function afterPlan(state: PairState, nowMs: number): PairState {
  const { work, durations, safeguards } = state;
  const over: PairState = {
    ...state,
    durations: hasMoved(state) ? afterMove(durations) : durations,
    stalledSinceMs: null,
    resumeFromMs: work.kind === 'plan' && work.resumes ? nowMs + RESUME_PAUSE_MS : state.resumeFromMs,
    pace: lookNow,
  };
  return safeguards.freshLooks ? unseeing(over, nowMs) : over;
}

/** All that was ready is carried out. */
export function afterWork(state: PairState, nowMs: number): PairState {
  const { work, orders } = state;
  const left = withoutOrder(state);
  // The next order need not wait for a report; and after a failure, all is judged again.
  const hasFailed = work.kind === 'failing';
  const goesOn = hasFailed || (left.orders.length > 0 && left.orders.length < orders.length);
  const workedAtMs = hasFailed ? state.workedAtMs : nowMs;
  return { ...left, isNews: left.isNews || goesOn, work: { kind: 'none' }, workedAtMs };
}

/** It was not stored. The order in hand is dropped: who asked is not answered, and asks again. */
export function afterFailure(state: PairState): PairState {
  return { ...withoutOrder(state), work: { kind: 'failing' }, pace: failurePace };
}

/** Without the order in hand: it is answered, or its plan is in the store. */
function withoutOrder(state: PairState): PairState {
  const { work, orders } = state;
  const inHand = work.kind === 'saving' || work.kind === 'plan' ? work.orderId : null;
  return inHand === null ? state : { ...state, orders: orders.filter(({ id }) => id !== inHand) };
}

/** What was to be carried out is decided on anew at the next look. */
export function mustWait(state: PairState, nowMs: number): PairState {
  const wasPlan = state.work.kind === 'plan';
  const left = wasPlan ? withoutOrder(state) : state;
  return {
    ...left,
    work: { kind: 'none' },
    workedAtMs: nowMs,
    stalledSinceMs: state.memory.plan === null ? null : (state.stalledSinceMs ?? nowMs),
    pace: notYetPace,
  };
}

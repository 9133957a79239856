/**
 * The pair as a value. `step` takes one thing that happened, and gives back the pair after it and what is to be done.
 *
 * A pair is judged when something came in and nothing is in flight. What comes in while a save or a plan is in flight is
 * taken into account at once as evidence, and judged when that has ended. The driver (`pair-driver.ts`) carries out what
 * is `ready`, and hands back what comes of it as inputs: `stored` for each save, `plan` around and during a plan, and one
 * `done`, `not-yet` or `failed` for the whole.
 */
import type { Finding } from '../alert/finding.ts';
import { handOut, takePicture } from '../alert/pictures.ts';
import type { ThroughVip } from '../evidence/evidence.ts';
import type { Report, VipSighting } from '../evidence/sighting.ts';
import type { SourceAsked } from '../evidence/source-asked.ts';
import type { Memory } from '../memory/memory.ts';
import type { WaitingOrder } from '../operator/inbox.ts';
import { isSooner } from './look-order.ts';
import { looksOf } from './look-schedule.ts';
import { type Judged, judgePair } from './pair-judge.ts';
import {
  takeAnswer,
  takeEc2,
  takeFindings,
  takeOrder,
  takeReport,
  takeSourceAsked,
  takeStored,
} from './pair-news.ts';
import type { PairState, Taken } from './pair-state.ts';
import { takeTick } from './pair-tick.ts';
import { afterFailure, afterWork, awake, mustWait, takePlan } from './pair-work.ts';
import type { Ready } from './ready.ts';

export type Input =
  /** A vantage's report of a look that began at `startedMs`. */
  | { readonly kind: 'report'; readonly report: Report; readonly startedMs: number }
  /** EC2's answer on the VIP, asked for at `askedMs`. */
  | { readonly kind: 'ec2'; readonly sighting: VipSighting; readonly askedMs: number }
  /** Who answers through the VIP, asked for by `ready.ask`. */
  | { readonly kind: 'through-vip'; readonly said: ThroughVip; readonly askedMs: number }
  /** What came of asking a holder through its standby, by `ready.askSource`; null where the question did not get there. */
  | { readonly kind: 'source-asked'; readonly asked: SourceAsked | null; readonly askedMs: number }
  /** What doctor found, asked for by `ready.examine`. */
  | { readonly kind: 'examined'; readonly findings: readonly Finding[] }
  | { readonly kind: 'order'; readonly order: WaitingOrder }
  /** What the store has now. `newId` names the next incident, where the id before it is used up. */
  | { readonly kind: 'stored'; readonly memory: Memory; readonly newId: string }
  /** An alert was published. */
  | { readonly kind: 'published'; readonly id: string }
  /** A plan is taken up, has come to a stage (or has found that it must wait), or is no longer carried out. */
  | { readonly kind: 'plan'; readonly is: 'begun' | 'stage' | 'over' }
  /** The loss of service that was `ready` to be noted is noted, or could not be. */
  | { readonly kind: 'noted' }
  /** `save` and `run` are carried out, also where a failure was waited for. */
  | { readonly kind: 'done' }
  /** `save` is stored, and the leader may not act now. */
  | { readonly kind: 'not-yet' }
  /** The save, or a save of the plan, failed. */
  | { readonly kind: 'failed' }
  /** Comes once a second. */
  | { readonly kind: 'tick' };

export interface Stepped {
  readonly state: PairState;
  readonly ready: Ready;
}

/** What makes a step: the driver calls it, and the simulator puts a checking one in its place. */
export type Step = (state: PairState, input: Input, nowMs: number) => Stepped;

/** Takes an input in. */
export function step(before: PairState, input: Input, nowMs: number): Stepped {
  const taken = take(awake(before, nowMs), input, nowMs);
  // A plan that began beside the question could detach the channel that is being connected.
  const isDue = taken.state.isNews && taken.state.work.kind === 'none' && !taken.state.isAskingSource;
  const { state, save, run, log, failure, askSource } = isDue
    ? judged(taken.state, nowMs)
    : unjudged(taken.state);
  const looks =
    state.evidence === before.evidence && state.pace === before.pace
      ? before.looks
      : looksOf(before.looks, state.evidence, state.pace, state.pair);
  const ordered = looks === state.looks ? state : { ...state, looks };
  // A plan that begins has just seen the pair, and asks EC2 itself for what it needs.
  const isBegun = input.kind === 'plan' && input.is === 'begun';
  const noted = handOut(before, takePicture(before, ordered, nowMs), input.kind === 'tick');
  return {
    state: noted.state,
    ready: {
      save,
      run,
      pictures: noted.pictures,
      looks,
      hurries: looks !== before.looks && !isBegun && isSooner(looks, before.looks),
      ask: taken.ask ?? null,
      askSource,
      examine: taken.examine ?? false,
      besidePlan: taken.besidePlan ?? null,
      failure,
      log,
      gauges: taken.gauges ?? [],
    },
  };
}

function unjudged(state: PairState): Judged {
  return { state, save: null, run: null, log: null, failure: null, askSource: null };
}

/** A pair that cannot be judged must not keep its leader from the others. */
function judged(state: PairState, nowMs: number): Judged {
  try {
    return judgePair(state, nowMs);
  } catch (error) {
    return { ...unjudged(afterFailure(state)), failure: String(error) };
  }
}

function take(state: PairState, input: Input, nowMs: number): Taken {
  switch (input.kind) {
    case 'report':
      return { state: takeReport(state, input.report, input.startedMs, nowMs) };
    case 'ec2':
      return takeEc2(state, input.sighting, input.askedMs);
    case 'through-vip':
      return takeAnswer(state, input.said, input.askedMs, nowMs);
    case 'source-asked':
      return { state: takeSourceAsked(state, input.asked, input.askedMs) };
    case 'examined':
      return { state: takeFindings(state, input.findings) };
    case 'order':
      return { state: takeOrder(state, input.order) };
    case 'stored':
      return { state: takeStored(state, input.memory, input.newId) };
    case 'published':
      return { state: { ...state, published: [...state.published, input.id] } };
    case 'plan':
      return { state: takePlan(state, input.is, nowMs) };
    case 'noted':
      return { state: { ...state, isNoting: false } };
    case 'done':
      return { state: afterWork(state, nowMs) };
    case 'not-yet':
      return { state: mustWait(state, nowMs) };
    case 'failed':
      return { state: afterFailure(state) };
    case 'tick':
      return takeTick(state, nowMs);
  }
}

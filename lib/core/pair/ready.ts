/** What is to be done after a step of a pair: all of it data, carried out by the driver in the order of the fields. */
import type { Noted } from '../alert/pictures.ts';
import type { Durations, Situation } from '../decision/situation.ts';
import type { Memory } from '../memory/memory.ts';
import type { NodeName, Vantage } from '../names.ts';
import type { WaitingOrder } from '../operator/inbox.ts';
import type { Plan, PlanRecord } from '../plan/plan.ts';
import type { LookOrder } from './look-order.ts';
import type { MetricName } from './metrics.ts';

export interface Ready {
  /** Stored before `run` begins. If the store does not take it, `run` is dropped. Null: nothing is worth saving. */
  readonly save: Memory | null;
  /** Begun when the save is stored, if the leader may act then. `save` and `run` end with one `done`. */
  readonly run: Run | null;
  /** Valid at once: neither the save nor the run is waited for. */
  readonly looks: Readonly<Record<Vantage, LookOrder>>;
  /** Whether a look is wanted sooner than before: EC2 is asked at once too. */
  readonly hurries: boolean;
  /** Asked at once, beside all else: who answers through the VIP. `askedMs` comes back with the answer. */
  readonly ask: { readonly askedMs: number } | null;
  /** Asked at once, beside all else: whether a holder that we do not get to answers its standby. `askedMs` comes back with the answer. */
  readonly askSource: { readonly node: NodeName; readonly source: NodeName; readonly askedMs: number } | null;
  /** Asked at once, beside all else: what doctor finds. */
  readonly examine: boolean;
  /** Noted at once, between the saves of the plan that is carried out: nobody can write, or the holder has died. */
  readonly besidePlan: {
    readonly situation: Situation;
    readonly durations: Durations;
    readonly newId: string;
  } | null;
  /**
   * Why the judgement itself failed: a bug, or a record that cannot be read. It is noted and waited for like a save that
   * failed, and ended with `done`. Null when it did not.
   */
  readonly failure: string | null;
  /** Logged at once. */
  readonly log: DecisionLog | null;
  /** Written to the history, together: nothing waits for it. */
  readonly pictures: readonly Noted[];
  /** Published at once. */
  readonly gauges: readonly Gauge[];
}

/** What is to be carried out. */
export type Run =
  | {
      readonly kind: 'begin';
      readonly wanted: Wanted;
      readonly situation: Situation;
      readonly said: Said | null;
    }
  /** `waits`: the plan has waited for so long that it is alerted if it must wait again. */
  | {
      readonly kind: 'resume';
      readonly plan: PlanRecord;
      readonly situation: Situation;
      readonly waits: boolean;
    }
  /** An order that needs no plan: only what memory says changes. */
  | { readonly kind: 'answer'; readonly memory: Memory; readonly said: Said }
  /** Alerts that the plan in flight makes no progress; `blind`: because nothing is seen of the nodes. */
  | {
      readonly kind: 'tell-waits';
      readonly plan: PlanRecord;
      readonly because: string;
      readonly code: 'plan-waits' | 'blind';
    };

/** A plan, and who wants it. */
export interface Wanted {
  readonly plan: Plan;
  readonly row: string;
  readonly because: string;
  /** `keepalambda`, or the operator's name. */
  readonly by: string;
  readonly requestId: string | null;
}

/** An operator's order, and what was decided. */
export interface Said {
  readonly order: WaitingOrder;
  readonly decided: 'refuse' | 'note' | 'act';
}

/** The fields of a log line: printed when the row changes. */
export interface DecisionLog {
  readonly row: string;
  /** The measure in a word or two (`Deed`). */
  readonly does: string;
  /** Why: the measure's own reason, or the row's where the measure has none. */
  readonly because: string;
  readonly holder: string;
  readonly holderIs: string;
  readonly standby: string;
  readonly standbyIs: string;
  readonly incident: string | null;
}

export interface Gauge {
  readonly metric: MetricName;
  readonly value: number;
}

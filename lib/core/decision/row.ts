/** A row of the decision table, and what can follow from one. */
import type { EventCode } from '../alert/events.ts';
import type { NodeName } from '../names.ts';
import type { Plan, PlanKind } from '../plan/plan.ts';
import type { Situation } from './situation.ts';

/** What follows from a row. */
export type Measure =
  /**
   * Nothing is done, and no alert goes out but of a loss of service that lasts. A condition that was alerted, and may only not
   * have been seen for long enough yet, goes on.
   */
  | { readonly kind: 'observe'; readonly goesOn?: EventCode }
  /**
   * Nothing is moved, and an alert goes out. `about`: the nodes that it is about, where it may be about both. `headline`: for its
   * subject, where the title of the event does not fit every case.
   */
  | {
      readonly kind: 'stay';
      readonly page: EventCode;
      readonly because: string;
      readonly headline?: string;
      readonly about?: readonly NodeName[];
    }
  /** The plan in flight goes on (or is undone, if what it was made for is over). */
  | { readonly kind: 'resume' }
  | { readonly kind: 'act'; readonly plan: Plan; readonly because: string }
  /** The incident, if there is one, is over. */
  | { readonly kind: 'all-clear' };

/** A measure in a word or two; a test holds each row's `measure` to what its `does` says. */
export type Deed = 'observe' | 'resume' | 'all-clear' | `page ${EventCode}` | `plan ${PlanKind}`;

/** A row. Its name is its id in the store, the log, the history and the alert; its place in the table may change. */
export interface DecisionRow {
  readonly name: string;
  /** When it matches, in words: what `when` says. `docs/decisions.md` is printed from it. */
  readonly says: string;
  readonly when: (situation: Situation) => boolean;
  readonly measure: (situation: Situation) => Measure;
  /** Everything that `measure` can return. */
  readonly does: readonly Deed[];
  /** Why this is right. */
  readonly reason: string;
  /** Where the rule comes from. */
  readonly origin: string;
}

/** The measure in a word or two. */
export function deedOf(measure: Measure): Deed {
  switch (measure.kind) {
    case 'observe':
    case 'resume':
    case 'all-clear':
      return measure.kind;
    case 'stay':
      return `page ${measure.page}`;
    case 'act':
      return `plan ${measure.plan.kind}`;
  }
}

/** A row of the decision table, and what can follow from one. */
import type { EventCode } from './events.ts';
import type { Plan } from './plan.ts';
import type { Situation } from './situation.ts';

/** What follows from a row. */
export type Measure =
  /** Nothing is done, nobody is told. */
  | { readonly kind: 'observe' }
  /** Nothing is done, a person is told. */
  | { readonly kind: 'stay'; readonly page: EventCode; readonly because: string }
  /** The plan in flight goes on (or is undone, if what it was made for is over). */
  | { readonly kind: 'resume' }
  | { readonly kind: 'act'; readonly plan: Plan; readonly because: string }
  /** The incident, if there is one, is over. */
  | { readonly kind: 'all-clear' };

export interface Row {
  readonly id: string;
  readonly name: string;
  /** When it matches, in words: what `when` says. `docs/decisions.md` is printed from it. */
  readonly says: string;
  readonly when: (situation: Situation) => boolean;
  readonly measure: (situation: Situation) => Measure;
  /** Why this is right. */
  readonly reason: string;
  /** Where the rule comes from. */
  readonly origin: string;
}

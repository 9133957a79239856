/**
 * The decision table: what to do about a situation. The first row that matches wins, the last matches all.
 * A row's name travels into log, history and alert. `docs/decisions.md` is printed from here by a test.
 */
import { onePlanText } from '../text/plan-text.ts';
import { renderStages } from '../text/steps-text.ts';
import type { DecisionRow, Measure } from './row.ts';
import { undetached } from './rows-channel.ts';
import { held } from './rows-held.ts';
import { lost } from './rows-lost.ts';
import { served } from './rows-served.ts';
import { unclear } from './rows-unclear.ts';
import type { Situation } from './situation.ts';

export { type DecisionRow, type Deed, deedOf, type Measure } from './row.ts';

export interface Decision {
  readonly row: Pick<DecisionRow, 'name' | 'reason'>;
  readonly measure: Measure;
}

/** The whole table, in order. */
export const rows: readonly DecisionRow[] = [...unclear, ...undetached, ...lost, ...held, ...served];

/** The first row that matches. */
export function decide(situation: Situation): Decision {
  for (const row of rows) {
    if (row.when(situation)) return { row, measure: inMode(situation, row.measure(situation)) };
  }
  throw new Error('the last row of the decision table must match every situation');
}

/** Of a pair that is only observed, a person hears what would be done. A plan that was begun before goes on. */
function inMode({ pair }: Situation, measure: Measure): Measure {
  if (pair.mode === 'act' || measure.kind !== 'act') return measure;
  const { plan, because } = measure;
  const steps = renderStages(plan).join('; ');
  return {
    kind: 'stay',
    page: 'would-act',
    because: `${because}. keepalambda would carry out ${onePlanText(plan)}: ${steps}`,
  };
}

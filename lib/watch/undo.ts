/** Undoing a plan: the new holder is closed for certain before the old one is opened, and a commit shows that it is. */
import { mayHaveBegun, outcomeOf, type PlanRecord } from '../core/plan/plan.ts';
import type { Step, StepOutcome } from '../core/plan/step.ts';
import type { Result, StepContext } from './step-context.ts';

/** How often closing the new holder is tried, and how far apart. Milliseconds. */
const TRIES = 3;
const PAUSE_MS = 500;

type Context = Omit<StepContext, 'record'>;
type CarryOut = (step: Step, execution: StepContext) => Promise<Result>;

export interface Undone {
  readonly record: PlanRecord;
  /** What could not be undone, or is not known; null when every step was undone. */
  readonly problem: string | null;
}

/** Carries out the undoing steps of the record. Stops where the next step could make two writers. */
export async function undoSteps(record: PlanRecord, context: Context, carryOut: CarryOut): Promise<Undone> {
  let undone = record;
  for (const [index, step] of record.undo.entries()) {
    if (isNeedless(step, undone)) continue;
    const { outcome } = await tried(step, { ...context, record: undone }, carryOut);
    undone = { ...undone, outcomes: { ...undone.outcomes, [`undo.${index}`]: outcome } };
    if (outcome.kind !== 'failed' && outcome.kind !== 'blocked') continue;
    const problem = problemOf(step, undone, context, outcome.because);
    if (problem !== null) return { record: undone, problem };
  }
  return { record: undone, problem: null };
}

async function tried(step: Step, execution: StepContext, carryOut: CarryOut): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    const result = await carryOut(step, execution);
    // Only what the next step needs is tried again here; the table of decisions does the rest at the next looks.
    if (result.outcome.kind !== 'failed' || attempt === TRIES) return result;
    if (step.kind !== 'close' || !matters(step.node, execution)) return result;
    await execution.ports.clock.sleep(PAUSE_MS);
  }
}

/** Only what this plan did is undone: a holder that it closed or isolated is opened or released, a channel that it stopped is started. */
function isNeedless(step: Step, record: PlanRecord): boolean {
  switch (step.kind) {
    case 'open':
      return !record.wasWritable;
    case 'verify':
      return !record.wasWritable || record.from === null;
    case 'attach':
      return isUntouched(outcomeOf(record, 'detach')) || Object.keys(record.outcomes).length === 0;
    case 'release':
      return record.isolatedFrom === null;
    default:
      return false;
  }
}

/** Whether the step changed nothing: it found its end state, or was not needed. */
function isUntouched(outcome: StepOutcome | undefined): boolean {
  return outcome?.kind === 'already' || outcome?.kind === 'skipped';
}

/** Whether the node may take writes because of this plan. */
function matters(node: string, { record, isDown }: StepContext): boolean {
  return mayHaveBegun(record, 'open') && !isDown(node);
}

/** What a failed undoing step means; null where the next step may follow all the same. */
function problemOf(step: Step, record: PlanRecord, context: Context, because: string): string | null {
  switch (step.kind) {
    case 'close':
      if (!matters(step.node, { ...context, record })) return null;
      return `${step.node} may take writes and could not be closed (${because}), so ${record.from} was not opened`;
    case 'release':
      return `${step.node} is still in quarantine: ${because}`;
    case 'open':
      return `${step.node} could not be opened again: ${because}`;
    case 'verify':
      return `${step.node} was opened again, but no commit through the VIP succeeded: ${because}`;
    default:
      return null;
  }
}

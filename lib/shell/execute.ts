/**
 * Carrying out a plan: stage by stage, journalled before and after each, undone when a step fails before the
 * VIP has moved. Whoever dies here leaves a record that the next leader finishes.
 */

import { moveStageOf, type PlanRecord } from '../core/plan.ts';
import type { Ending } from '../core/settle.ts';
import type { Outcome, Step } from '../core/step.ts';
import { outcomeKey, renderOutcome, renderStep } from '../core/steps-text.ts';
import { CutShort, type Execution, type Result } from './execution.ts';
import { carryOutStep } from './executors.ts';

/** Saves the plan's record in the store: the journal. */
export type Journal = (record: PlanRecord) => Promise<void>;

export type Executed =
  | { readonly kind: 'ended'; readonly record: PlanRecord; readonly ending: Ending }
  /** It is not known whether the VIP has moved: to be carried on with at the next tick. */
  | { readonly kind: 'blocked'; readonly record: PlanRecord; readonly because: string };

/** How long a plan may be blocked while a live holder is kept from taking writes. Milliseconds. */
const BLOCKED_LIMIT_MS = 10_000;

type Context = Omit<Execution, 'record'>;

/**
 * Carries the plan on from where its record says. Throws `CutShort` when the lease or the time ran out, and
 * whatever the journal throws: in both cases the record in the store is for the next leader.
 */
export async function execute(plan: PlanRecord, context: Context, journal: Journal): Promise<Executed> {
  let record = plan;
  // Once moved, it is never moved again by this plan: if it is elsewhere by now, verifying says so.
  const from = record.vipMoved ? moveStageOf(record) + 1 : 0;
  for (let index = from; record.phase === 'running' && index < record.stages.length; index += 1) {
    const stage = record.stages[index] ?? [];
    const results = await carryOutStage(stage, { ...context, record });
    record = withResults(record, index, results);
    const bad = results.find(
      ({ outcome }) => outcome.kind === 'failed' || outcome.kind === 'blocked',
    )?.outcome;
    if (bad?.kind === 'blocked' && !mustUndo(record, context)) {
      await journal(record);
      return { kind: 'blocked', record, because: bad.because };
    }
    if (bad && 'because' in bad) return afterFailure(record, bad.because, context, journal);
    const isLast = index === record.stages.length - 1;
    if (!isLast && (isNews(results) || index === moveStageOf(record) - 1)) await journal(record);
  }
  if (record.phase === 'undoing') return undo(record, 'the undoing was cut short', context, journal);
  return { kind: 'ended', record, ending: { kind: 'completed' } };
}

/** Undoes a plan that is no longer wanted, or goes on undoing one. */
export async function undo(
  plan: PlanRecord,
  because: string,
  context: Context,
  journal: Journal,
): Promise<Executed> {
  let record: PlanRecord = { ...plan, phase: 'undoing' };
  await journal(record);
  for (const [index, step] of record.undo.entries()) {
    // Only a holder that this plan closed is opened again.
    if (step.kind === 'open' && !record.wasWritable) continue;
    const { outcome } = await traced(step, { ...context, record });
    record = { ...record, outcomes: { ...record.outcomes, [`undo.${index}`]: outcome } };
    if (outcome.kind === 'failed' && step.kind === 'open') {
      return {
        kind: 'ended',
        record,
        ending: { kind: 'incomplete', because: `${because}; undoing it: ${outcome.because}` },
      };
    }
  }
  return { kind: 'ended', record, ending: { kind: 'undone', because } };
}

async function afterFailure(
  record: PlanRecord,
  because: string,
  context: Context,
  journal: Journal,
): Promise<Executed> {
  if (!record.vipMoved && context.safeguards.undo) return undo(record, because, context, journal);
  return { kind: 'ended', record, ending: { kind: 'incomplete', because } };
}

/** A live holder that was closed must not wait for an EC2 that does not answer. */
function mustUndo(record: PlanRecord, { ports, safeguards }: Context): boolean {
  if (!safeguards.undoWithoutEc2) return false;
  return record.wasWritable && ports.clock.nowMs() - record.startedAtMs > BLOCKED_LIMIT_MS;
}

/**
 * Whether the next leader must know of a stage. One that changed nothing and taught nothing is carried out again, and
 * clients need not wait for its journal; but that the VIP may be on its way is always told.
 */
function isNews(results: readonly Result[]): boolean {
  return results.some(({ outcome, learned }) => outcome.kind !== 'already' || learned !== undefined);
}

async function carryOutStage(stage: readonly Step[], execution: Execution): Promise<readonly Result[]> {
  const settled = await Promise.allSettled(stage.map((step) => traced(step, execution)));
  const thrown = settled.find((result) => result.status === 'rejected');
  if (thrown) throw thrown.reason;
  return settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}

async function traced(step: Step, execution: Execution): Promise<Result> {
  const { log, clock } = execution.ports;
  const fields = { pair: execution.pair.name, plan: execution.record.id, row: execution.record.row };
  const startedMs = clock.nowMs();
  log.info(`${renderStep(step)} …`, fields);
  try {
    const result = await carryOutStep(step, execution);
    const text = `${renderStep(step)}: ${renderOutcome(result.outcome)}`;
    log.info(text, { ...fields, tookMs: Math.round(clock.nowMs() - startedMs) });
    return result;
  } catch (error) {
    if (error instanceof CutShort)
      log.warn(`${renderStep(step)}: cut short, left to the next leader`, fields);
    throw error;
  }
}

function withResults(record: PlanRecord, stage: number, results: readonly Result[]): PlanRecord {
  const outcomes: Record<string, Outcome> = { ...record.outcomes };
  let learned = {};
  results.forEach((result, index) => {
    outcomes[outcomeKey(stage, index)] = result.outcome;
    learned = { ...learned, ...result.learned };
  });
  return { ...record, ...learned, outcomes };
}

/**
 * Carrying out a plan: stage by stage, journalled after each that changed something, undone when a step fails before the
 * VIP has moved. A leader that dies here leaves a record, and the next leader finishes the plan.
 */
import type { Ending } from '../core/plan/end-plan.ts';
import { frozenLeftMs } from '../core/plan/frozen.ts';
import { mayHaveBegun, moveStageOf, outcomeKey, type PlanRecord, stageOf } from '../core/plan/plan.ts';
import type { Step, StepOutcome } from '../core/plan/step.ts';
import { renderOutcome, renderStep } from '../core/text/steps-text.ts';
import { answersThroughVip } from './move-vip.ts';
import { CutShort, type Result, type StepContext } from './step-context.ts';
import { carryOutStep } from './step-executors.ts';
import { undoSteps } from './undo.ts';

/** Saves the plan's record in the store: the journal. */
export type Journal = (record: PlanRecord) => Promise<void>;

export type Executed =
  | { readonly kind: 'ended'; readonly record: PlanRecord; readonly ending: Ending }
  /** It is not known whether the VIP has moved: the plan goes on at the next tick. */
  | { readonly kind: 'blocked'; readonly record: PlanRecord; readonly because: string };

/** The pause between two tries of a blocked step while a live holder is kept from taking writes. Milliseconds. */
const BLOCKED_PAUSE_MS = 500;

type Context = Omit<StepContext, 'record'>;

/**
 * Carries the plan on from where its record says. Throws `CutShort` when the lease or the time ran out, and
 * whatever the journal throws: in both cases the record in the store is for the next leader.
 */
export async function execute(plan: PlanRecord, context: Context, journal: Journal): Promise<Executed> {
  let record = plan;
  for (let index = startOf(record); record.phase === 'running' && index < record.stages.length; index += 1) {
    const beganMs = context.ports.clock.nowMs();
    const stage = record.stages[index] ?? [];
    const results = await carryOutStage(stage, { ...context, record });
    const tookMs = context.ports.clock.nowMs() - beganMs;
    record = withResults(record, index, results, context);
    const bad = results.find(({ outcome }) => isBad(outcome))?.outcome;
    if (bad?.kind === 'blocked' && !mustUndo(record, context, tookMs)) {
      await journal(record);
      // A holder that is gone loses nothing while the plan waits for the next tick, and the alert goes out at once.
      if (!record.wasWritable) return { kind: 'blocked', record, because: bad.because };
      await context.waits(bad.because);
      await context.ports.clock.sleep(BLOCKED_PAUSE_MS);
      context.guard();
      index -= 1;
      continue;
    }
    if (bad && 'because' in bad) return afterFailure(record, index, bad.because, context, journal);
    if (index < record.stages.length - 1 && (isNews(stage, results) || isMilestone(record, index + 1)))
      await journal(record);
  }
  if (record.phase === 'undoing')
    return undo(record, record.stoppedBecause ?? 'the undoing was cut short', context, journal);
  return { kind: 'ended', record, ending: { kind: 'completed' } };
}

/** Undoes a plan that is no longer wanted, or goes on undoing one; unless the VIP leads, or has led, to the new holder. */
export async function undo(
  plan: PlanRecord,
  because: string,
  context: Context,
  journal: Journal,
): Promise<Executed> {
  if (mayHaveBegun(plan, 'move-vip') && (await isWithNew(plan, context))) {
    // It is not known what was undone before, so the table of decisions brings both nodes in order around the VIP.
    if (plan.phase === 'undoing') return movedAfterAll(plan, because);
    const moved: PlanRecord = { ...plan, phase: 'running', vipMoved: true };
    await journal(moved);
    return execute(moved, context, journal);
  }
  const started: PlanRecord = { ...plan, phase: 'undoing', stoppedBecause: because };
  await journal(started);
  const { record, problem } = await undoSteps(started, context, traced);
  if (problem === null) return { kind: 'ended', record, ending: { kind: 'undone', because } };
  return { kind: 'ended', record, ending: { kind: 'incomplete', because: `${because}. ${problem}` } };
}

async function isWithNew(plan: PlanRecord, context: Context): Promise<boolean> {
  return context.hasPassed(plan) || answersThroughVip(plan.to, { ...context, record: plan });
}

/** EC2 carried the order out late, while the plan was being undone. */
function movedAfterAll(plan: PlanRecord, because: string): Executed {
  const text = `${because}. The VIP moved to ${plan.to} after all, while the plan was being undone`;
  return {
    kind: 'ended',
    record: { ...plan, vipMoved: true },
    ending: { kind: 'incomplete', because: text },
  };
}

/**
 * Once moved, the VIP is never moved again by this plan. Once frozen, steps whose results are known are not repeated
 * while clients wait.
 */
function startOf(record: PlanRecord): number {
  if (record.vipMoved) return moveStageOf(record) + 1;
  const freeze = stageOf(record, 'freeze');
  return freeze > 0 && mayHaveBegun(record, 'freeze') ? freeze : 0;
}

async function afterFailure(
  record: PlanRecord,
  index: number,
  because: string,
  context: Context,
  journal: Journal,
): Promise<Executed> {
  if (!record.vipMoved && hasChangedNothing(record, index))
    return { kind: 'ended', record, ending: { kind: 'undone', because } };
  if (!record.vipMoved && context.safeguards.undo) return undo(record, because, context, journal);
  return { kind: 'ended', record, ending: { kind: 'incomplete', because } };
}

/** Whether there were only looks so far: then there is nothing to undo. */
function hasChangedNothing(record: PlanRecord, index: number): boolean {
  return record.stages
    .slice(0, index + 1)
    .flat()
    .every(onlyLooks);
}

function isBad({ kind }: StepOutcome): boolean {
  return kind === 'failed' || kind === 'blocked';
}

/**
 * A live holder that was closed must not wait for an EC2 that does not answer. `tryMs`: how long the last try took, and the
 * next one may take.
 */
function mustUndo(record: PlanRecord, { ports, safeguards }: Context, tryMs: number): boolean {
  if (!safeguards.undoWithoutEc2) return false;
  const leftMs = frozenLeftMs(record, ports.clock.nowMs());
  return leftMs !== null && tryMs > leftMs;
}

/**
 * Whether the next leader must know of a stage. A stage that changed nothing is carried out again. So its looks and
 * failed tries are journalled with the next stage: clients need not wait for that.
 */
function isNews(stage: readonly Step[], results: readonly Result[]): boolean {
  const idle: readonly StepOutcome['kind'][] = ['already', 'skipped', 'missed'];
  return results.some(({ outcome, learned }, index) => {
    if (onlyLooks(stage[index])) return false;
    return !idle.includes(outcome.kind) || learned !== undefined;
  });
}

function onlyLooks(step: Step | undefined): boolean {
  return step?.kind === 'inspect' || step?.kind === 'catch-up';
}

/** Whether the next leader must know that the stage may have begun: then the journal is written before it. */
function isMilestone({ stages }: PlanRecord, index: number): boolean {
  const kinds = stages[index]?.map(({ kind }) => kind) ?? [];
  return kinds.includes('freeze') || kinds.includes('open') || kinds.includes('move-vip');
}

async function carryOutStage(stage: readonly Step[], before: StepContext): Promise<readonly Timed[]> {
  let isClosed = false;
  const execution: StepContext = { ...before, closedBeside: () => isClosed };
  const carriedOut = async (step: Step) => {
    const result = await traced(step, execution);
    isClosed ||= (result.learned?.fencedAt ?? null) !== null;
    return result;
  };
  const settled = await Promise.allSettled(stage.map(carriedOut));
  const thrown = settled.find((result) => result.status === 'rejected');
  if (thrown) throw thrown.reason;
  return settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}

/** A result, and how long it took. Milliseconds. */
type Timed = Result & { readonly tookMs: number };

async function traced(step: Step, execution: StepContext): Promise<Timed> {
  const { log, clock } = execution.ports;
  const { id: plan, row } = execution.record;
  const fields = { pair: execution.pair.name, plan, row, step: step.kind };
  const startedMs = clock.nowMs();
  log.info(`${renderStep(step)} …`, fields);
  try {
    const result = await carryOutStep(step, execution);
    const { outcome } = result;
    const tookMs = Math.round(clock.nowMs() - startedMs);
    log.info(`${renderStep(step)}: ${renderOutcome(outcome)}`, { ...fields, outcome: outcome.kind, tookMs });
    return { ...result, tookMs };
  } catch (error) {
    if (error instanceof CutShort)
      log.warn(`${renderStep(step)}: cut short, the next leader carries it out again`, fields);
    throw error;
  }
}

function withResults(
  record: PlanRecord,
  stage: number,
  results: readonly Timed[],
  { ports }: Context,
): PlanRecord {
  const outcomes: Record<string, StepOutcome> = { ...record.outcomes };
  const endedAfterMs: Record<string, number> = { ...record.endedAfterMs };
  const tookMs: Record<string, number> = { ...record.tookMs };
  const nowMs = ports.clock.nowMs();
  let learned = {};
  results.forEach((result, index) => {
    const key = outcomeKey(stage, index);
    outcomes[key] = result.outcome;
    endedAfterMs[key] = Math.round(nowMs - record.startedAtMs);
    tookMs[key] = result.tookMs;
    learned = { ...learned, ...result.learned };
  });
  return { ...record, ...learned, outcomes, endedAfterMs, tookMs, steppedAtMs: nowMs };
}

/** Steps and their results, in words: the same in logs, alerts, answers and the dry run. */
import type { PlanEnded } from '../memory/history.ts';
import { outcomeKey, type Plan, type PlanRecord } from '../plan/plan.ts';
import type { Step, StepOutcome } from '../plan/step.ts';
import { duration } from './utc-time.ts';

/** What a step does: `fence db1`. */
export function renderStep(step: Step): string {
  switch (step.kind) {
    case 'fence':
      return `fence ${step.node}`;
    case 'isolate':
      return `isolate ${step.node} (quarantine security group, if it was not fenced)`;
    case 'stop-instance':
      return `stop the instance of ${step.node} (if it was not fenced)`;
    case 'freeze':
      return `freeze ${step.node}${step.kills === 'to-close' ? ' (kills sessions that keep it open)' : ''}`;
    case 'catch-up':
      return `catch up ${step.node}${step.source ? ` to the end of ${step.source}` : ''}${step.ifFenced ? ', if it was fenced' : ''}`;
    case 'inspect':
      return `check ${step.node} for long sessions${step.killLong ? ' (they are killed later)' : ''}`;
    case 'detach':
      return `detach ${step.node} from ${step.source} (unless its last write is applied)`;
    case 'attach':
      return `attach ${step.node} to ${step.source}${step.attaching === 'afresh' ? ', without what it had received before' : ''}`;
    case 'open':
      return `open ${step.node}`;
    case 'close':
      return `close ${step.node}`;
    case 'move-vip':
      return `move the VIP to ${step.to}`;
    case 'bind-vip':
      return `bind the VIP on ${step.to}`;
    case 'verify':
      return `verify ${step.node} through the VIP`;
    case 'repair':
      return `restart ${step.what} on ${step.node}`;
    case 'repoint':
      return step.change
        ? `point ${step.replica} at ${step.node}, if it follows ${step.source} and lacks nothing of it`
        : `see whether ${step.replica} follows ${step.source}`;
    case 'release':
      return `release ${step.node} from quarantine`;
  }
}

/** `1. fence db1 and catch up db2` … one line a stage. */
export function renderStages(plan: Plan): readonly string[] {
  return plan.stages.map(
    (stage, index) => `${index + 1}. ${stage.map(renderStep).join(' and, at the same time, ')}`,
  );
}

/** `fence db1: not possible, the plan goes on (no answer)`, `catch up db2: done (…)`: one line a step that has a result. */
export function renderOutcomes(plan: PlanRecord): readonly string[] {
  const lines = plan.stages.flatMap((stage, stageIndex) =>
    stage.flatMap((step, stepIndex) => line(step, plan.outcomes[outcomeKey(stageIndex, stepIndex)])),
  );
  return [...lines, ...undoLines(plan)];
}

/** The same lines with the time at which each step ended: `after 0.4 s: fence db1: done (…)`. */
export function renderTimedOutcomes(plan: PlanRecord): readonly string[] {
  const lines = plan.stages.flatMap((stage, stageIndex) =>
    stage.flatMap((step, stepIndex) => {
      const key = outcomeKey(stageIndex, stepIndex);
      const afterMs = plan.endedAfterMs?.[key];
      const prefix = afterMs === undefined ? '' : `after ${duration(afterMs)}: `;
      return line(step, plan.outcomes[key], prefix);
    }),
  );
  return [...lines, ...undoLines(plan)];
}

function undoLines(plan: PlanRecord): readonly string[] {
  return plan.undo.flatMap((step, index) => line(step, plan.outcomes[`undo.${index}`], 'undo: '));
}

/** The result of a step: `done (…)`. */
export function renderOutcome(outcome: StepOutcome): string {
  switch (outcome.kind) {
    case 'done':
      return `done (${outcome.changed})`;
    case 'already':
      return `already done (${outcome.found})`;
    case 'skipped':
      return `skipped (${outcome.because})`;
    case 'missed':
      return `not possible, the plan goes on (${outcome.because})`;
    case 'failed':
      return `failed (${outcome.because})`;
    case 'blocked':
      return `blocked (${outcome.because})`;
  }
}

function line(step: Step, outcome: StepOutcome | undefined, prefix = ''): string[] {
  return outcome ? [`${prefix}${renderStep(step)}: ${renderOutcome(outcome)}`] : [];
}

/** A plan that has ended, as its row of history holds it. */
export function planEndedOf(plan: PlanRecord, ending: PlanEnded['ending'], endedAtMs: number): PlanEnded {
  const { id, kind, from, to, by, row, startedAtMs, badSinceMs, vipMoved } = plan;
  return {
    kind: 'plan',
    plan: id,
    of: kind,
    from,
    to,
    by,
    row,
    startedAtMs,
    endedAtMs,
    badSinceMs,
    ending,
    vipMoved,
    steps: stepsOf(plan),
  };
}

function stepsOf(plan: PlanRecord): PlanEnded['steps'] {
  const done = (step: Step, key: string, beganAfterMs: number | null, prefix = '') => {
    const outcome = plan.outcomes[key];
    if (outcome === undefined) return [];
    const says = renderOutcome(outcome);
    const tookMs = plan.tookMs?.[key] ?? null;
    return [{ step: `${prefix}${renderStep(step)}`, outcome: outcome.kind, says, beganAfterMs, tookMs }];
  };
  const forward = plan.stages.flatMap((stage, stageIndex) => {
    const keys = stage.map((_, step) => outcomeKey(stageIndex, step));
    // The steps of a stage begin together, and all are noted when the last of them has ended.
    const longestMs = Math.max(0, ...keys.map((key) => plan.tookMs?.[key] ?? 0));
    return stage.flatMap((step, index) => {
      const key = keys[index] ?? '';
      const endedMs = plan.endedAfterMs?.[key];
      return done(step, key, endedMs === undefined ? null : Math.max(0, endedMs - longestMs));
    });
  });
  const undone = plan.undo.flatMap((step, index) => done(step, `undo.${index}`, null, 'undo: '));
  return [...forward, ...undone];
}

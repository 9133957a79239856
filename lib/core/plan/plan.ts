import type { Position } from '../evidence/sighting.ts';
import type { NodeName } from '../names.ts';
import type { Step, StepOutcome } from './step.ts';

export type PlanKind =
  | 'failover'
  | 'switchover'
  | 'reattach-vip'
  | 'open-holder'
  | 'close-standby'
  | 'repair-node'
  | 'release-node'
  | 'attach-channel'
  | 'detach-channel'
  | 'repoint-replicas';

/** Steps in order; the steps of one stage are carried out side by side. */
export type Stages = readonly (readonly Step[])[];

/** A plan: a decision as ordered, idempotent steps. */
export interface Plan {
  readonly kind: PlanKind;
  readonly from: NodeName | null;
  readonly to: NodeName;
  readonly stages: Stages;
  /** What is carried out, in this order, when a step fails before the VIP has moved. */
  readonly undo: readonly Step[];
  /** Made because the holder was gone: if it serves again before the VIP has moved, the plan is undone. */
  readonly undoIfHolderServes: boolean;
}

/**
 * A plan in the store, so that another watch can finish it: journalled before it begins, after each stage that changed something, and
 * before each that freezes, opens or moves.
 */
export interface PlanRecord extends Plan {
  readonly id: string;
  /** The epoch under which it was claimed; a resumed plan takes the newer one. */
  readonly epoch: number;
  readonly row: string;
  readonly because: string;
  readonly by: string;
  readonly requestId: string | null;
  /** `because` in a few words, for a subject; and what was seen when the plan began. Absent in records of older releases. */
  readonly cause?: string;
  readonly seen?: string;
  readonly startedAtMs: number;
  /** Why nobody can say what the move loses. Absent where it can be counted, and in older records. */
  readonly lossUnknown?: string;
  /** When it began, the old holder was proven to be gone: it took nothing after that. Absent otherwise, and in older records. */
  readonly holderGone?: true;
  /** Since when the holder had the fault for which the plan began. */
  readonly badSinceMs: number;
  /** Since when clients could not write when it began; null while they could. Absent in records of older releases. */
  readonly unservedSinceMs?: number | null;
  /** `undoing`: a step failed before the VIP moved. */
  readonly phase: 'running' | 'undoing';
  /** Outcomes so far, by stage and step: `1.0` is the first step of the second stage, `undo.0` the first undo. */
  readonly outcomes: Readonly<Record<string, StepOutcome>>;
  /** Where the old holder stood when it was fenced or frozen. */
  readonly fencedAt: Position | null;
  /** Where the old holder was last seen before the plan began. */
  readonly lastSeen: Position | null;
  /** Whether the old holder took writes when the plan began: then undoing opens it again. */
  readonly wasWritable: boolean;
  /** Where the new holder's own history ended when it had caught up. */
  readonly kept: Position | null;
  /** The security groups that isolating took from the old holder. */
  readonly isolatedFrom: readonly string[] | null;
  /** Whether EC2, or who answers through the VIP, has shown it on the new holder: from here on there is no undoing. */
  readonly vipMoved: boolean;
  /** The first moment at which a holder that took writes was closed by this plan. Milliseconds since 1970. */
  readonly frozenAtMs?: number | null;
  /** For how long that had lasted when the journal was last written, by the clock of who wrote it. Milliseconds. */
  readonly frozenForMs?: number;
  /** When the journal was last written. Milliseconds since 1970. */
  readonly steppedAtMs?: number;
  /** The position in the old holder's history up to which the new one had received when it had caught up. */
  readonly receivedAt?: Position | null;
  /** When the old holder's `lastSeen` was read. Milliseconds since 1970. */
  readonly lastSeenAtMs?: number | null;
  /** How long after the start each step ended, by the keys of `outcomes`. Absent in records of older releases. Milliseconds. */
  readonly endedAfterMs?: Readonly<Record<string, number>>;
  /** How long each step took, by the same keys. Absent in records of older releases. Milliseconds. */
  readonly tookMs?: Readonly<Record<string, number>>;
  /** Why the plan is being undone. */
  readonly stoppedBecause?: string;
}

/** Since when clients could not write: a holder that served until the plan closed it was written to until then. */
export function outageSinceMs({ unservedSinceMs, badSinceMs, startedAtMs }: PlanRecord): number {
  return unservedSinceMs === undefined ? badSinceMs : (unservedSinceMs ?? startedAtMs);
}

/** Whether the nodes change their roles by it. */
export function movesRoles({ kind }: Pick<Plan, 'kind'>): boolean {
  return kind === 'failover' || kind === 'switchover';
}

/** The index of the stage that moves the VIP; -1 for a plan that does not. */
export function moveStageOf(plan: Plan): number {
  return stageOf(plan, 'move-vip');
}

/** The index of the first stage with a step of this kind; -1 where there is none. */
export function stageOf({ stages }: Plan, kind: Step['kind']): number {
  return stages.findIndex((stage) => stage.some((step) => step.kind === kind));
}

/**
 * Whether the first step of this kind may have begun: every stage before it had ended. The journal is always written
 * before such a stage, so that the next leader knows.
 */
export function mayHaveBegun(plan: PlanRecord, kind: Step['kind']): boolean {
  const index = stageOf(plan, kind);
  if (index < 0) return false;
  const before = plan.stages[index - 1] ?? [];
  return before.every((_, step) => {
    const outcome = plan.outcomes[outcomeKey(index - 1, step)];
    return outcome !== undefined && outcome.kind !== 'failed' && outcome.kind !== 'blocked';
  });
}

/** The key of a step's outcome in the plan's record. */
export function outcomeKey(stage: number, step: number): string {
  return `${stage}.${step}`;
}

/** The outcome of the first step of this kind; undefined while there is none. */
export function outcomeOf(plan: PlanRecord, kind: Step['kind']): StepOutcome | undefined {
  const index = stageOf(plan, kind);
  const step = plan.stages[index]?.findIndex((one) => one.kind === kind) ?? -1;
  return plan.outcomes[outcomeKey(index, step)];
}

/** When the VIP had moved, by the clock of the leader that began the plan; null where that is not known. */
export function movedAtMs(plan: PlanRecord): number | null {
  const { startedAtMs, endedAfterMs = {} } = plan;
  const afterMs = endedAfterMs[outcomeKey(moveStageOf(plan), 0)];
  return afterMs === undefined ? null : startedAtMs + afterMs;
}

/** Whether the new holder applied all that the old one ever wrote: known only if the old one was fenced first. */
export function reachedTheEnd(plan: PlanRecord): boolean {
  return plan.fencedAt !== null && outcomesOfCatchUp(plan, true).includes('done');
}

/** Whether the old holder may have gone on taking writes: nothing closed it, and it was not proven to be gone. */
export function mayHaveGoneOn(plan: PlanRecord): boolean {
  const fence = outcomeOf(plan, 'fence')?.kind;
  const isClosed = plan.fencedAt !== null || fence === 'done' || fence === 'already';
  return plan.holderGone !== true && !isClosed;
}

/** Whether catching up ended before all was applied, and the loss of the rest was accepted. */
export function isRestGivenUp(plan: PlanRecord): boolean {
  return outcomesOfCatchUp(plan, false).includes('missed');
}

/** The outcome of each step that catches up, or only of those that wait for the source's end. */
function outcomesOfCatchUp(
  { stages, outcomes }: PlanRecord,
  toTheEnd: boolean,
): readonly StepOutcome['kind'][] {
  return stages.flatMap((stage, stageIndex) =>
    stage.flatMap((step, stepIndex) => {
      if (step.kind !== 'catch-up' || (toTheEnd && step.source === null)) return [];
      const outcome = outcomes[outcomeKey(stageIndex, stepIndex)];
      return outcome === undefined ? [] : [outcome.kind];
    }),
  );
}

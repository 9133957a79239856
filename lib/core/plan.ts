import type { NodeName } from './names.ts';
import type { Position } from './sighting.ts';
import type { Outcome, Step } from './step.ts';

export type PlanKind =
  | 'failover'
  | 'switchover'
  | 'reattach-vip'
  | 'open-holder'
  | 'close-standby'
  | 'repair-node'
  | 'release-node';

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

/** A plan in the store: journalled before and after every step, so that another watch can finish it. */
export interface PlanRecord extends Plan {
  readonly id: string;
  /** The epoch under which it was claimed; a resumed plan takes the newer one. */
  readonly epoch: number;
  readonly row: string;
  readonly because: string;
  readonly by: string;
  readonly requestId: string | null;
  readonly startedAtMs: number;
  /** Since when the holder was seen as it was when the plan began. */
  readonly badSinceMs: number;
  /** `undoing`: a step failed before the VIP moved. */
  readonly phase: 'running' | 'undoing';
  /** Outcomes so far, by stage and step: `1.0` is the first step of the second stage, `undo.0` the first undo. */
  readonly outcomes: Readonly<Record<string, Outcome>>;
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
  /** Whether EC2 has shown the VIP on the new holder: from here on there is no undoing. */
  readonly vipMoved: boolean;
}

/** The index of the stage that moves the VIP; -1 for a plan that does not. */
export function moveStageOf({ stages }: Plan): number {
  return stages.findIndex((stage) => stage.some(({ kind }) => kind === 'move-vip'));
}

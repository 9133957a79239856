/** What executors are given, and what they give back. */
import type { Pair } from '../core/config/config.ts';
import type { Safeguards } from '../core/decision/safeguards.ts';
import type { Position, VipSighting } from '../core/evidence/sighting.ts';
import type { LogReset } from '../core/memory/log-reset.ts';
import type { NodeName } from '../core/names.ts';
import type { PlanRecord } from '../core/plan/plan.ts';
import type { StepOutcome } from '../core/plan/step.ts';
import type { Ports } from './ports/ports.ts';

/** The leader lost its lease or its time: the plan stays in flight for the next one. */
export class CutShort extends Error {
  override readonly name = 'CutShort';
}

/** What an executor may use. */
export interface StepContext {
  readonly pair: Pair;
  readonly ports: Ports;
  readonly safeguards: Safeguards;
  /** Throws `CutShort` unless a mutation may begin now. */
  readonly guard: () => void;
  /**
   * EC2's report on the VIP. A plan that moves the VIP from a holder that takes writes asks for it when it begins, so
   * that the move need not wait for it; and so does one that is taken up. Null for other plans.
   */
  readonly located: Promise<VipSighting | undefined> | null;
  /** The identity that a node last reported. */
  readonly identityOf: (node: NodeName) => string | null;
  /** Whether looks have proven that no mysqld runs there: then it takes no writes. */
  readonly isDown: (node: NodeName) => boolean;
  /**
   * What a node lacks of its own history, as far as is known. If it were opened, it would give the same numbers to
   * other rows.
   */
  readonly lacksOwn: (node: NodeName) => string | null;
  /** Called when EC2 gets the order to move the VIP. @default none */
  readonly onMove?: () => void;
  /** Why the plan is no longer wanted, by what is seen while it is carried out; null while it is. */
  readonly unwanted: () => string | null;
  /** Whether the VIP was on its way, and is on neither node now: then somebody took it away from the new holder. */
  readonly hasPassed: (plan: PlanRecord) => boolean;
  /** Whether a step of the same stage has closed the old holder meanwhile. @default it has not */
  readonly closedBeside?: () => boolean;
  /** What the new holder had received when the old one was lost. @default not known */
  readonly receivedWhenLost?: Position | null;
  /** Which node's binary log was reset, as far as is remembered. @default none was */
  readonly logReset?: LogReset | null;
  /** Called while a step waits, or (null) makes progress: a plan that makes none for long is alerted. */
  readonly waits: (because: string | null) => Promise<void>;
  readonly record: PlanRecord;
}

/** The result of a step, and what the rest of the plan has to know. */
export interface Result {
  readonly outcome: StepOutcome;
  readonly learned?: Partial<
    Pick<
      PlanRecord,
      'fencedAt' | 'kept' | 'isolatedFrom' | 'vipMoved' | 'wasWritable' | 'frozenAtMs' | 'receivedAt'
    >
  >;
}

/** It changed something. */
export function done(changed: string, learned?: Result['learned']): Result {
  return { outcome: { kind: 'done', changed }, ...(learned ? { learned } : {}) };
}

/** The end state was there before. */
export function already(found: string, learned?: Result['learned']): Result {
  return { outcome: { kind: 'already', found }, ...(learned ? { learned } : {}) };
}

/** It is not needed, or not ours to do. */
export function skipped(because: string): Result {
  return { outcome: { kind: 'skipped', because } };
}

/** It was tried and failed, and the plan goes on without it. */
export function missed(because: string): Result {
  return { outcome: { kind: 'missed', because } };
}

/** It was tried and failed, and the plan cannot go on. */
export function failed(because: string): Result {
  return { outcome: { kind: 'failed', because } };
}

/** Why something was thrown, in words. */
export function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

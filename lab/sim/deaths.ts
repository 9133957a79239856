/**
 * Deaths inside a step. A death waits for a step of its kind, and strikes before the step's order is sent,
 * after it was sent and before the answer, or after the answer and before it is journalled.
 */
import type { PlanKind, PlanRecord } from '../../lib/core/plan.ts';
import type { Step, StepKind } from '../../lib/core/step.ts';
import type { Action, Call } from './observer.ts';

export type Moment = 'before' | 'during' | 'after';

/** A death that waits for its step; null matches any. */
export interface Death {
  readonly plan: PlanKind | null;
  readonly step: StepKind | null;
  readonly moment: Moment;
}

const stepsOf = {
  assign: ['move-vip'],
  isolate: ['isolate'],
  release: ['release'],
  'stop-instance': ['stop-instance'],
  close: ['fence', 'freeze', 'close'],
  open: ['open'],
  run: ['bind-vip', 'repair'],
  'catch-up': ['catch-up'],
  verify: ['verify'],
} as const satisfies Record<Action, readonly StepKind[]>;

export class Deaths {
  /** Deaths so far by `plan/step/moment`. */
  readonly struck = new Map<string, number>();
  #waiting: Death[] = [];

  arm(death: Death): void {
    this.#waiting.push(death);
  }

  /** The moment at which this call's process dies, if a death waits for its step. */
  momentOf(call: Call, plan: PlanRecord | null): Moment | null {
    if (plan === null || this.#waiting.length === 0) return null;
    const step = stepOf(call, plan);
    if (step === null) return null;
    const index = this.#waiting.findIndex(
      (death) => (death.plan ?? plan.kind) === plan.kind && (death.step ?? step) === step,
    );
    const death = this.#waiting[index];
    if (death === undefined) return null;
    this.#waiting.splice(index, 1);
    const key = `${plan.kind}/${plan.phase === 'undoing' ? 'undo-' : ''}${step}/${death.moment}`;
    this.struck.set(key, (this.struck.get(key) ?? 0) + 1);
    return death.moment;
  }
}

/** The step of the plan that makes such a call. */
function stepOf({ action, node }: Call, plan: PlanRecord): StepKind | null {
  const kinds: readonly StepKind[] = stepsOf[action];
  const steps = plan.phase === 'undoing' ? plan.undo : plan.stages.flat();
  return steps.find((step) => kinds.includes(step.kind) && isOn(step, node))?.kind ?? null;
}

function isOn(step: Step, node: string): boolean {
  switch (step.kind) {
    case 'move-vip':
      return step.to === node;
    case 'bind-vip':
      return step.to === node || step.from === node;
    case 'fence':
    case 'isolate':
    case 'stop-instance':
    case 'freeze':
    case 'catch-up':
    case 'open':
    case 'close':
    case 'verify':
    case 'repair':
    case 'release':
      return step.node === node;
  }
}

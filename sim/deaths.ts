/**
 * Deaths inside a step. A death waits for a step of its kind, and strikes before the step's order is sent,
 * after it was sent and before the answer, or after the answer and before it is journalled.
 */
import type { PlanKind, PlanRecord } from '../lib/core/plan/plan.ts';
import type { Step, StepKind } from '../lib/core/plan/step.ts';
import type { Breakage } from './faults/fault.ts';
import type { Action, Call } from './observer.ts';

/**
 * `freeze`: it does not die, but stops for a while with its order on the way, as Lambda may do to it. `late`:
 * it dies a while after it sent its order, and before that may have sent it again.
 */
export type Moment = 'before' | 'during' | 'after' | 'freeze' | 'late';

/** A death that waits for its step; null matches any. */
export interface Death {
  readonly plan: PlanKind | null;
  readonly step: StepKind | null;
  readonly moment: Moment;
  /** How long a freeze lasts, or how long after its order it dies late. Milliseconds. */
  readonly forMs: number;
  /** What breaks at the same time. */
  readonly company: readonly Breakage[];
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
  detach: ['detach'],
  attach: ['attach'],
  reconnect: [],
  inspect: ['inspect'],
  verify: ['verify'],
} as const satisfies Record<Action, readonly StepKind[]>;

export class Deaths {
  readonly #onStrike: (death: Death) => void;
  /** Deaths so far by `plan/step/moment`. */
  readonly struck = new Map<string, number>();
  #waiting: Death[] = [];

  constructor(onStrike: (death: Death) => void) {
    this.#onStrike = onStrike;
  }

  arm(death: Death): void {
    this.#waiting.push(death);
  }

  /** The death that waits for this call's step, if one does. */
  strike(call: Call, plan: PlanRecord | null): Death | null {
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
    this.#onStrike(death);
    return death;
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
    case 'inspect':
    case 'detach':
    case 'attach':
    case 'verify':
    case 'repair':
    case 'repoint':
    case 'release':
      return step.node === node;
  }
}

/** In words: `during move-vip of failover`. */
export function renderDeath({ plan, step, moment, forMs }: Death): string {
  const seconds = `${(forMs / 1000).toFixed(1)} s`;
  const at = `${step ?? 'any step'} of ${plan ?? 'any plan'}`;
  switch (moment) {
    case 'freeze':
      return `a freeze of ${seconds} in ${at}`;
    case 'late':
      return `death ${seconds} into ${at}`;
    case 'before':
    case 'during':
    case 'after':
      return `death ${moment} ${at}`;
  }
}

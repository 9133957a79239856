/**
 * Work on the hosts that a person ordered, as goals that are looked at again and again: whatever broke the last run off,
 * the next one goes on from what it finds.
 *
 * `look → goals → nextStep → carry it out → look again`, until every goal is met or one is refused.
 */
import type { Pair } from '../config/config.ts';
import type { Refusal } from '../fault.ts';
import type { Memory } from '../memory/memory.ts';
import type { NodeName } from '../names.ts';

/** The host orders: not orders for the leader, because they change hosts and never who holds the VIP. */
export const hostActions = ['setup', 'remove', 'rebuild', 'maintain'] as const;
export type HostAction = (typeof hostActions)[number];

/** One end state, as the last look shows it. Its name and node together are its identity. */
export interface Goal {
  /** In kebab case: `configuration-file`. */
  readonly name: string;
  /** Null for one of the whole pair. */
  readonly node: NodeName | null;
  /** What its step does, in one sentence. */
  readonly does: string;
  /** `unknown`: only known once the goals before it are met. */
  readonly state: 'met' | 'open' | 'unknown' | Refusal;
  /** What its step began still runs on a host, and how far it is: nothing is done but to wait for its end. */
  readonly atWork?: string;
  /** Of a refusal: what it is for may be over in a moment, as with a server that has just been started. */
  readonly mayPass?: true;
  /** It is looked at anew in every run, and leaves nothing changed: `proven`, not `changed`. */
  readonly isCheck?: true;
}

export type NextStep =
  | { readonly kind: 'step'; readonly goal: Goal }
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly goal: Goal; readonly refusal: Refusal };

/** The first goal that is not met: the order of the goals is the order of the work. A refusal comes before any step. */
export function nextStep(goals: readonly Goal[]): NextStep {
  for (const goal of goals)
    if (typeof goal.state === 'object') return { kind: 'refused', goal, refusal: goal.state };
  const goal = goals.find(({ state }) => state !== 'met');
  return goal ? { kind: 'step', goal } : { kind: 'done' };
}

export const stepResults = ['changed', 'already', 'planned', 'proven'] as const;

/** What came of a goal. `planned`: a dry run would have carried it out. `proven`: a check was made, and passed. */
export interface StepReport {
  readonly name: string;
  readonly node: NodeName | null;
  readonly does: string;
  readonly result: (typeof stepResults)[number];
  readonly tookMs: number;
}

/** The name of a goal among those of one work. */
export function keyOf({ name, node }: Pick<Goal, 'name' | 'node'>): string {
  return node === null ? name : `${name} on ${node}`;
}

/** The goals as a person sees them: what was met at once, and what was carried out and took how long. */
export function reportOf(goals: readonly Goal[], tookMs: ReadonlyMap<string, number>): StepReport[] {
  return goals
    .filter(({ state }) => state === 'met')
    .map((goal) => {
      const took = tookMs.get(keyOf(goal));
      const { name, node, does, isCheck } = goal;
      return { name, node, does, result: resultOf(took, isCheck), tookMs: took ?? 0 };
    });
}

function resultOf(tookMs: number | undefined, isCheck: true | undefined): StepReport['result'] {
  if (tookMs === undefined) return 'already';
  return isCheck ? 'proven' : 'changed';
}

/** What a run would do, as far as that is known before its first step. */
export function planOf(goals: readonly Goal[]): StepReport[] {
  return goals.map(({ name, node, does, state }) => ({
    name,
    node,
    does,
    tookMs: 0,
    result: state === 'met' ? 'already' : 'planned',
  }));
}

/** How many steps changed something. */
export function changedIn(steps: readonly StepReport[]): number {
  return steps.filter(({ result }) => result === 'changed').length;
}

/** Whether hosts of the pair may be worked on now. Asked again before every step. */
export function whyNotNow(
  pair: Pick<Pair, 'mode' | 'name'>,
  { plan, pause }: Pick<Memory, 'plan' | 'pause'>,
  nowMs: number,
  needsPause: boolean,
): Refusal | null {
  if (plan !== null)
    return {
      got: `a ${plan.kind} in flight (plan ${plan.id})`,
      want: 'no plan in flight',
      remedy: 'wait until `status` shows its end, then give the order again',
    };
  const isPaused = pause !== null && pause.untilMs > nowMs;
  if (!needsPause || pair.mode === 'observe' || isPaused) return null;
  return {
    got: "mode 'act', and no pause",
    want: 'a pair that nothing is decided for meanwhile',
    remedy: `keepalambda pause ${pair.name} --minutes 60 --why "work on the hosts", or mode: 'observe' in the environment file`,
  };
}

/** A claim on a pair's hosts: who works there, and until when that counts if nobody renews it. */
export interface HostClaim {
  /** The id of the invocation. */
  readonly owner: string;
  readonly what: HostAction;
  readonly by: string;
  readonly untilMs: number;
}

/** Why an order is refused while another one is carried out. */
export function takenText({ what, by }: HostClaim): Refusal {
  return {
    got: `a ${what} by ${by} at work on the hosts of this pair`,
    want: 'one at a time',
    remedy: 'wait until it ends; one that was broken off is forgotten after 20 s',
  };
}

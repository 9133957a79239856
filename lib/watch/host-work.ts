/** The loop of work on hosts: look, take the first goal that is not met, carry it out, look again. */
import { type Refusal, renderRefusal } from '../core/fault.ts';
import {
  changedIn,
  type Goal,
  keyOf,
  nextStep,
  planOf,
  reportOf,
  type StepReport,
} from '../core/hosts/host-work.ts';
import { PortError } from './ports/port-error.ts';
import type { Clock, Log } from './ports/ports.ts';
import { reason } from './step-context.ts';

/** One kind of work on the hosts of one pair. */
export interface HostWork<Facts> {
  /** Reads all that the goals depend on. Changes nothing. Throws what a port throws. */
  look(): Promise<Facts>;
  /** Every end state in the order of the work, and whether the facts show it. Pure. */
  goals(facts: Facts): readonly Goal[];
  /** Brings about one goal that is not met. Throws what a port throws; the next look says what came of it. */
  carryOut(goal: Goal, facts: Facts, limitMs: number): Promise<void>;
  /** Why the work may not be done now. @default the rule for all work: no plan, and a pause */
  mayGoOn?(): Promise<Refusal | null>;
  /** Called with the reason when the work stopped before its end. */
  gaveUp?(because: string): Promise<void>;
}

export interface ConvergeOptions<Facts> {
  readonly work: HostWork<Facts>;
  readonly clock: Clock;
  readonly log: Log;
  /** Begins no step later than this, less the time that a step needs. */
  readonly deadlineMs: number;
  readonly dryRun: boolean;
  /** Asked before every step: why it may not be done now. */
  readonly mayGoOn: () => Promise<Refusal | null>;
}

export interface Converged {
  readonly kind: 'done' | 'refused' | 'failed' | 'unfinished';
  readonly steps: readonly StepReport[];
  readonly changed: number;
  /** Why it is not done; empty when it is. */
  readonly because: string;
  /** What it waits for runs on a host: there is progress, though nothing was changed here. */
  readonly isAtWork?: true;
}

/** A step that was carried out this often and had no effect is an error. */
export const TRIES_MAX = 3;
/** With less time than this left, no step is begun: the next invocation does it. Milliseconds. */
export const STEP_MS_MIN = 20_000;
/** Between two tries of the same step, and after a look that failed. Milliseconds. */
const AGAIN_MS = 2000;
/** Between two looks at what runs on a host. Milliseconds. */
const AT_WORK_POLL_MS = 5000;
/** How long a refusal that may pass is looked at again. Milliseconds. */
const PASSES_WITHIN_MS = 45_000;

/** Works until every goal is met, one is refused, a step has no effect, or the time is over. */
export function converge<Facts>(options: ConvergeOptions<Facts>): Promise<Converged> {
  return new Convergence(options).run();
}

/** One run of the loop. */
class Convergence<Facts> {
  readonly #options: ConvergeOptions<Facts>;
  /** By step, how long it took in all, and why each try failed. */
  readonly #tookMs = new Map<string, number>();
  readonly #failures = new Map<string, readonly string[]>();
  #steps: readonly StepReport[] = [];
  /** What was seen before a check that passed: it has changed nothing, and a look may take half a minute. */
  #unchanged: Told<Facts> | null = null;
  #refusedSinceMs: number | null = null;

  constructor(options: ConvergeOptions<Facts>) {
    this.#options = options;
  }

  async run(): Promise<Converged> {
    for (;;) {
      const ended = await this.#round();
      if (ended !== null) return ended;
    }
  }

  /** One look, and at most one step. Null while there is more to do. */
  async #round(): Promise<Converged | null> {
    const { work, clock, deadlineMs, dryRun } = this.#options;
    const seen = this.#unchanged ?? (await lookUntil(this.#options));
    this.#unchanged = null;
    if (seen.kind === 'blind')
      return this.#end(clock.nowMs() >= deadlineMs ? 'unfinished' : 'failed', seen.because);
    const goals = work.goals(seen.answer);
    this.#steps = dryRun ? planOf(goals) : reportOf(goals, this.#tookMs);
    const next = nextStep(goals);
    if (next.kind === 'refused') return this.#refused(next.goal, next.refusal);
    this.#refusedSinceMs = null;
    if (next.kind === 'done' || dryRun) return this.#end('done');
    const asked = await askUntil(this.#options);
    if (asked.kind === 'blind') return this.#end('failed', asked.because);
    if (asked.answer) return this.#end('refused', renderRefusal(asked.answer));
    const leftMs = deadlineMs - clock.nowMs();
    const { atWork } = next.goal;
    if (atWork !== undefined) return this.#wait(next.goal, atWork, leftMs);
    if (leftMs < STEP_MS_MIN) return this.#end('unfinished', `${keyOf(next.goal)} is next`);
    return this.#carryOut(next.goal, seen, leftMs);
  }

  /** What may pass is looked at again for a while; a dry run waits for nothing. */
  async #refused(goal: Goal, refusal: Refusal): Promise<Converged | null> {
    const { clock, deadlineMs, dryRun } = this.#options;
    const nowMs = clock.nowMs();
    this.#refusedSinceMs ??= nowMs;
    const hasLasted = nowMs - this.#refusedSinceMs >= PASSES_WITHIN_MS;
    if (goal.mayPass !== true || hasLasted || dryRun) return this.#end('refused', renderRefusal(refusal));
    if (deadlineMs - nowMs < STEP_MS_MIN) return this.#end('unfinished', renderRefusal(refusal));
    await clock.sleep(AT_WORK_POLL_MS);
    return null;
  }

  async #wait(goal: Goal, atWork: string, leftMs: number): Promise<Converged | null> {
    const key = keyOf(goal);
    if (leftMs < STEP_MS_MIN) return { ...this.#end('unfinished', `${key}: ${atWork}`), isAtWork: true };
    await this.#options.clock.sleep(AT_WORK_POLL_MS);
    this.#took(key, AT_WORK_POLL_MS);
    return null;
  }

  async #carryOut(goal: Goal, seen: Answer<Facts>, leftMs: number): Promise<Converged | null> {
    const { clock } = this.#options;
    const key = keyOf(goal);
    const failed = this.#failures.get(key) ?? [];
    if (failed.length >= TRIES_MAX) return this.#end('failed', withoutEffect(goal, failed));
    if (failed.length > 0) await clock.sleep(AGAIN_MS);
    const startedMs = clock.nowMs();
    const because = await tryOut(this.#options, goal, seen.answer, leftMs);
    this.#took(key, clock.nowMs() - startedMs);
    this.#failures.set(key, [...failed, because ?? 'it was carried out, and the next look does not show it']);
    if (because === null && goal.isCheck) this.#unchanged = seen;
    return null;
  }

  #took(key: string, ms: number): void {
    this.#tookMs.set(key, (this.#tookMs.get(key) ?? 0) + ms);
  }

  #end(kind: Converged['kind'], because = ''): Converged {
    return { kind, steps: this.#steps, because, changed: changedIn(this.#steps) };
  }
}

/** Null, or why it failed. If it takes effect all the same, the next look shows it. */
async function tryOut<Facts>(
  { work, log }: ConvergeOptions<Facts>,
  goal: Goal,
  facts: Facts,
  limitMs: number,
): Promise<string | null> {
  log.info(`host work: ${keyOf(goal)}`, { does: goal.does });
  try {
    await work.carryOut(goal, facts, limitMs);
    return null;
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    log.warn(`host work: ${keyOf(goal)} failed`, { error });
    return error.message;
  }
}

interface Answer<Facts> {
  readonly kind: 'answer';
  readonly answer: Facts;
}

type Told<Facts> = Answer<Facts> | { readonly kind: 'blind'; readonly because: string };

/** A host that has just been restarted, or an SSM that is slow, gets more than one look. */
function lookUntil<Facts>(options: ConvergeOptions<Facts>): Promise<Told<Facts>> {
  return tryUntil(options, () => options.work.look());
}

/** A store that does not answer once says nothing of the work. */
function askUntil<Facts>(options: ConvergeOptions<Facts>): Promise<Told<Refusal | null>> {
  return tryUntil(options, () => options.mayGoOn());
}

async function tryUntil<Facts, Asked>(
  { clock, deadlineMs }: ConvergeOptions<Facts>,
  ask: () => Promise<Asked>,
): Promise<Told<Asked>> {
  for (let tries = 1; ; tries += 1) {
    try {
      return { kind: 'answer', answer: await ask() };
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
      const isForGood = error.kind === 'denied' || error.kind === 'refused';
      if (isForGood || tries === TRIES_MAX || clock.nowMs() + AGAIN_MS >= deadlineMs)
        return { kind: 'blind', because: reason(error) };
      await clock.sleep(AGAIN_MS);
    }
  }
}

function withoutEffect(goal: Goal, failed: readonly string[]): string {
  return `${keyOf(goal)}: tried ${failed.length} times without effect: ${[...new Set(failed)].join('; ')}`;
}

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

/** Works until every goal is met, one is refused, a step has no effect, or the time is over. */
export async function converge<Facts>(options: ConvergeOptions<Facts>): Promise<Converged> {
  const { work, clock, deadlineMs, dryRun } = options;
  const tookMs = new Map<string, number>();
  const failures = new Map<string, string[]>();
  let steps: readonly StepReport[] = [];
  const end = (kind: Converged['kind'], because = ''): Converged => ({
    kind,
    steps,
    because,
    changed: changedIn(steps),
  });
  /** The facts from before a check that passed. A check changes nothing, and another look may take half a minute. */
  let unchanged: Told<Facts> | null = null;
  for (;;) {
    const seen: Told<Facts> = unchanged ?? (await lookUntil(options));
    if (seen.kind === 'blind')
      return end(clock.nowMs() >= deadlineMs ? 'unfinished' : 'failed', seen.because);
    const goals = work.goals(seen.answer);
    steps = dryRun ? planOf(goals) : reportOf(goals, tookMs);
    const next = nextStep(goals);
    if (next.kind === 'refused') return end('refused', renderRefusal(next.refusal));
    if (next.kind === 'done' || dryRun) return end('done');
    const asked = await askUntil(options);
    if (asked.kind === 'blind') return end('failed', asked.because);
    if (asked.answer) return end('refused', renderRefusal(asked.answer));
    const leftMs = deadlineMs - clock.nowMs();
    const key = keyOf(next.goal);
    const { atWork } = next.goal;
    if (leftMs < STEP_MS_MIN)
      return atWork === undefined
        ? end('unfinished', `${key} is next`)
        : { ...end('unfinished', `${key}: ${atWork}`), isAtWork: true };
    if (atWork !== undefined) {
      await clock.sleep(AT_WORK_POLL_MS);
      tookMs.set(key, (tookMs.get(key) ?? 0) + AT_WORK_POLL_MS);
      continue;
    }
    const failed = failures.get(key) ?? [];
    if (failed.length >= TRIES_MAX) return end('failed', withoutEffect(next.goal, failed));
    if (failed.length > 0) await clock.sleep(AGAIN_MS);
    const startedMs = clock.nowMs();
    const because: string | null = await tryOut(options, next.goal, seen.answer, leftMs);
    tookMs.set(key, (tookMs.get(key) ?? 0) + clock.nowMs() - startedMs);
    failures.set(key, [...failed, because ?? 'it was carried out, and the next look does not show it']);
    unchanged = because === null && next.goal.isCheck ? seen : null;
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

type Told<Answer> =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'blind'; readonly because: string };

/** A host that has just been restarted, or an SSM that is slow, gets more than one look. */
function lookUntil<Facts>(options: ConvergeOptions<Facts>): Promise<Told<Facts>> {
  return tryUntil(options, () => options.work.look());
}

/** A store that does not answer once says nothing of the work. */
function askUntil<Facts>(options: ConvergeOptions<Facts>): Promise<Told<Refusal | null>> {
  return tryUntil(options, () => options.mayGoOn());
}

async function tryUntil<Facts, Answer>(
  { clock, deadlineMs }: ConvergeOptions<Facts>,
  ask: () => Promise<Answer>,
): Promise<Told<Answer>> {
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

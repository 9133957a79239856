/** Catching up, in short slices: between them the executor checks progress, whether the plan is still wanted, and the lease. */
import type { CaughtUp, Detached, DetachedThreads } from '../core/evidence/probe-results.ts';
import type { Position } from '../core/evidence/sighting.ts';
import { endKnownTo } from '../core/memory/log-reset.ts';
import { isRestGivenUp, type PlanRecord, reachedTheEnd } from '../core/plan/plan.ts';
import type { Step } from '../core/plan/step.ts';
import { beyondEndOf, thrownAwayOf } from '../core/standby/lead.ts';
import { STATEMENT_LIMIT_MS } from '../core/time-budget.ts';
import type { CatchUpGoal } from './ports/database.ts';
import { PortError } from './ports/port-error.ts';
import { already, done, failed, missed, type Result, type StepContext, skipped } from './step-context.ts';

type CatchUp = Extract<Step, { kind: 'catch-up' }>;
type Detach = Extract<Step, { kind: 'detach' }>;

/** How long one call may take: progress is measured between calls. Milliseconds. */
const SLICE_MS = 1000;
/**
 * With less time than this, a call cannot say how far the node is, and its own timeout would be given as the reason.
 * Milliseconds.
 */
const SLICE_MIN_MS = 200;
/** A freeze that has used up its time while nobody led is still given one try. Milliseconds. */
const LAST_TRY_MS = 500;
/** How often a statement that was not answered is sent again. */
const LOST_ANSWER_TRIES = 3;

/** Waits until the node has applied what it must, while the plan is still wanted and the time is not over. */
export async function catchUp(step: CatchUp, execution: StepContext): Promise<Result> {
  const { record, safeguards, identityOf, receivedWhenLost: lostWith = null, logReset = null } = execution;
  if (!safeguards.catchUp) return done('taken out');
  if (step.ifFenced && record.fencedAt === null) return skipped(`${step.source} was not fenced`);
  const endFollows = skipped(`${record.from} is closed already: the next step waits for its last write`);
  if (isEndAwaited(step, execution)) return endFollows;
  const source = step.source ?? record.from;
  const end = step.source === null ? null : record.fencedAt;
  const goal = {
    upTo: end && endKnownTo(step.node, end, logReset),
    source: source === null ? null : identityOf(source),
  };
  const { reached, executed, received, because } = await inSlices(step, goal, execution);
  const learned = { kept: executed, receivedAt: received };
  // A restart, or a change of its source, throws away what was received. With the source dead, it is lost for good.
  const gone = reached && step.source === null ? thrownAwayOf({ executed, received }, lostWith) : null;
  const beyond =
    reached && end !== null ? await beyondEnd({ executed, received }, end, step, execution) : null;
  const lost = gone !== null ? `it has lost what it had received: ${gone}` : beyond;
  if (reached && lost === null) return done(`${step.node} has applied all that it received`, learned);
  if (isEndAwaited(step, execution)) return endFollows;
  const why = lost ?? because;
  if (step.acceptLoss) return { ...missed(`${why}; loss accepted`), learned };
  return failed(`${step.node} has not caught up: ${why}`);
}

/**
 * The old holder is closed, by an earlier leader or by the fence beside this. Then the node must reach the end of its
 * history. The stage that follows waits for that, with the limit for clients that are waiting.
 */
function isEndAwaited({ source }: CatchUp, { record, closedBeside }: StepContext): boolean {
  if (source !== null || !record.stages.flat().some(isForEnd)) return false;
  return record.fencedAt !== null || closedBeside?.() === true;
}

function isForEnd(step: Step): boolean {
  return step.kind === 'catch-up' && step.ifFenced;
}

/**
 * Why what the node has of the closed source does not tell that it has all of it: that source's log was reset after the last look.
 * It is asked again first, because a log that was only rotated ends later now. One that was read-only before the plan may have
 * lost an end that the node has.
 */
async function beyondEnd(
  has: Pick<CaughtUp, 'executed' | 'received'>,
  end: Position,
  { source }: CatchUp,
  { pair, ports, guard, record, identityOf }: StepContext,
): Promise<string | null> {
  if (source === null || !record.wasWritable || beyondEndOf(has, end, identityOf(source)) === null)
    return null;
  guard();
  const { position } = await ports.database.close(pair, source, 'to-close', STATEMENT_LIMIT_MS);
  const beyond = beyondEndOf(has, position, identityOf(source));
  return (
    beyond &&
    `it has events of ${source} that ${source} does not know (${beyond}): the binary log of ${source} was reset (RESET MASTER) a moment ago`
  );
}

/** Calls again until the goal is reached, the limit is over, or the plan is no longer wanted. */
async function inSlices(step: CatchUp, goal: CatchUpGoal, execution: StepContext): Promise<CaughtUp> {
  const { pair, ports, guard, unwanted, waits, safeguards } = execution;
  const isExtended = step.limitOf === 'progress' && safeguards.progress;
  let limit = limitOf(step, execution);
  let applied: string | null = null;
  for (;;) {
    const leftMs = limit - ports.clock.nowMs();
    const far = await ports.database.catchUp(pair, step.node, goal, Math.min(SLICE_MS, leftMs));
    if (far.reached) return far;
    const because = unwanted();
    if (because !== null) return { ...far, because };
    if (isEndAwaited(step, execution)) return far;
    const now = textOf(far.applied);
    const progress = applied !== null && now !== applied;
    if (progress && isExtended) limit = limitOf(step, execution);
    await waits(progress && isExtended ? null : `${step.node} has not caught up: ${far.because}`);
    applied = now;
    if (limit - ports.clock.nowMs() < SLICE_MIN_MS) return far;
    guard();
  }
}

/** Until when to wait, by the clock. A freeze may have begun by the clock of another leader, which may be ahead. Milliseconds. */
function limitOf({ limitOf: kind, limitMs }: CatchUp, { ports, record }: StepContext): number {
  const nowMs = ports.clock.nowMs();
  if (kind !== 'freeze') return nowMs + limitMs;
  const endMs = Math.min(record.frozenAtMs ?? nowMs, nowMs) + limitMs;
  return Math.max(endMs, nowMs + LAST_TRY_MS);
}

function textOf({ gtid, file, offset }: Position): string {
  return `${gtid ?? ''} ${file}:${offset}`;
}

/**
 * Stops the channel from the old holder for good, unless its last write is applied. What came in between the end of
 * catching up and the stop is applied first: later it could overwrite newer rows. If a person has accepted that a rest
 * is not applied, it is not applied later either.
 */
export async function detach(step: Detach, execution: StepContext): Promise<Result> {
  const { record, safeguards } = execution;
  if (!safeguards.detach) return skipped('taken out');
  if (reachedTheEnd(record)) return skipped(`the last write of ${step.source} is applied on ${step.node}`);
  try {
    const threads = isRestGivenUp(record) ? 'both' : 'receiver';
    const { was, received, outlasts } = await stop(step, threads, execution);
    if (was === 'unconfigured') return already(`${step.node} has no channel from ${step.source}`);
    const until = ', until its mysqld restarts';
    if (threads === 'both')
      return done(
        `${step.node} receives and applies nothing more from ${step.source}${outlasts ? '' : until}`,
      );
    const rest = await applyRest(step, received, execution);
    if (typeof rest === 'string') return failed(`${step.node} has not applied all that it received: ${rest}`);
    // Not before all was applied.
    const isForGood = outlasts || (await stop(step, 'receiver', execution)).outlasts;
    const nothing = `${step.node} receives nothing more from ${step.source}`;
    return done(isForGood ? nothing : `${nothing}${until}`, rest);
  } catch (error) {
    // Without the right to stop a channel, the late writes of the old holder are a risk; but without the move there is
    // certainly no master. A node that does not answer can be no new master.
    if (error instanceof PortError && error.kind !== 'superseded' && (await answers(step, execution)))
      return missed(`${step.node} may still receive from ${step.source}: ${error.message}`);
    throw error;
  }
}

async function answers({ node }: Detach, { pair, ports }: StepContext): Promise<boolean> {
  try {
    await ports.database.inspect(pair, node, STATEMENT_LIMIT_MS);
    return true;
  } catch {
    return false;
  }
}

function stop(
  step: Detach,
  threads: DetachedThreads,
  { pair, ports, guard, identityOf }: StepContext,
): Promise<Detached> {
  return again(() => {
    guard();
    return ports.database.detach(pair, step.node, identityOf(step.source), threads, STATEMENT_LIMIT_MS);
  });
}

async function applyRest(
  step: Detach,
  received: Position,
  { pair, ports, record, identityOf }: StepContext,
): Promise<Partial<PlanRecord> | string> {
  const known = record.receivedAt ?? null;
  if (known !== null && textOf(known) === textOf(received)) return {};
  const goal = { upTo: null, source: identityOf(step.source) };
  const { reached, executed, because } = await ports.database.catchUp(
    pair,
    step.node,
    goal,
    STATEMENT_LIMIT_MS,
  );
  return reached ? { kept: executed, receivedAt: received } : because;
}

/** Sends an idempotent statement again when its answer was lost: a late success is a success. */
export async function again<T>(send: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await send();
    } catch (error) {
      const lost = error instanceof PortError && error.kind === 'timeout';
      if (!lost || attempt === LOST_ANSWER_TRIES) throw error;
    }
  }
}

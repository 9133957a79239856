/** Ending a plan: what it leaves in memory, and which alert goes out. */
import {
  countAsTold,
  goOn,
  takeBack,
  tell,
  tellCondition,
  tellLimited,
  withIncident,
} from '../alert/alerts.ts';
import type { EventCode } from '../alert/events.ts';
import type { Pair } from '../config/config.ts';
import { withDetached, withoutDetached } from '../memory/detached.ts';
import { lateMoveOf } from '../memory/late-move.ts';
import { withForgottenAt } from '../memory/log-reset.ts';
import { type Loss, type Memory, notLost, type OrderAnswer } from '../memory/memory.ts';
import type { NodeName } from '../names.ts';
import { goneOnText } from '../standby/unknown-loss.ts';
import { unchangedText, wordsOfEnding } from '../text/ending-text.ts';
import { planText } from '../text/plan-text.ts';
import { renderOutcomes } from '../text/steps-text.ts';
import { duration } from '../text/utc-time.ts';
import { mayHaveGoneOn, outcomeOf, type PlanRecord, reachedTheEnd } from './plan.ts';
import type { Step, StepOutcome } from './step.ts';

/** How a plan ended. */
export type Ending =
  /** Every step was carried out. */
  | { readonly kind: 'completed' }
  /** A step failed before the VIP moved; what had been done was undone. */
  | { readonly kind: 'undone'; readonly because: string }
  /** A step failed and undoing was not possible, or the VIP had moved already. */
  | { readonly kind: 'incomplete'; readonly because: string };

/** What watch knows at the end, and the plan's record does not say. */
export interface Close {
  readonly nowMs: number;
  /** The identity of the new holder. */
  readonly identity: string | null;
  readonly incidentId: string;
  /** The node on which EC2 shows the VIP. Null when it shows it on neither, or does not answer. */
  readonly vipOn: NodeName | null;
}

/** After a plan as long as this, what was known of the standby before it no longer counts. Milliseconds. */
const UNWATCHED_MS = 20_000;
/** How many answers to orders are remembered. */
const ANSWERS_KEPT = 20;
/** failover-done asks already to bring the old holder back: no second alert asks for it within this time. Milliseconds. */
const SAID_MS = 30_000;

/** Memory without the plan: holder, loss, alerts and the answer to who ordered it. */
export function endPlan(before: Memory, pair: Pair, plan: PlanRecord, ending: Ending, close: Close): Memory {
  const memory = ending.kind === 'completed' ? before : goOnAgain(before, plan, 'plan-incomplete');
  const ended: Memory = {
    ...memory,
    plan: null,
    readiness: readinessAfter(memory, plan, close),
    failedPlan: ending.kind === 'completed' ? null : { kind: plan.kind, to: plan.to },
    notOpened: notOpenedAfter(plan, ending),
    lateMove: lateMoveOf(plan, close.nowMs) ?? (plan.vipMoved ? null : memory.lateMove),
  };
  const moved = plan.vipMoved ? withHolder(countMove(ended, plan, close), plan, close) : ended;
  const tried = ending.kind === 'undone' && plan.requestId === null ? { triedAtMs: close.nowMs } : {};
  const detached = noteDetached({ ...moved, ...tried }, plan, ending, close);
  const left = noteLeftBehind(detached, pair, plan, close);
  const withLoss = noteLossOf(noteQuarantine(left, pair, plan, ending), plan, ending, close);
  const told = tellEnding(withLoss, pair, plan, ending, close);
  return plan.requestId === null ? told : answer(told, answerOf(plan, ending, close, plan.requestId));
}

/** Notes the answer to an order, so that it is carried out once. */
export function answer(memory: Memory, given: OrderAnswer): Memory {
  return { ...memory, answers: [...memory.answers.slice(1 - ANSWERS_KEPT), given] };
}

/**
 * What moved the VIP without being asked counts for the flap guard; what was undone does not: if the holder dies in the
 * middle of a switchover, or the standby needs time to catch up, the failover must not have to wait.
 */
function countMove(memory: Memory, plan: PlanRecord, { nowMs }: Close): Memory {
  const counts = plan.requestId === null && (plan.kind === 'failover' || plan.kind === 'switchover');
  return counts ? { ...memory, failoversAtMs: [...memory.failoversAtMs, nowMs] } : memory;
}

/**
 * The VIP is on this node. Where the roles have changed, nothing is known yet of the new standby. Where it came there while
 * the plan was being undone, both nodes are as after a move by hand: what was done for the new holder may be undone.
 */
function withHolder(memory: Memory, { from, to, phase }: PlanRecord, { nowMs }: Close): Memory {
  const moved: Memory = { ...memory, moved: { from, to, atMs: nowMs }, triedAtMs: null };
  if (memory.lastHolder === to) return moved;
  const unprepared = phase === 'undoing' && from !== null ? { movedByHand: { from, to, atMs: nowMs } } : {};
  return { ...moved, lastHolder: to, readiness: null, ...notLost, ...unprepared };
}

/** After any other plan, such as a failover from it that was undone, its turn comes again. */
function notOpenedAfter(plan: PlanRecord, ending: Ending): Memory['notOpened'] {
  const opens = plan.kind === 'open-holder' || plan.kind === 'reattach-vip';
  const isFailed = opens && ending.kind !== 'completed';
  return isFailed && outcomeOf(plan, 'open')?.kind === 'failed' ? plan.to : null;
}

/** A channel that was stopped, and not started again, is remembered until it is. */
function noteDetached(memory: Memory, plan: PlanRecord, ending: Ending, { nowMs }: Close): Memory {
  if (plan.kind === 'attach-channel')
    return ending.kind === 'completed' ? withoutDetached(memory, plan.to) : memory;
  const kind = outcomeOf(plan, 'detach')?.kind;
  const step = plan.stages.flat().find((one) => one.kind === 'detach');
  // One that was not answered may have been carried out: the next look at the channel shows it.
  if ((kind !== 'done' && kind !== 'missed') || step === undefined) return memory;
  if (isUndone(plan, 'attach', ['done', 'already'])) return memory;
  return withDetached(memory, { node: step.node, from: step.source, atMs: nowMs, missing: null });
}

/** Whether undoing carried this step out with one of these outcomes. */
function isUndone(
  { undo, outcomes }: PlanRecord,
  step: Step['kind'],
  want: readonly StepOutcome['kind'][],
): boolean {
  return undo.some(({ kind }, index) => {
    const outcome = outcomes[`undo.${index}`];
    return kind === step && outcome !== undefined && want.includes(outcome.kind);
  });
}

/** The chain replicas of the old holder of a failover are looked at once the new one serves. */
function noteLeftBehind(memory: Memory, { replicas }: Pair, plan: PlanRecord, { nowMs }: Close): Memory {
  if (plan.kind === 'repoint-replicas') return { ...memory, leftBehind: null };
  if (plan.kind !== 'failover' || !plan.vipMoved || plan.from === null || replicas.length === 0)
    return memory;
  return { ...memory, leftBehind: { node: plan.from, atMs: nowMs } };
}

/**
 * Nobody watched the standby while the plan was carried out. Of a plan that took long beside a holder that served,
 * what was known before no longer counts; of a holder that was lost there was nothing to miss.
 */
function readinessAfter(memory: Memory, plan: PlanRecord, close: Close): Memory['readiness'] {
  const long = close.nowMs - plan.startedAtMs > UNWATCHED_MS;
  return long && plan.kind !== 'failover' && memory.lostAtMs === null ? null : memory.readiness;
}

/** A node that was found isolated shows no groups of its own: those noted then, or configured, are to be given back. */
function noteQuarantine(memory: Memory, pair: Pair, plan: PlanRecord, ending: Ending): Memory {
  if (plan.kind === 'release-node')
    return ending.kind === 'completed' ? { ...memory, quarantine: null } : memory;
  if (plan.isolatedFrom === null || plan.from === null) return memory;
  if (isUndone(plan, 'release', ['done'])) return { ...memory, quarantine: null };
  const noted = memory.quarantine?.node === plan.from ? memory.quarantine.groups : pair.nodeGroups;
  const groups = plan.isolatedFrom.length > 0 ? plan.isolatedFrom : noted;
  return { ...memory, quarantine: { node: plan.from, groups } };
}

function noteLossOf(memory: Memory, plan: PlanRecord, ending: Ending, close: Close): Memory {
  if (plan.kind !== 'failover' || ending.kind === 'undone' || !plan.vipMoved || plan.from === null)
    return memory;
  if (reachedTheEnd(plan)) return { ...memory, loss: null };
  const seenAtMs = plan.lastSeenAtMs ?? null;
  const because = plan.lossUnknown ?? (mayHaveGoneOn(plan) ? goneOnText(plan.from) : undefined);
  const loss: Loss = {
    old: plan.from,
    lastSeen: plan.fencedAt ?? plan.lastSeen,
    lastSeenAgoMs:
      plan.fencedAt !== null ? 0 : seenAtMs === null ? null : Math.max(1, plan.badSinceMs - seenAtMs),
    kept: plan.kept && withForgottenAt(plan.to, plan.kept, memory.logReset),
    keptBy: close.identity,
    ...(because === undefined ? {} : { because }),
    atMs: close.nowMs,
  };
  return { ...memory, loss };
}

/**
 * That the plan before it failed was still news when this one began, and this is the same plan again: what it took is no time in
 * which that was over.
 */
export function goOnAgain(memory: Memory, { kind, to, startedAtMs }: PlanRecord, code: EventCode): Memory {
  const { failedPlan } = memory;
  const isAgain = failedPlan?.kind === kind && failedPlan.to === to;
  return isAgain ? goOn(memory, code, startedAtMs) : memory;
}

function tellEnding(memory: Memory, pair: Pair, plan: PlanRecord, ending: Ending, close: Close): Memory {
  const code = codeOf(plan, ending);
  if (code === null) return memory;
  // Only what asks for a person opens an incident of its own; an order that succeeds is none.
  const needsPerson = ending.kind === 'incomplete';
  // That it began is said by how it ended.
  const ended = plan.kind === 'failover' ? takeBack(memory, 'failover-started') : memory;
  const open = needsPerson ? withIncident(ended, plan.row, close.nowMs, close.incidentId) : ended;
  const told = tellingOf(plan, ending)(
    open,
    pair.name,
    code,
    wordsOfEnding(memory, pair, plan, ending, close),
    close.nowMs,
  );
  // failover-done says already that the old holder is to be brought back; of an order, no incident says so.
  return code === 'failover-done' && told.incident !== null
    ? countAsTold(told, 'standby-unfit', close.nowMs, close.nowMs + SAID_MS)
    : told;
}

/** A plan that fails and is made again at each tick is alerted once; one that succeeds again and again, a few times. */
function tellingOf({ kind, requestId }: PlanRecord, ending: Ending): typeof tell {
  if (requestId !== null) return tell;
  if (ending.kind === 'completed') return kind === 'failover' || kind === 'switchover' ? tell : tellLimited;
  return kind === 'failover' || kind === 'switchover' ? tellLimited : tellCondition;
}

function codeOf(plan: PlanRecord, ending: Ending): EventCode | null {
  if (ending.kind === 'incomplete') return 'plan-incomplete';
  const completed = ending.kind === 'completed';
  switch (plan.kind) {
    case 'failover':
      return completed ? 'failover-done' : 'failover-aborted';
    case 'switchover':
      return completed ? 'switchover-done' : 'switchover-undone';
    // These have nothing to undo: when a step fails, what they are for is simply not so.
    case 'reattach-vip':
      return completed ? 'vip-reattached' : 'plan-incomplete';
    case 'open-holder':
      return completed ? 'holder-opened' : 'plan-incomplete';
    case 'close-standby':
      return completed ? 'standby-closed' : 'plan-incomplete';
    case 'repair-node':
      return 'repaired';
    case 'attach-channel':
      if (!completed) return 'plan-incomplete';
      return plan.row === 'channel-gave-up' ? 'channel-restarted' : 'channel-attached';
    // That the channel is detached is alerted by its row, with what is missing.
    case 'detach-channel':
      return completed ? null : 'plan-incomplete';
    case 'repoint-replicas':
      return completed ? codeOfRepointed(plan) : 'plan-incomplete';
    case 'release-node':
      return null;
  }
}

/** Of replicas that follow somebody else, or the new holder already, nothing is said. */
function codeOfRepointed({ outcomes }: PlanRecord): EventCode | null {
  const kinds = Object.values(outcomes).map(({ kind }) => kind);
  if (kinds.includes('missed')) return 'replicas-left-behind';
  return kinds.includes('done') ? 'replicas-repointed' : null;
}

function answerOf(plan: PlanRecord, ending: Ending, close: Close, requestId: string): OrderAnswer {
  const { kind, from, to } = plan;
  const moved = kind === 'failover' || kind === 'switchover' ? { moved: { from, to } } : {};
  const base = { requestId, atMs: close.nowMs, ...timesOf(plan, close), ...moved };
  const steps = renderOutcomes(plan).join(', ');
  const took = duration(close.nowMs - plan.startedAtMs);
  switch (ending.kind) {
    case 'completed':
      return { ...base, ok: true, text: `${planText(plan)} done in ${took}: ${steps}` };
    case 'undone':
      return {
        ...base,
        ok: false,
        text: `${planText(plan)} undone: ${ending.because}.${unchangedText(plan, close.vipOn)} (${steps})`,
      };
    case 'incomplete':
      return {
        ...base,
        ok: false,
        text: `${planText(plan)} not completed: ${ending.because} (${steps})`,
      };
  }
}

function timesOf(
  { startedAtMs, frozenAtMs }: PlanRecord,
  { nowMs }: Close,
): Pick<OrderAnswer, 'tookMs' | 'closedForMs'> {
  const tookMs = nowMs - startedAtMs;
  return frozenAtMs === undefined || frozenAtMs === null
    ? { tookMs }
    : { tookMs, closedForMs: nowMs - frozenAtMs };
}

/** Ending a plan: what it leaves in memory, and who is told. */
import { tell, tellOnce, type Words, withIncident } from './alerts.ts';
import type { Pair } from './config.ts';
import type { EventCode } from './events.ts';
import { describeLoss } from './loss.ts';
import type { Answer, Loss, Memory } from './memory.ts';
import type { NodeName } from './names.ts';
import type { PlanRecord } from './plan.ts';
import { outcomeKey, renderOutcomes } from './steps-text.ts';

/** How a plan ended. */
export type Ending =
  /** Every step was carried out. */
  | { readonly kind: 'completed' }
  /** A step failed before the VIP moved; what had been done was undone. */
  | { readonly kind: 'undone'; readonly because: string }
  /** A step failed and undoing was not possible, or the VIP had moved already. */
  | { readonly kind: 'incomplete'; readonly because: string };

/** What the shell knows at the end, and the plan's record does not say. */
export interface Close {
  readonly nowMs: number;
  /** The identity of the new holder. */
  readonly identity: string | null;
  readonly incidentId: string;
}

/** After a plan as long as this, what was known of the standby before it no longer counts. Milliseconds. */
const UNWATCHED_MS = 5000;
/** How many answers to orders are remembered. */
const ANSWERS_KEPT = 10;

/** Memory without the plan: holder, loss, alerts and the answer to who ordered it. */
export function settle(memory: Memory, pair: Pair, plan: PlanRecord, ending: Ending, close: Close): Memory {
  const ended: Memory = { ...memory, plan: null, readiness: readinessAfter(memory, plan, close) };
  const moved = plan.vipMoved ? withHolder(countMove(ended, plan, close), plan.to) : ended;
  const withLoss = noteLossOf(noteQuarantine(moved, pair, plan, ending), plan, ending, close);
  const told = tellEnding(withLoss, pair, plan, ending, close);
  return plan.requestId === null ? told : answer(told, answerOf(plan, ending, close, plan.requestId));
}

/** Notes the answer to an order, so that it is carried out once. */
export function answer(memory: Memory, given: Answer): Memory {
  return { ...memory, answers: [...memory.answers.slice(1 - ANSWERS_KEPT), given] };
}

/**
 * A switchover of our own counts for the flap guard too, but only when it has moved the VIP: if the holder dies in
 * the middle of one, the failover must not have to wait.
 */
function countMove(memory: Memory, plan: PlanRecord, { nowMs }: Close): Memory {
  if (!ownSwitchover(plan)) return memory;
  return { ...memory, failoversAtMs: [...memory.failoversAtMs, nowMs] };
}

function ownSwitchover({ kind, requestId }: PlanRecord): boolean {
  return kind === 'switchover' && requestId === null;
}

/** The VIP is on this node. Where the roles have changed, nothing is known yet of the new standby. */
function withHolder(memory: Memory, holder: NodeName): Memory {
  if (memory.lastHolder === holder) return memory;
  return { ...memory, lastHolder: holder, readiness: null, lostAtMs: null };
}

/**
 * Nobody watched the standby while the plan was carried out. Of a plan that took long beside a holder that served,
 * what was known before no longer counts; a failover's holder served no more, so there was nothing to miss.
 */
function readinessAfter(memory: Memory, plan: PlanRecord, close: Close): Memory['readiness'] {
  const long = close.nowMs - plan.startedAtMs > UNWATCHED_MS;
  return long && plan.kind !== 'failover' ? null : memory.readiness;
}

/** A node that was found isolated shows no groups of its own: those noted then, or configured, are to be given back. */
function noteQuarantine(memory: Memory, pair: Pair, plan: PlanRecord, ending: Ending): Memory {
  if (plan.kind === 'release-node')
    return ending.kind === 'completed' ? { ...memory, quarantine: null } : memory;
  if (plan.isolatedFrom === null || plan.from === null) return memory;
  const noted = memory.quarantine?.node === plan.from ? memory.quarantine.groups : pair.nodeGroups;
  const groups = plan.isolatedFrom.length > 0 ? plan.isolatedFrom : noted;
  return { ...memory, quarantine: { node: plan.from, groups } };
}

function noteLossOf(memory: Memory, plan: PlanRecord, ending: Ending, close: Close): Memory {
  if (plan.kind !== 'failover' || ending.kind === 'undone' || !plan.vipMoved || plan.from === null)
    return memory;
  if (reachedTheEnd(plan)) return { ...memory, loss: null };
  const loss: Loss = {
    old: plan.from,
    lastSeen: plan.fencedAt ?? plan.lastSeen,
    kept: plan.kept,
    keptBy: close.identity,
    atMs: close.nowMs,
  };
  return { ...memory, loss };
}

/** Whether the new holder applied all that the old one ever wrote: known only if the old one was fenced first. */
function reachedTheEnd(plan: PlanRecord): boolean {
  if (plan.fencedAt === null) return false;
  return plan.stages.some((stage, stageIndex) =>
    stage.some(
      (step, stepIndex) =>
        step.kind === 'catch-up' &&
        step.source !== null &&
        plan.outcomes[outcomeKey(stageIndex, stepIndex)]?.kind === 'done',
    ),
  );
}

function tellEnding(memory: Memory, pair: Pair, plan: PlanRecord, ending: Ending, close: Close): Memory {
  const code = codeOf(plan, ending);
  if (code === null) return memory;
  // Only what asks for a person opens an incident of its own; an order that succeeds is none.
  const needsPerson = ending.kind === 'incomplete';
  const open = needsPerson ? withIncident(memory, plan.row, close.nowMs, close.incidentId) : memory;
  const telling = repeats(plan) ? tellOnce : tell;
  const told = telling(open, pair.name, code, wordsOf(memory, pair, plan, ending, close), close.nowMs);
  if (code !== 'failover-done' || !told.incident) return told;
  // failover-done says already that the old holder is to be brought back.
  return { ...told, incident: { ...told.incident, told: [...told.incident.told, 'standby-unfit'] } };
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
    case 'release-node':
      return null;
  }
}

/** Plans that the next tick makes again as long as their reason lasts: nobody wants an alert a second. */
function repeats({ kind }: PlanRecord): boolean {
  return kind !== 'failover' && kind !== 'switchover';
}

function wordsOf(memory: Memory, pair: Pair, plan: PlanRecord, ending: Ending, close: Close): Words {
  const who = `(${plan.row}, by ${plan.by})`;
  const words = { happened: `${plan.because}.`, steps: renderOutcomes(plan) };
  switch (ending.kind) {
    case 'completed':
      return {
        ...words,
        done: `${doneText(pair, plan, close)} ${who}.${lossText(memory, plan, close)}`,
        ...(ownSwitchover(plan) ? { todo: leftBy(plan) } : {}),
      };
    case 'undone':
      return {
        ...words,
        done: `Stopped${plan.undo.length > 0 ? ', and undone' : ''} ${who}: ${ending.because}.`,
      };
    case 'incomplete':
      return { ...words, done: `Not completed ${who}: ${ending.because}.${lossText(memory, plan, close)}` };
  }
}

function doneText(pair: Pair, plan: PlanRecord, close: Close): string {
  const took = secondsOf(close.nowMs - plan.startedAtMs);
  if (!plan.vipMoved) return `The ${plan.kind} took ${took}`;
  const moved = `VIP ${pair.vip} leads to ${plan.to} now: verified through it. The ${plan.kind} took ${took}`;
  return plan.kind === 'failover'
    ? `${moved}, ${secondsOf(close.nowMs - plan.badSinceMs)} after the first bad look`
    : moved;
}

/** What a holder that was left in time leaves behind. */
function leftBy({ from, to }: PlanRecord): string {
  return `${from} will be gone: ${to} has no standby until it is back. Find out who stops it, if it was not you.`;
}

/** What was lost: nothing, when the new holder applied the old one's very last write. */
function lossText(memory: Memory, plan: PlanRecord, close: Close): string {
  if (plan.kind !== 'failover') return '';
  if (memory.loss === null)
    return plan.vipMoved ? ` Nothing was lost: ${plan.to} had applied the last write.` : '';
  return ` Loss, as far as was seen: ${describeLoss(memory.loss.lastSeen, memory.loss.kept, close.identity)}.`;
}

function answerOf(plan: PlanRecord, ending: Ending, close: Close, requestId: string): Answer {
  const base = { requestId, atMs: close.nowMs };
  const steps = renderOutcomes(plan).join(', ');
  const took = secondsOf(close.nowMs - plan.startedAtMs);
  switch (ending.kind) {
    case 'completed':
      return { ...base, ok: true, text: `${plan.kind} to ${plan.to} done in ${took}: ${steps}` };
    case 'undone':
      return {
        ...base,
        ok: false,
        text: `${plan.kind} to ${plan.to} undone, the pair is as it was: ${ending.because} (${steps})`,
      };
    case 'incomplete':
      return {
        ...base,
        ok: false,
        text: `${plan.kind} to ${plan.to} not completed: ${ending.because} (${steps})`,
      };
  }
}

function secondsOf(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

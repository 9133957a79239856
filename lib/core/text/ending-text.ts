/** What an alert says of a plan that has ended: what it did, what it cost, and what is left. */
import type { Words } from '../alert/alerts.ts';
import type { Pair } from '../config/config.ts';
import { guardedUntilMs } from '../decision/flap.ts';
import type { Memory } from '../memory/memory.ts';
import type { Ending } from '../plan/end-plan.ts';
import { outageSinceMs, outcomeOf, type PlanRecord } from '../plan/plan.ts';
import { briefLoss, describeLoss } from '../standby/loss.ts';
import { renderTimedOutcomes } from './steps-text.ts';
import { duration, utcClock } from './utc-time.ts';

/** The words of the alert. `memory` is what the plan leaves. */
export function wordsOfEnding(
  memory: Memory,
  pair: Pair,
  plan: PlanRecord,
  ending: Ending,
  nowMs: number,
): Words {
  const words: Words = {
    happened: `${plan.because}.`,
    done: '',
    steps: renderTimedOutcomes(plan),
    ...(plan.seen === undefined ? {} : { seen: plan.seen }),
    ...(movesRoles(plan) ? { move: { from: plan.from, to: plan.to } } : {}),
  };
  const who = `(${plan.row}, by ${plan.by})`;
  const cost = costText(memory, pair, plan, nowMs);
  const priced = cost === '' ? {} : { cost };
  switch (ending.kind) {
    case 'completed':
      return {
        ...words,
        ...priced,
        ...headlineOfSuccess(memory, pair, plan, nowMs),
        ...leftBy(memory, pair, plan, nowMs),
        done: `${doneText(pair, plan, nowMs)} ${who}.${unfencedText(plan)}`,
      };
    case 'undone':
      return {
        ...words,
        headline: `${plan.kind.toUpperCase()} TO ${plan.to} FAILED, ${keptText(plan)}`,
        ...(plan.phase === 'undoing' && plan.wasWritable ? { writes: 'yes' } : {}),
        done: `Stopped ${who}: ${ending.because}.${unchangedText(plan)}`,
      };
    case 'incomplete':
      return {
        ...words,
        ...priced,
        headline: `STOPPED HALF-WAY: ${plan.kind} to ${plan.to}`,
        done: `Not completed ${who}: ${ending.because}.${unfencedText(plan)}`,
      };
  }
}

/** What an undone plan leaves: said only of what was seen. */
export function unchangedText(plan: PlanRecord): string {
  if (plan.from === null || !movesRoles(plan)) return '';
  if (plan.phase === 'running') return ` No change: ${plan.from} still holds the VIP.`;
  return plan.wasWritable
    ? ` No change: ${plan.from} still holds the VIP and takes writes, verified by a commit.`
    : ` No change: the VIP stays on ${plan.from}, which was not taking writes.`;
}

function keptText(plan: PlanRecord): string {
  const holder = plan.from ?? 'no node';
  return plan.phase === 'undoing' && plan.wasWritable
    ? `${holder} takes writes again`
    : `the VIP stays on ${holder}`;
}

function movesRoles({ kind }: PlanRecord): boolean {
  return kind === 'failover' || kind === 'switchover';
}

/** Of a move that succeeded: which way it went, how long it took, what was lost, and why. */
function headlineOfSuccess(
  memory: Memory,
  pair: Pair,
  plan: PlanRecord,
  nowMs: number,
): Pick<Words, 'headline'> {
  if (!movesRoles(plan) || !plan.vipMoved) return {};
  const isFailover = plan.kind === 'failover';
  const count = plan.requestId === null ? memory.failoversAtMs.length : 0;
  const again = count > 1 ? ` (${count} in an hour)` : '';
  const took = `${duration(nowMs - (isFailover ? outageSinceMs(plan) : plan.startedAtMs))}${again}`;
  const counted = isFailover && memory.loss !== null ? briefLoss(memory.loss, freshMs(pair)) : 'nothing lost';
  const lost = plan.lossUnknown === undefined ? counted : 'loss unknown';
  const cause = plan.cause === undefined ? '' : `: ${plan.cause}`;
  const verb = isFailover ? 'FAILED OVER' : 'SWITCHED OVER';
  return { headline: `${verb} ${plan.from} -> ${plan.to} in ${took}, ${lost}${cause}` };
}

function doneText(pair: Pair, plan: PlanRecord, nowMs: number): string {
  const took = duration(nowMs - plan.startedAtMs);
  if (!plan.vipMoved) return `The ${plan.kind} took ${took}`;
  return `The VIP ${pair.vip} is on ${plan.to} now, verified by a commit through it. The ${plan.kind} took ${took}`;
}

/** How long clients could not write, and what was lost, when the VIP has moved. */
function costText(memory: Memory, pair: Pair, plan: PlanRecord, nowMs: number): string {
  if (!plan.vipMoved) return '';
  if (plan.kind === 'switchover') {
    const sinceMs = plan.frozenAtMs ?? null;
    const pause = sinceMs === null ? '' : `Writes stopped for at most ${duration(nowMs - sinceMs)}. `;
    return `${pause}Data loss: ${lostText(memory, pair, plan, 'none')}.`;
  }
  if (plan.kind !== 'failover') return '';
  const from =
    plan.unservedSinceMs === null ? 'the beginning of the failover' : 'the first sign of the fault';
  const outage = `No write was possible for about ${duration(nowMs - outageSinceMs(plan))}, counted from ${from}.`;
  const none = `none (${plan.to} had applied the last write of ${plan.from})`;
  return `${outage} Data loss: ${lostText(memory, pair, plan, none)}.`;
}

/** Where nobody can say what is lost, that the last write was applied does not say that all of them were. */
function lostText({ loss }: Memory, pair: Pair, { kind, lossUnknown }: PlanRecord, none: string): string {
  if (kind === 'failover' && loss !== null) return describeLoss(loss, freshMs(pair));
  return lossUnknown === undefined ? none : `unknown (${lossUnknown})`;
}

/** A position that was read longer before the loss says nothing of it. */
function freshMs({ settings }: Pair): number {
  return 2 * settings.lookIntervalMs + settings.lookLimitMs;
}

/** What a move of our own leaves to a person: no more of them for a while, or a holder that was left in time. */
function leftBy(memory: Memory, pair: Pair, plan: PlanRecord, nowMs: number): Pick<Words, 'todo'> {
  const { kind, requestId, from, to } = plan;
  if (requestId !== null || !movesRoles(plan)) return {};
  const untilMs = guardedUntilMs(memory, pair, nowMs);
  if (kind === 'failover' && untilMs !== null)
    return {
      todo: `Find out why {standby} was lost. No automatic failover follows before ${utcClock(untilMs)}, unless you acknowledge those of the last hour.`,
    };
  if (kind === 'failover') return {};
  return {
    todo: `${from} is stopping: ${to} has no standby until ${from} is back. Find out who stops it, if it was not you.`,
  };
}

/** An old holder that could not be closed, and that nothing else keeps from its clients for certain: EC2 may take minutes to stop it. */
function unfencedText(plan: PlanRecord): string {
  const fence = outcomeOf(plan, 'fence');
  if ((fence?.kind !== 'missed' && fence?.kind !== 'skipped') || !plan.vipMoved) return '';
  const [isolated, stopped] = [outcomeOf(plan, 'isolate'), outcomeOf(plan, 'stop-instance')];
  if (isolated?.kind === 'done') return '';
  const step = plan.stages.flat().find(({ kind }) => kind === 'fence');
  const node = step?.kind === 'fence' ? step.node : plan.from;
  const until =
    stopped?.kind === 'done'
      ? 'The stop of its instance is ordered. Until EC2 shows it as stopped,'
      : 'If it is alive,';
  return ` ${node} was not closed (${fence.because}). ${until} clients that reach it directly can still write to it.`;
}

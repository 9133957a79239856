/** What an alert says of a plan that has ended: what it did, what it cost, and what is left. */
import type { Words } from '../alert/alerts.ts';
import type { Pair } from '../config/config.ts';
import type { Memory } from '../memory/memory.ts';
import type { Close, Ending } from '../plan/end-plan.ts';
import { movesRoles, outageSinceMs, outcomeKey, outcomeOf, type PlanRecord } from '../plan/plan.ts';
import { briefLoss, describeLoss } from '../standby/loss.ts';
import { leftBySuccess, leftByUndone } from './ending-left.ts';
import { planText } from './plan-text.ts';
import { renderTimedOutcomes } from './steps-text.ts';
import { duration, utcSecond } from './utc-time.ts';

/** The words of the alert. `memory` is what the plan leaves. */
export function wordsOfEnding(
  memory: Memory,
  pair: Pair,
  plan: PlanRecord,
  ending: Ending,
  { nowMs, vipOn }: Pick<Close, 'nowMs' | 'vipOn'>,
): Words {
  const words: Words = {
    // It has changed since: the plan was made for that.
    happened: `At ${utcSecond(plan.startedAtMs)}: ${plan.because}.`,
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
        ...leftBySuccess(memory, pair, plan, nowMs),
        done: `${doneText(pair, plan, nowMs)} ${who}.${unfencedText(plan)}`,
      };
    case 'undone':
      return {
        ...words,
        headline: undoneHeadline(plan, vipOn),
        ...leftByUndone(plan),
        done: `Stopped ${who}: ${ending.because}.${unchangedText(plan, vipOn)}`,
      };
    case 'incomplete':
      return {
        ...words,
        ...priced,
        headline: `STOPPED HALF-WAY: ${planText(plan)}`,
        done: `Not completed ${who}: ${ending.because}.${unfencedText(plan)}`,
      };
  }
}

/** Where no roles were to change, that it failed says nothing of where the VIP is. */
function undoneHeadline(plan: PlanRecord, vipOn: Close['vipOn']): string {
  return movesRoles(plan)
    ? `${plan.kind.toUpperCase()} TO ${plan.to} FAILED, ${keptText(plan, vipOn)}`
    : `FAILED: ${planText(plan)}`;
}

/** What an undone plan leaves: said only of what was seen. */
export function unchangedText(plan: PlanRecord, vipOn: Close['vipOn']): string {
  const { from } = plan;
  if (from === null || !movesRoles(plan)) return '';
  if (takesWritesAgain(plan))
    return ` No change: ${from} still holds the VIP and takes writes, verified by a commit.`;
  if (vipOn !== from) return ` EC2 does not show the VIP on ${from}.`;
  return plan.phase === 'running'
    ? ` No change: ${from} still holds the VIP.`
    : ` No change: the VIP stays on ${from}, which was not taking writes.`;
}

function keptText(plan: PlanRecord, vipOn: Close['vipOn']): string {
  const holder = plan.from ?? 'no node';
  if (takesWritesAgain(plan)) return `${holder} takes writes again`;
  return vipOn === plan.from ? `the VIP stays on ${holder}` : `EC2 does not show the VIP on ${holder}`;
}

/** Undoing has opened the old holder, and verified it. */
function takesWritesAgain({ phase, wasWritable }: PlanRecord): boolean {
  return phase === 'undoing' && wasWritable;
}

/** Of a move that succeeded: which way it went, how long it took, what was lost, and why. Of others, which node it was. */
function headlineOfSuccess(
  memory: Memory,
  pair: Pair,
  plan: PlanRecord,
  nowMs: number,
): Pick<Words, 'headline'> {
  if (!movesRoles(plan)) return headlineOfWork(plan);
  if (!plan.vipMoved) return {};
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

/** `mysqld was restarted on db2`, `db1 receives from db2 again`; nothing where the title of the event says it. */
function headlineOfWork(plan: PlanRecord): Pick<Words, 'headline'> {
  const { kind, from, to, row } = plan;
  switch (kind) {
    case 'repair-node': {
      const services = restartedBy(plan).join(' and ');
      return { headline: `${services === '' ? 'nothing' : services} was restarted on ${to}` };
    }
    case 'attach-channel':
      return row === 'channel-gave-up'
        ? { headline: `replication from ${from} into ${to} was started again` }
        : { headline: `${to} receives from ${from} again` };
    case 'failover':
    case 'switchover':
    case 'reattach-vip':
    case 'open-holder':
    case 'close-standby':
    case 'release-node':
    case 'detach-channel':
    case 'repoint-replicas':
      return {};
  }
}

function restartedBy({ stages, outcomes }: PlanRecord): readonly string[] {
  return stages.flatMap((stage, stageIndex) =>
    stage.flatMap((step, index) =>
      step.kind === 'repair' && outcomes[outcomeKey(stageIndex, index)]?.kind === 'done' ? [step.what] : [],
    ),
  );
}

function doneText(pair: Pair, plan: PlanRecord, nowMs: number): string {
  const took = `The ${movesRoles(plan) ? plan.kind : planText(plan)} took ${duration(nowMs - plan.startedAtMs)}`;
  return plan.vipMoved
    ? `The VIP ${pair.vip} is on ${plan.to} now, verified by a commit through it. ${took}`
    : took;
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

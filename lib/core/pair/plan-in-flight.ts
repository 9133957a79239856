/** How a plan in flight stands by what is seen meanwhile: whether it is still wanted, and what its steps ask of a node. */
import type { Situation } from '../decision/situation.ts';
import { behindOf } from '../evidence/behind.ts';
import { identityOf } from '../evidence/identity.ts';
import { describeVerdict } from '../evidence/verdict.ts';
import { hearsSource } from '../evidence/witness.ts';
import type { NodeName } from '../names.ts';
import { mayHaveBegun, moveStageOf, outcomeKey, outcomeOf, type PlanRecord } from '../plan/plan.ts';
import { reasonsOfRestart } from '../standby/readiness-reasons.ts';

/** Why a plan that was cut short before the VIP moved is no longer wanted; null when it is. */
export function reasonToUndo(plan: PlanRecord, situation: Situation): string | null {
  const again = servesAgain(plan, situation);
  if (again !== null) return again;
  const { holder, standby, memory } = situation;
  const [target, source] = holder.node === plan.to ? [holder, standby] : [standby, holder];
  if (movesVip(plan) && target.kind !== 'serving') return describeVerdict(target);
  if (plan.kind !== 'failover' || acceptsLoss(plan)) return null;
  // What catching up waits for is what was received: nobody would miss what a restart has thrown away.
  const whose = identityOf(memory, source);
  const [restarted] = reasonsOfRestart(memory.receivedWhenLost, { atMs: plan.startedAtMs }, target, whose);
  return restarted === undefined ? null : `${plan.to}: ${restarted}`;
}

function acceptsLoss({ stages }: PlanRecord): boolean {
  return stages.flat().some((step) => step.kind === 'catch-up' && step.acceptLoss);
}

/** Why the old holder may keep its role; null while it does not serve, or must not. */
function servesAgain(plan: PlanRecord, situation: Situation): string | null {
  const old = [situation.holder, situation.standby].find(({ node }) => node === plan.from);
  if (!plan.undoIfHolderServes || old?.kind !== 'serving') return null;
  // It serves until its system has stopped it.
  if (hasStopped(plan)) return null;
  // Opened again, it would give the numbers of what it has lost to other rows.
  if (lackOfOwn(situation, old.node) !== null) return null;
  return `${plan.from} serves again`;
}

/** The plan has had the instance of the old holder stopped. */
function hasStopped({ stages, outcomes }: PlanRecord): boolean {
  return stages.some((stage, index) =>
    stage.some(
      ({ kind }, place) => kind === 'stop-instance' && outcomes[outcomeKey(index, place)]?.kind === 'done',
    ),
  );
}

/** The VIP was on its way, and is on neither node now: it reached the new holder, and somebody took it away from there. */
export function hasPassed(plan: PlanRecord, { vip }: Situation): boolean {
  const isGoing = plan.from !== null && plan.phase === 'running' && mayHaveBegun(plan, 'move-vip');
  return isGoing && vip === 'unheld' && outcomeOf(plan, 'move-vip')?.kind !== 'failed';
}

/** Why a plan that waits is no longer wanted, by what is seen meanwhile; null while it is. */
export function whyUnwanted(plan: PlanRecord, situation: Situation): string | null {
  const { vip, holder } = situation;
  // Somebody has moved the VIP away: its new holder must not wait for the old one to be opened.
  if (plan.kind === 'open-holder' && vip === 'held' && holder.node !== plan.to)
    return `the VIP is on ${holder.node} now`;
  return servesAgain(plan, situation);
}

/**
 * The roles are to change, and the plan has not come to its move: if the VIP is on the new holder, somebody else moved it.
 * False for a plan that closes the old holder for the time of the move alone: only the plan opens it again.
 */
export function isBeforeMove(plan: PlanRecord): boolean {
  const { from, stages, vipMoved } = plan;
  const reopens = stages.flat().some((step) => step.kind === 'open' && step.node === from);
  return from !== null && !reopens && !vipMoved && movesVip(plan) && !mayHaveBegun(plan, 'move-vip');
}

/**
 * Whether looks have proven that no mysqld runs on the node. That its port refuses us is none while its peer's channel hears it:
 * a firewall may refuse us in its name.
 */
export function isDown({ holder, standby, pair }: Situation, node: NodeName): boolean {
  const [seen, peer] = holder.node === node ? [holder, standby] : [standby, holder];
  if (seen.kind !== 'stopped' || !seen.confirmed) return false;
  const inbound = peer.server?.inbound;
  return seen.instanceGone || (inbound !== undefined && !hearsSource(inbound, pair.settings.witnessMs));
}

/** What the node lacks of its own history, by what its peer has of it; null while it lacks nothing. */
export function lackOfOwn(
  { holder, standby, memory, behind, sent }: Situation,
  node: NodeName,
): string | null {
  return node === holder.node ? behind : behindOf(standby, holder, { ...memory, sent });
}

/** Whether the move of the VIP is one of its steps. */
export function movesVip(plan: PlanRecord): boolean {
  return moveStageOf(plan) >= 0;
}

/** From a claimed plan to its end: one plan of one pair at a time. */
import { tellOnce, withIncident } from '../core/alerts.ts';
import { type Claim, claim } from '../core/claim.ts';
import type { Pair } from '../core/config.ts';
import type { NodeName } from '../core/names.ts';
import { moveStageOf, type PlanRecord } from '../core/plan.ts';
import type { Safeguards } from '../core/safeguards.ts';
import { settle } from '../core/settle.ts';
import type { Server } from '../core/sighting.ts';
import type { Situation } from '../core/situation.ts';
import { outcomeKey, renderOutcomes } from '../core/steps-text.ts';
import { type Executed, execute, undo } from './execute.ts';
import { CutShort } from './execution.ts';
import type { HeldLease } from './lease.ts';
import { locate } from './move-vip.ts';
import type { PairMemory } from './pair-memory.ts';
import type { Ports } from './ports.ts';

export interface CampaignProps {
  readonly pair: Pair;
  readonly ports: Ports;
  readonly lease: HeldLease;
  readonly memory: PairMemory;
  readonly safeguards: Safeguards;
  readonly stop: AbortSignal;
  /** What a node last said of itself; null if it never answered. */
  readonly lastSeen: (node: NodeName) => Server | null;
}

/** Carries out plans for one pair. Every method throws `CutShort` when the lease or the time runs out. */
export class Campaign {
  readonly #props: CampaignProps;

  constructor(props: CampaignProps) {
    this.#props = props;
  }

  /** Takes a plan up: stores it, then carries it out. */
  async begin(
    situation: Situation,
    wanted: Omit<Claim, 'epoch' | 'planId' | 'incidentId' | 'lastSeen'>,
  ): Promise<void> {
    const { ports, lease, memory } = this.#props;
    const { plan, row, because } = wanted;
    const ids = { planId: ports.ids.next(), incidentId: ports.ids.next() };
    const lastSeen = plan.from === null ? null : (this.#props.lastSeen(plan.from)?.executed ?? null);
    await memory.save(claim(memory.now, situation, { ...wanted, ...ids, lastSeen, epoch: lease.epoch }));
    this.#log(`${plan.kind} to ${plan.to} (${row}): ${because}`);
    memory.record('decision', `${row} ${plan.kind} to ${plan.to}: ${because}`);
    if (memory.now.plan) await this.#carryOut(memory.now.plan, execute);
  }

  /**
   * Carries on with the plan in flight: after the VIP has moved from where it stopped, before that from its
   * start, so that the fitness of the new holder is proven again under this epoch. A plan whose reason has
   * gone (the holder serves again) is undone instead.
   */
  async resume(plan: PlanRecord, situation: Situation): Promise<void> {
    const arrived = situation.vip === 'held' && situation.holder.node === plan.to;
    // On neither node, but on its way when the plan was cut: who took it away took it from the new holder.
    const passed = situation.vip === 'unheld' && plan.from !== null && hasBegunToMove(plan);
    const vipMoved = plan.vipMoved || (movesVip(plan) && (arrived || passed));
    const record: PlanRecord = {
      ...plan,
      epoch: this.#props.lease.epoch,
      vipMoved,
    };
    const because = record.vipMoved || plan.phase === 'undoing' ? null : reasonToUndo(plan, situation);
    this.#log(
      `carrying on with ${plan.kind} to ${plan.to} (${plan.row})${because === null ? '' : `: ${because}`}`,
    );
    if (because === null || !this.#props.safeguards.undo) return this.#carryOut(record, execute);
    // A holder that serves and has the VIP is to take writes, whatever it did when the plan began.
    const reopened = { ...record, wasWritable: record.wasWritable || situation.holder.kind === 'serving' };
    await this.#carryOut(record, (...args) => undo(reopened, because, args[1], args[2]));
  }

  async #carryOut(record: PlanRecord, how: typeof execute): Promise<void> {
    const { pair, ports, safeguards, lastSeen, lease, stop, memory } = this.#props;
    const identityOf = (node: NodeName) => lastSeen(node)?.identity ?? null;
    const guard = () => {
      if (stop.aborted || !lease.mayAct()) throw new CutShort('the lease or the time ran out');
    };
    const located = movesVip(record) ? locate(pair, ports) : null;
    const context = { pair, ports, safeguards, located, identityOf, guard };
    const journal = (next: PlanRecord) => memory.save({ ...memory.now, plan: next });
    await this.#end(await how(record, context, journal));
  }

  async #end(executed: Executed): Promise<void> {
    const { memory, ports, pair, lastSeen } = this.#props;
    const { record } = executed;
    const nowMs = ports.clock.nowMs();
    const incidentId = ports.ids.next();
    if (executed.kind === 'blocked') {
      const words = {
        happened: `${executed.because}.`,
        done: `The ${record.kind} to ${record.to} waits for EC2.`,
      };
      const open = withIncident(memory.now, record.row, nowMs, incidentId);
      return memory.save(tellOnce(open, pair.name, 'ec2-blind', words, nowMs));
    }
    this.#log(`${record.kind} to ${record.to}: ${executed.ending.kind}`);
    const close = { nowMs, identity: lastSeen(record.to)?.identity ?? null, incidentId };
    await memory.save(settle({ ...memory.now, plan: record }, pair, record, executed.ending, close));
    if (record.vipMoved && record.kind === 'failover') {
      ports.metrics.publish('OutageMs', nowMs - record.badSinceMs, pair.name);
    }
    memory.record('step', `${record.kind} ${executed.ending.kind}: ${renderOutcomes(record).join(', ')}`);
  }

  #log(message: string): void {
    const { ports, pair, memory, lease } = this.#props;
    ports.log.warn(message, {
      pair: pair.name,
      incident: memory.now.incident?.id ?? null,
      epoch: lease.epoch,
    });
  }
}

/** Why a plan that was cut short before the VIP moved is no longer wanted; null when it is. */
function reasonToUndo(plan: PlanRecord, { holder, standby }: Situation): string | null {
  if (plan.undoIfHolderServes && holder.kind === 'serving') return `${plan.from} serves again`;
  const target = holder.node === plan.to ? holder : standby;
  if (movesVip(plan) && target.kind !== 'serving') return `${plan.to} is ${target.kind}: ${target.because}`;
  return null;
}

/** Whether every stage before the move had ended: then EC2 may have been asked to move the VIP. */
function hasBegunToMove(plan: PlanRecord): boolean {
  return plan.outcomes[outcomeKey(moveStageOf(plan) - 1, 0)] !== undefined;
}

function movesVip(plan: PlanRecord): boolean {
  return moveStageOf(plan) >= 0;
}

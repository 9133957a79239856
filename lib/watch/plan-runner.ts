/** From a claimed plan to its end: one plan of one pair at a time. */
import { tellOpening } from '../core/alert/alerts.ts';
import type { EventCode } from '../core/alert/events.ts';
import type { Pair } from '../core/config/config.ts';
import type { Safeguards } from '../core/decision/safeguards.ts';
import type { Situation } from '../core/decision/situation.ts';
import type { Memory } from '../core/memory/memory.ts';
import { noteCarriedOut } from '../core/memory/settled.ts';
import type { NodeName } from '../core/names.ts';
import { PLAN_WAITS_MS } from '../core/pair/pair-run.ts';
import type { LastPosition } from '../core/pair/pair-state.ts';
import {
  hasPassed,
  isBeforeMove,
  isDown,
  lackOfOwn,
  movesVip,
  reasonToUndo,
  whyUnwanted,
} from '../core/pair/plan-in-flight.ts';
import { beginPlan, type Claim } from '../core/plan/begin-plan.ts';
import { endPlan, goOnAgain } from '../core/plan/end-plan.ts';
import { noteFrozenTime, takenUp, withFrozenTime } from '../core/plan/frozen.ts';
import { outageSinceMs, type PlanRecord } from '../core/plan/plan.ts';
import { planText } from '../core/text/plan-text.ts';
import { planEndedOf, renderOutcomes } from '../core/text/steps-text.ts';
import { SEEN_LIFE_MS } from '../core/time-budget.ts';
import type { Haste } from './haste.ts';
import type { HeldLease } from './lease.ts';
import { locate } from './move-vip.ts';
import type { PairMemory } from './pair-memory.ts';
import { type Executed, execute, undo } from './plan-stages.ts';
import type { Ports } from './ports/ports.ts';
import { CutShort } from './step-context.ts';

export interface PlanRunnerProps {
  readonly pair: Pair;
  readonly ports: Ports;
  readonly lease: HeldLease;
  readonly memory: PairMemory;
  readonly haste: Pick<Haste, 'calling'>;
  readonly safeguards: Safeguards;
  readonly stop: AbortSignal;
  /** Whether a change may begin now. */
  readonly mayAct: () => boolean;
  /** Who a node is: as this leader saw it, or as it is remembered. */
  readonly identityOf: (node: NodeName) => string | null;
  /** Where a node was last in its own history, and when that was read; null if it never was. */
  readonly lastPosition: (node: NodeName) => LastPosition | null;
  /** How the pair is seen at this moment. */
  readonly seenNow: () => Situation;
  /** Called when a plan has come a step further, or has found that it must wait. */
  readonly onWork: () => void;
}

/** Carries out plans for one pair. Every method throws `CutShort` when the lease or the time runs out. */
export class PlanRunner {
  readonly #props: PlanRunnerProps;
  #steppedMs = 0;

  constructor(props: PlanRunnerProps) {
    this.#props = props;
  }

  /** Takes a plan up: stores it with what was `decided`, then carries it out. */
  async begin(
    decided: Memory,
    situation: Situation,
    wanted: Omit<Claim, 'epoch' | 'planId' | 'incidentId' | 'lastSeen' | 'lastSeenAtMs'>,
  ): Promise<void> {
    const { ports, lease, memory } = this.#props;
    const { plan, row, because } = wanted;
    const ids = { planId: ports.ids.next(), incidentId: ports.ids.next() };
    const seen = plan.from === null ? null : this.#props.lastPosition(plan.from);
    const last = { lastSeen: seen?.position ?? null, lastSeenAtMs: seen?.atMs ?? null };
    await memory.save(beginPlan(decided, situation, { ...wanted, ...ids, ...last, epoch: lease.epoch }));
    this.#log(`${plan.kind} to ${plan.to} (${row}): ${because}`, {
      row,
      does: `plan ${plan.kind}`,
      because,
    });
    memory.record('decision', `${row} ${plan.kind} to ${plan.to}: ${because}`, {
      kind: 'decision',
      plan: ids.planId,
      of: plan.kind,
      from: plan.from,
      to: plan.to,
      by: wanted.by,
      row,
    });
    if (this.#isOld(situation))
      throw new CutShort('storing the plan took so long that the pair may be another');
    const { plan: begun } = memory.now;
    if (begun) await this.#carryOut(begun, execute, begun.wasWritable);
  }

  /** Whether what was seen is too old to begin anything. If it is, the plan goes on with the next look. */
  #isOld({ nowMs }: Situation): boolean {
    const { ports, safeguards } = this.#props;
    return safeguards.freshLooks && ports.clock.nowMs() - nowMs > SEEN_LIFE_MS;
  }

  /**
   * Carries on with the plan in flight: after the VIP has moved from where it stopped, before that from its
   * start, so that the fitness of the new holder is proven again under this epoch. A plan whose reason has
   * gone (the holder serves again) is undone instead.
   */
  async resume(plan: PlanRecord, situation: Situation): Promise<void> {
    const arrived = situation.vip === 'held' && situation.holder.node === plan.to;
    // The steps before the move are not done, so the table of decisions brings both nodes in order around the VIP.
    if (arrived && isBeforeMove(plan)) return this.#end(takenOver(plan));
    const vipMoved = plan.vipMoved || (movesVip(plan) && (arrived || hasPassed(plan, situation)));
    const record: PlanRecord = { ...takenUp(plan, this.#props.lease), vipMoved };
    const because = record.vipMoved || plan.phase === 'undoing' ? null : reasonToUndo(plan, situation);
    this.#log(
      `carrying on with ${plan.kind} to ${plan.to} (${plan.row})${because === null ? '' : `: ${because}`}`,
    );
    // Once it is seen, it is stored: the next leader may find the VIP gone again, and would undo what clients have written since.
    if (vipMoved && !plan.vipMoved) await this.#journal(record);
    if (because === null || !this.#props.safeguards.undo) return this.#carryOut(record, execute, true);
    // A holder that serves and has the VIP is to take writes, whatever it did when the plan began.
    const reopened = { ...record, wasWritable: record.wasWritable || situation.holder.kind === 'serving' };
    await this.#carryOut(record, (...args) => undo(reopened, because, args[1], args[2]), record.wasWritable);
  }

  /** `asksEc2`: whether it is to be known where the VIP is before it is moved. */
  async #carryOut(record: PlanRecord, how: typeof execute, asksEc2: boolean): Promise<void> {
    const { pair, ports, safeguards, mayAct, stop, memory, haste, identityOf, seenNow, onWork } = this.#props;
    const guard = () => {
      if (stop.aborted || !mayAct()) throw new CutShort('the lease or the time ran out');
    };
    const step = () => {
      this.#steppedMs = ports.clock.nowMs();
      onWork();
    };
    step();
    const context = {
      pair,
      ports,
      safeguards,
      located: movesVip(record) && asksEc2 ? locate(record, this.#props) : null,
      identityOf,
      guard,
      isDown: (node: NodeName) => isDown(seenNow(), node),
      receivedWhenLost: memory.now.receivedWhenLost,
      logReset: memory.now.logReset,
      lacksOwn: (node: NodeName) => (safeguards.compareBeforeOpening ? lackOfOwn(seenNow(), node) : null),
      hasPassed: (plan: PlanRecord) => hasPassed(plan, seenNow()),
      onMove: () => haste.calling(),
      unwanted: () => {
        const now = memory.now.plan ?? record;
        return now.vipMoved ? null : whyUnwanted(now, seenNow());
      },
      waits: async (because: string | null) => {
        onWork();
        if (because === null) this.#steppedMs = ports.clock.nowMs();
        else if (ports.clock.nowMs() - this.#steppedMs >= PLAN_WAITS_MS)
          await this.tellWaits(record, because);
      },
    };
    const journal = async (next: PlanRecord) => {
      await this.#journal(next);
      step();
    };
    await this.#end(await how(record, context, journal));
  }

  /** Stores how far the plan has come. */
  async #journal(record: PlanRecord): Promise<void> {
    const { memory, ports, seenNow } = this.#props;
    const plan = withFrozenTime(record, ports.clock.nowMs());
    await memory.update((now) => ({ ...noteCarriedOut(now, plan, seenNow()), plan }));
  }

  /** Alerts that a plan in flight makes no progress; `blind`: because no node can be seen. */
  async tellWaits(
    record: PlanRecord,
    because: string,
    code: 'plan-waits' | 'blind' = 'plan-waits',
  ): Promise<void> {
    const done = `The ${planText(record)} is in flight and waits. keepalambda tries the step again.`;
    await this.#tell(record, code, { happened: `${because}.`, done });
  }

  async #tell(
    record: PlanRecord,
    code: EventCode,
    words: { readonly happened: string; readonly done: string },
  ): Promise<void> {
    const { memory, ports, pair, lease } = this.#props;
    const nowMs = ports.clock.nowMs();
    const newId = ports.ids.next();
    const opens = { row: record.row, newId };
    await memory.update((now) => {
      const told = tellOpening(goOnAgain(now, record, code), opens, pair.name, code, words, nowMs);
      return told === now ? now : noteFrozenTime(told, lease, nowMs);
    });
  }

  async #end(executed: Executed): Promise<void> {
    const { memory, ports, pair, seenNow } = this.#props;
    const { record } = executed;
    const nowMs = ports.clock.nowMs();
    const incidentId = ports.ids.next();
    if (executed.kind === 'blocked') {
      const done = `The ${planText(record)} waits for EC2, and goes on when EC2 answers.`;
      return this.#tell(record, 'ec2-blind', { happened: `${executed.because}.`, done });
    }
    this.#log(`${record.kind} to ${record.to}: ${executed.ending.kind}`);
    const { vip, holder } = seenNow();
    const vipOn = vip === 'held' ? holder.node : null;
    const close = { nowMs, identity: this.#props.identityOf(record.to), incidentId, vipOn };
    const { ending } = executed;
    await memory.update((now) =>
      endPlan({ ...noteCarriedOut(now, record, seenNow()), plan: record }, pair, record, ending, close),
    );
    if (record.vipMoved && record.kind === 'failover') {
      ports.metrics.publish('OutageMs', nowMs - outageSinceMs(record), pair.name);
    }
    const text = `${record.kind} ${ending.kind}: ${renderOutcomes(record).join(', ')}`;
    memory.record('step', text, planEndedOf(record, ending.kind, nowMs));
  }

  #log(message: string, fields: Readonly<Record<string, string>> = {}): void {
    const { ports, pair, memory, lease } = this.#props;
    ports.log.warn(message, {
      ...fields,
      pair: pair.name,
      incident: memory.now.incident?.id ?? null,
      epoch: lease.epoch,
    });
  }
}

function takenOver(record: PlanRecord): Executed {
  const because = `somebody else moved the VIP to ${record.to} before the plan did`;
  return { kind: 'ended', record, ending: { kind: 'incomplete', because } };
}

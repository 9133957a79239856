/**
 * Drives one pair under one leader: gives `step` what comes in, and carries out what is ready. It has no rules of its
 * own: what is ready is carried out in the order of its fields, one save or plan at a time.
 */
import { isDoubted } from '../core/alert/vip-news.ts';
import type { Pair } from '../core/config/config.ts';
import type { Safeguards } from '../core/decision/safeguards.ts';
import { noteLeaving } from '../core/decision/unserved.ts';
import { seenAt } from '../core/evidence/fingerprint.ts';
import { type Memory, mayHaveLeftCalls } from '../core/memory/memory.ts';
import { noteBesidePlan } from '../core/memory/note-decision.ts';
import type { Vantage } from '../core/names.ts';
import { type LookOrder, termsOf } from '../core/pair/look-order.ts';
import { type Input, type Step, step } from '../core/pair/pair.ts';
import {
  beatingNode,
  identityIn,
  isCaredFor,
  lastPositionIn,
  newPair,
  type PairState,
  situationOf,
  unpublished,
} from '../core/pair/pair-state.ts';
import type { Ready, Run, Said } from '../core/pair/ready.ts';
import { noteFrozenTime } from '../core/plan/frozen.ts';
import { moveStageOf, type Plan } from '../core/plan/plan.ts';
import type { AlertDesk } from './alert-desk.ts';
import { examinePair } from './doctor.ts';
import { Haste } from './haste.ts';
import type { HeldLease } from './lease.ts';
import { PairMemory } from './pair-memory.ts';
import { PlanRunner } from './plan-runner.ts';
import { type LookTarget, PortError, type Ports } from './ports.ts';
import { CutShort } from './step-context.ts';
import { publishSubscriptions } from './subscriptions.ts';
import { askThroughVip } from './through-vip.ts';
import { Failures } from './tick-fails.ts';

export interface PairDriverProps {
  readonly pair: Pair;
  readonly ports: Ports;
  readonly lease: HeldLease;
  readonly memory: Memory;
  readonly safeguards: Safeguards;
  /** How long after a critical alert its incident is escalated; null for never. Milliseconds. */
  readonly escalateAfterMs: number | null;
  /** Sends the alerts. */
  readonly desk: AlertDesk;
  /** Aborted when the leader must stop: the lease is lost, or its time is over. */
  readonly stop: AbortSignal;
  /** Called when the look orders have changed; whether a look is wanted sooner than before. */
  readonly onLooks: (hurries: boolean) => void;
  /** Called when a newer epoch has claimed the memory: this leader is none any more. */
  readonly onSuperseded: () => void;
  /** Only the simulator passes any: it checks each step. */
  readonly step?: Step | undefined;
}

export class PairDriver {
  readonly pair: Pair;
  readonly #props: PairDriverProps;
  readonly #memory: PairMemory;
  readonly #plans: PlanRunner;
  readonly #failures: Failures;
  readonly #haste: Haste;
  /** Whether the leader before may have left calls that take effect late. */
  readonly #leftCalls: boolean;
  #state: PairState;
  /** The save and the run that are carried out now. */
  #work: Promise<void> | null = null;

  constructor(props: PairDriverProps) {
    const { pair, ports, lease, memory, safeguards, desk, escalateAfterMs } = props;
    this.#props = props;
    this.pair = pair;
    this.#leftCalls = mayHaveLeftCalls(memory);
    this.#haste = new Haste(ports.clock, () => desk.send());
    this.#memory = new PairMemory({
      ...props,
      haste: this.#haste,
      onStored: (now) => {
        this.take({ kind: 'stored', memory: now, newId: ports.ids.next() });
        desk.send();
      },
    });
    this.#failures = new Failures({ ...props, pair: pair.name });
    this.#plans = new PlanRunner({
      ...props,
      memory: this.#memory,
      haste: this.#haste,
      mayAct: () => this.#mayAct(),
      lastPosition: (node) => lastPositionIn(this.#state, node),
      identityOf: (node) => identityIn(this.#state, node),
      seenNow: () => situationOf(this.#state, ports.clock.nowMs()),
      onWork: () => this.take({ kind: 'plan', is: 'stage' }),
    });
    this.#state = newPair({
      pair,
      safeguards,
      memory,
      escalateAfterMs,
      vantages: ports.database.vantages,
      unwatchedSinceMs: lease.unwatchedSinceMs,
      nextId: ports.ids.next(),
      nowMs: ports.clock.nowMs(),
    });
    desk.add({
      waiting: () => unpublished(this.#state),
      isPutOff: () => this.#haste.isOn,
      onPublished: (id) => this.take({ kind: 'published', id }),
    });
  }

  /** Takes in what happened. Never rejects: what fails is noted, and tried again. */
  take(input: Input): void {
    const ready = this.#apply(input);
    if (!hasWork(ready)) return;
    this.#work = this.#workOff(ready).finally(() => {
      this.#work = null;
    });
  }

  /** What this vantage is ordered to do. */
  orderAt(vantage: Vantage): LookOrder {
    return this.#state.looks[vantage] ?? { kind: 'now' };
  }

  /** The pair as a look from this vantage takes it. */
  targetAt(vantage: Vantage): LookTarget {
    const order = this.orderAt(vantage);
    const seen = seenAt(vantage, this.#state.evidence, termsOf(this.pair.settings, order));
    return {
      pair: this.pair,
      holder: beatingNode(this.#state, this.#props.ports.clock.nowMs()),
      seen,
      order,
    };
  }

  /** Whether held looks will do, and EC2 need not be asked again soon. */
  get isCalm(): boolean {
    const { pace, vipNews, evidence } = this.#state;
    return pace.afterMs === null && !isDoubted(vipNews, evidence);
  }

  /** Whether the pair is cared for: what the dead man's switch listens for. */
  get isCaredFor(): boolean {
    return isCaredFor(this.#state, this.#props.ports.clock.nowMs());
  }

  /** The whole state, as JSON. */
  get printed(): string {
    return JSON.stringify(this.#state);
  }

  /** Once a second: what is due with time. */
  tick(): void {
    this.take({ kind: 'tick' });
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    while (this.#work !== null) await this.#work;
    await this.#memory.idle();
  }

  /** Before the lease is given back: what goes on, and is too young to have been noted, is noted for the next leader. */
  async leave(): Promise<void> {
    await this.idle();
    const { clock, log } = this.#props.ports;
    const { now } = this.#memory;
    const situation = situationOf(this.#state, clock.nowMs(), now);
    const note = (memory: Memory) =>
      noteFrozenTime(noteLeaving(memory, situation), this.#props.lease, situation.nowMs);
    if (note(now) === now) return;
    try {
      await this.#memory.update(note);
    } catch (error) {
      const text = `a loss of service was not stored for the next leader: ${String(error)}`;
      log.warn(text, { pair: this.pair.name });
    }
  }

  /** Steps, and carries out what is not waited for. Null once the leader stops. */
  #apply(input: Input): Ready | null {
    const { ports, stop, onLooks } = this.#props;
    if (stop.aborted) return null;
    const before = this.#state.looks;
    const { state, ready } = (this.#props.step ?? step)(this.#state, input, ports.clock.nowMs());
    this.#state = state;
    if (ready.looks !== before) onLooks(ready.hurries);
    if (ready.ask !== null) void this.#ask(ready.ask);
    if (ready.examine) void this.#examine();
    if (ready.besidePlan !== null) void this.#noteBesidePlan(ready.besidePlan);
    if (ready.log !== null) this.#log(ready.log);
    this.#memory.recordSeen(ready.pictures);
    for (const { metric, value } of ready.gauges) ports.metrics.publish(metric, value, this.pair.name);
    return ready;
  }

  async #workOff(first: Ready): Promise<void> {
    let ready: Ready | null = first;
    while (hasWork(ready)) ready = this.#apply(await this.#carryOut(ready));
    // A judgement that leaves nothing to do is a success too.
    this.#failures.end();
  }

  /** Saves and runs. The record in the store is whole: what fails is judged again by it, after a pause that grows. */
  async #carryOut({ save, run, failure }: Ready): Promise<Input> {
    try {
      if (failure !== null) throw new Error(failure);
      const is = await this.#saveAndRun(save, run);
      await this.#settleDoubt();
      this.#failures.end();
      return { kind: is };
    } catch (error) {
      this.#apply({ kind: 'failed' });
      await this.#waitOut(error);
      return { kind: 'done' };
    }
  }

  /** What was decided is stored together with the plan that begins by it: clients wait for each save. */
  async #saveAndRun(save: Ready['save'], run: Ready['run']): Promise<'done' | 'not-yet'> {
    if (run?.kind === 'begin' && this.#mayAct()) return this.#begin(run, save ?? this.#memory.now);
    if (save !== null) await this.#memory.save(save);
    if (run === null) return 'done';
    // It might have begun a moment later: by the looks of then.
    return run.kind === 'begin' ? 'not-yet' : this.#run(run);
  }

  async #begin(
    { said, situation, wanted }: Extract<Run, { kind: 'begin' }>,
    decided: Memory,
  ): Promise<'done' | 'not-yet'> {
    if (said !== null) this.#recordOrder(said);
    return this.#carryOutPlan(wanted.plan, () => this.#plans.begin(decided, situation, wanted));
  }

  /** Waits after a failure until the store says what it has. */
  async #waitOut(failure: unknown): Promise<void> {
    const { stop, onSuperseded } = this.#props;
    for (let error: unknown = failure; error !== null && !stop.aborted; ) {
      if (error instanceof PortError && error.kind === 'superseded') onSuperseded();
      await this.#failures.note('the tick failed', error);
      // A plan that has closed a live holder keeps its clients waiting.
      await this.#failures.pause(this.#memory.now.plan?.wasWritable === true);
      error = await this.#settleDoubt().then(
        () => null,
        (again: unknown) => again,
      );
    }
  }

  async #settleDoubt(): Promise<void> {
    const { safeguards, stop } = this.#props;
    if (this.#memory.isDoubtful && safeguards.settleDoubt && !stop.aborted) await this.#memory.settleDoubt();
  }

  async #run(run: Exclude<Run, { kind: 'begin' }>): Promise<'done' | 'not-yet'> {
    if (run.kind !== 'tell-waits' && !this.#mayAct()) {
      if (run.kind === 'resume' && run.waits && !this.#props.lease.isClearing)
        await this.#plans.tellWaits(run.plan, 'this leader may not act yet');
      return 'not-yet';
    }
    switch (run.kind) {
      case 'tell-waits':
        await this.#plans.tellWaits(run.plan, run.because, run.code);
        return 'done';
      case 'answer':
        this.#recordOrder(run.said);
        await this.#memory.save(run.memory);
        return 'done';
      case 'resume':
        return this.#carryOutPlan(run.plan, () => this.#plans.resume(run.plan, run.situation));
    }
  }

  /** A pair that was quiet when it was claimed has nothing to wait out. */
  #mayAct(): boolean {
    return this.#props.lease.mayAct(this.#leftCalls ? 'of-the-one-before' : 'none');
  }

  #recordOrder({ order: { order }, decided }: Said): void {
    const { action, by, why } = order;
    this.#memory.record('order', `${action} by ${by} (${why}): ${decided}`, {
      kind: 'order',
      action,
      by,
      why,
      decided,
    });
  }

  async #carryOutPlan(plan: Plan, work: () => Promise<void>): Promise<'done' | 'not-yet'> {
    if (moveStageOf(plan) >= 0) this.#haste.begin();
    this.#apply({ kind: 'plan', is: 'begun' });
    try {
      await work();
      return 'done';
    } catch (error) {
      if (error instanceof CutShort) return 'not-yet';
      throw error;
    } finally {
      this.#haste.end();
      await this.#memory.updated();
      this.#apply({ kind: 'plan', is: 'over' });
    }
  }

  async #ask({ askedMs }: NonNullable<Ready['ask']>): Promise<void> {
    const said = await askThroughVip(this.pair, this.#props.ports, (node) => identityIn(this.#state, node));
    this.take({ kind: 'through-vip', said, askedMs });
  }

  async #examine(): Promise<void> {
    void publishSubscriptions(this.#props.ports);
    const findings = await examinePair(this.#props.ports, this.pair, 'quick');
    this.take({ kind: 'examined', findings });
  }

  async #noteBesidePlan({ situation, durations, newId }: NonNullable<Ready['besidePlan']>): Promise<void> {
    try {
      await this.#memory.update((now) =>
        noteBesidePlan(now, { ...situation, memory: now }, durations, newId),
      );
    } catch (error) {
      const text = `a loss of service was not stored, and will be tried again: ${String(error)}`;
      this.#props.ports.log.warn(text, { pair: this.pair.name });
    }
    this.take({ kind: 'noted' });
  }

  #log(fields: NonNullable<Ready['log']>): void {
    const { row, because, holder, holderIs, standby, standbyIs } = fields;
    const nodes = `${holder} ${stateText(holderIs)}, ${standby} ${stateText(standbyIs)}`;
    this.#props.ports.log.info(`${row} (${nodes}): ${because}`, {
      pair: this.pair.name,
      ...fields,
    });
  }
}

function stateText(verdict: string): string {
  return verdict === 'unseen' ? 'no data yet' : verdict;
}

function hasWork(ready: Ready | null): ready is Ready {
  return ready !== null && (ready.save !== null || ready.run !== null || ready.failure !== null);
}

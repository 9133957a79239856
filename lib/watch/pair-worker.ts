/**
 * The work on one pair that must be waited for: saves, orders and plans, one at a time. After a failure the pair is
 * judged again by the record in the store, after a pause that grows.
 */
import type { Memory } from '../core/memory/memory.ts';
import type { Input } from '../core/pair/pair.ts';
import type { Ready, Run, Said } from '../core/pair/ready.ts';
import { moveStageOf, type Plan } from '../core/plan/plan.ts';
import type { AlertDesk } from './alert-desk.ts';
import type { Haste } from './haste.ts';
import type { PairMemory } from './pair-memory.ts';
import { PlanRunner, type PlanRunnerProps } from './plan-runner.ts';
import { PortError } from './ports/port-error.ts';
import { CutShort } from './step-context.ts';
import { Failures } from './tick-fails.ts';

export interface PairWorkerProps extends Omit<PlanRunnerProps, 'haste' | 'mayAct' | 'onWork'> {
  readonly haste: Haste;
  /** Sends the alerts. */
  readonly desk: AlertDesk;
  /** Whether the leader before may have left calls that take effect later. */
  readonly leftCalls: boolean;
  /** Steps the pair by what the work brings. Gives back what is ready; null once the leader stops. */
  readonly apply: (input: Input) => Ready | null;
  /** Called when a newer epoch has claimed the memory: we are not the leader any more. */
  readonly onSuperseded: () => void;
}

export class PairWorker {
  readonly #props: PairWorkerProps;
  readonly #memory: PairMemory;
  readonly #haste: Haste;
  readonly #plans: PlanRunner;
  readonly #failures: Failures;
  /** The save and the run that are carried out now. */
  #work: Promise<void> | null = null;

  constructor(props: PairWorkerProps) {
    this.#props = props;
    this.#memory = props.memory;
    this.#haste = props.haste;
    this.#failures = new Failures({ ...props, pair: props.pair.name });
    this.#plans = new PlanRunner({
      ...props,
      mayAct: () => this.#mayAct(),
      onWork: () => this.begin(props.apply({ kind: 'plan', is: 'stage' })),
    });
  }

  /** Begins with what is ready, and goes on until nothing is. `step` makes nothing ready while it is at work. */
  begin(ready: Ready | null): void {
    if (!hasWork(ready)) return;
    this.#work = this.#workOff(ready).finally(() => {
      this.#work = null;
    });
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    while (this.#work !== null) await this.#work;
    await this.#memory.idle();
  }

  async #workOff(first: Ready): Promise<void> {
    const { apply } = this.#props;
    let ready: Ready | null = first;
    while (hasWork(ready)) ready = apply(await this.#carryOut(ready));
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
      this.#props.apply({ kind: 'failed' });
      await this.#waitOut(error, run !== null);
      return { kind: 'done' };
    }
  }

  /** What was decided is stored together with the plan that begins by it: clients wait for each save. */
  async #saveAndRun(save: Ready['save'], run: Ready['run']): Promise<'done' | 'not-yet'> {
    if (run?.kind === 'begin' && this.#mayAct()) return this.#beginPlan(run, save ?? this.#memory.now);
    if (save !== null) await this.#memory.save(save);
    if (run === null) return 'done';
    // The plan may not begin now; it may a moment later, by newer looks.
    return run.kind === 'begin' ? 'not-yet' : this.#run(run);
  }

  async #beginPlan(
    { said, situation, wanted }: Extract<Run, { kind: 'begin' }>,
    decided: Memory,
  ): Promise<'done' | 'not-yet'> {
    if (said !== null) this.#recordOrder(said);
    return this.#carryOutPlan(wanted.plan, () => this.#plans.begin(decided, situation, wanted));
  }

  /** Waits after a failure until the store says what it has. `isDue`: something was to be done, for which clients may wait. */
  async #waitOut(failure: unknown, isDue: boolean): Promise<void> {
    const { stop, onSuperseded } = this.#props;
    for (let error: unknown = failure; error !== null && !stop.aborted; ) {
      if (error instanceof PortError && error.kind === 'superseded') onSuperseded();
      await this.#failures.note('the tick failed', error);
      // So they do behind a plan that has closed a live holder, and in a loss of service.
      const { plan, unservedSinceMs } = this.#memory.now;
      await this.#failures.pause(isDue || plan?.wasWritable === true || unservedSinceMs !== null);
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

  /** If the pair was quiet when it was claimed, there is nothing to wait for. */
  #mayAct(): boolean {
    return this.#props.lease.mayAct(this.#props.leftCalls ? 'of-the-one-before' : 'none');
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
    this.#props.apply({ kind: 'plan', is: 'begun' });
    try {
      await work();
      return 'done';
    } catch (error) {
      if (error instanceof CutShort) return 'not-yet';
      throw error;
    } finally {
      this.#haste.end();
      await this.#memory.updated();
      this.#props.apply({ kind: 'plan', is: 'over' });
    }
  }
}

function hasWork(ready: Ready | null): ready is Ready {
  return ready !== null && (ready.save !== null || ready.run !== null || ready.failure !== null);
}

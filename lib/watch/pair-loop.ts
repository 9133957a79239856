/**
 * One pair under one leader: reports in, decisions out. Ticks never overlap; what comes in while a plan runs
 * is taken into account after it.
 */

import { adoptMemory } from '../core/adopt.ts';
import { mayTry } from '../core/begin-plan.ts';
import type { Pair } from '../core/config.ts';
import { type Decision, decide } from '../core/decision.ts';
import { answer } from '../core/end-plan.ts';
import {
  type Evidence,
  forget,
  noEvidence,
  observe,
  observeThrough,
  observeVip,
  placeOf,
} from '../core/evidence.ts';
import { awaitedWitnessMs, hasteAt, hasteOf, leastOf, suspicionOf } from '../core/look-schedule.ts';
import type { Memory } from '../core/memory.ts';
import type { NodeName, Vantage } from '../core/names.ts';
import { noteBesidePlan, noteDecision } from '../core/note-decision.ts';
import { noteStandbyWrites, ownGrowth } from '../core/notes.ts';
import { decideOrder } from '../core/orders.ts';
import { moveStageOf, type PlanRecord } from '../core/plan.ts';
import type { Safeguards } from '../core/safeguards.ts';
import type { Report, Server, VipSighting } from '../core/sighting.ts';
import {
  assess,
  type Durations,
  nextBesidePlan,
  nextDurations,
  noDurations,
  type Situation,
} from '../core/situation.ts';
import type { HeldLease } from './lease.ts';
import { PairMemory } from './pair-memory.ts';
import { type LastSeen, PLAN_WAITS_MS, PlanRunner } from './plan-runner.ts';
import { PortError, type Ports, type WaitingOrder } from './ports.ts';
import { CutShort } from './step-context.ts';
import { Failures } from './tick-fails.ts';
import { VipNews } from './vip-news.ts';

export interface PairLoopProps {
  readonly pair: Pair;
  readonly ports: Ports;
  readonly lease: HeldLease;
  readonly vantages: number;
  readonly memory: Memory;
  readonly safeguards: Safeguards;
  /** Aborted when the leader must stop: the lease is lost, or its time is over. */
  readonly stop: AbortSignal;
  /** Called when looks are wanted sooner than before; whether it is for no more than a suspicion. */
  readonly onHaste: (isSuspicion: boolean) => void;
  /** Called when a newer epoch has claimed the memory: this leader is none any more. */
  readonly onSuperseded: () => void;
}

/** After a failed tick the next one waits for this. Milliseconds. */
const AFTER_FAILURE_MS = 1000;
/** How soon to tick again while the lease does not yet allow to act. Milliseconds. */
const NOT_YET_MS = 250;
/** For how long a look is held that waits for the witness's word: a person is told in time. Milliseconds. */
const WITNESS_HOLD_MS = 1000;
/** How often to look while a plan is carried out. Milliseconds. */
const PLAN_PACE_MS = 250;
/** How often a loss of service is looked for while a plan is carried out. Milliseconds. */
const WATCH_LOSS_MS = 1000;
/** A plan that is still in flight after a try is taken up again after this. Milliseconds. */
const RESUME_PAUSE_MS = 1000;
/** A runner that has ended no tick and no step for this long does not count as alive. Milliseconds. */
const ALIVE_MS = 10_000;

export class PairLoop {
  readonly pair: Pair;
  readonly #props: PairLoopProps;
  readonly #memory: PairMemory;
  readonly #campaign: PlanRunner;
  readonly #vipNews: VipNews;
  /** What each node last said of itself. */
  readonly #servers: Record<NodeName, LastSeen> = {};
  #evidence: Evidence;
  #durations: Durations;
  #orders: WaitingOrder[] = [];
  #haste: number | null = 0;
  #witnessMs: number | null = null;
  /** Looks that began before this moment showed the pair as it was before a plan. */
  #notBeforeMs = 0;
  #running: Promise<void> | null = null;
  #again = false;
  #lastRow = '';
  /** The id of the next incident. */
  #incidentId: string;
  #lagSeconds: number | null = null;
  /** A closed node whose own history grew since the last tick. */
  #grown: { readonly node: NodeName; readonly count: number } | null = null;
  readonly #failures: Failures;
  /** Since when the plan in flight cannot be carried on with; null when it can. */
  #stalledSinceMs: number | null = null;
  #resumeFromMs = 0;
  #workedMs: number;

  constructor(props: PairLoopProps) {
    this.#props = props;
    this.pair = props.pair;
    this.#memory = new PairMemory(props);
    this.#failures = new Failures({ ...props, pair: props.pair.name });
    this.#campaign = new PlanRunner({
      ...props,
      memory: this.#memory,
      lastSeen: (node) => this.#servers[node] ?? null,
      seenNow: () => this.#assess(this.#memory.now),
      onWork: () => this.#worked(),
    });
    this.#vipNews = new VipNews({
      ...props,
      identityOf: (node) => this.#campaign.identityOf(node),
      lastHolder: () => ({
        node: this.#memory.now.lastHolder,
        isNew: this.#memory.now.movedByHand !== null,
      }),
      isOld: (askedMs) => askedMs < this.#notBeforeMs,
      onSighting: (sighting) => this.#setEvidence(observeVip(this.#evidence, sighting)),
      onAnswer: (said) => this.#setEvidence(observeThrough(this.#evidence, said, props.ports.clock.nowMs())),
    });
    this.#workedMs = props.ports.clock.nowMs();
    this.#evidence = noEvidence(props.pair, props.vantages);
    this.#incidentId = props.ports.ids.next();
    // A standby that our first look finds unready may have been so for as long as nobody watched.
    const sinceMs = props.lease.unwatchedSinceMs;
    this.#durations = { ...noDurations, unreadySinceMs: sinceMs, brokenSinceMs: sinceMs };
    this.#memory.publish();
  }

  /** In how many milliseconds the next look is wanted; null when a held look will do. */
  get haste(): number | null {
    return this.#haste;
  }

  /** The same for the looks from one vantage. */
  hasteAt(vantage: Vantage): number | null {
    return leastOf([this.#haste, this.#suspicionAt(vantage)]);
  }

  /** For how many milliseconds the next look from this vantage may be held. */
  holdMsAt(vantage: Vantage): number {
    if (this.#suspicionAt(vantage) !== null) return 0;
    if (this.#haste === null) return this.pair.settings.holdMs;
    return this.#witnessMs === null ? 0 : WITNESS_HOLD_MS;
  }

  /** While the standby's word on a silent holder is awaited: for how long it counts; else null. Milliseconds. */
  get witnessMs(): number | null {
    return this.#witnessMs;
  }

  /** The node whose looks commit the heartbeat: the holder by EC2's answer; the remembered one while there is none. */
  get holder(): NodeName | null {
    const seen = placeOf(this.#evidence, this.#props.ports.clock.nowMs());
    if (seen === null) return this.#memory.now.lastHolder;
    return seen.place.kind === 'node' ? seen.place.node : null;
  }

  /** Takes a vantage's report of a look that began at `startedMs`. */
  report(report: Report, startedMs: number): void {
    if (startedMs < this.#notBeforeMs) return;
    this.#evidence = observe(this.#evidence, report);
    if (report.kind === 'saw') {
      for (const { node, saw } of report.sightings) {
        if (saw.kind === 'answered') this.#noteServer(node, saw.server, report.atMs);
      }
    }
    this.#kick();
  }

  /** Takes EC2's word on the VIP, asked for at `startedMs`. */
  located(sighting: VipSighting, startedMs: number): void {
    if (startedMs < this.#notBeforeMs) return;
    if (this.#props.safeguards.staleReads) this.#vipNews.take(sighting, startedMs);
    else this.#setEvidence(observeVip(this.#evidence, sighting));
  }

  /** While EC2 does not say where the VIP is, who answers through it is asked again and again. */
  async asksThroughVip(): Promise<void> {
    const { ports, safeguards } = this.#props;
    if (this.#evidence.vipBlindSinceMs !== null && safeguards.staleReads)
      await this.#vipNews.ask(ports.clock.nowMs());
  }

  #setEvidence(evidence: Evidence): void {
    this.#evidence = evidence;
    this.#kick();
  }

  /** Takes an operator's order, unless it is known already. */
  order(waiting: WaitingOrder): void {
    const known = this.#memory.now.answers.some(({ requestId }) => requestId === waiting.id);
    const planned = this.#memory.now.plan?.requestId === waiting.id;
    if (known || planned || this.#orders.some(({ id }) => id === waiting.id)) return;
    this.#orders.push(waiting);
    this.#kick();
  }

  /** Whether a tick or a step has ended lately: what the dead man's switch listens for. */
  get isAlive(): boolean {
    return this.#props.ports.clock.nowMs() - this.#workedMs < ALIVE_MS;
  }

  #worked(): void {
    this.#workedMs = this.#props.ports.clock.nowMs();
  }

  #noteServer(node: NodeName, server: Server, atMs: number): void {
    const count = ownGrowth(this.#servers[node]?.server ?? null, server);
    if (count > 0 && node !== this.holder) this.#grown = { node, count };
    this.#servers[node] = { server, atMs };
  }

  /** Publishes the pair's gauges: who holds the VIP, whether the standby is unfit, how far it lags. */
  publishGauges(): void {
    const { metrics } = this.#props.ports;
    const { readiness, lastHolder } = this.#memory.now;
    if (lastHolder !== null)
      metrics.publish('Holder', lastHolder === this.pair.nodes[0].name ? 0 : 1, this.pair.name);
    if (readiness !== null) metrics.publish('StandbyUnfit', readiness.fit ? 0 : 1, this.pair.name);
    if (this.#lagSeconds !== null) metrics.publish('LagSeconds', this.#lagSeconds, this.pair.name);
  }

  /** Resolves when no tick and no plan is under way. */
  async idle(): Promise<void> {
    while (this.#running !== null) await this.#running;
    await this.#memory.idle();
  }

  #suspicionAt(vantage: Vantage): number | null {
    return hasteAt(vantage, this.#evidence, this.pair);
  }

  #kick(): void {
    this.#again = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
  }

  async #run(): Promise<void> {
    while (this.#again && !this.#props.stop.aborted) {
      this.#again = false;
      try {
        await this.#tick();
        this.#failures.end();
        this.#worked();
      } catch (error) {
        await this.#onError(error);
      }
    }
  }

  /** The record in the store is whole; the next tick, or the next leader, goes on from it. Each failure waits longer. */
  async #onError(error: unknown): Promise<void> {
    this.#setHaste(AFTER_FAILURE_MS);
    if (error instanceof CutShort) return;
    if (error instanceof PortError && error.kind === 'superseded') this.#props.onSuperseded();
    await this.#failures.note('the tick failed', error);
    // A plan that has closed a live holder keeps its clients waiting.
    await this.#failures.pause(this.#memory.now.plan?.wasWritable === true);
    this.#again = true;
  }

  async #tick(): Promise<void> {
    const { ports, safeguards } = this.#props;
    // Nothing is waited for before the haste is set: the loop that reported is about to begin its next look.
    if (this.#memory.isDoubtful && safeguards.settleDoubt) await this.#memory.settleDoubt();
    const before = this.#adopted();
    const situation = this.#assess(before);
    this.#durations = nextDurations(this.#durations, situation);
    const decision = decide(situation);
    const inbound = situation.standby.server?.inbound;
    this.#lagSeconds = inbound?.kind === 'configured' ? inbound.lagSeconds : null;
    this.#trace(decision, situation);
    this.#witnessMs = awaitedWitnessMs(situation);
    this.#setHaste(hasteOf(situation, this.#durations), suspicionOf(situation) !== null);
    const remembered = noteDecision(before, decision, situation, this.#durations, this.#incidentId);
    const grown = this.#grown;
    this.#grown = null;
    await this.#memory.save(noteStandbyWrites(remembered, situation, grown, this.#incidentId));
    if (this.#memory.now.incident?.id === this.#incidentId) this.#incidentId = ports.ids.next();
    if (this.#memory.hasPublished) await this.#memory.save({ ...this.#memory.now });
    this.#memory.publish();
    await this.#act(decision, { ...situation, memory: this.#memory.now });
  }

  #assess(memory: Memory): Situation {
    const { ports, safeguards } = this.#props;
    return assess(this.pair, this.#evidence, memory, this.#durations, ports.clock.nowMs(), safeguards);
  }

  /** What the record says of nodes that the pair does not have is ended first; that guard is one of the allow-list. */
  #adopted(): Memory {
    const { ports, safeguards } = this.#props;
    if (!safeguards.addressAllowList) return this.#memory.now;
    return adoptMemory(this.#memory.now, this.pair, ports.clock.nowMs(), this.#incidentId);
  }

  async #act({ measure, row }: Decision, situation: Situation): Promise<void> {
    const { plan } = situation.memory;
    if (measure.kind === 'resume' && plan) return this.#resume(plan, situation);
    this.#stalledSinceMs = null;
    const isDue =
      measure.kind === 'act' &&
      mayTry(situation.memory, measure.plan, situation.nowMs) &&
      (situation.ec2Blind === null || moveStageOf(measure.plan) < 0);
    if (measure.kind === 'act' && !isDue) this.#setHaste(NOT_YET_MS);
    // An order waits for EC2's answer: most of them need it.
    const wanted = isDue || (this.#orders.length > 0 && situation.ec2Blind === null);
    if (!wanted || !hasLooked(situation)) return;
    if (!this.#props.lease.mayAct()) return this.#setHaste(NOT_YET_MS);
    const order = situation.ec2Blind === null ? this.#orders.shift() : undefined;
    if (order) {
      await this.#obey(order, situation);
      // The next one need not wait for a report.
      this.#again ||= this.#orders.length > 0;
    } else if (measure.kind === 'act') {
      const { plan: next, because } = measure;
      const by = { row: row.name, by: 'keepalambda', requestId: null };
      await this.#campaigning(() => this.#campaign.begin(situation, { plan: next, because, ...by }));
    }
  }

  /**
   * Carries on with the plan in flight, once both nodes were looked at: what it needs of EC2 it asks for itself, and what
   * it has closed must not wait for an EC2 that does not answer.
   */
  async #resume(plan: PlanRecord, situation: Situation): Promise<void> {
    const { nowMs } = situation;
    const seen = this.#props.safeguards.undoWithoutEc2
      ? situation.holder.kind !== 'unseen' && situation.standby.kind !== 'unseen'
      : hasLooked(situation);
    if (seen && this.#props.lease.mayAct() && nowMs >= this.#resumeFromMs) {
      await this.#campaigning(() => this.#campaign.resume(plan, situation));
      this.#stalledSinceMs = null;
      this.#resumeFromMs = this.#props.ports.clock.nowMs() + RESUME_PAUSE_MS;
      return;
    }
    this.#setHaste(NOT_YET_MS);
    this.#stalledSinceMs ??= nowMs;
    if (nowMs - this.#stalledSinceMs < PLAN_WAITS_MS) return;
    const unseen = [situation.holder, situation.standby].find(({ kind }) => kind === 'unseen');
    await this.#campaign.tellWaits(
      plan,
      unseen ? `${unseen.node} is not seen: ${unseen.because}` : 'this leader may not act yet',
      unseen && situation.blind !== null ? 'blind' : 'plan-waits',
    );
  }

  /**
   * Carries a plan out. Looks go on beside it, but none is held: at its end the pair is not as it was, what was
   * seen before must not be taken for what is, and a fresh look must not have to wait for a held one.
   */
  async #campaigning(work: () => Promise<void>): Promise<void> {
    this.#witnessMs = null;
    this.#setHaste(PLAN_PACE_MS);
    const holder = this.#memory.now.lastHolder;
    const over = new AbortController();
    const watching = this.#watchLoss(over.signal);
    try {
      await work();
    } finally {
      over.abort('over');
      if (this.#props.safeguards.freshLooks) {
        this.#notBeforeMs = this.#props.ports.clock.nowMs();
        this.#evidence = forget(this.#evidence);
      }
      if (this.#memory.now.lastHolder !== holder) this.#durations = noDurations;
      this.#setHaste(0);
      await watching;
    }
  }

  /** Looks go on beside a plan: a loss of service that lasts is alerted, whatever step the plan waits in; and so is what waits for SNS. */
  async #watchLoss(over: AbortSignal): Promise<void> {
    const { clock, log, ids } = this.#props.ports;
    for (;;) {
      await clock.sleep(WATCH_LOSS_MS, over);
      if (over.aborted) return;
      // No tick does it meanwhile: what SNS has not taken is due again.
      this.#memory.publish();
      this.#durations = nextBesidePlan(this.#durations, this.#assess(this.#memory.now));
      const newId = ids.next();
      try {
        await this.#memory.update((memory) =>
          noteBesidePlan(memory, this.#assess(memory), this.#durations, newId),
        );
      } catch (error) {
        log.warn(`a loss of service was not noted, it will be: ${String(error)}`, { pair: this.pair.name });
      }
    }
  }

  async #obey({ id, atMs, order }: WaitingOrder, situation: Situation): Promise<void> {
    const decided = decideOrder(situation, order, atMs);
    const reply = (ok: boolean, text: string) => ({ requestId: id, ok, text, atMs: situation.nowMs });
    this.#memory.record('order', `${order.action} by ${order.by} (${order.why}): ${decided.kind}`);
    switch (decided.kind) {
      case 'refuse':
        return this.#memory.save(answer(this.#memory.now, reply(false, decided.because)));
      case 'note':
        return this.#memory.save(answer(decided.memory, reply(true, decided.text)));
      case 'act': {
        const by = { row: `O-${order.action}`, by: order.by, requestId: id };
        const { plan, because } = decided;
        return this.#campaigning(() => this.#campaign.begin(situation, { plan, because, ...by }));
      }
    }
  }

  #setHaste(haste: number | null, isSuspicion = false): void {
    const sooner = haste !== null && (this.#haste === null || haste < this.#haste);
    this.#haste = haste;
    if (sooner) this.#props.onHaste(isSuspicion);
  }

  #trace({ row }: Decision, { holder, standby }: Situation): void {
    if (row.name === this.#lastRow) return;
    this.#lastRow = row.name;
    this.#props.ports.log.info(
      `${row.name}: ${holder.node} ${holder.kind}, ${standby.node} ${standby.kind}`,
      {
        pair: this.pair.name,
        row: row.name,
        holder: holder.node,
        holderIs: holder.kind,
        standby: standby.node,
        standbyIs: standby.kind,
        incident: this.#memory.now.incident?.id ?? null,
      },
    );
  }
}

/** To act needs looks of this leader's own at both nodes, and EC2's word. */
function hasLooked({ holder, standby, vip }: Situation): boolean {
  return holder.kind !== 'unseen' && standby.kind !== 'unseen' && vip !== 'unknown' && vip !== 'blind';
}

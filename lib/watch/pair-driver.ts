/**
 * Drives one pair under one leader: gives `step` what comes in, and carries out what is ready. It has no rules of its
 * own: what is ready is carried out in the order of its fields. `pair-worker.ts` does the work that must be waited for.
 */
import { isDoubted } from '../core/alert/vip-news.ts';
import type { Pair } from '../core/config/config.ts';
import type { Safeguards } from '../core/decision/safeguards.ts';
import { seenAt } from '../core/evidence/fingerprint.ts';
import { type Memory, mayHaveLeftCalls } from '../core/memory/memory.ts';
import { noteBesidePlan } from '../core/memory/note-decision.ts';
import { noteLeaving } from '../core/memory/note-leaving.ts';
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
import { leaving } from '../core/pair/pair-work.ts';
import type { Ready } from '../core/pair/ready.ts';
import { noteFrozenTime } from '../core/plan/frozen.ts';
import type { AlertDesk } from './alert-desk.ts';
import { askSource } from './ask-source.ts';
import { examinePair } from './doctor.ts';
import { Haste } from './haste.ts';
import type { HeldLease } from './lease.ts';
import { PairMemory } from './pair-memory.ts';
import { PairWorker } from './pair-worker.ts';
import type { LookTarget } from './ports/database.ts';
import type { Ports } from './ports/ports.ts';
import { publishSubscriptions } from './subscriptions.ts';
import { askThroughVip } from './through-vip.ts';

/** How soon a question that did not get there is asked again. Milliseconds. */
const ASK_AGAIN_MS = 500;

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
  /** Called when a newer epoch has claimed the memory: we are not the leader any more. */
  readonly onSuperseded: () => void;
  /** Only the simulator passes any: it checks each step. */
  readonly step?: Step | undefined;
}

export class PairDriver {
  readonly pair: Pair;
  readonly #props: PairDriverProps;
  readonly #memory: PairMemory;
  readonly #worker: PairWorker;
  #state: PairState;

  constructor(props: PairDriverProps) {
    const { pair, ports, lease, memory, safeguards, desk, escalateAfterMs } = props;
    this.#props = props;
    this.pair = pair;
    const haste = new Haste(ports.clock, () => desk.send());
    this.#memory = new PairMemory({
      ...props,
      haste,
      onStored: (now) => {
        this.take({ kind: 'stored', memory: now, newId: ports.ids.next() });
        desk.send();
      },
    });
    this.#worker = new PairWorker({
      ...props,
      haste,
      memory: this.#memory,
      leftCalls: mayHaveLeftCalls(memory),
      apply: (input) => this.#apply(input),
      lastPosition: (node) => lastPositionIn(this.#state, node),
      identityOf: (node) => identityIn(this.#state, node),
      seenNow: () => situationOf(this.#state, ports.clock.nowMs()),
    });
    this.#state = newPair({
      pair,
      safeguards,
      memory,
      escalateAfterMs,
      vantages: ports.database.vantages,
      epoch: lease.epoch,
      unwatchedSinceMs: lease.unwatchedSinceMs,
      nextId: ports.ids.next(),
      nowMs: ports.clock.nowMs(),
    });
    desk.add({
      waiting: () => unpublished(this.#state),
      isPutOff: () => haste.isOn,
      onPublished: (id) => this.take({ kind: 'published', id }),
    });
  }

  /** Takes in what happened. Never rejects: what fails is noted, and tried again. */
  take(input: Input): void {
    this.#worker.begin(this.#apply(input));
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

  /** Whether the pair is cared for. The heartbeat metric depends on it, and with it the dead man's switch. */
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
  idle(): Promise<void> {
    return this.#worker.idle();
  }

  /** Before the lease is given back: notes for the next leader what lasts, but was too recent to be noted before. */
  async leave(): Promise<void> {
    await this.idle();
    const { clock, log } = this.#props.ports;
    const { now } = this.#memory;
    const { lease } = this.#props;
    const nowMs = clock.nowMs();
    const left = leaving({ ...this.#state, memory: now }, nowMs);
    const situation = situationOf(left, nowMs);
    const { durations } = left;
    const note = (memory: Memory) =>
      noteFrozenTime(noteLeaving(memory, situation, durations, lease.epoch), lease, situation.nowMs);
    if (note(now) === now) return;
    try {
      await this.#memory.update(note);
    } catch (error) {
      const text = `what lasts was not stored for the next leader: ${String(error)}`;
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
    if (ready.askSource !== null) void this.#askSource(ready.askSource);
    if (ready.examine) void this.#examine();
    if (ready.besidePlan !== null) void this.#noteBesidePlan(ready.besidePlan);
    if (ready.log !== null) this.#log(ready.log);
    this.#memory.recordSeen(ready.pictures);
    for (const { metric, value } of ready.gauges) ports.metrics.publish(metric, value, this.pair.name);
    return ready;
  }

  async #ask({ askedMs }: NonNullable<Ready['ask']>): Promise<void> {
    const said = await askThroughVip(this.pair, this.#props.ports, (node) => identityIn(this.#state, node));
    this.take({ kind: 'through-vip', said, askedMs });
  }

  async #askSource({ node, source, askedMs }: NonNullable<Ready['askSource']>): Promise<void> {
    const { ports, lease } = this.#props;
    const mayAsk = lease.mayAct('none');
    const asked = mayAsk ? await askSource(this.pair, ports, node, identityIn(this.#state, source)) : null;
    ports.log.info(`${source}, asked through ${node}: ${asked?.said ?? 'no answer'}`, {
      pair: this.pair.name,
    });
    if (asked === null) await ports.clock.sleep(ASK_AGAIN_MS, this.#props.stop);
    this.take({ kind: 'source-asked', asked, askedMs });
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

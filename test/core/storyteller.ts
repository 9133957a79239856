/**
 * A pair's story over time: `step` from the first look on, in a small world (`story-world.ts`) that a script changes. Looks are
 * made as they are ordered, saves and steps take a moment, and every line is printed from what `step` takes and gives back.
 */
import type { Alert } from '../../lib/core/alert/incident.ts';
import type { Pair } from '../../lib/core/config/config.ts';
import { allSafeguards } from '../../lib/core/decision/safeguards.ts';
import { fingerprint, seenAt } from '../../lib/core/evidence/fingerprint.ts';
import type { Memory } from '../../lib/core/memory/memory.ts';
import type { Order } from '../../lib/core/operator/order.ts';
import { dueMs, graceMsOf, holdMsOf, type LookOrder, termsOf } from '../../lib/core/pair/look-order.ts';
import { type Input, step } from '../../lib/core/pair/pair.ts';
import { lastPositionIn, newPair, type PairState } from '../../lib/core/pair/pair-state.ts';
import type { Ready, Run } from '../../lib/core/pair/ready.ts';
import { beginPlan } from '../../lib/core/plan/begin-plan.ts';
import { endPlan } from '../../lib/core/plan/end-plan.ts';
import type { PlanRecord } from '../../lib/core/plan/plan.ts';
import { renderStep } from '../../lib/core/text/steps-text.ts';
import { alertsOf, renderInput, renderReady } from './story-lines.ts';
import { StoryWorld, type WorldChange } from './story-world.ts';
import { NOW_MS, type PairChanges, pairWith, steady } from './world.ts';

/** Something that happens at a moment of the story: a server or the VIP changes, an operator asks, or the leader dies. */
export type Happening = { readonly atMs: number; readonly what: string } & (
  | WorldChange
  | { readonly order: Order }
  | { readonly leader: 'dies' }
);

/** How the story's pair is set up, and what the store has of it. @default a steady pair with default settings */
export interface StoryProps {
  readonly pair?: PairChanges;
  readonly memory?: Partial<Memory>;
  /** @default incidents are not escalated */
  readonly escalateAfterMs?: number;
}

/** Something that is to come. What a leader was about to do ends with it; what happens to the world does not. */
interface Due {
  readonly atMs: number;
  readonly run: () => void;
  readonly leader: number | null;
}

interface OpenLook {
  readonly order: LookOrder;
  readonly atMs: number;
  readonly seen: string | null;
}

const vantages = ['a', 'b'] as const;
type Name = (typeof vantages)[number];
/** A look takes this long where a server answers; where it does not, its time limit. Milliseconds. */
const WAY_MS = 20;
const SAVE_MS = 10;
const PUBLISH_MS = 50;
/** How long each step of a plan takes here. Milliseconds. */
const STEP_MS = 100;
const EC2_MS = { calm: 5000, else: 1000 } as const;

export class Storyteller {
  readonly lines: string[] = [];
  readonly alerts: Alert[] = [];
  readonly #pair: Pair;
  readonly #escalateAfterMs: number | null;
  #state: PairState;
  #nowMs = NOW_MS;
  readonly #world = new StoryWorld();
  /** What is to happen, by time. */
  #agenda: Due[] = [];
  /** Which leader this is, counted from 0. */
  #leader = 0;
  readonly #looks = new Map<Name, OpenLook>();
  readonly #last = new Map<Name, OpenLook>();
  #askedMs = Number.NEGATIVE_INFINITY;
  #ids = 0;

  constructor({ pair = {}, memory = {}, escalateAfterMs }: StoryProps = {}) {
    this.#pair = pairWith(pair);
    this.#escalateAfterMs = escalateAfterMs ?? null;
    this.#state = this.#led({ ...steady.memory, ...memory });
  }

  /** The pair under a leader that has just begun. */
  #led(memory: Memory): PairState {
    return newPair({
      pair: this.#pair,
      safeguards: allSafeguards,
      vantages,
      memory,
      escalateAfterMs: this.#escalateAfterMs,
      nextId: this.#newId(),
      epoch: 1,
      unwatchedSinceMs: this.#nowMs,
      nowMs: this.#nowMs,
    });
  }

  /** Tells what becomes of it, until `forMs` have passed. */
  tell(happenings: readonly Happening[], forMs: number): string {
    for (const it of happenings) this.#later(it.atMs, () => this.#happen(it), null);
    this.#tick();
    for (const endMs = NOW_MS + forMs; this.#nowMs <= endMs; ) {
      this.#lookAround();
      const next = this.#agenda.shift();
      if (next === undefined || next.atMs > endMs) break;
      this.#nowMs = next.atMs;
      if (next.leader === null || next.leader === this.#leader) next.run();
    }
    return `${this.lines.join('\n')}\n`;
  }

  #happen(it: Happening): void {
    this.#print(`*** ${it.what}`);
    if ('order' in it) {
      this.#take({ kind: 'order', order: { id: 'order-1', atMs: this.#nowMs, order: it.order } });
      return;
    }
    if ('leader' in it) {
      this.#succeed();
      return;
    }
    this.#world.change(it);
    // A connection that drops ends a held look at once; a silence is found at the next round of it.
    for (const [vantage, look] of this.#looks) this.#round(vantage, look, WAY_MS);
  }

  /** Another leader goes on from what is stored, and from nothing else. */
  #succeed(): void {
    this.#leader += 1;
    this.#looks.clear();
    this.#last.clear();
    this.#askedMs = Number.NEGATIVE_INFINITY;
    this.#state = this.#led(this.#state.memory);
    this.#tick();
  }

  #tick(): void {
    this.#later(1000, () => {
      this.#take({ kind: 'tick' });
      this.#tick();
    });
  }

  /** Opens the looks that are due, calls off those that are no longer wanted, and asks EC2 when it is time. */
  #lookAround(): void {
    for (const vantage of vantages) {
      const order = this.#state.looks[vantage] ?? { kind: 'now' };
      const open = this.#looks.get(vantage);
      const graceMs = open && graceMsOf(order, open.order);
      if (open && graceMs != null) this.#later(graceMs, () => this.#callOff(vantage, open));
      if (open) continue;
      const last = this.#last.get(vantage);
      const atMs = last === undefined ? this.#nowMs : dueMs(order, last);
      if (atMs > this.#nowMs) this.#later(atMs - this.#nowMs, () => undefined);
      else this.#open(vantage, order);
    }
    const everyMs = this.#state.pace.afterMs === null ? EC2_MS.calm : EC2_MS.else;
    if (this.#nowMs - this.#askedMs >= everyMs) this.#askEc2();
  }

  #open(vantage: Name, order: LookOrder): void {
    const seen = seenAt(vantage, this.#state.evidence, termsOf(this.#pair.settings, order));
    const look = { order, atMs: this.#nowMs, seen };
    this.#looks.set(vantage, look);
    this.#last.set(vantage, look);
    this.#round(vantage, look, WAY_MS);
  }

  #callOff(vantage: Name, look: OpenLook): void {
    const order = this.#state.looks[vantage];
    if (this.#looks.get(vantage) !== look || order === undefined || graceMsOf(order, look.order) === null)
      return;
    this.#looks.delete(vantage);
    this.#print(`${vantage}: the open look is called off`);
  }

  /** One round of a look: the probe sees both nodes, and answers if that is news, or if its time is over. */
  #round(vantage: Name, look: OpenLook, afterMs: number): void {
    const { lookLimitMs, lookIntervalMs } = this.#pair.settings;
    this.#later(afterMs + (this.#world.isSilent ? lookLimitMs : 0), () => {
      if (this.#looks.get(vantage) !== look) return;
      const { sightings } = this.#world;
      const print = fingerprint(sightings, termsOf(this.#pair.settings, look.order));
      const leftMs = look.atMs + holdMsOf([look.order]) - this.#nowMs;
      if (leftMs > 0 && look.seen === print)
        return this.#round(vantage, look, Math.min(leftMs, lookIntervalMs));
      this.#looks.delete(vantage);
      const report = { kind: 'saw', vantage, atMs: this.#nowMs, sightings } as const;
      this.#take({ kind: 'report', report, startedMs: look.atMs });
    });
  }

  #askEc2(): void {
    const askedMs = this.#nowMs;
    this.#askedMs = askedMs;
    this.#later(60, () => this.#take({ kind: 'ec2', sighting: this.#world.ec2(this.#nowMs), askedMs }));
  }

  #take(input: Input): void {
    const before = this.#state;
    const { state, ready } = step(before, input, this.#nowMs);
    this.#state = state;
    const lines = renderReady(before, ready);
    const isHeard = lines.length > 0 || input.kind === 'plan' || input.kind === 'order';
    if (isHeard) this.#print(renderInput(input), ...lines);
    if (ready.ask !== null) this.#askThroughVip(ready.ask.askedMs);
    if (ready.save !== null || ready.run !== null) this.#carryOut(ready);
  }

  #askThroughVip(askedMs: number): void {
    this.#later(60, () => this.#take({ kind: 'through-vip', said: this.#world.throughVip, askedMs }));
  }

  #carryOut({ save, run }: Ready): void {
    this.#later(save === null ? 0 : SAVE_MS, () => {
      if (save !== null) this.#store(save);
      if (run === null) return this.#take({ kind: 'done' });
      this.#run(run);
    });
  }

  #run(run: Run): void {
    switch (run.kind) {
      case 'answer':
        this.#store(run.memory);
        this.#take({ kind: 'done' });
        break;
      case 'tell-waits':
        this.#take({ kind: 'done' });
        break;
      case 'begin': {
        const ids = { epoch: 7, planId: 'plan-1', incidentId: this.#newId() };
        const last = lastPositionIn(this.#state, run.wanted.plan.from ?? '');
        const seen = { lastSeen: last?.position ?? null, lastSeenAtMs: last?.atMs ?? null };
        this.#take({ kind: 'plan', is: 'begun' });
        this.#store(beginPlan(this.#state.memory, run.situation, { ...run.wanted, ...ids, ...seen }));
        this.#stage(0);
        break;
      }
      case 'resume':
        this.#take({ kind: 'plan', is: 'begun' });
        this.#stage(run.plan.stages.findIndex((_, index) => run.plan.outcomes[`${index}.0`] === undefined));
    }
  }

  /** A stage of the plan; in this story each of its steps succeeds. */
  #stage(index: number): void {
    const { plan } = this.#state.memory;
    const stage = plan?.stages[index];
    if (plan === null) return;
    if (stage === undefined) {
      this.#end(plan);
      return;
    }
    this.#later(STEP_MS, () => {
      for (const one of stage) this.#print(`step: ${renderStep(one)}`);
      const moves = stage.some(({ kind }) => kind === 'move-vip');
      if (moves) this.#world.moveVip(plan.to);
      for (const one of stage) if (one.kind === 'open' || one.kind === 'attach') this.#world.open(one.node);
      for (const one of stage) if (one.kind === 'close' || one.kind === 'freeze') this.#world.close(one.node);
      const outcomes = Object.fromEntries(
        stage.map((_, place) => [`${index}.${place}`, { kind: 'done', changed: 'done' }] as const),
      );
      const record: PlanRecord = {
        ...plan,
        outcomes: { ...plan.outcomes, ...outcomes },
        kept: plan.lastSeen,
        vipMoved: plan.vipMoved || moves,
      };
      this.#store({ ...this.#state.memory, plan: record });
      this.#take({ kind: 'plan', is: 'stage' });
      this.#stage(index + 1);
    });
  }

  #end(plan: PlanRecord): void {
    const { memory } = this.#state;
    const close = { nowMs: this.#nowMs, identity: null, incidentId: this.#newId(), vipOn: plan.to };
    this.#store(endPlan(memory, this.#pair, plan, { kind: 'completed' }, close));
    this.#take({ kind: 'plan', is: 'over' });
    this.#take({ kind: 'done' });
  }

  #store(memory: Memory): void {
    for (const { alert, line } of alertsOf(this.#state.memory, memory)) {
      const { id } = alert;
      this.alerts.push(alert);
      this.#print(line);
      this.#later(PUBLISH_MS, () => this.#take({ kind: 'published', id }));
    }
    this.#take({ kind: 'stored', memory, newId: this.#newId() });
  }

  #later(afterMs: number, run: () => void, leader: number | null = this.#leader): void {
    this.#agenda.push({ atMs: this.#nowMs + afterMs, run, leader });
    this.#agenda.sort((one, other) => one.atMs - other.atMs);
  }

  #print(first: string, ...more: readonly string[]): void {
    const time = `t+${((this.#nowMs - NOW_MS) / 1000).toFixed(2)}s`.padEnd(10);
    this.lines.push(`${time} ${first}`, ...more.map((line) => `${' '.repeat(13)}${line}`));
  }

  #newId(): string {
    this.#ids += 1;
    return `i${this.#ids}`;
  }
}

/** A leader's core loop without a shell: evidence, durations and memory carried on from look to look. */
import type { EventCode } from '../../lib/core/alert/events.ts';
import { decide } from '../../lib/core/decision/decision.ts';
import { assess, nextDurations, type Situation } from '../../lib/core/decision/situation.ts';
import { noEvidence, observe } from '../../lib/core/evidence/evidence.ts';
import type { Saw } from '../../lib/core/evidence/sighting.ts';
import { firstDurations } from '../../lib/core/memory/lasting.ts';
import type { Memory } from '../../lib/core/memory/memory.ts';
import { noteDecision } from '../../lib/core/memory/note-decision.ts';
import { noteLeaving } from '../../lib/core/memory/note-leaving.ts';
import { type Change, changed, NOW_MS, steady, type World } from './world.ts';

/** What a look came to. */
export interface Step {
  readonly row: string;
  /** `failover`, or the kind of what is done where no plan is made. */
  readonly deed: string;
  readonly situation: Situation;
  readonly alerted: readonly EventCode[];
}

export class Leader {
  nowMs = NOW_MS;
  #epoch = 7;
  #world: World;

  constructor(...changes: readonly Change[]) {
    this.#world = changed(steady, ...changes);
  }

  /** Who leads next, where this one dies: it has the record, and has seen nothing itself. */
  next(): Leader {
    const { pair, evidence, memory } = this.#world;
    const { words, blind } = noEvidence(pair, evidence.vantages);
    const leader = new Leader();
    leader.nowMs = this.nowMs;
    leader.#epoch = this.#epoch + 1;
    const durations = firstDurations(memory.lasting, pair, leader.#epoch, this.nowMs);
    leader.#world = { ...this.#world, evidence: { ...evidence, words, blind }, durations };
    return leader;
  }

  /** The same, where this one's time is over: it leaves what lasts. `aheadMs`: of the next one's clock. */
  leave(aheadMs = 0): Leader {
    const { pair, evidence, memory, durations, safeguards } = this.#world;
    const situation = assess(pair, evidence, memory, durations, this.nowMs, safeguards);
    this.#world = { ...this.#world, memory: noteLeaving(memory, situation, durations, this.#epoch) };
    this.nowMs += aheadMs;
    return this.next();
  }

  get memory(): Memory {
    return this.#world.memory;
  }

  /** A look from this vantage that shows this, after `afterMs`. */
  look(afterMs: number, db1: Saw, db2: Saw, vantage = 'a'): Step {
    this.nowMs += afterMs;
    const sightings = [
      { node: 'db1', saw: db1 },
      { node: 'db2', saw: db2 },
    ];
    return this.#step(vantage, sightings);
  }

  /** The same look again and again; the last step. */
  looks(count: number, everyMs: number, db1: Saw, db2: Saw): Step {
    let last = this.look(everyMs, db1, db2);
    for (let i = 1; i < count; i++) last = this.look(everyMs, db1, db2);
    return last;
  }

  /** Nobody can look for this long. */
  blind(forMs: number): void {
    for (let leftMs = forMs; leftMs > 0; leftMs -= 1000) {
      this.nowMs += 1000;
      this.#report({ kind: 'blind', vantage: 'a', atMs: this.nowMs, because: 'throttled' });
      this.#decide();
    }
  }

  #step(vantage: string, sightings: { readonly node: string; readonly saw: Saw }[]): Step {
    this.#report({ kind: 'saw', vantage, atMs: this.nowMs, sightings });
    return this.#decide();
  }

  #report(report: Parameters<typeof observe>[1]): void {
    const { evidence } = this.#world;
    const vip = evidence.vip && { ...evidence.vip, atMs: this.nowMs };
    this.#world = { ...this.#world, evidence: observe({ ...evidence, vip }, report) };
  }

  #decide(): Step {
    const { pair, evidence, memory, durations, safeguards } = this.#world;
    const situation = assess(pair, evidence, memory, durations, this.nowMs, safeguards);
    const next = nextDurations(durations, situation);
    const decision = decide(situation);
    const remembered = noteDecision(memory, decision, situation, next, 'cccc0001');
    const alerted = remembered.outbox.slice(memory.outbox.length).map(({ code }) => code);
    this.#world = { ...this.#world, durations: next, memory: remembered };
    const { measure, row } = decision;
    return {
      row: row.name,
      deed: measure.kind === 'act' ? measure.plan.kind : measure.kind,
      situation,
      alerted,
    };
  }
}

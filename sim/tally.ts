/** Counts of what happened in histories: the proof that the hard cases did. */
import type { Memory } from '../lib/core/memory/memory.ts';
import type { Observer } from './observer.ts';
import type { SimWorld } from './world/world.ts';

export interface Tally {
  /** Looks and words of EC2 that came back, each judged in a tick. */
  ticks: number;
  faults: number;
  /** Faults of the world by name. */
  faultsOf: Map<string, number>;
  failovers: number;
  switchovers: number;
  /** Failovers and switchovers that began without being asked for. */
  automaticMoves: number;
  /** Plans that were stopped and undone. */
  aborted: number;
  /** Plans that ended, by kind. */
  plans: Map<string, number>;
  mutations: number;
  epochs: number;
  lostAnswers: number;
  alerts: number;
  skewMs: number;
  /** Deaths inside a step, by `plan/step/moment`. */
  deaths: ReadonlyMap<string, number>;
}

export function emptyTally(): Tally {
  return {
    ticks: 0,
    faults: 0,
    faultsOf: new Map(),
    failovers: 0,
    switchovers: 0,
    automaticMoves: 0,
    aborted: 0,
    plans: new Map(),
    mutations: 0,
    epochs: 0,
    lostAnswers: 0,
    alerts: 0,
    skewMs: 0,
    deaths: new Map(),
  };
}

/** The same observer, which counts as well. */
export function tallying(observer: Observer, tally: Tally, world: SimWorld): Observer {
  return {
    ...observer,
    acting: (call) => {
      tally.mutations++;
      observer.acting(call);
    },
    saved: (process, before, after, epoch) => {
      if (isAutomaticMove(before, after)) tally.automaticMoves++;
      if (before.plan !== null && after.plan?.id !== before.plan.id) countEnd(tally, before.plan, world);
      observer.saved(process, before, after, epoch);
    },
    leased: (process, lease) => {
      if (lease.epoch > tally.epochs) tally.epochs = lease.epoch;
      observer.leased(process, lease);
    },
    looked: () => {
      tally.ticks++;
    },
    published: (alert) => {
      tally.alerts++;
      observer.published(alert);
    },
    answerLost: (of) => {
      tally.lostAnswers++;
      observer.answerLost(of);
    },
  };
}

/** Whether a failover or switchover begins with this save that nobody asked for. */
export function isAutomaticMove(before: Memory, { plan }: Memory): boolean {
  if (plan === null || plan.id === before.plan?.id || plan.requestId !== null) return false;
  return plan.kind === 'failover' || plan.kind === 'switchover';
}

function countEnd(
  tally: Tally,
  plan: { readonly kind: string; readonly to: string; readonly phase: string },
  world: SimWorld,
): void {
  tally.plans.set(plan.kind, (tally.plans.get(plan.kind) ?? 0) + 1);
  if (plan.phase === 'undoing') tally.aborted++;
  if (world.cloud.holder !== plan.to) return;
  if (plan.kind === 'failover') tally.failovers++;
  if (plan.kind === 'switchover') tally.switchovers++;
}

/** Adds a history's counts to those of all. */
export function addTally(all: Tally, one: Tally): void {
  all.ticks += one.ticks;
  all.faults += one.faults;
  all.failovers += one.failovers;
  all.switchovers += one.switchovers;
  all.automaticMoves += one.automaticMoves;
  all.aborted += one.aborted;
  all.mutations += one.mutations;
  all.epochs += one.epochs;
  all.lostAnswers += one.lostAnswers;
  all.alerts += one.alerts;
  all.skewMs = Math.max(all.skewMs, one.skewMs);
  addMap(all.faultsOf, one.faultsOf);
  addMap(all.plans, one.plans);
  all.deaths = addMap(new Map(all.deaths), one.deaths);
}

function addMap(to: Map<string, number>, from: ReadonlyMap<string, number>): Map<string, number> {
  for (const [key, count] of from) to.set(key, (to.get(key) ?? 0) + count);
  return to;
}

import type { NodeName } from '../../lib/core/names.ts';
import type { PlanRecord } from '../../lib/core/plan/plan.ts';
import { mutations } from '../observer.ts';
import { isTurnedAway } from '../world/last-try.ts';
import type { Master } from '../world/master.ts';
import type { SimWorld } from '../world/world.ts';
import type { Court, Invariant } from './court.ts';
import { Moves } from './moves.ts';
import { isPaused } from './pause.ts';

/** How long a master must have been well before it is wrong to fail over from it. Milliseconds. */
const wellForMs = 10_000;
/** How long nothing must have been seen before it is wrong to act on it. Milliseconds. */
const blindForMs = 1400;
/** A probe function that hangs is given this long beyond its hold before it counts as blind. Milliseconds. */
const hangMs = 2000;

/**
 * Invariant 4. No automatic fail-back. No automatic move while blind, or past the flap guard.
 *
 * (a) No mutation is sent without a plan while a pause in the store lasts on the clock of the process that acts; which
 * plans may begin then is W3. (b) No automatic plan begins when for 1.4 s no vantage has reached anything
 * that answers it, and EC2 has shown both instances as running; where a probe function itself does not work,
 * only after a look that it held has had to end. (c) No automatic failover begins when those that moved the VIP since the last
 * acknowledgement are as many as the flap guard allows, nor sooner after the last of them than it allows (less the
 * spread of the processes' clocks). (d) No automatic failover begins from a node that for 10 s served its clients, or would
 * have but for `offline_mode`, passed the check, and was seen by a vantage or heard by the standby: neither back, nor away. (e) No automatic
 * switchover begins from a node whose instance has been running for 10 s.
 */
export function restraintInvariant(court: Court, clockSpreadMs: number): Invariant {
  const { world } = court;
  const moves = new Moves(court);
  const wellSinceMs = new Map<NodeName, number>();
  const runningSinceMs = new Map<NodeName, number>();
  let blindSinceMs: number | null = null;
  const changed = () => {
    blindSinceMs = seesAnything(world) ? null : (blindSinceMs ?? world.nowMs);
    for (const master of world.masters) {
      note(wellSinceMs, master.name, isWell(world, master), world.nowMs);
      note(runningSinceMs, master.name, master.instance === 'running', world.nowMs);
    }
  };
  const begun = (plan: PlanRecord) => {
    const blindMs = blindSinceMs === null ? 0 : world.nowMs - blindSinceMs;
    const functionsFail = [...world.views.values()].some(({ blind }) => blind !== 'no');
    const unknownForMs = functionsFail ? world.pair.settings.holdMs + hangMs : 0;
    if (blindMs > blindForMs + unknownForMs)
      court.accuse(4, `${plan.kind} to ${plan.to} begins, after ${Math.round(blindMs)} ms without any sight`);
    if (plan.kind === 'switchover') {
      const forMs = world.nowMs - (runningSinceMs.get(plan.from ?? '') ?? world.nowMs);
      if (forMs >= wellForMs)
        court.accuse(4, `switchover from ${plan.from}, whose instance has been running for ${forMs} ms`);
    }
    if (plan.kind !== 'failover') return;
    checkFlapGuard(court, moves, clockSpreadMs);
    const sinceMs = wellSinceMs.get(plan.from ?? '');
    if (sinceMs === undefined || world.nowMs - sinceMs < wellForMs) return;
    court.accuse(
      4,
      `failover from ${plan.from}, which has been well for ${Math.round(world.nowMs - sinceMs)} ms (${plan.because})`,
    );
  };
  changed();
  return {
    changed,
    vipMoved: () => moves.moved(),
    saved(_, before, after) {
      if (before.failoversAtMs.length > 0 && after.failoversAtMs.length === 0) moves.acknowledged();
      const { plan } = after;
      if (plan !== null && plan.id !== before.plan?.id && plan.requestId === null) begun(plan);
    },
    acting({ process, action, node }) {
      const memory = world.table.memoryOf(world.pair.name);
      if (!mutations.has(action) || !isPaused(memory, process)) return;
      // A plan that began before the pause, or that an operator asked for in it, is carried on.
      if (memory.plan !== null) return;
      court.accuse(4, `${process.name} sends ${action} ${node} although the pair is paused`);
    },
  };
}

/** Since when it is so, as long as it is. */
function note(since: Map<NodeName, number>, node: NodeName, isSo: boolean, nowMs: number): void {
  if (!isSo) since.delete(node);
  else if (!since.has(node)) since.set(node, nowMs);
}

function checkFlapGuard(court: Court, moves: Moves, clockSpreadMs: number): void {
  const { flapLimit, flapQuietMs } = court.world.pair.settings;
  if (moves.count >= flapLimit)
    court.accuse(4, `an automatic failover after ${moves.count} moves within the hour (limit ${flapLimit})`);
  if (moves.lastAgoMs < flapQuietMs - clockSpreadMs) {
    court.accuse(
      4,
      `an automatic failover ${Math.round(moves.lastAgoMs)} ms after the last move (at least ${flapQuietMs} ms apart)`,
    );
  }
}

/** Whether anything says how the masters are: a vantage that reaches one, or EC2 that shows one as stopped. */
function seesAnything(world: SimWorld): boolean {
  if (world.masters.some(({ instance }) => instance !== 'running')) return true;
  for (const view of world.views.values()) {
    for (const master of world.masters) {
      const isRejected = view.blind === 'no' && view.rejectedBy.has(master.name) && master.reachable;
      if (isRejected) return true;
      if (view.reaches(master.name) && master.reachable && master.mysqld !== 'hung') return true;
    }
  }
  return false;
}

/** Serves its clients, or would if an administrator let them in, passes the check, and somebody whom we hear says so. */
function isWell(world: SimWorld, master: Master): boolean {
  const { channel } = master;
  if (!master.isOpen || master.lockedOut || world.cloud.holder !== master.name) return false;
  if (!channel.ioWanted || !channel.applies || channel.applyPerMs < 1 || !channel.configured) return false;
  const views = [...world.views.values()];
  if (views.some((view) => view.reaches(master.name) && view.loss === 0)) return true;
  const standby = world.peer(master.name);
  const standbySeen = views.some((view) => view.reaches(standby.name) && view.loss === 0) && standby.answers;
  // One in `offline_mode` sends its standby nothing, and answers it.
  const isAnswered = master.refusesClients && world.pairLinked && isTurnedAway(standby.channel);
  const speaks = standby.channel.flowing || isAnswered;
  return standbySeen && speaks && !standby.lockedOut && !standby.connectionsFull;
}

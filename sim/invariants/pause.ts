import { eventOf } from '../../lib/core/alert/events.ts';
import type { Memory } from '../../lib/core/memory/memory.ts';
import type { NodeName } from '../../lib/core/names.ts';
import type { PlanKind } from '../../lib/core/plan/plan.ts';
import type { Process } from '../process.ts';
import type { Master } from '../world/master.ts';
import { lacksAnything, mayHaveMoreElsewhere } from './candidate.ts';
import { isHeard } from './chronicle.ts';
import type { Court, Invariant } from './court.ts';

/** How long what a restart left may stay so: as long as W2 allows. Milliseconds. */
const withinMs = 15_000;
/** How long a person may wait for the alert of what was set by hand. Milliseconds. */
const alertWithinMs = 60_000;

/** How long a held look, and the next, may take to show a process as it is. Milliseconds. */
const shownAfterMs = 8000;

/** Plans that put right what a restart changed; all others move something. */
const restoring: ReadonlySet<PlanKind> = new Set(['open-holder', 'close-standby']);

/**
 * Invariant W3. In a pause nothing is moved. At most one node is writable, and a live holder that came up read-only by a
 * restart is opened; what a person set by hand is left and alerted. Every alert that needs a person goes out.
 *
 * While a pause is in the store: (a) no automatic plan begins but one that opens the holder or closes the standby, and none
 * of these for a node whose writability a person set by hand since the VIP moved last: before, it had another role. Nor is a process left that no watch
 * could look at for 8 s between its start and the person's change: what its start left looks the same. Nor is a
 * node left that a person has since ordered to move from or to: such an order opens and closes both, and what is left undone
 * of it is done when the node is reached again. (b) A holder that is read-only since a restart, and has all that the other
 * node has, is opened within 15 s, unless it came back with less than it had committed and that node cannot be asked, or nobody can know whether it has all (as in W2); a writable standby that no person opened, beside such a holder, is closed within 15 s.
 * (c) What a person set by hand, holder read-only or standby writable, is alerted within 60 s, by an alert that hands over.
 * That a loss of service is alerted in a pause too is W4, which does not know pauses.
 *
 * A standby is judged while the holder takes writes, or an order of ours reaches it: else there is one node that does, and it
 * may be the one that is to take over. Excuses for (b) and (c): times begin again when no order of ours reaches the node, SNS refuses (for c), or no
 * watch could lead. Only for pairs whose writability is managed.
 */
export function pauseInvariant(court: Court): Invariant {
  const { world, chronicle } = court;
  const managed = world.pair.writability === 'managed';
  const wrongSinceMs = new Map<string, number>();
  let vipHolder = world.cloud.holder;
  const shown = new ShownProcesses(court);
  /** When the VIP came to where it is. */
  let movedMs = Number.NEGATIVE_INFINITY;
  /** When a plan that an operator ordered, from or to the node, was begun last. */
  const orderedMs = new Map<NodeName, number>();
  let handedOverMs = Number.NEGATIVE_INFINITY;
  const lasts = (what: string, isSo: boolean): number => {
    const workingSinceMs = isSo ? court.workingSinceMs : null;
    if (workingSinceMs === null) {
      wrongSinceMs.delete(what);
      return 0;
    }
    const wrongMs = wrongSinceMs.get(what) ?? world.nowMs;
    wrongSinceMs.set(what, wrongMs);
    return world.nowMs - Math.max(wrongMs, workingSinceMs);
  };
  const check = (node: NodeName, isHolder: boolean) => {
    const { pause } = world.table.memoryOf(world.pair.name);
    const master = world.master(node);
    const { writabilityBy, writabilityAtMs } = master;
    const isReached = chronicle.of(node).reachedSinceMs !== null;
    const peer = world.peer(node);
    // A holder that can neither be asked nor takes writes may be dead: its standby is the one node that is writable.
    const isOnly = !isHolder && !peer.commits && chronicle.of(peer.name).reachedSinceMs === null;
    const isWrong = pause !== null && isReached && !isOnly && master.writable !== isHolder;
    const byPerson = isWrong && writabilityBy === 'person';
    const toOpen = isHolder ? master : peer;
    const complete = isWrong && !lacksAnything(court, toOpen) && !mayHaveMoreElsewhere(world, toOpen);
    const byRestartMs = lasts(`${node} restored`, isWrong && !byPerson && complete);
    const as = isHolder ? 'holds the VIP and is read-only' : 'is the standby and takes writes';
    if (byRestartMs > withinMs)
      court.accuse(
        'W3 pause',
        `in a pause ${node} ${as}, not by a person, for ${Math.round(byRestartMs)} ms`,
      );
    const isUntold = byPerson && handedOverMs < writabilityAtMs;
    const untoldMs = lasts(`${node} told`, isUntold && world.services.alerts === 'up');
    if (untoldMs > alertWithinMs)
      court.accuse('W3 pause', `in a pause a person set ${node} so that it ${as}, and nobody was alerted`);
  };
  return {
    changed() {
      shown.observe();
      if (world.cloud.holder === vipHolder) return;
      vipHolder = world.cloud.holder;
      movedMs = world.nowMs;
    },
    published({ code }) {
      if (eventOf(code).role === 'hands-over') handedOverMs = world.nowMs;
    },
    saved(process, before, { plan }) {
      if (plan === null || plan.id === before.plan?.id) return;
      if (plan.requestId !== null) {
        for (const node of [plan.from, plan.to]) if (node !== null) orderedMs.set(node, world.nowMs);
        return;
      }
      if (!isPaused(before, process)) return;
      if (!restoring.has(plan.kind)) {
        court.accuse('W3 pause', `in a pause ${plan.kind} to ${plan.to} begins: ${plan.because}`);
        return;
      }
      const node = plan.kind === 'open-holder' ? plan.to : (plan.from ?? plan.to);
      const { writabilityBy, writabilityAtMs } = world.master(node);
      const shownMs = shown.sinceMs(world.master(node));
      const sinceMs = Math.max(movedMs, orderedMs.get(node) ?? movedMs, shownMs);
      if (writabilityBy === 'person' && writabilityAtMs >= sinceMs)
        court.accuse('W3 pause', `in a pause ${plan.kind} begins, and a person set ${node} so by hand`);
    },
    ticked() {
      shown.observe();
      const { holder } = world;
      if (!managed || holder === null) return;
      check(holder.name, true);
      check(world.peer(holder.name).name, false);
    },
  };
}

/** Whether a pause is on, by the clock of the process that acts. */
export function isPaused({ pause }: Memory, process: Process): boolean {
  return pause !== null && process.localMs() < pause.untilMs;
}

/** Which processes of mysqld a watch could look at for long enough to know them again. */
class ShownProcesses {
  readonly #court: Court;
  readonly #heard = new Map<NodeName, { readonly startedMs: number; readonly sinceMs: number }>();
  readonly #shown = new Map<NodeName, { readonly startedMs: number; readonly sinceMs: number }>();

  constructor(court: Court) {
    this.#court = court;
  }

  /** Called after every change, and once a second. */
  observe(): void {
    const { world, isManned } = this.#court;
    for (const master of world.masters) {
      const { name, startedMs } = master;
      if (!isManned || !isHeard(world, master)) {
        this.#heard.delete(name);
        continue;
      }
      const heard = this.#heard.get(name);
      if (heard?.startedMs !== startedMs) this.#heard.set(name, { startedMs, sinceMs: world.nowMs });
      else if (world.nowMs - heard.sinceMs >= shownAfterMs && this.#shown.get(name)?.startedMs !== startedMs)
        this.#shown.set(name, { startedMs, sinceMs: world.nowMs });
    }
  }

  /** Since when the process that runs there now has been known; infinite where it is not. */
  sinceMs({ name, startedMs }: Master): number {
    const shown = this.#shown.get(name);
    return shown?.startedMs === startedMs ? shown.sinceMs : Number.POSITIVE_INFINITY;
  }
}

import type { Master } from '../world/master.ts';
import type { SimWorld } from '../world/world.ts';
import type { Court, Flight, Invariant } from './court.ts';

/**
 * How long one look may take to show that a standby receives nothing: its channel may say nothing for 5 s before it counts
 * as cut, and a held look ends by then; then comes the look itself. Milliseconds.
 */
export const lookMs = 5750;
/** For how long a readiness may be trusted that nobody could renew. Milliseconds. */
const trustedMs = 150_000;

/**
 * Invariant W1. A failover loses at most what was committed in the last `readinessMs` and one look before the holder's death
 * or isolation, whatever the verdicts were.
 *
 * When a failover's order has moved the VIP, the transactions of the old holder that the new one has not received are
 * counted. The first of them must have been committed at most `readinessMs` + 5.75 s before the old holder, as of the
 * plan's begin, last was alive (its mysqld worked) and not isolated (one of us, or its standby, reached it). A holder that
 * is full, locked out or read-only is alive, and so is one that nobody of ours reaches while its standby does. A commit that
 * has waited for a semi-synchronous standby counts from the moment in which its client heard that it is done, and one that no client heard about does
 * not count.
 *
 * Excuses: an operator's order with `force` or `acceptLoss`; what was lost already when the VIP came to the old holder; and time, up to 150 s before the death, in which no
 * watch was at work or no vantage could ask the standby: nobody could know then that it receives nothing. Nor does anybody
 * when it answers again, receives nothing and the holder cannot be asked: that looks the same when the holder is dead. And a
 * reset of the old holder's binary log that nobody could see: since then, the two could not be asked for 5 s while it took
 * writes, nor could it alone, in the process that was asked before the reset and had run for 70 s by then, before it had given
 * away again all names that were known of it. By their GTIDs, it has lost its writes then, and the other one has them.
 */
export function lossInvariant(court: Court): Invariant {
  const { world } = court;
  let holder = world.cloud.holder;
  const countsAtArrival = new Map<string, number>();
  return {
    changed() {
      if (world.cloud.holder === holder) return;
      holder = world.cloud.holder;
      if (holder !== null) countsAtArrival.set(holder, world.master(holder).log.countAt(world.nowMs));
    },
    vipMoved({ node }) {
      const { flight } = court;
      if (flight?.plan.kind !== 'failover' || flight.plan.to !== node || flight.plan.from === null) return;
      const { order } = flight;
      if (order?.action === 'failover' && (order.force || order.acceptLoss)) return;
      const old = world.master(flight.plan.from);
      if (court.resets.isHidden(old)) return;
      const firstLostMs = firstToldMs(world, world.master(node), countsAtArrival.get(old.name));
      if (firstLostMs === null) return;
      const earliestMs = knownUntilMs(flight, old.name) - lossAllowedMs(world);
      if (firstLostMs >= earliestMs) return;
      const { relayLog } = world.master(node).channel;
      const { received } = relayLog;
      const lost = old.log.countAt(world.nowMs) - received + relayLog.skippedOf(received);
      court.accuse(
        'W1 bounded-loss',
        `the failover to ${node} loses ${lost} acknowledged transactions of ${old.name}, the first committed ${Math.round(earliestMs - firstLostMs)} ms before what may be lost`,
      );
    },
  };
}

/** How much before the end of the holder a failover may lose. Milliseconds. */
export function lossAllowedMs({ pair }: SimWorld): number {
  return pair.settings.readinessMs + lookMs;
}

/**
 * When the first transaction of its peer that this master has not received was committed; null when it has all. `since`:
 * what came before that many of the peer's was given up by an earlier move.
 */
export function firstMissingMs(world: SimWorld, master: Master, since = 0): number | null {
  world.advance();
  const { log } = world.peer(master.name);
  const first = master.channel.relayLog.firstLackingAbove(since);
  return first > log.countAt(world.nowMs) ? null : log.committedAtMs(first, world.nowMs);
}

/** Until when it could be known how the standby was, while the holder lived. */
function knownUntilMs({ lives, sinceMs }: Flight, old: string): number {
  const { wellMs, peerHeardMs } = lives.get(old) ?? { wellMs: sinceMs, peerHeardMs: sinceMs };
  return Math.max(peerHeardMs, wellMs - trustedMs);
}

/** The same, by when its client heard that it is done; what nobody heard of is left out. */
function firstToldMs(world: SimWorld, master: Master, since = 0): number | null {
  world.advance();
  const { log } = world.peer(master.name);
  const end = log.countAt(world.nowMs);
  const { relayLog } = master.channel;
  for (let number = relayLog.firstLackingAbove(since); number <= end; number++) {
    if (number <= relayLog.received && !relayLog.skipped(number)) continue;
    const { acknowledgedAtMs } = log.transaction(number, world.nowMs);
    if (acknowledgedAtMs !== null) return acknowledgedAtMs;
  }
  return null;
}

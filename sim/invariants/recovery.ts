import type { Master } from '../world/master.ts';
import type { SimWorld } from '../world/world.ts';
import {
  couldServe,
  isFairWeather,
  lacksAnything,
  looksIdle,
  mayHaveMoreElsewhere,
  mayTakeOver,
  wouldBeSecond,
} from './candidate.ts';
import { isHeard } from './chronicle.ts';
import type { Court, Invariant } from './court.ts';
import { Moves } from './moves.ts';
import { Shown } from './shown.ts';

/** The stated bound. Milliseconds. */
export const returnsWithinMs = 60_000;
/** For how long after a move the new holder may not be looked at. Milliseconds. */
const unwatchedMs = 15_000;
/** How long a channel may have been broken before the holder's death. Milliseconds. */
const unfedMs = 4000;
/** For how long a plan may be carried out before what was seen is too old. Milliseconds. */
const looksMs = 5000;

/**
 * Invariant W6. Service returns within 60 s after the weather has ended, whatever happened in it.
 *
 * Weather is what keeps us from acting: EC2, the table, SSM or answers of the database that fail or are lost, and vantages
 * that see badly. When there is none, a watch could lead, and for 60 s clients have not been able to commit through the VIP,
 * although during all that time one node could serve them without the help of a person: then that is an accusation. Such a
 * node lives, lets clients in, an order gets to it, its ENI has room and its host takes the VIP. It is the last holder, and has all that
 * the other has, as far as anybody can know (as in W2); or it is the other one, the last holder being dead or stuck, and it lacks at most what was committed
 * in that one's last second, has no transactions of its own, and its applier works.
 *
 * That a person was alerted is no excuse where such a node exists: the reason given cannot be true. True reasons are (each
 * begins the 60 s again when it ends): a pause, for a move to the other node, and while neither node has the VIP (to attach it is
 * a move, which W3 forbids in a pause); a holder whose commits
 * hang while somebody has also locked our heartbeat's table, because only the heartbeat tells that commits hang (a person hears
 * `heartbeat-barred`), or has let nobody of ours in since before they hung; a holder that died within 15 s after the VIP came to it, because nobody could see what it took: the
 * plan that moved it may have been verifying all that time; a holder that came back with less than it had
 * committed, while its peer, which may have the rest, cannot be asked, or whose binary log was reset while nobody could see that
 * it took writes: by its names, it looks the same; a standby whose own log was reset, because it would name its writes as older ones
 * were; a standby whose channel did not run for the
 * holder's last 4 s, because nobody could know that nothing was to come; a holder that died when a plan had been carried out
 * for 5 s, or before a host was repaired, because nobody looks then; a flap guard that is spent by failovers that
 * did move the VIP within the hour; a holder that a person made read-only by hand; a read-only holder that only a person may open (writability: untouched), whatever
 * its disk does meanwhile, because nobody writes there; a read-only holder beside which the other node
 * takes writes and hangs, so that no order can close it, or hangs with our order to open it: two writers are worse than none; a standby that has thrown away what it
 * had received of a holder that died: a person accepts that loss, or waits for the holder. And what nobody could know: that a
 * mysqld hangs which no vantage gets to, while its standby hears replication's heartbeats from it; and where
 * 8 s or more lie between the last moment in which a watch could ask the holder and the first after its death in which one could ask the
 * standby, it looks the same whether the holder died at once, or lived on and wrote what the standby lacks. So it does where for
 * 8 s nobody of ours could ask a holder that was not well, its host did not refuse us, and its standby's channel was stopped, followed
 * another server, did not tell its status, or showed that its source refuses it. Where the standby could not be asked, or
 * did not answer for its channel, or the table did not answer us, it must have been shown ready before: its channel ran for 5 s in our sight, has not been seen broken since, and that is at most
 * 90 s old when somebody can look again, also after 8 s or more in which the standby was out of reach beside a holder that was stuck (a readiness is trusted for 150 s, and the remembered one may be 60 s old); and the
 * standby has not restarted in that time, because then it may have lost what it had received. A standby that was set aside must
 * have been fit in our sight since, for its time and 5 s, beside a holder that served: it has other data now. What happened in the weather (blind
 * spells, throttling, full tables, plans that were undone) is none.
 */
export function recoveryInvariant(court: Court): Invariant {
  const { world, chronicle } = court;
  let lastHolder = world.cloud.holder;
  let cameAtMs = Number.NEGATIVE_INFINITY;
  let busyMs = 0;
  /** How many of the holder's transactions its standby has had since that was last well. */
  let hadReceived = 0;
  let isRepaired = false;
  /** The holder's commits hang, and it has let nobody of ours in since before. */
  let hangsUnseen: boolean | null = null;
  let able: { readonly node: string; readonly sinceMs: number } | null = null;
  const moves = new Moves(court);
  const shown = new Shown(court);
  const candidate = (): Master | null => {
    if (chronicle.downSinceMs === null || lastHolder === null || court.workingSinceMs === null) return null;
    if (!isFairWeather(world)) return null;
    const last = world.master(lastHolder);
    const paused = world.table.memoryOf(world.pair.name).pause !== null;
    if (paused && world.cloud.holder === null) return null;
    if (couldServe(world, last)) return mayOpen(last) ? last : null;
    const other = world.peer(lastHolder);
    const isStuck = last.stuckSinceMs !== null && last.barred === null && hangsUnseen !== true;
    const isLost = !last.answers || isStuck;
    if (isLeftClosed(last)) return null;
    if (looksIdle(world, last) || other.channel.relayLog.received < hadReceived) return null;
    const { wellMs } = chronicle.of(last.name);
    if (busyMs > looksMs || isRepaired) return null;
    if (!isLost || paused || moves.areSpent || wellMs - cameAtMs < unwatchedMs) return null;
    if (wellMs - chronicle.of(other.name).fedMs > unfedMs || !shown.isKnown) return null;
    return couldServe(world, other) && mayTakeOver(world, other) ? other : null;
  };
  const mayOpen = (last: Master) => {
    if (lacksAnything(court, last)) return false;
    if (wouldBeSecond(world, last)) return false;
    if (mayHaveMoreElsewhere(world, last)) return false;
    return last.writable || last.writabilityBy !== 'person';
  };
  const isLeftClosed = (last: Master) =>
    world.pair.writability === 'untouched' && last.answers && !last.writable;
  const changed = () => {
    const { holder } = world.cloud;
    if (holder !== null && holder !== lastHolder) [lastHolder, cameAtMs] = [holder, world.nowMs];
    if (lastHolder !== null && chronicle.of(lastHolder).wellMs === world.nowMs) {
      [busyMs, isRepaired] = [court.flight === null ? 0 : world.nowMs - court.flight.sinceMs, false];
      hadReceived = 0;
    }
    if (lastHolder !== null)
      hadReceived = Math.max(hadReceived, world.peer(lastHolder).channel.relayLog.received);
    if (lastHolder !== null) hangsUnseen = isHangUnseen(world, world.master(lastHolder), hangsUnseen);
    if (lastHolder !== null) shown.observe(world.master(lastHolder));
    isRepaired ||= court.flight?.plan.kind === 'repair-node';
    const node = candidate()?.name;
    if (node === undefined) able = null;
    else if (able?.node !== node) able = { node, sinceMs: world.nowMs };
  };
  return {
    changed,
    vipMoved: () => moves.moved(),
    saved: (_, before, after) => {
      if (before.failoversAtMs.length > 0 && after.failoversAtMs.length === 0) moves.acknowledged();
    },
    ticked() {
      changed();
      if (able === null) return;
      const forMs = world.nowMs - Math.max(able.sinceMs, court.workingSinceMs ?? world.nowMs);
      if (forMs <= returnsWithinMs) return;
      court.accuse(
        'W6 service-returns',
        `for ${Math.round(forMs)} ms clients have not been able to commit through the VIP, which is on ${world.cloud.holder ?? 'neither node'}, and ${able.node} could have served them all the time`,
      );
    },
  };
}

/** Null while nothing hangs; `was`: the same a moment ago. */
function isHangUnseen(world: SimWorld, holder: Master, was: boolean | null): boolean | null {
  if (holder.stuckSinceMs === null) return null;
  return was !== false && !isHeard(world, holder);
}

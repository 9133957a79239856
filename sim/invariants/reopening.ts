import type { NodeName } from '../../lib/core/names.ts';
import type { SimWorld } from '../world/world.ts';
import { lacksAnything, wouldBeSecond } from './candidate.ts';
import type { Court, Invariant } from './court.ts';

/** The bound of the design. Milliseconds. */
const withinMs = 15_000;
/** An answer of EC2 as old as this may show the VIP where it was. Milliseconds. */
const oldMs = 5000;

/**
 * Invariant W2. A live holder that we made read-only takes writes again within 15 s, or another node does, whatever EC2, SSM,
 * SNS or the store answer.
 *
 * Only for pairs whose writability is managed. The 15 s are counted while the VIP leads to the node (or last did), it is
 * read-only by an order of ours and not by a restart or a person, its mysqld works, and clients cannot commit through the VIP
 * on the other node.
 *
 * Where somebody took the VIP on its way, the node that we have opened for it is the one that it last led to: what becomes of the
 * other one is a failover (W6). Not counted is a node to which somebody else moved the VIP, while it has not applied what the other one committed: opened
 * before that, it would write over newer rows (W5). It counts as not having applied it while its channel follows another server,
 * which threw away what it had received, unless GTIDs can show the opposite: both nodes have them, and the other one can be asked. Nor is one whose host does not take the VIP for its own, while EC2 says
 * nothing at all, or an answer of EC2 that is 5 s old or older may still show the VIP elsewhere: neither EC2 nor an answer through
 * the VIP can show that it holds it, and opened it would get no client. Nor is one while a stranger or nobody has the VIP, and EC2
 * says nothing at all: no client could be served, and nobody can know which node last had it. Nor is
 * one whose binary log was reset while nobody could see that: by its names, it has lost its writes (W6). Nor is
 * one beside which the other takes writes and hangs, so that no order can close it, or hangs and left an order of ours to open
 * it without an answer, so that it may carry it out when it wakes: two writers are worse than none.
 * Excuses: they begin again when no order of ours could reach the node (no vantage did, or it let nobody in), or the answers
 * of our orders to the servers are lost, and the lost answers are waited for; and when no
 * watch could lead: none was alive, one had just died or was frozen, or the table did not answer at all, without which
 * nobody may act (invariant 1).
 */
export function reopeningInvariant(court: Court): Invariant {
  const { world, chronicle } = court;
  const managed = world.pair.writability === 'managed';
  let lastHolder = world.cloud.holder;
  let sinceMs: number | null = null;
  const isShut = () => {
    if (lastHolder === null || chronicle.downSinceMs === null) return false;
    const { writable, writabilityBy } = world.master(lastHolder);
    if (writable || writabilityBy !== 'keepalambda') return false;
    if (lacksAnything(court, world.master(lastHolder)) || wouldBeSecond(world, world.master(lastHolder)))
      return false;
    if (!world.master(lastHolder).bound && isHiddenByEc2(world)) return false;
    if (world.cloud.holder === null && world.cloud.isSilent) return false;
    if (world.services.databaseLost > 0) return false;
    return chronicle.of(lastHolder).reachedSinceMs !== null && court.workingSinceMs !== null;
  };
  const changed = () => {
    lastHolder = world.cloud.holder ?? openedFor(world, lastHolder) ?? lastHolder;
    sinceMs = managed && isShut() ? (sinceMs ?? world.nowMs) : null;
  };
  return {
    changed,
    ticked() {
      changed();
      if (sinceMs === null || lastHolder === null) return;
      const forMs = world.nowMs - Math.max(sinceMs, court.workingSinceMs ?? world.nowMs);
      if (forMs <= withinMs) return;
      court.accuse(
        'W2 holder-reopened',
        `${lastHolder} lives, was made read-only by us, and for ${Math.round(forMs)} ms nobody has taken writes`,
      );
    },
  };
}

/** The node that we have opened in place of the last holder, which we have closed; null where there is none. */
function openedFor(world: SimWorld, lastHolder: NodeName | null): NodeName | null {
  if (lastHolder === null) return null;
  const [last, peer] = [world.master(lastHolder), world.peer(lastHolder)];
  const isClosed = !last.writable && last.writabilityBy === 'keepalambda';
  return isClosed && peer.writable && peer.writabilityBy === 'keepalambda' ? peer.name : null;
}

/** EC2 is silent, or gives answers so old that they may be of before the VIP came to where it is. */
function isHiddenByEc2({ cloud, nowMs }: SimWorld): boolean {
  const { staleMs } = cloud.mood;
  return cloud.isSilent || (staleMs >= oldMs && nowMs - cloud.placedAtMs < staleMs);
}

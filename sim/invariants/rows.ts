import type { NodeName } from '../../lib/core/names.ts';
import type { Master } from '../world/master.ts';
import type { Overwrite, Write } from '../world/rows.ts';
import { isHeard, isReached } from './chronicle.ts';
import type { Court, Invariant } from './court.ts';
import { lookMs } from './loss.ts';

/** For how long clients may still write to the old holder after a move. Milliseconds. */
const lateMs = 1500;
/**
 * How long a move by hand may take to be known: EC2 is asked every 5 s, and after the first surprise every second until it
 * has said it three times; then a channel is to be stopped. What EC2 shows may be older still. Milliseconds.
 */
const seenWithinMs = 8000;

/**
 * Invariant W5. No acknowledged row is overwritten by an older one, and no two rows get the same GTID.
 *
 * (a) On neither master does a transaction of the other replace a row that a client wrote later and was told is committed:
 * as the tail of an old holder does that comes back and is let in. (b) No number of a master's own history, which the
 * other one has received, is given away a second time: as a master does that came back with less than it had, and
 * is opened.
 *
 * Excuses: (a) what a person wrote by hand beside the VIP; what a master had received, and not applied, when a person moved
 * the VIP to it, or within the 8 s in which a watch at work can know of that and stop the channel (and what EC2's reads are
 * old), because clients write there at once; all that the other one had, if no order of ours gets there then, or the ids are wrong, so that we give none (W9); what clients
 * wrote to an old holder that could not be closed, in the first second and a half after a move, because their network still
 * led there; what comes through a channel that a person pointed elsewhere and back; (b) a master that was opened by a person,
 * by its own configuration (writability `untouched`), or by an order with `force`, and the numbers that a privileged account took, which writes to a
 * read-only server; numbers that it had given away less than one look before it died, where nobody could ask the other one
 * from then until it was opened: nobody had seen them, and only the other one could tell.
 */
export function rowsInvariant(court: Court): Invariant {
  const { world } = court;
  const seen = new Map<NodeName, number>();
  const openedBesideMs = new Map<string, number>();
  const givenBeside = new Set<string>();
  /** Lives of masters that a forced order has opened. */
  const forcedOpen = new Set<string>();
  const heardMs = new Map<NodeName, number>();
  /** When the other one had last been heard as this life of a master took writes for the first time. */
  const peerHeardMs = new Map<string, number>();
  const checkNumbers = () => {
    for (const { origin, from, to, peerHasFirst, lostAtMs, lostForMs } of world.collisions()) {
      const place = `${origin} ${from}`;
      const life = lifeOf(world.master(origin));
      const besideMs = openedBesideMs.get(life);
      if (besideMs !== undefined && world.nowMs - besideMs < lateMs) givenBeside.add(place);
      const isUnshown = lostForMs < lookMs && (peerHeardMs.get(life) ?? world.nowMs) < lostAtMs;
      if (!peerHasFirst || isUnshown || givenBeside.has(place) || forcedOpen.has(life)) continue;
      court.accuse(
        'W5 rows-kept',
        `${origin} gives its transactions ${from} to ${to} away a second time, and the other node has the first`,
      );
    }
  };
  const checkRows = () => {
    for (const { name, channel } of world.masters) {
      // Dear: only when something of the other one has been applied since.
      if (seen.get(name) === channel.relayLog.appliedCount) continue;
      seen.set(name, channel.relayLog.appliedCount);
      const found = world
        .overwrittenOn(name)
        .filter((overwrite) => overwrite.older.by === 'client' && !isExcused(overwrite));
      const [first] = found;
      if (first !== undefined) court.accuse('W5 rows-kept', told(first, found.length));
    }
  };
  let holder = world.cloud.holder;
  /** The last move that no plan of ours made. */
  let byPerson: { readonly node: NodeName; readonly sinceMs: number; readonly before: number } | null = null;
  const moves: { readonly atMs: number; readonly to: NodeName | null }[] = [];
  const byHand = new Map<NodeName, number>();
  const strayed = new Set<NodeName>();
  const isLate = ({ origin, committedAtMs }: Write) => {
    const last = moves.findLast(({ atMs }) => atMs <= committedAtMs);
    return last !== undefined && last.to !== origin && committedAtMs - last.atMs < lateMs;
  };
  const isExcused = ({ node, newer, older }: Overwrite) =>
    older.number <= (byHand.get(node) ?? 0) || isLate(newer) || isLate(older);
  const followMove = () => {
    if (byPerson === null) return;
    const { node, sinceMs } = byPerson;
    const { workingSinceMs } = court;
    const limitMs = world.cloud.exchanged
      ? Number.POSITIVE_INFINITY
      : seenWithinMs + world.cloud.mood.staleMs;
    if (workingSinceMs !== null && world.nowMs - Math.max(sinceMs, workingSinceMs) > limitMs) byPerson = null;
    else byHand.set(node, Math.max(byHand.get(node) ?? 0, comingTo(court, node)));
  };
  const followPersons = () => {
    followMove();
    const { order = null, plan } = court.flight ?? {};
    if (order?.action === 'failover' && order.force && plan !== undefined)
      forcedOpen.add(lifeOf(world.master(plan.to)));
    for (const master of world.masters) {
      const { name, writable, writabilityBy, channel, statusHangsSinceMs } = master;
      const life = lifeOf(master);
      // What it has received of the other one's, it says in its status of replication alone.
      if (isHeard(world, master) && statusHangsSinceMs === null) heardMs.set(name, world.nowMs);
      if (writable && !peerHeardMs.has(life)) peerHeardMs.set(life, heardMs.get(world.peer(name).name) ?? 0);
      if (writable && writabilityBy !== 'keepalambda') openedBesideMs.set(life, world.nowMs);
      if (channel.stranger !== null) strayed.add(name);
      else if (strayed.delete(name)) byHand.set(name, world.peer(name).log.countAt(world.nowMs));
    }
  };
  return {
    changed() {
      followPersons();
      const now = world.cloud.holder;
      if (now === holder) return;
      byPerson = now === null ? null : { node: now, sinceMs: world.nowMs, before: byHand.get(now) ?? 0 };
      followMove();
      holder = now;
      moves.push({ atMs: world.nowMs, to: now });
    },
    // Called when the world has changed already: of what a plan in flight moves, nothing is excused.
    vipMoved({ node }) {
      if (court.flight === null || byPerson?.node !== node || byPerson.sinceMs !== world.nowMs) return;
      byHand.set(node, byPerson.before);
      byPerson = null;
    },
    ticked() {
      followPersons();
      checkNumbers();
      // What clients write through the VIP is applied on the other one all the time, and replaces nothing.
      const { holder } = world;
      if (holder !== null && seen.get(holder.name) !== holder.channel.relayLog.appliedCount) checkRows();
    },
    ended() {
      checkNumbers();
      checkRows();
    },
  };
}

/** What comes to a node after a move by hand: what it had received; all of the other's, if nobody of ours could or may order it to stop. */
function comingTo({ world }: Court, node: NodeName): number {
  const master = world.master(node);
  return isReached(world, master) && !world.cloud.exchanged
    ? master.channel.relayLog.received
    : world.peer(node).log.countAt(world.nowMs);
}

function lifeOf({ name, log }: Master): string {
  return `${name} ${log.incarnation}`;
}

function told({ node, key, newer, older }: Overwrite, count: number): string {
  const atMs = (ms: number) => `t+${(ms / 1000).toFixed(3)}s`;
  return `on ${node}, ${count} acknowledged rows were replaced by older ones: row ${key}, written at ${atMs(newer.committedAtMs)}, by what ${older.origin} wrote at ${atMs(older.committedAtMs)}`;
}

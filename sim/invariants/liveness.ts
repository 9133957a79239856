import type { Master } from '../world/master.ts';
import type { SimWorld } from '../world/world.ts';
import { couldServe, isFairWeather, mayTakeOver } from './candidate.ts';
import type { Court, Invariant } from './court.ts';
import { Moves } from './moves.ts';

/** The stated bound. Milliseconds. */
export const replaceWithinMs = 45_000;
/** How long everything must have been well for the standby to be known as fit. Milliseconds. */
const wellForMs = 30_000;

/**
 * Invariant 5. A dead holder with a fit standby and a working EC2 API is replaced within the stated bound.
 *
 * When a holder whose mysqld or host has died stays dead for 45 s, while during all that time, and the 30 s
 * before, a watch was alive and none was killed or frozen, the store, EC2 and (where the VIP is bound through it) SSM worked, a
 * vantage saw the standby, the standby was fit, the pair was not paused, the failovers that moved the VIP left room and no
 * operator asked for anything: then the VIP leads to the standby, and clients write there. This is the bound in
 * fair weather; W6 is the one that holds after any.
 */
export function livenessInvariant(court: Court, isManned: () => boolean): Invariant {
  const { world } = court;
  const moves = new Moves(court);
  let fairSinceMs: number | null = null;
  let deadSinceMs: number | null = null;
  let deadline: { readonly dead: Master; readonly generation: number } | null = null;
  let generation = 0;
  const clear = () => {
    deadline = null;
    generation++;
  };
  const watchOver = (dead: Master) => {
    const mine = ++generation;
    deadline = { dead, generation: mine };
    world.timeline.after(replaceWithinMs, () => {
      if (deadline?.generation !== mine) return;
      // A leader may have ended without anything else changing.
      changed();
      if (deadline?.generation !== mine) return;
      const { holder } = world;
      if (holder !== null && holder !== dead && holder.servesVip) return;
      court.accuse(
        5,
        `${dead.name} has been dead for ${replaceWithinMs} ms, and ${holder?.name ?? 'nobody'} still holds the VIP`,
      );
    });
  };
  const changed = () => {
    const standby = standbyOf(world);
    const fair = standby !== null && isFair(court, moves, standby) && isManned();
    if (!fair) {
      fairSinceMs = null;
      clear();
      return;
    }
    const { holder } = world;
    if (holder === null || holder.answers) {
      clear();
      deadSinceMs = null;
      const ready = holder?.servesVip && standby.channel.flowing && standby.channel.relayLog.pile < 50;
      fairSinceMs = ready ? (fairSinceMs ?? world.nowMs) : null;
      return;
    }
    deadSinceMs ??= world.nowMs;
    const died = holder.mysqld === 'down';
    if (!died || fairSinceMs === null || deadSinceMs - fairSinceMs < wellForMs) return;
    if (deadline === null) watchOver(holder);
  };
  return {
    changed,
    leased: changed,
    vipMoved: () => moves.moved(),
    saved(_, before, after) {
      if (before.failoversAtMs.length > 0 && after.failoversAtMs.length === 0) moves.acknowledged();
    },
    ordered: () => {
      fairSinceMs = null;
      clear();
    },
  };
}

function standbyOf(world: SimWorld): Master | null {
  const { holder } = world;
  return holder === null ? null : world.peer(holder.name);
}

/** All that a failover needs beside a dead holder. */
function isFair({ world, flight }: Court, moves: Moves, standby: Master): boolean {
  if (world.table.memoryOf(world.pair.name).pause !== null || flight?.order) return false;
  // The next failover must not be one too many, nor come too soon after the last.
  if (moves.areSpent && flight === null) return false;
  for (const { cutOff, rejectedBy } of world.views.values()) {
    if (cutOff.size > 0 || rejectedBy.size > 0) return false;
  }
  const { channel } = standby;
  const connects =
    !standby.lockedOut && !standby.connectionsFull && !channel.loginRefused && !channel.muffled;
  return isFairWeather(world) && connects && couldServe(world, standby) && mayTakeOver(world, standby);
}

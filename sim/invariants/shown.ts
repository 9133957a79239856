/** What could be known of a standby when its holder died: what nobody could see is no accusation. */
import type { NodeName } from '../../lib/core/names.ts';
import { isTurnedAway } from '../world/last-try.ts';
import type { Master } from '../world/master.ts';
import type { SimWorld } from '../world/world.ts';
import { couldServe, isUntold, mayTakeOver } from './candidate.ts';
import { isHeard } from './chronicle.ts';
import type { Court } from './court.ts';

/** A channel that has run this long in our sight shows a standby that is ready. Milliseconds. */
const readyAfterMs = 5000;
/** So long after it could be known fit again, a node that was set aside is. Milliseconds. */
const reinstatedAfterMs = 5000;
/** A time without sight as long as this hides whether the holder has lived on in it. Milliseconds. */
const hidesMs = 8000;
/** A readiness is trusted for 150 s, and what is remembered of it may be 60 s old. Milliseconds. */
const trustedMs = 90_000;

export class Shown {
  readonly #court: Court;
  #holder: NodeName | null = null;
  /** Until when both could be asked while the holder was well. */
  #heardMs = Number.NEGATIVE_INFINITY;
  /** Since when the channel has been seen to run. */
  #fedSinceMs: number | null = null;
  /** When the standby was last shown to be ready; null when it was seen cut off since. */
  #readyMs: number | null = null;
  /** When the standby was last asked while the holder was well. */
  #askedMs = Number.NEGATIVE_INFINITY;
  /** It has started anew between that and the first time that it could be asked again. */
  #hasRestarted = false;
  /** A node that was set aside: it must be seen fit once, because what was known of it is of other data. */
  #aside: NodeName | null = null;
  #fitSinceMs: number | null = null;
  /** When the standby could first be asked since the holder was last well. */
  #sightMs: number | null = null;
  /** Since when nothing shows whether the holder lives, which is not well. */
  #untoldSinceMs: number | null = null;
  /** That was so for long: it may have lived on, and nobody would know. */
  #isHidden = false;
  /** Since when the standby has been out of reach, beside a holder that is not well. */
  #goneSinceMs: number | null = null;

  constructor(court: Court) {
    this.#court = court;
  }

  /** Follows the last holder; called after every change, and once a second. */
  observe(holder: Master): void {
    const { world, chronicle, isManned } = this.#court;
    const { nowMs } = world;
    if (holder.name !== this.#holder) this.#begin(holder.name);
    const standby = world.peer(holder.name);
    const canAsk = isManned && mayLead(world) && isHeard(world, standby) && !isUntold(standby);
    this.#observeAside(standby, canAsk && chronicle.of(holder.name).wellMs === nowMs);
    this.#observeSilence(holder, standby, chronicle.of(holder.name).wellMs === nowMs);
    if (chronicle.of(holder.name).wellMs !== nowMs) {
      this.#observeBeside(holder, standby, canAsk);
      this.#observeGone(standby);
      if (!canAsk || this.#sightMs !== null) return;
      this.#sightMs = nowMs;
      this.#hasRestarted = standby.startedMs > this.#askedMs;
      return;
    }
    this.#sightMs = this.#goneSinceMs = null;
    if (canAsk) this.#askedMs = nowMs;
    if (!canAsk) {
      this.#fedSinceMs = null;
      if (isManned && standby.mysqld === 'down') this.#readyMs = null;
      return;
    }
    if (isHeard(world, holder)) this.#heardMs = nowMs;
    // What the standby says of its own channel counts, whether or not the holder can be asked.
    if (standby.channel.io !== 'yes') {
      this.#fedSinceMs = null;
      this.#readyMs = null;
      return;
    }
    this.#fedSinceMs ??= nowMs;
    if (nowMs - this.#fedSinceMs >= readyAfterMs) this.#readyMs = nowMs;
  }

  /** Whether it could be known, after the holder's death, that its standby lacks little. */
  get isKnown(): boolean {
    if (this.#sightMs === null || this.#hasRestarted || this.#aside !== null || this.#isHidden) return false;
    if (this.#readyMs !== null) return this.#sightMs - this.#readyMs <= trustedMs;
    return this.#sightMs - this.#heardMs < hidesMs;
  }

  /**
   * What is seen of the standby while the holder is not well: time without sight is no time in our sight. A holder whose commits wait
   * for its standby lives, so that a channel was stopped then is seen as beside one that is well.
   */
  #observeBeside(holder: Master, standby: Master, canAsk: boolean): void {
    const waits = holder.answers && (holder.semiSync?.waitingSinceMs ?? null) !== null;
    const isStopped = waits && canAsk && standby.channel.io === 'no';
    if (!canAsk || isStopped) this.#fedSinceMs = null;
    if (isStopped) this.#readyMs = null;
  }

  /** Where both were out of reach for long, the sight before that is of another time: the holder may have lived on in between. */
  #observeGone({ reachable }: Master): void {
    const { nowMs } = this.#court.world;
    this.#goneSinceMs = reachable ? null : (this.#goneSinceMs ?? nowMs);
    if (this.#goneSinceMs !== null && nowMs - this.#goneSinceMs >= hidesMs) this.#sightMs = null;
  }

  /** Somebody who comes back is fit when nothing has kept it from the role for its time, in our sight. */
  #observeAside(standby: Master, canBeSeen: boolean): void {
    const { world } = this.#court;
    const { nowMs, pair } = world;
    if (world.table.memoryOf(pair.name).aside?.node === standby.name) this.#aside = standby.name;
    const isFit =
      canBeSeen &&
      !(standby.connectionsFull || standby.lockedOut) &&
      couldServe(world, standby) &&
      mayTakeOver(world, standby);
    this.#fitSinceMs = isFit ? (this.#fitSinceMs ?? nowMs) : null;
    const fitForMs = nowMs - (this.#fitSinceMs ?? nowMs);
    if (fitForMs >= pair.settings.readinessMs + reinstatedAfterMs) this.#aside = null;
  }

  /**
   * A channel that somebody has stopped, or that is turned away, would not hear a holder that nobody else hears; and of one whose
   * status hangs, nobody knows whether it is stopped.
   */
  #observeSilence(holder: Master, standby: Master, isWell: boolean): void {
    const { world, isManned } = this.#court;
    const isTelling = listens(standby) && !isUntold(standby);
    const isTold = isWell || (isManned && showsItself(world, holder)) || isTelling;
    this.#untoldSinceMs = isTold ? null : (this.#untoldSinceMs ?? world.nowMs);
    if (isWell) this.#isHidden = false;
    if (this.#untoldSinceMs !== null && world.nowMs - this.#untoldSinceMs >= hidesMs) this.#isHidden = true;
  }

  #begin(holder: NodeName): void {
    this.#untoldSinceMs = null;
    this.#isHidden = false;
    this.#aside = null;
    this.#fitSinceMs = null;
    this.#holder = holder;
    this.#heardMs = Number.NEGATIVE_INFINITY;
    this.#askedMs = Number.NEGATIVE_INFINITY;
    this.#hasRestarted = false;
    this.#fedSinceMs = null;
    this.#readyMs = null;
    this.#sightMs = this.#goneSinceMs = null;
  }
}

/** It answers us, or its host says that no mysqld runs, or EC2 that the instance has stopped. */
function showsItself(world: SimWorld, master: Master): boolean {
  if (isHeard(world, master) || master.instance === 'stopped' || master.instance === 'terminated')
    return true;
  const isDown = master.reachable && master.mysqld === 'down';
  return isDown && [...world.views.values()].some((view) => view.reaches(master.name));
}

/** Whoever gets no answers of the table leads for moments only, and leaves no memory. */
function mayLead({ services: { store, storeLost } }: SimWorld): boolean {
  return store === 'up' && storeLost === 0;
}

/** Its channel would hear a source that lives, or connect to it. */
function listens({ channel }: Master): boolean {
  const { configured, ioWanted, stranger } = channel;
  return configured && ioWanted && stranger === null && !isTurnedAway(channel);
}

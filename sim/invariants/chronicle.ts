/** What has become of the world, and since when: the facts that W1 to W8 are judged by. Nothing here was believed by anybody. */
import type { NodeName } from '../../lib/core/names.ts';
import type { Master } from '../world/master.ts';
import { loginRefusedAt } from '../world/sight.ts';
import type { SimWorld } from '../world/world.ts';

/** What is known of one master. */
export interface Life {
  /** Since when an order of ours gets to it and is carried out; null while none does. */
  readonly reachedSinceMs: number | null;
  /** Until when it was alive (it could commit) and not isolated (we or its standby reached it). */
  readonly wellMs: number;
  /** Until when a vantage could ask its peer how that is, while keepalambda was at work and this one was well. */
  readonly peerHeardMs: number;
  /** Until when its channel ran while its peer was well. */
  readonly fedMs: number;
  /** Since a look showed that all was well, the peer could be asked again and again: what changed since can be known. */
  readonly isFollowed: boolean;
}

const unborn: Life = { reachedSinceMs: null, wellMs: 0, peerHeardMs: 0, fedMs: 0, isFollowed: true };

export class Chronicle {
  readonly #world: SimWorld;
  readonly #lives = new Map<NodeName, Life>();
  /** Since when clients cannot commit through the VIP; null while they can. */
  downSinceMs: number | null = null;

  /**
   * The node to which the VIP was moved by an order of ours: what it lacks was given up with that. Null once somebody else
   * has moved it away: what the other node writes from then on was not.
   */
  entrusted: NodeName | null;
  /** The node that took writes last while the VIP was on it. */
  writer: NodeName | null = null;

  constructor(world: SimWorld) {
    this.#world = world;
    this.entrusted = world.cloud.holder;
  }

  of(node: NodeName): Life {
    return this.#lives.get(node) ?? unborn;
  }

  /** Brings the chronicle up to the world; called after every change, and once a second. */
  observe(isManned: boolean): void {
    const { nowMs, holder } = this.#world;
    if (holder !== null && holder.name !== this.entrusted) this.entrusted = null;
    if (holder?.writable) this.writer = holder.name;
    this.downSinceMs = holder?.servesVip === true ? null : (this.downSinceMs ?? nowMs);
    for (const master of this.#world.masters) {
      const was = this.of(master.name);
      const isAlive = isWell(this.#world, master);
      const { peerHeardMs, isFollowed } = this.#follow(master, was, isAlive, isManned);
      this.#lives.set(master.name, {
        reachedSinceMs: isReached(this.#world, master) ? (was.reachedSinceMs ?? nowMs) : null,
        wellMs: isAlive ? nowMs : was.wellMs,
        fedMs:
          master.channel.io === 'yes' && isWell(this.#world, this.#world.peer(master.name))
            ? nowMs
            : was.fedMs,
        peerHeardMs,
        isFollowed,
      });
    }
  }

  /** A peer that answers after a gap, and receives nothing, says the same of a source that died and of one that lives on. */
  #follow(master: Master, was: Life, isAlive: boolean, isManned: boolean) {
    const peer = this.#world.peer(master.name);
    if (!isManned || !isHeard(this.#world, peer)) return { peerHeardMs: was.peerHeardMs, isFollowed: false };
    const isFollowed = was.isFollowed || peer.channel.io === 'yes' || isHeard(this.#world, master);
    return { peerHeardMs: isAlive && isFollowed ? this.#world.nowMs : was.peerHeardMs, isFollowed };
  }
}

/** Whether a vantage's question gets an answer: what a master says of itself can be known. */
export function isHeard(world: SimWorld, master: Master): boolean {
  if (!master.answers || world.services.pool === 'dry') return false;
  for (const view of world.views.values()) {
    if (!view.reaches(master.name)) continue;
    if (view.keeps(master) || loginRefusedAt(view, master) === null) return true;
  }
  return false;
}

/** Whether an order of ours gets to it and is carried out. */
export function isReached(world: SimWorld, master: Master): boolean {
  return master.stuckSinceMs === null && isHeard(world, master);
}

/** Alive: clients could commit on it, were it open. Not isolated: one of our vantages, or its standby, reaches it. */
function isWell(world: SimWorld, master: Master): boolean {
  if (!master.answers || master.hangsSinceMs !== null || master.refusal !== null) return false;
  if (world.pairLinked && world.peer(master.name).reachable) return true;
  for (const view of world.views.values()) if (view.reaches(master.name)) return true;
  return false;
}

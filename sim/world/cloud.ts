/** EC2 as it is, not as its API says: where the VIP is, and what the API shows of it, late or not at all. */
import type { VipPlace } from '../../lib/core/evidence/sighting.ts';
import type { NodeName } from '../../lib/core/names.ts';

/** How the EC2 API is doing. Faults change it, and change it back. */
export interface CloudMood {
  /** No call is answered, and none takes effect. */
  readonly down: boolean;
  /** Every call is answered at once with a 5xx, and none takes effect. */
  readonly failing: boolean;
  /** What is answered with `UnauthorizedOperation`. */
  readonly denies: 'nothing' | 'changes' | 'everything';
  /** How likely a call is throttled, and how likely its answer is lost after it took effect. */
  readonly throttled: number;
  readonly lost: number;
  /** From call to effect of a reassignment, at most. */
  readonly effectMs: number;
  /** How old a description may be, at most. */
  readonly staleMs: number;
  /** How much longer than usual an answer takes, at most. */
  readonly slowMs: number;
}

export const calmCloud: CloudMood = {
  down: false,
  failing: false,
  denies: 'nothing',
  throttled: 0,
  lost: 0,
  effectMs: 900,
  staleMs: 150,
  slowMs: 0,
};

/** Whether EC2 is as it is on most days. */
export function isCalmCloud(mood: CloudMood): boolean {
  const { down, failing, denies, throttled, lost, effectMs, staleMs, slowMs } = mood;
  if (down || failing || denies !== 'nothing') return false;
  return throttled === 0 && lost === 0 && slowMs === 0 && effectMs <= 900 && staleMs <= 500;
}

interface Stay {
  readonly fromMs: number;
  readonly place: VipPlace;
}

export class Cloud {
  mood: CloudMood = calmCloud;
  /** The environment file has the ENIs of the two nodes exchanged. */
  exchanged = false;
  /** From the newest to the oldest, so that a stale read is a short walk. */
  #stays: Stay[];
  /** Where some clients' network still leads after a move, and until when. */
  #late: { readonly place: VipPlace; readonly untilMs: number } | null = null;

  constructor(place: VipPlace) {
    this.#stays = [{ fromMs: 0, place }];
  }

  /** EC2 answers no question at all. */
  get isSilent(): boolean {
    const { down, failing, denies } = this.mood;
    return down || failing || denies === 'everything';
  }

  /** Where the VIP is. */
  get place(): VipPlace {
    return (this.#stays[0] as Stay).place;
  }

  /** Since when it is there. */
  get placedAtMs(): number {
    return (this.#stays[0] as Stay).fromMs;
  }

  /** The node whose ENI has the VIP, if it is one of the pair's. */
  get holder(): NodeName | null {
    return nodeIn(this.place);
  }

  /** Where the clients' packets go that have not heard of the last move yet. */
  lateHolder(nowMs: number): NodeName | null {
    return nodeIn(this.#late !== null && nowMs < this.#late.untilMs ? this.#late.place : this.place);
  }

  /** Puts the VIP there, now. For a while, some clients' packets still go to the old place. */
  put(nowMs: number, place: VipPlace, lateForMs: number): void {
    this.#late = { place: this.place, untilMs: nowMs + lateForMs };
    this.#stays.unshift({ fromMs: nowMs, place });
  }

  /** What a description shows that is as old as this. */
  placeAt(atMs: number): VipPlace {
    return (this.#stays.find((stay) => stay.fromMs <= atMs) ?? (this.#stays[this.#stays.length - 1] as Stay))
      .place;
  }
}

/** The node of a place; null for nowhere and for a stranger's ENI. */
export function nodeIn(place: VipPlace): NodeName | null {
  return place.kind === 'node' ? place.node : null;
}

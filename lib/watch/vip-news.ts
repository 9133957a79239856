/** EC2's answers on one pair's VIP, and which node answers through it where EC2 is silent or may be stale. */
import type { Pair } from '../core/config.ts';
import type { ThroughVip } from '../core/evidence.ts';
import type { NodeName } from '../core/names.ts';
import type { VipSighting } from '../core/sighting.ts';
import type { Ports } from './ports.ts';
import { askThroughVip } from './through-vip.ts';

export interface VipNewsProps {
  readonly pair: Pair;
  readonly ports: Ports;
  /** Who a node last said that it is; null while it never did. */
  readonly identityOf: (node: NodeName) => string | null;
  /** Where the VIP is as far as we know; whether somebody else has moved it there a short while ago. */
  readonly lastHolder: () => { readonly node: NodeName | null; readonly isNew: boolean };
  /** Whether what was asked then is too old to be taken. */
  readonly isOld: (askedMs: number) => boolean;
  /** Takes an answer of EC2. */
  readonly onSighting: (sighting: VipSighting) => void;
  /** Takes who answered through the VIP; null where nobody has to be asked. */
  readonly onAnswer: (said: ThroughVip | null) => void;
}

export class VipNews {
  readonly #props: VipNewsProps;
  /** Whether a question through the VIP is under way. */
  #asking = false;
  /** What EC2 said since it was asked: that the other node has the VIP. */
  #surprises: VipSighting[] = [];
  /** Whether the node that answered last is not where we left the VIP: what EC2 says then does not end the asking. */
  #isElsewhere = false;

  constructor(props: VipNewsProps) {
    this.#props = props;
  }

  /** Takes an answer of EC2 that was asked for at `askedMs`. */
  take(sighting: VipSighting, askedMs: number): void {
    const { onSighting, onAnswer } = this.#props;
    if (!this.#isSurprising(sighting) && !this.#isElsewhere) {
      this.#surprises = [];
      // A decision is made after each of the two: without the answer, what EC2 said before would count for a moment.
      onSighting(sighting);
      onAnswer(null);
      return;
    }
    // That the other node has it would turn the roles round, so who answers through it is heard first.
    if (this.#turnsRound(sighting)) this.#surprises.push(sighting);
    else onSighting(sighting);
    void this.ask(askedMs);
  }

  /** Asks who answers through the VIP; what EC2 says meanwhile is taken after it. One question at a time. */
  async ask(askedMs: number): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    const { pair, ports, identityOf, isOld, onAnswer, onSighting } = this.#props;
    try {
      const said = await askThroughVip(pair, ports, identityOf);
      const surprises = this.#surprises;
      this.#surprises = [];
      this.#isElsewhere = said.kind === 'node' && said.node !== this.#props.lastHolder().node;
      if (isOld(askedMs)) return;
      onAnswer(said);
      for (const sighting of surprises) onSighting(sighting);
    } finally {
      this.#asking = false;
    }
  }

  /** EC2 does not answer, or says that the VIP is not where we left it, or just began to: its reads may be old. */
  #isSurprising(sighting: VipSighting): boolean {
    const { node, isNew } = this.#props.lastHolder();
    if (node === null) return false;
    if (sighting.kind === 'blind' || isNew) return true;
    return sighting.place.kind !== 'node' || sighting.place.node !== node;
  }

  #turnsRound(sighting: VipSighting): boolean {
    if (sighting.kind === 'blind' || sighting.place.kind !== 'node') return false;
    return sighting.place.node !== this.#props.lastHolder().node;
  }
}

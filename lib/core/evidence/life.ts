/** Whether the holder is alive. A holder that we cannot reach, or that refuses our login, is not dead. */
import type { Settings } from '../config/config.ts';
import type { Verdict } from './verdict.ts';
import {
  cannotSay,
  hearsOnlyHeartbeats,
  isSignOfLife,
  type Testimony,
  wasTurnedAwaySince,
} from './witness.ts';

/**
 * - `lives`: it answers, or refuses to let us in, or the standby still hears it, or cannot say; but for a while after it was
 *   proven dead, that the standby cannot say is no sign of life.
 * - `dead`: confirmed stopped or stuck, or silent and heard by nobody.
 * - `unsure`: it has just begun to look dead, the standby cannot say yet or cannot be asked, or nothing is seen at all; or its
 *   port refuses us, and its server turned the standby's channel away when that last tried.
 */
export type Life = 'lives' | 'dead' | 'unsure';

export interface Signs {
  readonly holder: Verdict;
  readonly standby: Verdict;
  readonly witness: Testimony;
  readonly blind: string | null;
  /** It was proven dead, and the standby has said nothing of it since, or for a short while only. */
  readonly wasDead: boolean;
  readonly settings: Settings;
  readonly nowMs: number;
}

/** What the signs amount to. */
export function lifeOf(signs: Signs): Life {
  const { holder, blind } = signs;
  switch (holder.kind) {
    case 'serving':
    case 'saturated':
    case 'locked-out':
      return 'lives';
    case 'stuck':
      return holder.confirmed ? 'dead' : 'lives';
    case 'unseen':
      return 'unsure';
    case 'stopped':
    case 'silent':
      if (!holder.confirmed || blind !== null) return 'unsure';
      // What the standby would say is not known, so from when on the holder is dead is not known either.
      if ((signs.witness === 'unasked' || signs.witness === 'unheard') && !holder.instanceGone)
        return 'unsure';
      if (!isWitnessed(signs)) return 'dead';
      if (signs.witness === 'not-yet' || mayHaveDiedSince(signs)) return 'unsure';
      return cannotSay(signs.witness) && signs.wasDead ? 'unsure' : 'lives';
  }
}

/**
 * The standby speaks for a holder that does not answer us. When mysqld dies its dump thread dies with it, and the
 * standby's channel notices within a round trip: so a port that refuses us, while the channel hears, is refused by
 * something on the way, and may be while a channel that hears little believes to be connected. So is one whose server answers the
 * channel, and turns it away. Of a silent holder, what the standby cannot say is no silence. EC2's word that the instance has
 * stopped needs no witness.
 */
export function isWitnessed(signs: Omit<Signs, 'blind' | 'wasDead'>): boolean {
  const { holder, witness } = signs;
  if (holder.instanceGone || witness === 'does-not-hear') return false;
  if (holder.kind === 'stopped')
    return isSignOfLife(witness) || witness === 'turned-away' || witness === 'unheard';
  return holder.kind === 'silent' && !isHung(signs);
}

/** Its port refuses us, and its server may have turned the channel away before that, and not since. */
function mayHaveDiedSince({ holder, standby, witness }: Signs): boolean {
  return (
    holder.kind === 'stopped' && witness === 'turned-away' && !wasTurnedAwaySince(standby, holder.sinceMs)
  );
}

/**
 * Its host takes connections, so our path is well; nobody greets us on them; and what the standby hears is replication's
 * own heartbeat, no event: the network side of a mysqld that does nothing any more.
 */
function isHung({ holder, standby, witness, settings, nowMs }: Omit<Signs, 'blind' | 'wasDead'>): boolean {
  const { stuckMs } = settings;
  if (!holder.hostAccepts || witness !== 'hears' || nowMs - holder.sinceMs < stuckMs) return false;
  return standby.server !== null && hearsOnlyHeartbeats(standby.server.inbound, stuckMs);
}

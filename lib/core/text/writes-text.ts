/** Whether clients can write, as far as is known: what an alert says of it must fit what was seen when the alert was made. */
import type { EventCode } from '../alert/events.ts';
import { remedies, type Writes } from '../alert/remedies.ts';
import type { Situation } from '../decision/situation.ts';
import type { Memory } from '../memory/memory.ts';
import { duration } from './utc-time.ts';

/** A loss that is shorter may be one slow commit. Milliseconds. */
const SHORT_MS = 1000;

type Seen = Pick<Situation, 'isServed' | 'unservedForMs' | 'holder' | 'life'>;

/** By what is seen of the holder alone. */
export function writesSeen({ isServed, unservedForMs, holder, life }: Seen): Writes {
  if (isServed) return holder.server?.heartbeat.kind === 'barred' ? 'probably' : 'yes';
  switch (holder.kind) {
    case 'serving':
    case 'stuck':
      return unservedForMs < SHORT_MS ? 'probably' : 'no';
    case 'stopped':
    case 'silent':
      return life === 'dead' ? 'no' : life === 'lives' ? 'probably' : 'unknown';
    case 'saturated':
    case 'locked-out':
      return 'probably';
    case 'unseen':
      return 'unknown';
  }
}

/** Of an alert of this code: what its event says as a rule counts only while what is seen does not say otherwise. */
export function writesOfPage(page: EventCode, situation: Seen): Writes {
  const seen = writesSeen(situation);
  const usual = remedies[page].writes;
  switch (usual) {
    case 'yes':
    case 'not yet':
      return seen;
    case 'no':
      return situation.isServed ? seen : 'no';
    case 'probably':
      return situation.isServed || seen === 'probably' ? 'probably' : 'unknown';
    case 'unknown':
      return saysRoles(page) || livesUnseen(page, situation) ? seen : 'unknown';
  }
}

/** Of an alert that no look has led to: its event says that clients can write, and a loss of service that lasts makes that doubtful. */
export function writesRemembered({ unservedSinceMs }: Pick<Memory, 'unservedSinceMs'>): {
  readonly writes?: Writes;
} {
  return unservedSinceMs === null ? {} : { writes: 'unknown' };
}

/** It is known which node has the VIP, and the alert is about what keepalambda leaves to a person. */
function saysRoles(page: EventCode): boolean {
  return page === 'vip-moved-by-hand' || page === 'writability-changed' || page === 'would-act';
}

/** Its standby hears the holder that we do not see. */
function livesUnseen(page: EventCode, { life }: Seen): boolean {
  return page === 'blind' && life === 'lives';
}

/** For how long clients have not been able to write; where that is not certain, for how long nobody has seen that they can. */
export function costOf(
  { unservedForMs, isServed }: Pick<Situation, 'unservedForMs' | 'isServed'>,
  writes: Writes,
): { readonly cost?: string } {
  if (unservedForMs < SHORT_MS || isServed) return {};
  const lasted = duration(unservedForMs);
  return {
    cost:
      writes === 'no'
        ? `Clients have not been able to write for ${lasted}.`
        : `Whether clients could write is not known: keepalambda has seen no write for ${lasted}.`,
  };
}

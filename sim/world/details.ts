/**
 * What a probe reads of a master besides its pulse, on a connection of its own, and so with `SHOW REPLICA STATUS`. Where that
 * statement is not answered, the last answers stay, and a probe that has begun meanwhile has none.
 */
import type { Inbound, Position, Server } from '../../lib/core/evidence/sighting.ts';
import type { Master } from './master.ts';
import type { View } from './view.ts';

/** The answers of one look. */
export interface Details extends Pick<Server, 'semiSync' | 'events' | 'globalLock' | 'uptimeSeconds'> {
  readonly inbound: Inbound;
  readonly place: Pick<Position, 'file' | 'offset'>;
}

/** The same, and when they were read. */
export interface ReadDetails extends Details {
  readonly atMs: number;
}

/** For how long an answer counts as read just now. Milliseconds. */
const freshMs = 1500;
/** What a channel was last heard to hear counts for this long. Milliseconds. */
const unreadMs = 2000;

const unread: Details = {
  inbound: { kind: 'unread' },
  place: { file: '', offset: 0 },
  semiSync: null,
  events: null,
  globalLock: null,
  uptimeSeconds: 0,
};

/** What a look from the view shows of the master, whose present details are `now`. */
export function readDetails(view: View, master: Master, nowMs: number, now: () => Details): Details {
  if (answersStatus(view, master, nowMs)) {
    const read = { ...now(), atMs: nowMs };
    view.details.set(master.name, read);
    return read;
  }
  const last = view.details.get(master.name);
  // The uptime is asked first, so it is known where the status alone is not answered; then it is counted on.
  const uptimeSeconds = view.isBusy(nowMs) ? (last?.uptimeSeconds ?? 0) : master.uptimeSeconds(nowMs);
  if (last === undefined) return { ...unread, uptimeSeconds };
  return { ...last, uptimeSeconds, inbound: agedBy(last.inbound, nowMs - last.atMs) };
}

/** Whether a probe that asks now for the status of replication has the answer with this look. */
function answersStatus(view: View, { statusHangsSinceMs }: Master, nowMs: number): boolean {
  return statusHangsSinceMs === null && !view.isBusy(nowMs);
}

/** The lag is unknown then, and nothing is caught up. */
function agedBy(inbound: Inbound, forMs: number): Inbound {
  if (inbound.kind !== 'configured' || forMs <= freshMs) return inbound;
  const older = (agoMs: number | null) => (agoMs === null ? null : agoMs + Math.max(0, forMs - unreadMs));
  return {
    ...inbound,
    lagSeconds: null,
    caughtUp: false,
    unanswered: true,
    heardAgoMs: older(inbound.heardAgoMs),
    receivedAgoMs: older(inbound.receivedAgoMs),
  };
}

/**
 * What a probe reads of a master besides its pulse, on a connection of its own, and so with `SHOW REPLICA STATUS`. Where that
 * statement is not answered, the last answers stay, and a probe that has begun meanwhile has none.
 */
import { noPlace } from '../../lib/core/evidence/log-place.ts';
import type { Inbound, Position, Server } from '../../lib/core/evidence/sighting.ts';
import type { Master } from './master.ts';
import type { View } from './view.ts';

/** The answers of one look. */
export interface Details
  extends Pick<Server, 'semiSync' | 'events' | 'globalLock' | 'uptimeSeconds' | 'startSecond'> {
  readonly inbound: Inbound;
  readonly place: Pick<Position, 'file' | 'offset'>;
}

/** What of them a look shows. */
export interface Shown extends Details, Pick<Server, 'isEarly'> {
  /** The place was read with this look. */
  readonly isPlaced: boolean;
}

/** The same, when they were read, and since when this probe reads them. */
export interface ReadDetails extends Details {
  readonly atMs: number;
  readonly sinceMs: number;
}

/** For how long an answer counts as read just now. Milliseconds. */
const freshMs = 1500;
/** What a channel was last heard to hear counts for this long. Milliseconds. */
const unreadMs = 2000;

/** Without GTIDs, a place that was read longer ago than this is not told. Milliseconds. */
const placeLifeMs = 2500;

/** What shows between two readings alone is not known to a probe before. Milliseconds. */
const earlyMs = 1000;
/** How long the places in the logs come with each look, and then with none: a probe reads them less often than GTIDs. Milliseconds. */
const placedMs = 700;

const unread: Details = {
  inbound: { kind: 'unread' },
  place: noPlace,
  semiSync: null,
  events: null,
  globalLock: null,
  uptimeSeconds: 0,
};

/** What a look from the view shows of the master, whose present details are `now`. */
export function readDetails(view: View, master: Master, nowMs: number, now: () => Details): Shown {
  const last = view.details.get(master.name);
  if (answersStatus(view, master, nowMs)) {
    const read = {
      ...now(),
      ...startOf(view, master, nowMs),
      atMs: nowMs,
      sinceMs: last?.sinceMs ?? nowMs,
    };
    view.details.set(master.name, read);
    const isPlaced = last === undefined || Math.floor(nowMs / placedMs) % 2 === 0;
    const shown = { ...(isPlaced ? read : withoutPlaces(read)), isPlaced };
    return nowMs - read.sinceMs < earlyMs ? early(shown) : shown;
  }
  // The uptime is asked first, so it is known where the status alone is not answered; then it is counted on.
  const process = view.isBusy(nowMs) ? {} : startOf(view, master, nowMs);
  if (last === undefined) return { ...unread, isEarly: true, isPlaced: false, ...process };
  const inbound = agedBy(last.inbound, nowMs - last.atMs);
  const place = nowMs - last.atMs <= placeLifeMs ? last.place : noPlace;
  return { ...last, isPlaced: false, ...process, place, inbound };
}

/** What tells its process from others. Rounded twice, the second of its start may be one off, as each probe finds it. */
function startOf(
  { details }: View,
  master: Master,
  nowMs: number,
): Pick<Details, 'uptimeSeconds' | 'startSecond'> {
  const off = Math.floor(details.get(master.name)?.sinceMs ?? nowMs) % 2;
  return { uptimeSeconds: master.uptimeSeconds(nowMs), startSecond: master.startSecond + off };
}

/** Where there are GTIDs, they say where the channel is. */
function withoutPlaces(details: Details): Details {
  const { inbound } = details;
  if (inbound.kind !== 'configured' || inbound.received.gtid === null) return details;
  const received = { ...inbound.received, ...noPlace };
  const applied = { ...inbound.applied, ...noPlace };
  return { ...details, inbound: { ...inbound, received, applied } };
}

/** As of a server that does not say who holds its locks. */
function early(details: Shown): Shown {
  const { inbound } = details;
  const unblocked = inbound.kind === 'configured' ? { ...inbound, applierBlocked: null } : inbound;
  return { ...details, globalLock: null, inbound: unblocked, isEarly: true };
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

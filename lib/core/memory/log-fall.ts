/**
 * What a node has forgotten that shows less than it was seen to have. What the other node has of it will be named twice: once for
 * the rows that it has, and once for others.
 */
import { cut, LIST_MAX } from '../bounds.ts';
import {
  common,
  describeSet,
  originatedBy,
  parseSet,
  renderSet,
  subtract,
  type TransactionSet,
  union,
  withoutOrigin,
} from '../evidence/gtid.ts';
import { knownTo } from '../evidence/history-sets.ts';
import { areOfOneSeries, comparePlaces, placeOf } from '../evidence/log-place.ts';
import { hasRunOn } from '../evidence/same-process.ts';
import type { Position, Server } from '../evidence/sighting.ts';
import type { Verdict } from '../evidence/verdict.ts';
import type { Fall, LogSight, SeenLog } from './seen-logs.ts';

/** The longest set that is kept. Characters. */
export const SET_MAX = 4000;

/** Whether a server has lost any of what it had. */
export function hasLess(now: Position, before: Position): boolean {
  if (areOfOneSeries(now, before) && comparePlaces(now, before) < 0) return true;
  if (now.gtid === null || before.gtid === null || now.gtid === before.gtid) return false;
  return subtract(parseSet(before.gtid), parseSet(now.gtid)).size > 0;
}

/** What is known beside the looks. */
interface BesideFall {
  /** What the other node was last seen to have of it. */
  readonly sent: Position | undefined;
  /** It is known to lack writes of its own. */
  readonly isBehind: boolean;
}

/** Null where the other node has nothing of it: then nothing is named twice. */
export function fallBetween(
  { seen: before, fall }: LogSight,
  verdict: Verdict,
  peer: Verdict,
  { sent, isBehind }: BesideFall,
): Fall | null {
  const { executed, uptimeSeconds } = verdict.server as Server;
  const areNumbered = executed.gtid !== null && before.executed.gtid !== null;
  const lost = fall ?? (areNumbered ? namesLost : placesLost)(before, verdict, peer, sent);
  if (lost === null) return null;
  const sinceUptimeSeconds = fall?.sinceUptimeSeconds ?? uptimeSeconds;
  // A look may give the uptime of the look before, and so that of a process that has ended: one that grows is of this one.
  const isReset = uptimeSeconds > sinceUptimeSeconds && hasRunOn(before.process, verdict, peer);
  const { lack, had, isAssumed } = lost;
  const wasBehind = fall?.wasBehind ?? isBehind;
  const peerHas = wasBehind ? parseSet('') : setOf(peer.server, sent);
  const forgotten = isReset ? bounded(forgottenSince(before, executed, peerHas)) : null;
  return {
    lack,
    had,
    isAssumed,
    forgotten,
    wasBehind,
    sinceMs: fall?.sinceMs ?? verdict.seenAtMs,
    sinceUptimeSeconds,
    untilMs: verdict.seenAtMs,
  };
}

/**
 * What it had at the look before, and what came between that and the reset: its own that the other one has, and those of others
 * up to the first that it has applied since.
 */
function forgottenSince({ identity, executed }: SeenLog, now: Position, peerHas: TransactionSet) {
  const known = parseSet(now.gtid ?? '');
  const had = union(parseSet(executed.gtid ?? ''), originatedBy(peerHas, identity));
  const between = new Map<string, readonly (readonly [number, number])[]>();
  for (const [origin, intervals] of withoutOrigin(had, identity)) {
    const last = Math.max(...intervals.map(([, to]) => to));
    const next = Math.min(...(known.get(origin) ?? []).map(([from]) => from).filter((from) => from > last));
    if (Number.isFinite(next) && next > last + 1) between.set(origin, [[last + 1, next - 1]]);
  }
  return subtract(union(had, between), known);
}

type Lost = Pick<Fall, 'lack' | 'had' | 'isAssumed'>;

function namesLost(
  { identity, executed }: SeenLog,
  { server }: Verdict,
  peer: Verdict,
  sent: Position | undefined,
): Lost | null {
  if (server === null) return null;
  const own = originatedBy(lackOf(server.executed, executed), identity);
  const isAssumed = peer.server === null && sent === undefined;
  const had = isAssumed ? own : common(own, setOf(peer.server, sent));
  if (had.size === 0) return null;
  const lack = cut(describeSet(had), LIST_MAX);
  return { lack, had: bounded(had), isAssumed };
}

/** Without GTIDs: the other node has read its log further than that goes now. */
function placesLost(
  { identity, executed }: SeenLog,
  { server }: Verdict,
  peer: Verdict,
  sent: Position | undefined,
): Lost | null {
  if (server === null) return null;
  const inbound = peer.server?.inbound;
  const isOfNode =
    inbound?.kind === 'configured' &&
    (inbound.sourceIdentity === null || inbound.sourceIdentity === identity);
  const isAssumed = peer.server === null && sent === undefined;
  const known = isOfNode ? inbound.received : peer.server === null ? sent : undefined;
  const read = isAssumed ? executed : known;
  if (read === undefined || !areOfOneSeries(read, executed) || !areOfOneSeries(read, server.executed))
    return null;
  if (comparePlaces(read, server.executed) <= 0) return null;
  return { lack: `the events up to ${placeOf(read)}`, had: '', isAssumed };
}

function lackOf(now: Position, before: Position) {
  return subtract(parseSet(before.gtid ?? ''), parseSet(now.gtid ?? ''));
}

function setOf(peer: Server | null, sent: Position | undefined) {
  return peer === null ? parseSet(sent?.gtid ?? '') : knownTo(peer);
}

/** The set as text; empty where that is too long to be kept. */
export function bounded(set: TransactionSet): string {
  const text = renderSet(set);
  return text.length > SET_MAX ? '' : text;
}

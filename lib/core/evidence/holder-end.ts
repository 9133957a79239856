/**
 * The end of a holder's history, from the last looks at it: what a standby must have received to take over. The standby's
 * report that its channel runs is older than the death of the holder; what it has received is a fact.
 */
import type { Durations } from '../memory/durations.ts';
import type { Memory } from '../memory/memory.ts';
import type { NodeName } from '../names.ts';
import { lackOf, lostOf, unreadOf } from '../standby/lead.ts';
import type { HolderEnd, LastEnds } from '../standby/readiness.ts';
import type { Position, Server } from './sighting.ts';
import type { Verdict } from './verdict.ts';

/**
 * An end that was said so long before the loss does not prove that a standby which has it lacks little: what was committed
 * after it may have gone nowhere. Milliseconds.
 */
export const END_LIFE_MS = 8000;
/** Beside `readinessMs`: what was on its way when a channel broke. Milliseconds. */
const ON_ITS_WAY_MS = 1000;
/** Two looks at a holder that can be seen come no further apart: a held one ends after 5 s. Milliseconds. */
const UNWATCHED_MS = 6000;

/** The first look that a hang spoils may end in a question that was on its way; the next ones show that nobody greets us. Milliseconds. */
const HANGS_WITHIN_MS = 2000;

/** What is seen of the two now. */
interface Nodes {
  readonly holder: Verdict;
  readonly standby: Verdict;
}

type EndDurations = Pick<Durations, 'ends' | 'doubtSinceMs' | 'hungSinceMs'>;

/** The ends of the last `readinessMs` and a second, and the newest that is older, the newest last; nothing of another holder. */
export function nextEnds(
  ends: readonly HolderEnd[],
  { node, server, seenAtMs }: Verdict,
  readinessMs: number,
): readonly HolderEnd[] {
  const all = ends.every((end) => end.node === node) ? ends : [];
  if (server === null) return all;
  const own = toldOf(all);
  const last = own.at(-1);
  // Where one vantage finds it dead, what another saw before is the newest that was seen of it, and may be older than its end.
  if (last !== undefined && seenAtMs < last.untilMs) return all;
  // It came back with less than it had: what it has now is not the end of what it had sent.
  if (last !== undefined && lostOf(server, last.position) !== 'unknown') return all;
  if (waitsForItsStandby(server)) {
    // The commit that hangs is in the log. Where the end is still that of the look before, it was in the log then, too.
    const known = last !== undefined && isSame(last.position, server.executed) ? own.slice(0, -1) : own;
    const counts = known.at(-1);
    // Nothing that came after the end before was reported to a client: that one is still what counts.
    const told = counts === undefined ? [] : [{ ...counts, untilMs: seenAtMs }];
    return [...known.slice(0, -1), ...told, { ...endOf(node, server, seenAtMs), isUntold: true }];
  }
  const end = endOf(node, server, seenAtMs);
  const same = last !== undefined && isSame(last.position, end.position) ? last : null;
  const sinceMs = same?.sinceMs ?? seenAtMs;
  const position = same !== null && end.position.file === '' ? same.position : end.position;
  const next = [...(same === null ? own : own.slice(0, -1)), { ...end, sinceMs, position }];
  const recent = next.findIndex((end) => sinceMs - end.sinceMs < readinessMs + ON_ITS_WAY_MS);
  return next.slice(Math.max(0, recent - 1));
}

/** Without those that no client was told of: mostly there is none, and all are meant. */
function toldOf(ends: readonly HolderEnd[]): readonly HolderEnd[] {
  const isTold = ({ isUntold }: HolderEnd) => isUntold !== true;
  return ends.every(isTold) ? ends : ends.filter(isTold);
}

/** The end that one look shows. */
function endOf(node: NodeName, { inbound, executed }: Server, atMs: number): HolderEnd {
  const hears = inbound.kind === 'configured' && inbound.io === 'yes';
  const end = { node, position: executed, sinceMs: atMs, untilMs: atMs };
  return hears ? { ...end, hearsPeer: true } : end;
}

/** Its commits are in its log and hang until a semi-synchronous standby acknowledges them. */
function waitsForItsStandby({ semiSync, heartbeat }: Server): boolean {
  return semiSync?.waiting === true && heartbeat.kind === 'failed';
}

/**
 * Those that count if the holder is lost now. A channel may break `readinessMs` before the holder's last sign of life and
 * nobody knows yet, so a standby need not have what was the end since, or was on its way then. A holder that hangs says the
 * same end for seconds: what counts is since when it was the end.
 */
export function lastEndsOf(
  { ends, doubtSinceMs, hungSinceMs }: EndDurations,
  { holder: { node, kind, sinceMs }, standby }: Nodes,
  readinessMs: number,
  nowMs: number,
): LastEnds {
  const doubtedAtMs = doubtSinceMs ?? nowMs;
  // It has been seen to hang since its last answer, and so writes nothing since.
  const hangs = kind === 'silent' && hungSinceMs !== null && hungSinceMs - sinceMs <= HANGS_WITHIN_MS;
  const lostAtMs = hangs ? Math.min(sinceMs, doubtedAtMs) : doubtedAtMs;
  const own = ends.every((end) => end.node === node) ? ends : ends.filter((end) => end.node === node);
  const last = own.at(-1) ?? null;
  // Of a holder that hangs, what is bad began before the last look at it; of one that is not seen, no look says when.
  const wellMs = Math.min(kind === 'unseen' ? lostAtMs : sinceMs, last?.untilMs ?? nowMs);
  const told = toldOf(own);
  const needed = neededOf(told, wellMs - readinessMs - ON_ITS_WAY_MS);
  const proof = told.find(({ untilMs }) => lostAtMs - untilMs <= END_LIFE_MS) ?? null;
  const first = needed === null ? told[0] : undefined;
  const silentMs = last === null ? null : silentBefore(last, standby);
  return {
    needed,
    proof,
    last,
    ...(first === undefined ? {} : { first }),
    ...(silentMs === null ? {} : { silentMs }),
  };
}

/** `LastEnds.silentMs`. What no client was told of, a standby need not have. */
function silentBefore({ sinceMs, isUntold }: HolderEnd, { server, seenAtMs }: Verdict): number | null {
  if (isUntold === true || server?.inbound.kind !== 'configured') return null;
  const { receivedAgoMs } = server.inbound;
  return receivedAgoMs === null ? null : sinceMs - (seenAtMs - receivedAgoMs);
}

/**
 * The newest that was the end by then. Where nobody saw the holder for long since that one, how far it had come is not
 * known, and the first that was seen after it counts.
 */
function neededOf(ends: readonly HolderEnd[], byMs: number): HolderEnd | null {
  const index = ends.findLastIndex(({ sinceMs }) => sinceMs <= byMs);
  const [needed, next] = index < 0 ? [] : ends.slice(index);
  if (needed === undefined) return null;
  return next !== undefined && next.sinceMs - needed.untilMs > UNWATCHED_MS ? next : needed;
}

/**
 * Those that are to be gone by. While the holder is lost, what was noted then; else what this leader has seen itself, and
 * only where it has seen nothing, what an earlier one had noted.
 */
export function endsToReckonWith(
  { lostAtMs, lastEnds }: Pick<Memory, 'lostAtMs' | 'lastEnds'>,
  durations: EndDurations,
  nodes: Nodes,
  readinessMs: number,
  nowMs: number,
): LastEnds {
  if (lostAtMs !== null && lastEnds !== null) return lastEnds;
  const { holder } = nodes;
  const seen = lastEndsOf(durations, nodes, readinessMs, nowMs);
  const waited = beforeTheWait(seen, lastEnds);
  if (waited !== null) return waited;
  return lastEnds !== null && seen.last === null && lastEnds.last?.node === holder.node ? lastEnds : seen;
}

/**
 * This leader has seen the holder only while its commits waited, and they are the very ones that an earlier leader had seen
 * wait: no client has heard of anything since, so what counted then still does. Null where it is not so.
 */
function beforeTheWait({ needed, proof, last }: LastEnds, noted: LastEnds | null): LastEnds | null {
  if (needed !== null || proof !== null || last?.isUntold !== true) return null;
  if (noted === null || noted.last === null || !isSameEnd(noted.last, last)) return null;
  return { ...noted, proof: noted.proof && { ...noted.proof, untilMs: last.untilMs }, last };
}

/** The same node, at the same place of its history, and both times with commits that waited, or without. */
export function isSameEnd(one: HolderEnd, other: HolderEnd): boolean {
  return one.node === other.node && one.isUntold === other.isUntold && isSame(one.position, other.position);
}

/**
 * `enough`: it has what it must have, and lacks a part of the rest. `behind`: it lacks a part of what it need not have, and what
 * it must have is not known, so that proves nothing. `unknown` where nothing can be compared.
 */
export type Coverage = 'whole' | 'enough' | 'behind' | 'unknown' | { readonly lacks: string };

/** Whether the standby has what it must have received to take over. `source`: who the holder is, as for `unreadOf`. */
export function coverageOf(
  standby: Server | null,
  { needed, proof, first }: Pick<LastEnds, 'needed' | 'proof' | 'first'>,
  source: string | null,
): Coverage {
  if (standby === null) return 'unknown';
  const lack = missingOf(standby, needed, source);
  if (lack !== null && lack !== 'unknown') return { lacks: lack };
  const rest = missingOf(standby, proof, source);
  if (rest === 'unknown') return 'unknown';
  if (rest === null) return 'whole';
  const hasNeeded = lack === null || missingOf(standby, first ?? null, source) === null;
  return hasNeeded ? 'enough' : 'behind';
}

/**
 * The standby lacks a part of what the holder said last, and had received nothing for longer by then than a channel may be broken
 * unseen: the looks before that are too far apart to show it. False where that is not known. `source`: as for `coverageOf`.
 */
export function wasCutOffLong(
  standby: Server | null,
  { last, silentMs }: Pick<LastEnds, 'last' | 'silentMs'>,
  source: string | null,
  readinessMs: number,
): boolean {
  if (standby === null || silentMs === undefined || silentMs <= readinessMs + ON_ITS_WAY_MS) return false;
  const lack = missingOf(standby, last, source);
  return lack !== null && lack !== 'unknown';
}

function missingOf(standby: Server, end: HolderEnd | null, source: string | null): string | 'unknown' | null {
  const position = end?.position ?? null;
  const unread = unreadOf(standby, position, source);
  return unread === 'unknown' ? lackOf(standby, position, source) : unread;
}

/** The same place of one history, by all that is known of it: beside GTIDs, the place may not have been read. */
export function isSame(one: Position, other: Position): boolean {
  if (one.gtid !== other.gtid) return false;
  const isUnplaced = one.gtid !== null && (one.file === '' || other.file === '');
  return isUnplaced || (one.file === other.file && one.offset === other.offset);
}

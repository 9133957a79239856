/**
 * The end of a holder's history, from the last looks at it: what a standby must have received to take over. The standby's
 * report that its channel runs is older than the death of the holder; what it has received is a fact.
 */
import type { Durations } from './durations.ts';
import { lackOf, unreadOf } from './lead.ts';
import type { HolderEnd, LastEnds } from './memory.ts';
import type { Position, Server } from './sighting.ts';
import type { Verdict } from './verdict.ts';

/**
 * An end that was said so long before the loss does not prove that a standby which has it lacks little: what was committed
 * after it may have gone nowhere. Milliseconds.
 */
const END_LIFE_MS = 8000;
/** Beside `readinessMs`: what was on its way when a channel broke. Milliseconds. */
const ON_ITS_WAY_MS = 1000;

/** The ends of the last `readinessMs` and a second, and the newest that is older, the newest last; nothing of another holder. */
export function nextEnds(
  ends: readonly HolderEnd[],
  { node, server, seenAtMs }: Verdict,
  readinessMs: number,
): readonly HolderEnd[] {
  const own = ends.every((end) => end.node === node) ? ends : [];
  if (server === null) return own;
  const last = own.at(-1);
  const before = last !== undefined && isSame(last.position, server.executed) ? own.slice(0, -1) : own;
  const sinceMs = before === own ? seenAtMs : (last?.sinceMs ?? seenAtMs);
  const next = [...before, { node, position: server.executed, sinceMs, untilMs: seenAtMs }];
  const recent = next.findIndex((end) => sinceMs - end.sinceMs < readinessMs + ON_ITS_WAY_MS);
  return next.slice(Math.max(0, recent - 1));
}

/**
 * Those that count if the holder is lost now. A channel may break `readinessMs` before the first bad sign and nobody knows
 * yet, so a standby need not have what was the end since, or was on its way then. A holder that hangs says the same end for
 * seconds: what counts is since when it was the end.
 */
export function lastEndsOf(
  { ends, doubtSinceMs }: Pick<Durations, 'ends' | 'doubtSinceMs'>,
  { node, sinceMs }: Verdict,
  readinessMs: number,
  nowMs: number,
): LastEnds {
  const lostAtMs = doubtSinceMs ?? nowMs;
  const own = ends.filter((end) => end.node === node);
  const needed = own.findLast((end) => sinceMs - end.sinceMs >= readinessMs + ON_ITS_WAY_MS) ?? null;
  const proof = own.find(({ untilMs }) => lostAtMs - untilMs <= END_LIFE_MS) ?? null;
  return { needed, proof, last: own.at(-1) ?? null };
}

/** `behind`: it lacks a part of what it need not have, so it proves nothing; `unknown` where nothing can be compared. */
export type Coverage = 'whole' | 'behind' | 'unknown' | { readonly lacks: string };

/** Whether the standby has what it must have received to take over. */
export function coverageOf(
  standby: Server | null,
  { needed, proof }: Pick<LastEnds, 'needed' | 'proof'>,
): Coverage {
  if (standby === null) return 'unknown';
  const lack = missingOf(standby, needed);
  if (lack !== null && lack !== 'unknown') return { lacks: lack };
  const rest = missingOf(standby, proof);
  if (rest === 'unknown') return 'unknown';
  return rest === null ? 'whole' : 'behind';
}

function missingOf(standby: Server, end: HolderEnd | null): string | 'unknown' | null {
  const unread = unreadOf(standby, end?.position ?? null);
  return unread === 'unknown' ? lackOf(standby, end?.position ?? null) : unread;
}

function isSame(one: Position, other: Position): boolean {
  return one.gtid === other.gtid && one.file === other.file && one.offset === other.offset;
}

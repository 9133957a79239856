/**
 * The end of a holder's history, kept from its last looks: what its standby must have received to take over when it dies.
 * The standby's own word that its channel runs is older than the death; what it has received is a fact.
 */
import { lackOf, unreadOf } from './lead.ts';
import type { HolderEnd, LastEnds } from './memory.ts';
import type { Position, Server } from './sighting.ts';
import type { Verdict } from './verdict.ts';

/**
 * An end that was said so long before the loss does not prove that a standby which has it lacks little: what was committed
 * after it may have gone nowhere. Milliseconds.
 */
const END_LIFE_MS = 8000;

/** The ends of the last `readinessMs`, and the newest that is older, the newest last; nothing of another holder. */
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
  const recent = next.findIndex((end) => sinceMs - end.sinceMs < readinessMs);
  return next.slice(Math.max(0, recent - 1));
}

/**
 * Those that count if the holder is lost now. Something is always on its way, so a standby need not have the very last
 * end; a holder that hangs says the same end for seconds, so the time of its last commit counts, and not of its last word.
 */
export function lastEndsOf(
  ends: readonly HolderEnd[],
  node: string,
  readinessMs: number,
  lostAtMs: number,
): LastEnds {
  const own = ends.filter((end) => end.node === node);
  const [first, last] = [own.at(0), own.at(-1)];
  const isOld = first !== undefined && last !== undefined && last.sinceMs - first.sinceMs >= readinessMs;
  const proof = own.find(({ untilMs }) => lostAtMs - untilMs <= END_LIFE_MS) ?? null;
  return { needed: isOld ? first : null, proof, last: last ?? null };
}

/** Whether the standby has what it must; `unknown` where that cannot be compared, or proves nothing. */
export function coverageOf(
  standby: Server | null,
  { needed, proof }: Pick<LastEnds, 'needed' | 'proof'>,
): 'whole' | 'unknown' | { readonly lacks: string } {
  if (standby === null) return 'unknown';
  const lack = missingOf(standby, needed);
  if (lack !== null && lack !== 'unknown') return { lacks: lack };
  return missingOf(standby, proof) === null ? 'whole' : 'unknown';
}

function missingOf(standby: Server, end: HolderEnd | null): string | 'unknown' | null {
  const unread = unreadOf(standby, end?.position ?? null);
  return unread === 'unknown' ? lackOf(standby, end?.position ?? null) : unread;
}

function isSame(one: Position, other: Position): boolean {
  return one.gtid === other.gtid && one.file === other.file && one.offset === other.offset;
}

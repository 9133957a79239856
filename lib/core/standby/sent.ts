/**
 * What each node was last seen to have of the other's history. A server that comes back with less than it had sent is known by
 * what its peer has; while that one cannot be asked, by what it had when it last could be.
 */
import { changed, withEntry } from '../changed.ts';
import { originatedBy, parseSet, renderSet, union } from '../evidence/gtid.ts';
import { isSame } from '../evidence/holder-end.ts';
import type { Position, Server } from '../evidence/sighting.ts';
import type { Verdict } from '../evidence/verdict.ts';
import type { Memory } from '../memory/memory.ts';
import type { NodeName } from '../names.ts';
import { remembered } from '../remembered.ts';
import { lostOf } from './lead.ts';

/** For how long it must stand still to be written down: while it grows, each look brings more. Milliseconds. */
const STILL_MS = 2000;

/** What a peer has of a node's own history, and since when. */
export interface Had {
  readonly position: Position;
  readonly sinceMs: number;
  /** The first look that showed it: what another vantage saw before is older. */
  readonly seenAtMs: number;
}

type Seen = { readonly holder: Verdict; readonly standby: Verdict; readonly memory: Memory };

/** By the node whose history it is: the last that its peer said. */
export function nextSent(
  sent: Readonly<Record<NodeName, Had>>,
  { holder, standby, memory, nowMs }: Seen & { readonly nowMs: number },
): Readonly<Record<NodeName, Had>> {
  const { identities } = memory;
  const ofHolder = nextHad(sent[holder.node], holder, standby, identities[holder.node], nowMs);
  const ofStandby = nextHad(sent[standby.node], standby, holder, identities[standby.node], nowMs);
  return withEntry(withEntry(sent, holder.node, ofHolder), standby.node, ofStandby);
}

/** The same as positions; what this leader has not seen itself, as it is remembered. */
export const sentOf = remembered(
  ({ sent: noted }: Pick<Memory, 'sent'>, sent: Readonly<Record<NodeName, Had>>): Memory['sent'] => {
    const seen = Object.entries(sent).map(([node, { position }]) => [node, position]);
    return seen.length === 0 ? noted : { ...noted, ...Object.fromEntries(seen) };
  },
);

/**
 * The next leader may be the one that finds a node back, and its peer gone: written down while one of the two is gone, and over
 * when both are seen.
 */
export function noteSent(
  memory: Memory,
  { holder, standby, nowMs }: Seen & { readonly nowMs: number },
  sent: Readonly<Record<NodeName, Had>>,
): Memory {
  const ofHolder = nextNoted(memory.sent[holder.node], sent[holder.node], holder, standby, nowMs);
  const ofStandby = nextNoted(memory.sent[standby.node], sent[standby.node], standby, holder, nowMs);
  return changed(memory, {
    sent: withEntry(withEntry(memory.sent, holder.node, ofHolder), standby.node, ofStandby),
  });
}

function nextHad(
  before: Had | undefined,
  verdict: Verdict,
  peer: Verdict,
  known: string | undefined,
  nowMs: number,
): Had | undefined {
  const position =
    peer.server === null ? null : hadBy(peer.server, verdict.server?.identity ?? known ?? null);
  if (position === null)
    return before !== undefined && isReopened(verdict, before.position) ? undefined : before;
  const { seenAtMs } = peer;
  const isNews = before === undefined || (seenAtMs >= before.seenAtMs && !isSame(before.position, position));
  return isNews ? { position, sinceMs: nowMs, seenAtMs } : before;
}

/**
 * What the peer has of the node, applied or not: with GTIDs, those of the node; else its place in the node's log. Null where it
 * has nothing of it, or its channel follows somebody else and nothing is numbered.
 */
const hadBy = remembered(({ inbound, executed }: Server, identity: string | null): Position | null => {
  const isOfNode =
    inbound.kind === 'configured' &&
    (inbound.sourceIdentity === null || identity === null || inbound.sourceIdentity === identity);
  const { gtid: received, file, offset } = isOfNode ? inbound.received : nothing;
  if (executed.gtid === null) return file === '' ? null : { gtid: null, file, offset };
  const all = union(parseSet(executed.gtid), parseSet(received ?? ''));
  const gtid = renderSet(identity === null ? all : originatedBy(all, identity));
  return gtid === '' ? null : { gtid, file, offset };
});

const nothing: Position = { gtid: null, file: '', offset: 0 };

function nextNoted(
  noted: Position | undefined,
  had: Had | undefined,
  verdict: Verdict,
  peer: Verdict,
  nowMs: number,
): Position | undefined {
  if (verdict.server !== null && peer.server !== null && isTold(peer.server)) return undefined;
  if (noted !== undefined && isReopened(verdict, noted)) return undefined;
  if (had === undefined || !(isGone(verdict) || isGone(peer))) return noted;
  if (peer.server !== null && nowMs - had.sinceMs < STILL_MS) return noted;
  return noted !== undefined && isSame(noted, had.position) ? noted : had.position;
}

/** Without GTIDs, only its channel says what it has of the other node. */
function isTold({ inbound, executed }: Server): boolean {
  return executed.gtid !== null || inbound.kind !== 'unread';
}

/** Not only for one look. */
function isGone({ server, confirmed }: Verdict): boolean {
  return server === null && confirmed;
}

/** Somebody has opened it with less: who did that has decided it. */
function isReopened({ server }: Verdict, position: Position): boolean {
  return server?.writable === true && lostOf({ ...server, writable: false }, position) !== 'unknown';
}

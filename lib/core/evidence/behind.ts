/**
 * A server that lost writes that it had sent, for example after a crash without `sync_binlog = 1`. If it were opened, it
 * would use their GTIDs again for other rows. Only its peer knows what is missing, so the peer's last report is remembered
 * while it cannot be asked.
 */
import { cut, LIST_MAX } from '../bounds.ts';
import type { Situation } from '../decision/situation.ts';
import { hasLess } from '../memory/log-fall.ts';
import { type Memory, notLost } from '../memory/memory.ts';
import type { NodeName } from '../names.ts';
import { lostOf, ownLackOf } from '../standby/lead.ts';
import type { HolderEnd } from '../standby/readiness.ts';
import { hasRunSince } from '../standby/readiness-reasons.ts';
import { hasRunOn } from './same-process.ts';
import type { Server } from './sighting.ts';
import type { Verdict } from './verdict.ts';

/** What was committed so long after its peer stopped had no way there. Milliseconds. */
const GONE_BEFORE_MS = 5000;

type Known = Pick<Memory, 'behind' | 'sent' | 'receivedWhenLost' | 'lastEnds' | 'loss'>;

/** What of its own history `verdict.node` lacks, as far as is known; null when nothing is known to be missing. */
export function behindOf(verdict: Verdict, peer: Verdict, memory: Known): string | null {
  const lack = lackNow(verdict, peer, memory);
  return lack === 'unknown' ? (memory.behind[verdict.node] ?? null) : lack;
}

/** The memory of it after a look at both; the same object when nothing has changed. */
export function noteBehind(
  memory: Memory,
  { holder, standby, behind: lack, sent }: Pick<Situation, 'holder' | 'standby' | 'behind' | 'sent'>,
): Memory {
  const ofHolder = withBehind(memory.behind, holder.node, lack);
  const forStandby = { ...notLost, behind: ofHolder, loss: memory.loss, sent };
  const ofStandby = behindOf(standby, holder, forStandby);
  const isNoted = ofStandby === null || !hasLostNone(memory, standby, holder);
  const behind = isNoted ? withBehind(ofHolder, standby.node, ofStandby) : ofHolder;
  return behind === memory.behind ? memory : { ...memory, behind };
}

/**
 * It does not show all of its own writes that its peer has, and has lost none: a server that does not restart loses none. It had
 * them at an earlier look, so its log was reset since; or it lacked none when it was last fit, so it shows them at the next look.
 */
export function hasLostNone(
  { logs, behind, readiness }: Pick<Memory, 'logs' | 'behind' | 'readiness'>,
  verdict: Verdict,
  peer: Verdict,
): boolean {
  const { node, server } = verdict;
  const noted = logs[node];
  if (noted === undefined || server === null || behind[node] !== undefined) return false;
  if (!hasRunOn(noted.process, verdict, peer)) return false;
  if (noted.identity === server.identity && hasLess(server.executed, noted.executed)) return true;
  return readiness?.node === node && readiness.fit && hasRunSince(readiness, verdict);
}

/**
 * One that takes writes was opened by somebody who decided that. While the peer cannot be asked, or does not say what it has
 * received, what it had when it last did counts, what it had received when this one was lost, and what this one had said itself:
 * the peer may have all of that.
 */
function lackNow({ node, server }: Verdict, peer: Verdict, memory: Known): string | 'unknown' | null {
  if (server === null) return 'unknown';
  if (server.writable) return null;
  const now = peer.server === null ? 'unknown' : ownLackOf(server, peer.server);
  if (now !== 'unknown') return now;
  const sent = lostOf(server, memory.sent[node] ?? null);
  if (sent !== 'unknown') return sent;
  const sinceMoved = lostSinceMoved(node, server, memory.loss);
  if (sinceMoved !== 'unknown') return sinceMoved;
  const last = memory.lastEnds?.last ?? null;
  // What is remembered is the history of the node that was lost: the VIP may have gone to the other one since.
  if (last?.node !== node) return 'unknown';
  const lost = lostOf(server, memory.receivedWhenLost);
  if (lost !== 'unknown') return lost;
  return wasGone(peer, last) ? 'unknown' : lostOf(server, last.position);
}

/**
 * An old holder that nobody could compare with the new one yet: what the new one had of its history, and what it said itself
 * before it was lost, it must still have.
 */
function lostSinceMoved(node: NodeName, server: Server, loss: Memory['loss']): string | 'unknown' {
  if (loss?.old !== node) return 'unknown';
  const lost = lostOf(server, loss.kept);
  return lost === 'unknown' ? lostOf(server, loss.lastSeen) : lost;
}

/**
 * It had stopped well before that: it cannot have received what came then. That its port refuses us proves nothing while the
 * holder's own channel was connected to it.
 */
function wasGone({ kind, confirmed, sinceMs, instanceGone }: Verdict, last: HolderEnd): boolean {
  const isProven = instanceGone || last.hearsPeer !== true;
  return kind === 'stopped' && confirmed && isProven && sinceMs < last.sinceMs - GONE_BEFORE_MS;
}

function withBehind(behind: Memory['behind'], node: NodeName, lack: string | null): Memory['behind'] {
  const text = lack === null ? undefined : cut(lack, LIST_MAX);
  if (behind[node] === text) return behind;
  const { [node]: _, ...others } = behind;
  return text === undefined ? others : { ...others, [node]: text };
}

/**
 * A server that came back with less of its own history than it had sent, as after a crash without `sync_binlog = 1`: opened,
 * it would give the same numbers to other rows. Only its peer knows, so what the peer has shown is remembered while it
 * cannot be asked.
 */
import { cut } from './bounds.ts';
import { lostOf, ownLackOf } from './lead.ts';
import type { Memory } from './memory.ts';
import type { NodeName } from './names.ts';
import type { Position } from './sighting.ts';
import type { Verdict } from './verdict.ts';

/** How much of a list of transactions is kept. Characters. */
const LIST_MAX = 600;

/** What of its own history `verdict.node` lacks, as far as is known; null when nothing is known to be missing. */
export function behindOf(
  verdict: Verdict,
  peer: Verdict,
  memory: Pick<Memory, 'behind' | 'receivedWhenLost'>,
): string | null {
  const lack = lackNow(verdict, peer, memory.receivedWhenLost);
  return lack === 'unknown' ? (memory.behind[verdict.node] ?? null) : lack;
}

/** The memory of it after a look at both; the same object when nothing has changed. */
export function noteBehind(memory: Memory, holder: Verdict, standby: Verdict): Memory {
  const ofHolder = withBehind(memory.behind, holder.node, behindOf(holder, standby, memory));
  const forStandby = { behind: ofHolder, receivedWhenLost: null };
  const behind = withBehind(ofHolder, standby.node, behindOf(standby, holder, forStandby));
  return behind === memory.behind ? memory : { ...memory, behind };
}

/**
 * One that takes writes was opened by somebody who decided that. `received`: what its peer had received when it was lost,
 * for as long as the peer cannot be asked.
 */
function lackNow({ server }: Verdict, peer: Verdict, received: Position | null): string | 'unknown' | null {
  if (server === null) return 'unknown';
  if (server.writable) return null;
  return peer.server === null ? lostOf(server, received) : ownLackOf(server, peer.server);
}

function withBehind(behind: Memory['behind'], node: NodeName, lack: string | null): Memory['behind'] {
  const text = lack === null ? undefined : cut(lack, LIST_MAX);
  if (behind[node] === text) return behind;
  const { [node]: _, ...others } = behind;
  return text === undefined ? others : { ...others, [node]: text };
}

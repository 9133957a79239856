/** Whether a server that answers now is the process that was seen before. */
import type { Settled } from './memory.ts';
import type { Verdict } from './verdict.ts';

/**
 * A start is computed by the clock of the leader of that time, and uptimes are in whole seconds: two starts that differ by
 * less can be one. Milliseconds.
 */
const SAME_START_MS = 25_000;

/** By how much two ages that one leader reads can be off. Milliseconds. */
const READ_SLACK_MS = 4000;

/**
 * A process only grows older, whatever the clocks say; and its start stays where it was, as far as they agree. The other
 * server is a clock that no change of leader turns: one that has started later than it, compared with before, is another.
 */
export function isSameProcess(before: Settled, verdict: Verdict, peer: Verdict): boolean {
  const startedAtMs = startOf(verdict);
  if (verdict.server === null || startedAtMs === null) return false;
  const { uptimeSeconds, afterPeerMs } = before;
  if (uptimeSeconds !== undefined && verdict.server.uptimeSeconds < uptimeSeconds) return false;
  const nowAfterMs = afterPeer(verdict, peer);
  if (afterPeerMs !== undefined && nowAfterMs !== null && nowAfterMs - afterPeerMs > READ_SLACK_MS)
    return false;
  return Math.abs(startedAtMs - before.startedAtMs) <= SAME_START_MS;
}

/** What is to be remembered of a process; null while it is not known how long it has run. */
export function processOf(verdict: Verdict, peer: Verdict): Omit<Settled, 'is'> | null {
  const startedAtMs = startOf(verdict);
  if (verdict.server === null || startedAtMs === null) return null;
  const afterPeerMs = afterPeer(verdict, peer);
  const process = { startedAtMs, uptimeSeconds: verdict.server.uptimeSeconds };
  return afterPeerMs === null ? process : { ...process, afterPeerMs };
}

function afterPeer(verdict: Verdict, peer: Verdict): number | null {
  const [startedAtMs, peerAtMs] = [startOf(verdict), startOf(peer)];
  return startedAtMs === null || peerAtMs === null ? null : startedAtMs - peerAtMs;
}

/** By the clock of who leads now; null while it is not known. */
function startOf({ server, seenAtMs }: Verdict): number | null {
  return server === null || server.uptimeSeconds === 0 ? null : seenAtMs - server.uptimeSeconds * 1000;
}

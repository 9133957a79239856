/**
 * Whether a server that answers now is the process that was seen before.
 *
 * The second in which it started, by its own clock, decides (`Server.startSecond`): it stays where it is when a clock is set, and no
 * change of leader turns it. Where that was not read, its age does: a server counts its uptime by the clock of its host, so that
 * it jumps when that one is set, and the process is the same.
 */
import type { Settled } from '../memory/memory.ts';
import { CLOCK_OFF_MS } from './clock-off.ts';
import type { Server } from './sighting.ts';
import type { Verdict } from './verdict.ts';

/**
 * A start is computed by the clock of the leader of that time, and uptimes are in whole seconds: two starts that differ by
 * less can be one. Milliseconds.
 */
export const SAME_START_MS = 25_000;

/** A server process, as it is remembered. */
export type Process = Omit<Settled, 'is'>;

/** A process that had run for so long is told from its successor for certain, by its age alone. Seconds. */
const TOLD_APART_S = 60;

/** Uptimes are in whole seconds and up to a second old when they are read. Milliseconds. */
export const UPTIME_SLACK_MS = 2000;

/** Each probe may find the second of one start one off. */
const SAME_SECOND_S = 2;

/** By how much two ages that one leader reads can be off. Milliseconds. */
const READ_SLACK_MS = 4000;

/**
 * A process only grows older, whatever the clocks say; and its start stays where it was, as far as they agree. The other
 * server is a clock that no change of leader turns: one that has started later than it, compared with before, is another.
 */
export function isSameProcess(before: Process, verdict: Verdict, peer: Verdict): boolean {
  const isSame = isSameStart(before, verdict.server);
  if (isSame !== null) return isSame;
  // The clock may have been read a moment before or after the uptime: either may be the one from before it was set.
  const peers = readingsOf(peer, before.peerClockOffMs);
  return readingsOf(verdict, before.clockOffMs).some((own) =>
    peers.some((other) => isSameBy(before, own, other)),
  );
}

/** The same by the second of its start alone; null where one of the two is not known. */
export function isSameStart(
  before: Pick<Server, 'startSecond'> | null,
  now: Pick<Server, 'startSecond'> | null,
): boolean | null {
  if (before?.startSecond === undefined || now?.startSecond === undefined) return null;
  return Math.abs(now.startSecond - before.startSecond) <= SAME_SECOND_S;
}

/** It is the same process for certain: it has not restarted since, and so has lost nothing. */
export function hasRunOn(before: Process, verdict: Verdict, peer: Verdict): boolean {
  const toldApartS = isSameStart(before, verdict.server) === null ? TOLD_APART_S : 2 * SAME_SECOND_S;
  return (before.uptimeSeconds ?? 0) >= toldApartS && isSameProcess(before, verdict, peer);
}

/** The node as it answers, and, where its clock was set since, without what that has added to its uptime. */
function readingsOf(verdict: Verdict, wasOffMs: number | undefined): readonly Verdict[] {
  const { server } = verdict;
  const setMs = (server?.clockOffMs ?? 0) - (wasOffMs ?? server?.clockOffMs ?? 0);
  if (server === null || server.uptimeSeconds === 0 || Math.abs(setMs) <= CLOCK_OFF_MS) return [verdict];
  const uptimeSeconds = Math.max(1, server.uptimeSeconds - Math.round(setMs / 1000));
  return [verdict, { ...verdict, server: { ...server, uptimeSeconds } }];
}

function isSameBy(before: Process, verdict: Verdict, peer: Verdict): boolean {
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
export function processOf(verdict: Verdict, peer: Verdict): Process | null {
  const startedAtMs = startOf(verdict);
  if (verdict.server === null || startedAtMs === null) return null;
  const afterPeerMs = afterPeer(verdict, peer);
  const { uptimeSeconds, clockOffMs, startSecond } = verdict.server;
  const process = {
    startedAtMs,
    uptimeSeconds,
    ...(startSecond === undefined ? {} : { startSecond }),
    ...(clockOffMs === null ? {} : { clockOffMs }),
  };
  if (afterPeerMs === null) return process;
  const peerClockOffMs = peer.server?.clockOffMs ?? null;
  return { ...process, afterPeerMs, ...(peerClockOffMs === null ? {} : { peerClockOffMs }) };
}

function afterPeer(verdict: Verdict, peer: Verdict): number | null {
  const [startedAtMs, peerAtMs] = [startOf(verdict), startOf(peer)];
  return startedAtMs === null || peerAtMs === null ? null : startedAtMs - peerAtMs;
}

/** By the clock of who leads now; null while it is not known. */
export function startOf({ server, seenAtMs }: Pick<Verdict, 'server' | 'seenAtMs'>): number | null {
  return server === null || server.uptimeSeconds === 0 ? null : seenAtMs - server.uptimeSeconds * 1000;
}

/** Whether clients can write, as far as looks show it. */
import type { Evidence } from '../evidence/evidence.ts';
import type { Verdict } from '../evidence/verdict.ts';
import type { Memory } from '../memory/memory.ts';

/** Whether clients find somebody to write to. Where the ids are wrong, any of the two nodes may have the VIP. */
export function isServed(
  { wrong }: Evidence,
  holder: Verdict,
  standby: Verdict,
  isVipAway: boolean,
): boolean {
  return takesWrites(holder, isVipAway) || (wrong !== null && takesWrites(standby, isVipAway));
}

/**
 * An earlier leader saw a loss of service, and this one has heard of the VIP neither from EC2 nor through it: that a node takes writes
 * does not show that clients get to it.
 */
export function isStillLost(
  { vip, vipBlindSinceMs, through }: Evidence,
  { unservedSinceMs }: Memory,
): boolean {
  return vip === null && through === null && vipBlindSinceMs !== null && unservedSinceMs !== null;
}

/** Whether a client that writes through the VIP finds somebody who takes it. What EC2 does not say is not held against it. */
function takesWrites({ kind, server }: Verdict, isVipAway: boolean): boolean {
  if (isVipAway || kind !== 'serving' || server === null || !server.writable || server.offline) return false;
  switch (server.heartbeat.kind) {
    case 'committed':
    case 'barred':
    case 'not-tried':
      return true;
    case 'failed':
    case 'refused':
      return false;
  }
}

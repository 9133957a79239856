/** What a plan could lose if it began now: the answer to who only asks. */
import type { Situation } from '../decision/situation.ts';
import type { Loss } from '../memory/memory.ts';
import { lastPositionIn } from '../pair/pair-state.ts';
import { describeLoss } from './loss.ts';
import { isProvenGone, unknownLoss } from './unknown-loss.ts';

/** That nothing is lost is said only where the plan waits for the last write, or is undone. */
export function describePlanLoss(
  situation: Situation,
  of: 'failover' | 'switchover',
  acceptLoss: boolean,
): string {
  const { pair, holder, standby } = situation;
  const because = unknownLoss(situation, holder.node, standby.node);
  if (because !== null) return `Data loss if it began now: unknown (${because}).`;
  if (of === 'switchover')
    return 'Data loss: none. It waits for the last write of the holder, or it is undone.';
  if (holder.kind === 'serving' && !acceptLoss)
    return `Data loss: none if ${holder.node} can be closed, because the plan then waits for its last write.`;
  const isOpen = holder.kind !== 'serving' && !isProvenGone(holder);
  const seen = {
    ...(isOpen ? { because: `${holder.node} may go on taking writes, unless it can be closed` } : {}),
    old: holder.node,
    ...lastOf(situation),
    kept: standby.server?.executed ?? null,
    keptBy: standby.server?.identity ?? null,
  };
  const accepted = acceptLoss ? ` What ${standby.node} has not applied in time is lost.` : '';
  return `Data loss if it began now: ${describeLoss(seen, pair.settings.lookIntervalMs)}.${accepted}`;
}

/** Where the holder was last in its history: by this look, or, of one that does not answer, as it is remembered. */
function lastOf({ holder, memory, nowMs }: Situation): Pick<Loss, 'lastSeen' | 'lastSeenAgoMs'> {
  const agoMs = (sinceMs: number, atMs: number) => Math.max(1, sinceMs - atMs);
  if (holder.server !== null)
    return { lastSeen: holder.server.executed, lastSeenAgoMs: agoMs(nowMs, holder.sinceMs) };
  const last = lastPositionIn({ servers: {}, memory }, holder.node);
  if (last === null) return { lastSeen: null, lastSeenAgoMs: null };
  const lostAtMs = memory.unservedSinceMs ?? memory.lostAtMs ?? nowMs;
  return { lastSeen: last.position, lastSeenAgoMs: agoMs(lostAtMs, last.atMs) };
}

/** What a plan could lose if it began now: the answer to who only asks. */
import { describeLoss } from './loss.ts';
import type { Situation } from './situation.ts';

/** That nothing is lost is said only where the plan waits for the last write, or is undone. */
export function describePlanLoss(
  { pair, holder, standby, nowMs }: Situation,
  of: 'failover' | 'switchover',
  acceptLoss: boolean,
): string {
  if (of === 'switchover')
    return 'Data loss: none. It waits for the last write of the holder, or it is undone.';
  if (holder.kind === 'serving' && !acceptLoss)
    return `Data loss: none if ${holder.node} can be closed, because the plan then waits for its last write.`;
  const seen = {
    old: holder.node,
    lastSeen: holder.server?.executed ?? null,
    lastSeenAgoMs: holder.server === null ? null : Math.max(1, nowMs - holder.sinceMs),
    kept: standby.server?.executed ?? null,
    keptBy: standby.server?.identity ?? null,
  };
  const accepted = acceptLoss ? ` What ${standby.node} has not applied in time is lost.` : '';
  return `Data loss if it began now: ${describeLoss(seen, pair.settings.lookIntervalMs)}.${accepted}`;
}

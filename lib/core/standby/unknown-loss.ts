/**
 * Why nobody can say what a move of the VIP loses. GTIDs and places compare what was logged; of what was not, or was logged
 * under names that were given to other rows before, they show nothing missing.
 */
import type { Situation } from '../decision/situation.ts';
import { behindOf } from '../evidence/behind.ts';
import type { Verdict } from '../evidence/verdict.ts';
import { unprovenResetText } from '../memory/log-reset.ts';
import { notLost } from '../memory/memory.ts';
import type { NodeName } from '../names.ts';

/** The reason, in words; null where the loss can be counted. */
export function unknownLoss(situation: Situation, from: NodeName, to: NodeName): string | null {
  const { memory, holder, standby, reset } = situation;
  const { unlogged, logReset } = memory;
  const isUnlogged = unlogged?.node === from || isUnloggedNow(situation, from);
  if (isUnlogged)
    return `${from} took writes without a binary log, and these have never got to ${to}, unless it was rebuilt since`;
  const seen = holder.node === from ? reset : null;
  if (logReset?.node === from || seen?.isProven)
    return `the binary log of ${from} was reset (RESET MASTER) or lost its end, and ${to} takes new transactions for old ones that it has`;
  if (seen !== null) return unprovenResetText(from, to, seen.lack);
  const lack =
    to === holder.node
      ? situation.behind
      : behindOf(standby, holder, {
          ...notLost,
          behind: memory.behind,
          loss: memory.loss,
          sent: situation.sent,
        });
  return lack === null ? null : `${to} came back without writes that it had taken before: ${lack}`;
}

/** Whether nobody can write to the node any more: its mysqld or its instance has ended. One that is silent may live on. */
export function isProvenGone({ kind, confirmed, instanceGone }: Verdict): boolean {
  return instanceGone || (kind === 'stopped' && confirmed);
}

/** Why nobody can say what a move loses away from a node that is not closed: how far it had come was read before. */
export function goneOnText(from: NodeName): string {
  return `${from} could not be closed, and may have gone on taking writes`;
}

function isUnloggedNow({ holder }: Situation, from: NodeName): boolean {
  return holder.node === from && holder.server?.binaryLog === 'off' && holder.server.writable;
}

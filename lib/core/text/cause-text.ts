/** Why something is done, in a few words for a subject, and what was seen, in a line for a body. */
import type { Situation } from '../decision/situation.ts';
import type { Verdict } from '../evidence/verdict.ts';

/** `mysqld stopped on db1`. Of an order: who asked. Of a holder that serves, only the row knows what is wrong with it. */
export function causeText(
  { holder, holderInstance }: Situation,
  { requestId, by, row }: { readonly requestId: string | null; readonly by: string; readonly row: string },
): string {
  if (requestId !== null) return `ordered by ${by}`;
  const { node } = holder;
  switch (row) {
    case 'holder-stopping':
      return `instance of ${node} is ${holderInstance}`;
    case 'holder-fails-check':
      return `${node} fails the check`;
    case 'holder-behind':
      return `${node} lost writes`;
    case 'holder-stays-closed':
    case 'vip-unheld-holder-closed':
      return `${node} cannot be opened`;
  }
  switch (holder.kind) {
    case 'stopped':
      return holder.instanceGone ? `instance of ${node} stopped` : `mysqld stopped on ${node}`;
    case 'silent':
      return `${node} does not answer`;
    case 'stuck':
      return `${node} commits nothing`;
    case 'saturated':
      return `no connection left on ${node}`;
    case 'locked-out':
      return `${node} refuses our login`;
    case 'serving':
      return row;
    case 'unseen':
      return `no data from ${node}`;
  }
}

/** `db1 stopped (seen from a, b), db2 serving (seen from a, b). Rule: holder-lost.` */
export function seenText({ holder, standby }: Situation, row: string): string {
  return `${nodeText(holder)}, ${nodeText(standby)}. Rule: ${row}.`;
}

function nodeText({ node, kind, from }: Verdict): string {
  const verdict = kind === 'unseen' ? 'no data yet' : kind;
  return `${node} ${verdict}${from.length === 0 ? '' : ` (seen from ${from.join(', ')})`}`;
}

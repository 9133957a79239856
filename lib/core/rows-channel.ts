/** Rows on a channel that a failover detached: the old holder is back, and what it has is known. */
import { attachPlan } from './plans.ts';
import type { Row } from './row.ts';
import type { Situation } from './situation.ts';

/** The channel that is detached, seen from the node that it leads into, when both nodes can be asked. */
function detachedNow({ memory, holder, standby, vip }: Situation) {
  const { detached } = memory;
  if (detached === null || vip !== 'held' || holder.kind !== 'serving' || standby.server === null)
    return null;
  const known = [holder.node, standby.node];
  return known.includes(detached.node) && known.includes(detached.from) ? detached : null;
}

/**
 * A standby may always receive from the holder; the holder from the standby only when it lacks nothing, and the standby
 * has not come back with less than it had sent: what it then writes has numbers that the holder knows already.
 */
function mayAttach(s: Situation): boolean {
  const detached = detachedNow(s);
  if (detached === null || s.paused) return false;
  return detached.node === s.standby.node || (detached.missing === '' && s.lead.standbyLacksOwn === null);
}

/** Why the channel stays detached although the old holder answers; null while that is not known, or there is no reason. */
function whyDetached(s: Situation): string | null {
  const missing = detachedNow(s)?.missing ?? null;
  if (missing === null) return null;
  const { holder, standby, lead } = s;
  if (missing !== '') return `${standby.node}, which has what ${holder.node} lacks: ${missing}`;
  if (lead.standbyLacksOwn === null) return null;
  return `${standby.node}, which came back with less than it had sent: it lacks ${lead.standbyLacksOwn}`;
}

export const channel: readonly Row[] = [
  {
    name: 'channel-may-attach',
    says: 'A failover has detached the channel from the old holder, which answers again and has nothing that the new holder lacks, and all that it had sent; no pause is on.',
    when: mayAttach,
    measure: (s) => {
      const { node, from } = s.memory.detached ?? { node: s.holder.node, from: s.standby.node };
      return {
        kind: 'act',
        plan: attachPlan(node, from),
        because: `${from} is back and has nothing that ${s.holder.node} lacks`,
      };
    },
    does: ['plan attach-channel'],
    reason: 'Nothing can arrive over newer rows, and the pair needs both channels for the next move.',
    origin: 'review of 15d31a4: the old holder’s tail',
  },
  {
    name: 'channel-detached',
    says: 'A failover has detached the channel from the old holder, which answers again and has transactions that the new holder lacks, or may have, or came back with less than it had sent.',
    when: (s) => whyDetached(s) !== null,
    measure: (s) => ({
      kind: 'stay',
      page: 'channel-detached',
      because: `${s.holder.node} receives nothing from ${whyDetached(s) ?? s.standby.node}`,
    }),
    does: ['page channel-detached'],
    reason: 'Received now, they could overwrite rows that are newer: what they are worth is for a person.',
    origin: 'review of 15d31a4: the old holder’s tail',
  },
];

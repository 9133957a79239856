/** Rows on a channel that a failover detached: the old holder is back, and what it has is known. */
import { hasGivenUp } from '../evidence/gave-up.ts';
import { attachingInto } from '../evidence/source-anew.ts';
import { cannotBeSent, endsReceiver } from '../evidence/source-errors.ts';
import { detachedChannels } from '../memory/detached.ts';
import { askForAllText, wouldAskForAll } from '../memory/log-reset.ts';
import type { DetachedChannel } from '../memory/memory.ts';
import type { NodeName } from '../names.ts';
import { attachPlan } from '../plan/plans.ts';
import { holderStuck } from './conditions.ts';
import type { DecisionRow, Measure } from './row.ts';
import type { Situation } from './situation.ts';

/** MySQL's `ER_ACCESS_DENIED_ERROR`. */
const ACCESS_DENIED = 1045;

/** The channels that are detached, the newest first, when both nodes can be asked. */
function detachedNow({ memory, holder, standby, vip }: Situation): readonly DetachedChannel[] {
  if (vip !== 'held' || holder.server === null || standby.server === null) return [];
  const known = [holder.node, standby.node];
  return detachedChannels(memory).filter(({ node, from }) => known.includes(node) && known.includes(from));
}

/**
 * The holder may receive from the standby only when it lacks nothing, and the standby has not come back with less than it
 * had sent: what it then writes has numbers that the holder knows already. A standby may receive from the holder, unless it
 * held the VIP itself meanwhile: what it lacks of the holder's older writes would replace what it wrote since.
 */
function mayAttach(s: Situation, { node, missing, hasServed }: DetachedChannel): boolean {
  if (s.paused || s.memory.aside !== null || !isHalted(s, node) || wouldAskForAll(s.memory, node))
    return false;
  if (node === s.standby.node) return hasServed !== true || missing === '';
  return s.pair.rejoin === 'auto' && missing === '' && s.lead.standbyLacksOwn === null;
}

function attachable(s: Situation): DetachedChannel | null {
  return detachedNow(s).find((detached) => mayAttach(s, detached)) ?? null;
}

/**
 * It does not run, or is refused by the mark on its account; one that is about to connect shows which, a look later. One without
 * the mark that has stopped with an error of its own was started before, and would stop again.
 */
function isHalted({ holder, standby }: Situation, node: NodeName): boolean {
  const inbound = (holder.node === node ? holder : standby).server?.inbound;
  if (inbound?.kind !== 'configured') return false;
  const { io, sql, ioError, sqlError } = inbound;
  if (inbound.barred === false)
    return (io === 'no' && !endsReceiver(ioError)) || (sql === 'no' && sqlError === null);
  return io === 'no' || sql === 'no' || ioError?.errno === ACCESS_DENIED;
}

/** Which channel stays detached although both nodes answer, and why; null while that is not known, or there is no reason. */
function whyDetached(s: Situation): { readonly because: string; readonly headline: string } | null {
  for (const detached of detachedNow(s)) {
    const why = whyItStays(s, detached);
    const nothing = `${detached.node} receives nothing from`;
    if (why !== null) return { because: `${nothing} ${why}`, headline: `${nothing} ${detached.from}` };
  }
  return null;
}

function whyItStays(s: Situation, { node, from, missing, hasServed }: DetachedChannel): string | null {
  const { standby, lead } = s;
  if (missing === null)
    return node === standby.node && hasServed
      ? `${from}: it was not known which of its transactions ${node} lacked when the VIP moved back`
      : null;
  if (wouldAskForAll(s.memory, node)) return `${from}: ${askForAllText(node, from)}. Rebuild ${standby.node}`;
  if (missing !== '') return `${from}, which has transactions that ${node} lacks: ${missing}`;
  if (node === standby.node) return null;
  if (lead.standbyLacksOwn !== null)
    return `${standby.node}, which lost writes that it had sent: ${lead.standbyLacksOwn}`;
  return s.pair.rejoin === 'ask' && s.memory.aside === null && isHalted(s, node)
    ? `${from}, which has nothing that ${node} lacks: rejoin 'ask' leaves it to a person`
    : null;
}

/** The node whose channel from the other one gave up, and may be started again; null when there is none. */
function gaveUp({ memory, holder, standby, vip, lead, paused }: Situation): NodeName | null {
  const answer = holder.server !== null && standby.server !== null;
  if (vip !== 'held' || holder.kind !== 'serving' || !answer || paused) return null;
  if (memory.detached !== null || memory.aside !== null) return null;
  if (standby.server !== null && hasGivenUp(standby.server.inbound)) return standby.node;
  const lacks =
    lead.holderLacksOthers !== null || lead.standbyLacksOwn !== null || wouldAskForAll(memory, holder.node);
  const isHalted =
    holder.server !== null && (hasGivenUp(holder.server.inbound) || isRefusedForOld({ holder, standby }));
  return isHalted && !lacks ? holder.node : null;
}

/** The standby was made anew, and refuses the holder's channel for what that had received before. */
function isRefusedForOld({ holder, standby }: Pick<Situation, 'holder' | 'standby'>): boolean {
  const inbound = holder.server?.inbound;
  if (inbound?.kind !== 'configured' || inbound.io !== 'no' || !cannotBeSent(inbound.ioError)) return false;
  return attachingInto(holder.node, { holder, standby }) === 'afresh';
}

/** Before a holder that is stuck is replaced: what it has comes to the standby through this channel. */
export const undetached: readonly DecisionRow[] = [
  {
    name: 'standby-may-attach',
    says: 'The holder answers and is stuck. A failover that was undone has left the channel from it detached. No pause is on, and no node is set aside.',
    when: (s) => holderStuck(s) && attachable(s)?.node === s.standby.node,
    measure: attaching,
    does: ['plan attach-channel'],
    reason: 'The standby lacks what the holder wrote since then, and a stuck holder can still send it.',
    origin: 'a simulated history: the standby was down when a failover to it was undone',
  },
];

/** The channel is attached again. */
function attaching(s: Situation): Measure {
  const { node, from } = attachable(s) ?? { node: s.holder.node, from: s.standby.node };
  const because =
    node === s.standby.node
      ? `${node} is the standby of ${from} and receives nothing from it`
      : `${from} is back and has nothing that ${node} lacks`;
  return { kind: 'act', plan: attachPlan(node, from, attachingInto(node, s)), because };
}

export const channel: readonly DecisionRow[] = [
  {
    name: 'channel-may-attach',
    says: 'A failover has detached the channel from the old holder. The old holder answers again, has nothing that the new holder lacks, and has all that it had sent. The binary log of the new holder was not reset. No pause is on, no node is set aside, and `rejoin` is `auto`.',
    when: (s) => attachable(s) !== null,
    measure: attaching,
    does: ['plan attach-channel'],
    reason: 'No older row can overwrite a newer one, and the pair needs both channels for the next move.',
    origin: 'review of 15d31a4: the old holder’s tail',
  },
  {
    name: 'channel-detached',
    says: 'A failover has detached the channel from the old holder. The old holder answers again and has, or may have, transactions that the new holder lacks. Or it lost transactions that it had sent, or the binary log of the new holder was reset, or `rejoin` is `ask`.',
    when: (s) => whyDetached(s) !== null,
    measure: (s) => ({
      kind: 'stay',
      page: 'channel-detached',
      ...(whyDetached(s) ?? { because: '' }),
    }),
    does: ['page channel-detached'],
    reason: 'If these transactions were applied now, they could overwrite newer rows. A person must decide.',
    origin: 'review of 15d31a4: the old holder’s tail',
  },
  {
    name: 'channel-gave-up',
    says: 'Both nodes answer, and a channel between them has stopped by itself: its server tried to connect as often as it may, while the way or the other node was gone; or the standby was made anew and refuses it for GTIDs that the holder received before, and the holder has applied all of them. Into the holder only while the standby has nothing that the holder lacks. No pause is on, no channel is detached, and no node is set aside.',
    when: (s) => gaveUp(s) !== null,
    measure: (s) => {
      const node = gaveUp(s) ?? s.standby.node;
      const source = node === s.standby.node ? s.holder.node : s.standby.node;
      const because = isRefusedForOld(s)
        ? `${source} was made anew and refuses replication into ${node}, for what ${node} had received before and has applied`
        : `replication into ${node} stopped after its last try to connect, and ${source} answers again`;
      return { kind: 'act', plan: attachPlan(node, source, attachingInto(node, s)), because };
    },
    does: ['plan attach-channel'],
    reason:
      'Nobody stopped it, and nothing else would start it again: the standby would stay unfit until somebody looks. What a person stopped shows fewer tries, or none.',
    origin: 'MySQL 9: SOURCE_RETRY_COUNT is 10, so a standby gives up after ten minutes',
  },
];

/** Alerts beside the decision: what an old holder brings back, events that a move would stop, and a standby that writes. */
import { tell, tellCondition, tellLimited, withIncident } from '../alert/alerts.ts';
import { cut, LIST_MAX } from '../bounds.ts';
import { changed } from '../changed.ts';
import type { Situation } from '../decision/situation.ts';
import { countOf, parseSet, subtract, withoutOrigin } from '../evidence/gtid.ts';
import type { Server } from '../evidence/sighting.ts';
import type { Verdict } from '../evidence/verdict.ts';
import { isClosed } from '../evidence/writability.ts';
import type { NodeName } from '../names.ts';
import { plural } from '../plural.ts';
import { type Missing, missingOf, transactions } from '../standby/loss.ts';
import { writesSeen } from '../text/writes-text.ts';
import { updateDetached } from './detached.ts';
import type { DetachedChannel, Memory } from './memory.ts';

/** The old holder is back: now it is known what it has and the new one lacks. */
export function noteReturn(memory: Memory, situation: Situation): Memory {
  return countLoss(noteMissing(memory, situation), situation);
}

/** What the new holder lacks of what the old one has: nothing, a list, or why it is not known. */
function noteMissing(memory: Memory, { holder, standby, vip }: Situation): Memory {
  if (memory.plan !== null) return memory;
  return updateDetached(memory, (detached) => {
    const node = [holder, standby].find((seen) => seen.node === detached.node);
    if (node?.server && receives(node.server)) return null;
    const from = holder.node === detached.from ? holder : standby;
    const back = from.server === null ? detached : changed(detached, { isBack: true });
    const isHolder = detached.node === holder.node && vip === 'held';
    return isHolder ? known(back, holder, standby) : back;
  });
}

/** What the new holder is known to lack, now that it has held the VIP. */
function known(detached: DetachedChannel, holder: Verdict, standby: Verdict): DetachedChannel {
  const isKnown = detached.from === standby.node && holder.server !== null && standby.server !== null;
  const missing = isKnown ? listOf(missingBetween(standby.server, holder.server)) : detached.missing;
  return changed(detached, { missing, hasServed: true });
}

/**
 * Somebody has started it, or it could not be stopped: there is nothing to attach any more. One that receives and applies nothing,
 * without an error, is held back.
 */
function receives({ inbound }: Server): boolean {
  if (inbound.kind !== 'configured' || inbound.io !== 'yes') return false;
  return inbound.sql === 'yes' || inbound.sqlError !== null;
}

function countLoss(memory: Memory, situation: Situation): Memory {
  const { pair, holder, standby, nowMs } = situation;
  const { loss } = memory;
  if (!loss || standby.node !== loss.old || standby.server === null || holder.server === null) return memory;
  if (memory.plan !== null) return memory;
  const listed = listOf(missingBetween(standby.server, holder.server));
  const missing = loss.because === undefined ? listed : unknownText(loss.because, listed);
  const words = {
    headline: `${loss.old} is back, ${missing === '' ? 'nothing is missing' : `${holder.node} lacks ${missing}`}`,
    ...(missing === '' ? { todo: 'Nothing.', commands: ['status {pair}'] } : {}),
    happened:
      missing === ''
        ? `${loss.old} is back. Nothing is missing: ${holder.node} has every transaction that ${loss.old} has.`
        : `${loss.old} is back. Missing on ${holder.node} now: ${missing}.`,
    done: 'Nothing was changed.',
    writes: writesSeen(situation),
  };
  return tell({ ...memory, loss: null }, pair.name, 'loss-counted', words, nowMs);
}

/** Whatever the GTIDs list, there may be more. */
function unknownText(because: string, listed: string): string {
  const isCounted = listed !== '' && !listed.startsWith('unknown');
  return `unknown (${because})${isCounted ? `; at least ${listed}` : ''}`;
}

/** What the new holder wrote itself may have come back to the old one since the new one was looked at. */
function missingBetween(old: Server, holder: Server): Missing | null {
  return missingOf(old.executed, holder.executed, holder.identity);
}

/** Empty when nothing is missing. */
function listOf(missing: Missing | null): string {
  if (missing === null) return 'unknown (GTIDs are off)';
  return missing.count === 0 ? '' : `${transactions(missing.count)}: ${cut(missing.set, LIST_MAX)}`;
}

/** Scheduled events of the holder that the standby keeps disabled: said once, and again when their number changes. */
export function noteEvents(memory: Memory, { pair, holder, standby, nowMs }: Situation): Memory {
  const [here, there] = [holder.server?.events ?? null, standby.server?.events ?? null];
  if (pair.events === 'managed' || here === null || there === null || holder.kind !== 'serving')
    return memory;
  const runs = here.scheduler === 'on' && here.enabled > 0;
  const stopping = runs ? there.disabledOnReplica : 0;
  if (stopping === memory.eventsTold) return memory;
  const noted = { ...memory, eventsTold: stopping };
  if (stopping === 0) return noted;
  const words = {
    happened: `${holder.node} runs ${plural(here.enabled, 'scheduled event')}. Disabled on ${standby.node}: ${stopping}. After a move of the VIP these run on neither node.`,
    done: 'Nothing was changed.',
  };
  return tellLimited(noted, pair.name, 'events-will-stop', words, nowMs);
}

/** By how many transactions of its own a closed node's history grew between two looks. */
export function ownGrowth(before: Server | null, now: Server): number {
  if (before === null || !isClosed(before) || !isClosed(now) || before.identity !== now.identity) return 0;
  if (before.executed.gtid === null || now.executed.gtid === null) return 0;
  if (before.executed.gtid === now.executed.gtid) return 0;
  const fresh = subtract(parseSet(now.executed.gtid), parseSet(before.executed.gtid));
  return countOf(fresh) - countOf(withoutOrigin(fresh, now.identity));
}

/** The closed standby wrote by itself between two looks. */
export function noteStandbyWrites(
  memory: Memory,
  situation: Situation,
  grown: { readonly node: NodeName; readonly count: number } | null,
  newId: string,
): Memory {
  const { pair, standby, nowMs } = situation;
  if (grown === null || grown.node !== standby.node || pair.writability !== 'managed') return memory;
  // A copy brings back what the node itself wrote before it.
  if (memory.aside?.node === grown.node) return memory;
  const words = {
    happened: `${standby.node} is read-only, but something wrote ${transactions(grown.count)} there between two looks.`,
    done: 'Nothing was changed.',
    writes: writesSeen(situation),
  };
  const open = withIncident(memory, 'standby-writes', nowMs, newId);
  return tellCondition(open, pair.name, 'standby-writes', words, nowMs);
}

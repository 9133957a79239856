/** What an alert says where nothing is moved: whether clients can write, since when not, and what a person may choose. */
import type { Words } from '../alert/alerts.ts';
import type { EventCode } from '../alert/events.ts';
import { acceptLoss, acknowledge, failover } from '../alert/remedies.ts';
import type { Measure } from '../decision/row.ts';
import type { Situation } from '../decision/situation.ts';
import { wordsOfLoss } from '../decision/unserved.ts';
import { cannotSay } from '../evidence/witness.ts';
import { seenText } from './cause-text.ts';
import { costOf, writesOfPage } from './writes-text.ts';

/** The words of the alert. */
export function wordsOfStay(
  situation: Situation,
  row: string,
  { page, because, headline }: Extract<Measure, { kind: 'stay' }>,
): Words & Required<Pick<Words, 'writes' | 'seen'>> {
  const writes = writesOfPage(page, situation);
  return {
    happened: `${because}.`,
    done: 'Nothing was moved.',
    seen: seenText(situation, row),
    writes,
    ...(headline === undefined ? {} : { headline }),
    ...costOf(situation, writes),
    ...priceOf(situation, page),
    ...(page === 'service-lost' ? wordsOfLoss(situation) : {}),
  };
}

/** Where a person must choose, the alert names the command and its price. Who sees nothing of both nodes has no choice to make yet. */
function priceOf(situation: Situation, page: EventCode): Pick<Words, 'todo' | 'commands'> {
  const { holder, standby, memory, fitness, paused, witness, blind, isServed } = situation;
  const isDoubtful = page === 'blind' && blind === null && (cannotSay(witness) || witness === 'unasked');
  if (page === 'flap-guard' && isServed)
    return { commands: [acknowledge, failover('{holder} fails the check')] };
  if (page !== 'holder-lost' && !isDoubtful) return {};
  const first = isDoubtful
    ? `Find out on its host whether ${holder.node} is alive. If it is not, bring it back`
    : `Bring ${holder.node} back`;
  if (paused && fitness.fit)
    return {
      todo: `${first}. Or fail over to ${standby.node}, which can take over: an order is carried out in a pause, too.`,
      commands: ['explain {pair}', failover('{holder} is lost')],
    };
  const ready =
    memory.readiness?.node === standby.node
      ? memory.readiness.reasons.join('; ') || 'it could take over before the loss'
      : 'its state before the loss is unknown';
  return {
    todo: `${first}. Or fail over to ${standby.node} by force, which loses all that ${standby.node} has not received (${ready}).`,
    commands: ['explain {pair}', acceptLoss],
  };
}

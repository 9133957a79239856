/** Rows for a holder that lives: whether it leaves, lets us in, and is the one node that takes writes. */
import {
  closedByHand,
  governed,
  holderBehind,
  holderFollows,
  holderHasAll,
  holderServes,
  mayLeave,
  movedFrom,
  openedByHand,
  pauseText,
  standbyDown,
  standbyOpen,
  told,
} from './conditions.ts';
import { closeStandbyPlan, failoverPlan, openHolderPlan, switchoverPlan } from './plans.ts';
import type { DecisionRow } from './row.ts';
import type { Situation } from './situation.ts';
import { holderLeaves } from './steady.ts';

export const held: readonly DecisionRow[] = [
  {
    name: 'holder-stopping',
    says: 'The holder serves, but EC2 says that its instance is stopping or shutting down; the standby is fit, neither the flap guard nor a pause forbids a move, none was tried in this incident, and the policy is `switchover`.',
    when: (s) => holderLeaves(s) && mayLeave(s),
    measure: (s) => ({
      kind: 'act',
      // Its sessions end with the instance, whatever is done.
      plan: switchoverPlan(s.pair, s.standby.node, true),
      because: `the instance of ${s.holder.node} is ${s.holderInstance}, and ${s.holder.node} still serves`,
    }),
    does: ['plan switchover'],
    reason:
      'Its end is certain and has not come yet: a planned move loses nothing, and waiting for the death could.',
    origin: 'EC2: an instance is `stopping` for as long as its system takes to shut down',
  },
  {
    name: 'holder-locked-out',
    says: 'Two looks in a row found that the holder refuses our login, or refuses to be read.',
    when: (s) => s.holder.kind === 'locked-out' && s.holder.confirmed,
    measure: (s) => ({ kind: 'stay', page: 'locked-out', because: `${s.holder.node}: ${s.holder.because}` }),
    does: ['page locked-out'],
    reason: 'A server that refuses a login is alive. The fault is ours. The standby is judged on meanwhile.',
    origin: 'mysql_check.sh reads it as a dead server',
  },
  {
    name: 'holder-saturated',
    says: 'Two looks in a row found that the holder has no connection left.',
    when: (s) => s.holder.kind === 'saturated' && s.holder.confirmed,
    measure: (s) => ({ kind: 'stay', page: 'saturated', because: `${s.holder.node}: ${s.holder.because}` }),
    does: ['page saturated'],
    reason: 'A full connection table moves with its clients to the next master.',
    origin: 'mysql_check.sh reads it as a dead server',
  },
  {
    name: 'holder-refuses-writes',
    says: 'The holder is open by its own word and has begun to refuse every write.',
    when: (s) => s.holder.kind === 'stuck',
    measure: (s) => ({
      kind: 'stay',
      page: 'holder-refuses-writes',
      because: `${s.holder.node}: ${s.holder.because}`,
    }),
    does: ['page holder-refuses-writes'],
    reason:
      'Nobody can write to it. A person hears of it at once; if it lasts as long as a hang may, it is stuck, and a fit standby takes over.',
    origin: 'innodb_read_only, transaction_read_only (error 1792), error 1836',
  },
  {
    name: 'holder-closed-untouched',
    says: 'Writability is untouched, and the holder serves and is read-only.',
    when: (s) => s.pair.writability === 'untouched' && holderServes(s) && s.holder.server?.writable === false,
    measure: (s) => ({
      kind: 'stay',
      page: 'holder-refuses-writes',
      because: `${s.holder.node} holds the VIP and is read-only, and its writability is not ours to change`,
    }),
    does: ['page holder-refuses-writes'],
    reason: 'Nobody can write to it, and only a person may open it.',
    origin: 'writability: untouched',
  },
  {
    name: 'vip-moved-by-hand',
    says: 'Writability is managed; the VIP was moved by somebody else to a node that serves, lacks what the other has (or that cannot be told), and does not receive it; the other is not confirmed stopped or silent, and no plan has detached the channel from it.',
    when: (s) =>
      governed(s) &&
      movedFrom(s) !== null &&
      !standbyDown(s) &&
      s.memory.detached?.node !== s.holder.node &&
      holderHasAll(s) !== true &&
      !holderFollows(s),
    measure: (s) => ({ kind: 'stay', page: 'vip-moved-by-hand', because: movedText(s) }),
    does: ['page vip-moved-by-hand'],
    reason:
      'Closing the node that is ahead and opening the one that is behind would throw writes away. Which of them is right, a person knows.',
    origin: 'safety review K11, K21: the complete writer was closed and the stale one opened',
  },
  {
    name: 'writability-changed',
    says: 'Writability is managed, and a node is not as its role wants it and has not restarted: somebody opened the standby by hand in a pause, and no restart has closed the holder; or somebody closed the holder by hand in a pause, or after it was opened again once in this incident.',
    when: (s) =>
      governed(s) &&
      ((isLeftOpen(s) && !closedByRestart(s)) || (closedByHand(s) && (s.paused || told(s, 'holder-opened')))),
    measure: (s) => ({ kind: 'stay', page: 'writability-changed', because: changedText(s) }),
    does: ['page writability-changed'],
    reason: 'What a person does in a pause, or twice, is meant.',
    origin: 'patroni pause; design: a pause never forbids to put right what a restart changed',
  },
  {
    name: 'two-writers',
    says: 'Writability is managed, the holder serves, and the standby takes writes, or is only half closed. In a pause too, unless somebody opened it by hand.',
    when: (s) => governed(s) && standbyOpen(s) && !isLeftOpen(s),
    measure: (s) => ({
      kind: 'act',
      plan: closeStandbyPlan(s.pair, s.standby.node),
      because: `${s.standby.node} ${s.standby.server?.halfClosed ? 'is only half closed (read_only and super_read_only differ)' : 'takes writes'}, and the VIP is on ${s.holder.node}${byHandText(s)}`,
    }),
    does: ['plan close-standby'],
    reason: 'Exactly one node takes writes. Closed before a holder is opened, so that there are never two.',
    origin: 'orchestrator#1480, MaxScale enforce_read_only',
  },
  {
    name: 'holder-behind',
    says: 'Writability is managed, and the holder serves, is read-only and lacks transactions of its own that the standby has; it has nothing that the standby lacks, the standby could take over, and neither the flap guard nor a pause forbids a move.',
    when: (s) =>
      holderBehind(s) &&
      s.lead.standbyLacks === null &&
      s.fitnessWhenAhead.fit &&
      s.flapGuard === null &&
      !s.paused,
    measure: (s) => ({
      kind: 'act',
      plan: failoverPlan(s.pair, s.standby.node, {
        ...{ holderAnswers: true, acceptLoss: false, undoIfHolderServes: false },
      }),
      because: behindText(s),
    }),
    does: ['plan failover'],
    reason:
      'It came back with less than it had sent. Opened, it would give the same numbers to other rows; the standby has everything, so nothing is lost by the move.',
    origin: 'MySQL: sync_binlog or innodb_flush_log_at_trx_commit other than 1, and a crash',
  },
  {
    name: 'holder-behind-stays',
    says: 'The same, and the standby lacks something too, cannot take over, or may not.',
    when: holderBehind,
    measure: (s) => ({ kind: 'stay', page: 'holder-behind', because: `${behindText(s)}${staysText(s)}` }),
    does: ['page holder-behind'],
    reason: 'Which of two histories is to be kept, a person decides.',
    origin: 'MySQL: sync_binlog or innodb_flush_log_at_trx_commit other than 1, and a crash',
  },
  {
    name: 'holder-read-only',
    says: 'Writability is managed, and the holder serves and is read-only, or half closed. In a pause too, after a restart.',
    when: (s) =>
      s.safeguards.reopenHolder &&
      (s.safeguards.reopenInPause || !s.paused) &&
      governed(s) &&
      s.holder.server?.writable === false,
    measure: (s) => ({
      kind: 'act',
      plan: openHolderPlan(s.pair, s.holder.node, { wasElsewhere: movedFrom(s) !== null }),
      because: `${s.holder.node} holds the VIP and is ${s.holder.server?.halfClosed ? 'half closed' : 'read-only'}${byHandText(s)}`,
    }),
    does: ['plan open-holder'],
    reason: 'Nodes start read-only; writability is granted to the holder.',
    origin: 'orchestrator#494: read_only in my.cnf',
  },
];

/** A pause is on, and somebody opened the standby by hand: that is not undone. */
function isLeftOpen(s: Situation): boolean {
  return s.paused && openedByHand(s);
}

/** The holder is read-only, and nobody made it so by hand. */
function closedByRestart(s: Situation): boolean {
  return s.holder.server?.writable === false && !closedByHand(s);
}

function byHandText(s: Situation): string {
  const from = movedFrom(s);
  return from === null ? '' : `. It was moved by hand from ${from}`;
}

function changedText(s: Situation): string {
  const { holder, standby, paused } = s;
  const texts = [
    ...(openedByHand(s) ? [`${standby.node} is the standby and was opened by hand`] : []),
    ...(closedByHand(s) ? [`${holder.node} holds the VIP and was made read-only by hand`] : []),
  ];
  return `${texts.join('; ')}: no restart did it, and ${paused ? 'a pause is on' : 'it was opened once already'}`;
}

function movedText(s: Situation): string {
  const { holder, standby, lead, behind } = s;
  const lacks = [behind, lead.holderLacksOthers].filter((each) => each !== null).join('; ');
  const ahead =
    lacks === ''
      ? `whether ${holder.node} has all that ${standby.node} wrote cannot be told`
      : `${standby.node} is ahead: ${holder.node} lacks ${lacks}`;
  return `the VIP was moved by hand from ${movedFrom(s) ?? standby.node} to ${holder.node}; ${ahead}, and ${holder.node} does not receive it`;
}

function behindText({ holder, standby, behind }: Situation): string {
  return `${holder.node} holds the VIP, is read-only, and lacks what it had sent to ${standby.node}: ${behind ?? ''}`;
}

function staysText(s: Situation): string {
  const { standby, lead, fitnessWhenAhead, flapGuard } = s;
  if (lead.standbyLacks !== null) return `. ${standby.node} in turn lacks ${lead.standbyLacks}`;
  if (!fitnessWhenAhead.fit) return `. ${standby.node} is unfit: ${fitnessWhenAhead.reasons.join('; ')}`;
  return `. ${flapGuard ?? pauseText(s)}`;
}

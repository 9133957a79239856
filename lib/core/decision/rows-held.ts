/** Rows for a holder that is alive: its instance stops, it refuses us, or the wrong node takes writes. */
import { closeStandbyPlan, detachPlan, failoverPlan, openHolderPlan, switchoverPlan } from '../plan/plans.ts';
import {
  closedByHand,
  governed,
  holderBehind,
  holderCutOff,
  holderReadAll,
  holderServes,
  mayLackMoved,
  mayLeave,
  movedFrom,
  openedByHand,
  pauseText,
  processUnread,
  standbyOpen,
  standbyWritesUnseen,
  staysClosed,
  succeeds,
  told,
} from './conditions.ts';
import type { DecisionRow } from './row.ts';
import type { Situation } from './situation.ts';
import { holderLeaves } from './steady.ts';

export const held: readonly DecisionRow[] = [
  {
    name: 'holder-stopping',
    says: 'The holder serves, but EC2 reports that its instance is stopping or shutting down; the standby is fit and applies within `freezeLimitSeconds`, neither the flap guard nor a pause forbids a move, none was tried in this incident, and the policy is `switchover`.',
    when: (s) => holderLeaves(s) && mayLeave(s),
    measure: (s) => ({
      kind: 'act',
      // Its sessions end with the instance, whatever is done.
      plan: switchoverPlan(s.pair, s.standby.node, true),
      because: `the instance of ${s.holder.node} is ${s.holderInstance}, and ${s.holder.node} still serves`,
    }),
    does: ['plan switchover'],
    reason:
      'The holder will stop for certain, and still serves: a planned move now loses nothing, a failover later could.',
    origin: 'EC2: an instance is `stopping` while its system shuts down',
  },
  {
    name: 'holder-locked-out',
    says: 'Two looks in a row found that the holder refuses our login, or refuses to be read.',
    when: (s) => s.holder.kind === 'locked-out' && s.holder.confirmed,
    measure: (s) => ({
      kind: 'stay',
      page: 'locked-out',
      because: `${s.holder.node} refuses our login: ${s.holder.because}`,
    }),
    does: ['page locked-out'],
    reason:
      'A server that refuses a login is alive, so this does not prove a death. The standby is still watched.',
    origin: 'mysql_check.sh reads it as a dead server',
  },
  {
    name: 'holder-saturated',
    says: 'Two looks in a row found that the holder has no connection left.',
    when: (s) => s.holder.kind === 'saturated' && s.holder.confirmed,
    measure: (s) => ({
      kind: 'stay',
      page: 'saturated',
      because: `${s.holder.node} has no connection left: ${s.holder.because}`,
    }),
    does: ['page saturated'],
    reason: 'After a failover, the same clients would fill the connection table of the next master.',
    origin: 'mysql_check.sh reads it as a dead server',
  },
  {
    name: 'holder-refuses-writes',
    says: 'The holder is not read-only, but has begun to refuse every write.',
    when: (s) => s.holder.kind === 'stuck',
    measure: (s) => ({
      kind: 'stay',
      page: 'holder-refuses-writes',
      because: `${s.holder.node}: ${s.holder.because}`,
    }),
    does: ['page holder-refuses-writes'],
    reason:
      'Clients cannot write. The alert goes out at once. If it lasts for `stuckSeconds`, the holder counts as stuck and a fit standby takes over.',
    origin: 'innodb_read_only, transaction_read_only (error 1792), error 1836',
  },
  {
    name: 'holder-closed-untouched',
    says: 'Writability is untouched, and the holder serves and is read-only.',
    when: (s) => s.pair.writability === 'untouched' && holderServes(s) && s.holder.server?.writable === false,
    measure: (s) => ({
      kind: 'stay',
      page: 'holder-refuses-writes',
      because: `${s.holder.node} holds the VIP and is read-only. keepalambda may not open it (writability: untouched)`,
    }),
    does: ['page holder-refuses-writes'],
    reason: 'Clients cannot write, and only a person may open it.',
    origin: 'writability: untouched',
  },
  {
    name: 'old-holder-tail',
    says: 'The holder takes writes, or writability is untouched. Somebody else moved the VIP to this node, and its channel from the other node is cut off, was stopped when all that it had received was applied, or runs, lacks something and does not know its lag. As far as both can be asked, it has not read all that the other node wrote. No pause is on.',
    when: (s) =>
      holderServes(s) &&
      (s.pair.writability === 'untouched' || s.holder.server?.writable === true) &&
      succeeds(s) &&
      holderCutOff(s) &&
      !holderReadAll(s) &&
      !s.paused,
    measure: (s) => ({
      kind: 'act',
      plan: detachPlan(s.holder.node, s.standby.node, { closesSource: governed(s) && standbyOpen(s) }),
      because: `the VIP was moved from ${movedFrom(s) ?? s.standby.node} to ${s.holder.node} outside of a plan, and ${s.holder.node} does not receive from the other node and may lack its last writes`,
    }),
    does: ['plan detach-channel'],
    reason:
      'Clients write to the new holder, and nothing closes it before it has caught up. Late writes of the old holder would overwrite newer rows.',
    origin: 'a simulated history: the VIP moved by hand during a partition of the pair',
  },
  {
    name: 'vip-moved-by-hand',
    says: 'Writability is managed. Somebody else moved the VIP to a node that serves, lacks what the other node has (or this is unknown), and does not receive it. The other node is not confirmed stopped or silent, and no plan has detached the channel from it.',
    when: (s) => governed(s) && mayLackMoved(s),
    measure: (s) => ({ kind: 'stay', page: 'vip-moved-by-hand', because: movedText(s) }),
    does: ['page vip-moved-by-hand'],
    reason:
      'Closing the node that is ahead and opening the one that is behind would lose writes. A person must decide which of them is right.',
    origin: 'safety review K11, K21: the complete writer was closed and the stale one opened',
  },
  {
    name: 'writability-changed',
    says: 'Writability is managed, and a node that has not restarted does not fit its role. Somebody opened the standby by hand in a pause, and no restart has closed the holder. Or somebody closed the holder by hand in a pause, or after keepalambda had opened it again once in this incident; and the standby is closed, or was opened by hand too.',
    when: (s) =>
      governed(s) &&
      ((isLeftOpen(s) && !closedByRestart(s)) ||
        (closedByHand(s) && (s.paused || told(s, 'holder-opened')) && !isOpenUnasked(s))),
    measure: (s) => ({
      kind: 'stay',
      page: 'writability-changed',
      because: changedText(s),
      about: [...(openedByHand(s) ? [s.standby.node] : []), ...(closedByHand(s) ? [s.holder.node] : [])],
    }),
    does: ['page writability-changed'],
    reason: 'What a person does in a pause, or twice, is intended.',
    origin: 'patroni pause; design: a pause never forbids to put right what a restart changed',
  },
  {
    name: 'two-writers',
    says: 'Writability is managed, the holder serves, and the standby takes writes, or is only half closed. In a pause too, unless somebody opened it by hand, or may have: it is not known yet whether it has restarted. Half closed is as a node must be while it is made anew.',
    when: (s) =>
      governed(s) &&
      standbyOpen(s) &&
      !isLeftOpen(s) &&
      !(s.paused && processUnread(s, s.standby)) &&
      !isBeingFilled(s),
    measure: (s) => ({
      kind: 'act',
      plan: closeStandbyPlan(s.pair, s.standby.node),
      because: `${s.standby.node} ${s.standby.server?.halfClosed ? 'is half closed (read_only and super_read_only differ)' : 'takes writes'}, and the VIP is on ${s.holder.node}${byHandText(s)}`,
    }),
    does: ['plan close-standby'],
    reason:
      'Exactly one node takes writes. The standby is closed before the holder is opened, so that there are never two writers.',
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
        holderAnswers: true,
        acceptLoss: false,
        undoIfHolderServes: false,
      }),
      because: behindText(s),
    }),
    does: ['plan failover'],
    reason:
      'The holder lost transactions that it had sent. If it were opened, it would use their GTIDs again for other rows. The standby has all of them, so the move loses nothing.',
    origin: 'MySQL: sync_binlog or innodb_flush_log_at_trx_commit other than 1, and a crash',
  },
  {
    name: 'holder-behind-stays',
    says: 'As `holder-behind`, but the standby also lacks something or cannot take over, or the flap guard or a pause forbids the move.',
    when: holderBehind,
    measure: (s) => ({ kind: 'stay', page: 'holder-behind', because: `${behindText(s)}${staysText(s)}` }),
    does: ['page holder-behind'],
    reason: 'A person must decide which of the two histories to keep.',
    origin: 'MySQL: sync_binlog or innodb_flush_log_at_trx_commit other than 1, and a crash',
  },
  {
    name: 'holder-stays-closed',
    says: 'As `holder-read-only`, but the plan to open the holder has just failed. The standby is fit and has all that the holder has, and neither the flap guard nor a pause forbids a move.',
    when: (s) => mayOpen(s) && staysClosed(s),
    measure: (s) => ({
      kind: 'act',
      plan: failoverPlan(s.pair, s.standby.node, {
        holderAnswers: false,
        acceptLoss: false,
        undoIfHolderServes: false,
      }),
      because: `${s.holder.node} holds the VIP, is read-only and cannot be opened`,
    }),
    does: ['plan failover'],
    reason:
      'Clients cannot write, and what keeps the holder from being opened may last. A read-only holder writes nothing more, so the move loses nothing. If it fails, the holder is tried again.',
    origin:
      'a simulated history: a holder came up read-only with a full disk, and was to be opened for a hundred seconds',
  },
  {
    name: 'holder-read-only',
    says: 'Writability is managed, and the holder serves and is read-only, or half closed. In a pause too, after a restart. Not while a person may have wanted that, because it is not known yet whether it has restarted; nor while the other node does not answer us and the holder still receives what is written there.',
    when: mayOpen,
    measure: (s) => ({
      kind: 'act',
      plan: openHolderPlan(s.pair, s.holder.node, { wasElsewhere: succeeds(s) }),
      because: `${s.holder.node} holds the VIP and is ${s.holder.server?.halfClosed ? 'half closed' : 'read-only'}${byHandText(s)}`,
    }),
    does: ['plan open-holder'],
    reason:
      'Nodes start read-only, and the holder is then opened. Where the other one takes writes unseen, clients are served there: the VIP has moved, or two would take writes.',
    origin: 'orchestrator#494: read_only in my.cnf',
  },
];

function mayOpen(s: Situation): boolean {
  const { reopenHolder, reopenInPause } = s.safeguards;
  if (!reopenHolder || (s.paused && !reopenInPause)) return false;
  if ((s.paused || told(s, 'holder-opened')) && processUnread(s, s.holder)) return false;
  return governed(s) && s.holder.server?.writable === false && !standbyWritesUnseen(s);
}

/** A pause is on, and somebody opened the standby by hand: that is not undone. */
function isLeftOpen(s: Situation): boolean {
  return s.paused && openedByHand(s);
}

/** The standby takes writes, or may, and no person wanted that: as an old holder that a failover could not close. */
function isOpenUnasked(s: Situation): boolean {
  return standbyOpen(s) && !openedByHand(s) && !isBeingFilled(s);
}

/** The holder is read-only, and nobody made it so by hand. */
function closedByRestart(s: Situation): boolean {
  return s.holder.server?.writable === false && !closedByHand(s);
}

function byHandText(s: Situation): string {
  const from = movedFrom(s);
  return from === null ? '' : `. The VIP was moved there from ${from} outside of a plan`;
}

function changedText(s: Situation): string {
  const { holder, standby, paused } = s;
  const texts = [
    ...(openedByHand(s) ? [`${standby.node} is the standby and was opened by hand`] : []),
    ...(closedByHand(s) ? [`${holder.node} holds the VIP and was made read-only by hand`] : []),
  ];
  return `${texts.join('; ')}, without a restart. keepalambda leaves it, because ${paused ? 'a pause is on' : 'it has opened the node once already'}`;
}

function movedText(s: Situation): string {
  const { holder, standby, lead, behind } = s;
  const lacks = [behind, lead.holderLacksOthers].filter((each) => each !== null).join('; ');
  const ahead =
    lacks === ''
      ? `it is unknown whether ${holder.node} has all that ${standby.node} wrote`
      : `${standby.node} is ahead: ${holder.node} lacks ${lacks}`;
  return `the VIP was moved from ${movedFrom(s) ?? standby.node} to ${holder.node} outside of a plan; ${ahead}, and ${holder.node} does not replicate from ${standby.node}`;
}

function behindText({ holder, standby, behind }: Situation): string {
  return `${holder.node} holds the VIP, is read-only, and lost writes that it had sent to ${standby.node}: ${behind ?? ''}`;
}

function staysText(s: Situation): string {
  const { standby, lead, fitnessWhenAhead, flapGuard } = s;
  if (lead.standbyLacks !== null) return `. ${standby.node} also lacks transactions: ${lead.standbyLacks}`;
  if (!fitnessWhenAhead.fit)
    return `. ${standby.node} cannot take over: ${fitnessWhenAhead.reasons.join('; ')}`;
  return `. ${flapGuard === null ? pauseText(s) : `The flap guard forbids the move: ${flapGuard}`}`;
}

/** A copy writes as root, which `super_read_only` would forbid; applications still cannot. */
function isBeingFilled({ memory, standby }: Situation): boolean {
  return (
    memory.aside?.node === standby.node && standby.server?.halfClosed === true && !standby.server.writable
  );
}
